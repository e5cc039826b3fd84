import { MessageSquareText } from 'lucide-react';
import type { LateRow } from '../../../shared/contract/late-schemas.ts';
import { Amount, CurrencyDifference, Quantity } from '../../components/figure.tsx';
import { LateStateLabel } from '../../components/late-mark.tsx';
import { currencySign, mostMinorDigits } from '../../format/money.ts';
import { signOfText } from '../../format/number.ts';
import { meterLabel } from '../../format/words.ts';
import type { GridColumn } from '../../table/row-grid.tsx';
import type { LateSortId } from './late-search.ts';
import { customerOf, worthOf } from './late-view.ts';

export type LateColumnId = LateSortId | 'unit';
type Column = GridColumn<LateRow, LateColumnId>;

/** The columns of the table of corrections. Amounts name their currency in the header; with several, each correction names its own. */
export function lateColumns(currencies: readonly string[]): readonly Column[] {
  const [only] = currencies;
  const isOne = currencies.length === 1 && only !== undefined;
  const places = mostMinorDigits(currencies);
  const sign = isOne ? ` ${currencySign(only)}` : '';
  return [
    {
      id: 'customer',
      header: 'Customer',
      isNumeric: false,
      isRowHeader: true,
      width: 110,
      grow: 2.5,
      dropOrder: 0,
      cell: (row) => (
        <bdi
          className={`block truncate ${row.name === null ? 'font-mono text-label' : 'font-medium'}`}
          title={`${customerOf(row)}, ${row.customer}`}
        >
          {customerOf(row)}
        </bdi>
      ),
    },
    {
      id: 'meter',
      header: 'Meter',
      isNumeric: false,
      width: 92,
      grow: 1.2,
      dropOrder: 0,
      cell: ({ meter }) => <span className="block truncate">{meterLabel(meter)}</span>,
    },
    {
      id: 'booked',
      header: `Booked${sign}`,
      fullHeader: 'What was booked so far',
      headerTone: 'text-billed',
      isNumeric: true,
      width: 90,
      grow: 0.4,
      dropOrder: 3,
      number: ({ booked }) => booked.amount,
      cell: ({ booked, currency }) => (
        <Amount text={booked.amount} currency={currency} places={places} className="text-muted" />
      ),
    },
    {
      id: 'late',
      header: 'Arrived late',
      fullHeader: 'Measured now less what was measured when it was billed',
      headerTone: 'text-measured',
      isNumeric: true,
      width: 96,
      grow: 0.4,
      dropOrder: 2,
      number: ({ late }) => late,
      signs: 1,
      cell: ({ late }, digits) => <Quantity text={late} places={digits} isDifference />,
    },
    {
      id: 'unit',
      header: 'Unit',
      isNumeric: false,
      isFixed: true,
      width: 78,
      grow: 0.3,
      dropOrder: 4,
      cell: ({ unit }) => <span className="block truncate text-label text-muted">{unit}</span>,
    },
    {
      id: 'correction',
      header: `Correction${sign}`,
      fullHeader: 'What is left to book, the same by either engine; where it was invoiced, what was',
      isNumeric: true,
      width: isOne ? 96 : 112,
      grow: 0.4,
      dropOrder: 0,
      isFilling: !isOne,
      number: worthOf,
      signs: 1,
      cell: (row) => {
        const worth = worthOf(row);
        const tone = signOfText(worth) === 0 ? 'text-faint' : row.state === 'undecided' ? 'font-medium' : 'text-muted';
        return isOne || worth === null ? (
          <span className="block text-right">
            <Amount text={worth} currency={row.currency} places={places} isDifference className={tone} />
          </span>
        ) : (
          <CurrencyDifference text={worth} currency={row.currency} places={places} isNamed />
        );
      },
    },
    {
      id: 'state',
      header: 'State',
      isNumeric: false,
      isFilling: true,
      width: 128,
      grow: 0,
      dropOrder: 0,
      cell: ({ state, decision }) => (
        <span className="flex items-center justify-between gap-2">
          <LateStateLabel state={state} />
          {decision !== null && decision.note !== '' && (
            <span role="img" aria-label="With a note" title={decision.note} className="shrink-0 text-muted">
              <MessageSquareText size={13} aria-hidden="true" />
            </span>
          )}
        </span>
      ),
    },
  ];
}
