import { MessageSquareText } from 'lucide-react';
import type { InvoiceRow } from '../../../shared/contract/invoice-schemas.ts';
import { InvoiceStateLabel } from '../../components/billing-mark.tsx';
import { Amount } from '../../components/figure.tsx';
import { stripeStatusWord } from '../../format/billing-words.ts';
import { currencySign, mostMinorDigits } from '../../format/money.ts';
import { signOfText } from '../../format/number.ts';
import { formatPeriod } from '../../format/time.ts';
import { plural } from '../../format/words.ts';
import type { GridColumn } from '../../table/row-grid.tsx';
import type { InvoiceSortId } from './invoices-search.ts';

export type InvoiceColumnId = InvoiceSortId | 'currency' | 'status' | 'subtotal' | 'discount' | 'credits' | 'tax';
type Column = GridColumn<InvoiceRow, InvoiceColumnId>;

/** The columns of the table of invoices. Amounts name their currency in the header, or in a column of their own. */
export function invoiceColumns(currencies: readonly string[]): readonly Column[] {
  const [only] = currencies;
  const isOne = currencies.length === 1 && only !== undefined;
  const places = mostMinorDigits(currencies);
  const amount = (
    column: Pick<Column, 'id' | 'header' | 'dropOrder'> & Partial<Column>,
    textOf: (row: InvoiceRow) => string | null,
    tone: (text: string | null) => string = () => '',
  ): Column => ({
    isNumeric: true,
    width: 84,
    grow: 0.5,
    number: textOf,
    ...column,
    cell: (row) => {
      const text = textOf(row);
      return <Amount text={text} currency={row.currency} places={places} className={tone(text)} />;
    },
  });
  const faintZero = (text: string | null): string => (signOfText(text) === 0 ? 'text-faint' : 'text-muted');
  return [
    {
      id: 'customer',
      header: 'Customer',
      isNumeric: false,
      isRowHeader: true,
      width: 120,
      grow: 2.5,
      dropOrder: 0,
      cell: (row) => (
        <bdi
          className={`block truncate ${row.name === null ? 'font-mono text-label' : 'font-medium'}`}
          title={`${row.name ?? row.customer}, ${row.subscription}`}
        >
          {row.name ?? row.customer}
        </bdi>
      ),
    },
    {
      id: 'period',
      header: 'Period',
      isNumeric: false,
      width: 100,
      grow: 0.6,
      dropOrder: 5,
      cell: ({ period }) => (
        <span className="block truncate" title={formatPeriod(period.from, period.to)}>
          {formatPeriod(period.from, period.to, { isShort: true })}
        </span>
      ),
    },
    {
      id: 'status',
      header: 'Stripe’s invoice',
      isNumeric: false,
      isFixed: true,
      width: 118,
      grow: 1,
      dropOrder: 4,
      cell: ({ stripe }) =>
        stripe === null ? (
          <span className="text-faint">–</span>
        ) : (
          <span className="block truncate" title={stripe.id}>
            {stripe.number}{' '}
            <span className="text-muted">
              {stripe.number === null ? stripeStatusWord(stripe.status) : stripeStatusWord(stripe.status).toLowerCase()}
            </span>{' '}
            {stripe.number === null && <span className="font-mono text-label text-faint">{stripe.id}</span>}
          </span>
        ),
    },
    ...(isOne
      ? []
      : [
          {
            id: 'currency' as const,
            header: 'Currency',
            isNumeric: false,
            isFixed: true,
            width: 56,
            grow: 0,
            dropOrder: 0,
            cell: (row: InvoiceRow) => <span className="text-label text-muted">{row.currency.toUpperCase()}</span>,
          },
        ]),
    amount({ id: 'subtotal', header: 'Subtotal', isFixed: true, dropOrder: 7 }, (row) => row.subtotal),
    amount(
      { id: 'discount', header: 'Discounts', isFixed: true, dropOrder: 9, width: 72 },
      (row) => row.discount,
      faintZero,
    ),
    amount(
      { id: 'credits', header: 'Credits', isFixed: true, dropOrder: 8, width: 72 },
      (row) => row.credits,
      faintZero,
    ),
    amount({ id: 'tax', header: 'Tax', isFixed: true, dropOrder: 6, width: 72 }, (row) => row.tax, faintZero),
    amount({ id: 'total', header: isOne ? `Total ${currencySign(only)}` : 'Total', dropOrder: 0 }, (row) => row.total),
    amount(
      { id: 'stripe', header: 'At Stripe', headerTone: 'text-billed', dropOrder: 0 },
      (row) => row.stripe?.total ?? null,
    ),
    {
      id: 'difference',
      header: 'Difference',
      fullHeader: 'Our total less Stripe’s',
      isNumeric: true,
      width: 84,
      grow: 0.5,
      dropOrder: 0,
      number: (row) => row.difference,
      signs: 1,
      cell: (row) => (
        <Amount
          text={row.difference}
          currency={row.currency}
          places={places}
          isDifference
          className={signOfText(row.difference) === 0 ? 'text-faint' : 'font-medium'}
        />
      ),
    },
    {
      id: 'state',
      header: 'State',
      isNumeric: false,
      isFilling: true,
      width: 128,
      grow: 0,
      dropOrder: 0,
      cell: (row) => (
        <span className="flex items-center justify-between gap-2">
          <InvoiceStateLabel state={row.state} />
          {row.notes > 0 && (
            <span
              role="img"
              aria-label={`${row.notes} ${plural(row.notes, 'note')}`}
              title={`${row.notes} ${plural(row.notes, 'note')} on the invoice`}
              className="shrink-0 text-muted"
            >
              <MessageSquareText size={13} aria-hidden="true" />
            </span>
          )}
        </span>
      ),
    },
  ];
}
