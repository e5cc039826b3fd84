import { type RefObject, useCallback, useMemo, useState } from 'react';
import type { InvoiceRow } from '../../../shared/contract/invoice-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Empty, Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useInvoices } from '../../data/invoices.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, signOfText } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { RowGrid } from '../../table/row-grid.tsx';
import { Sum } from '../../table/sum.tsx';
import { type InvoiceColumnId, invoiceColumns } from './invoice-columns.tsx';
import {
  filterOf,
  type InvoicesSearch,
  isFiltered,
  isSortable,
  sortedBy,
  sortOf,
  withoutFilters,
} from './invoices-search.ts';
import { INVOICES_SHEET, inOrder, invoiceText } from './invoices-view.ts';

/** Where the keyboard was in a list that was left for one of its invoices. */
let left: { readonly list: string; readonly index: number } | null = null;

/** The invoices of a month. */
export function InvoicesTable({
  month,
  search,
  currencies,
  scroller,
  onSearch,
  onOpen,
}: {
  month: string;
  search: InvoicesSearch;
  /** Those of the month, so that the columns keep their shape under any filter. */
  currencies: readonly string[];
  scroller: RefObject<HTMLDivElement | null>;
  onSearch: (search: InvoicesSearch) => void;
  onOpen: (row: InvoiceRow) => void;
}) {
  const [visible, setVisible] = useState({ first: 0, last: 40 });
  const onVisible = useCallback((next: typeof visible) => setVisible(next), []);
  const announce = useAnnounce();
  const filter = useMemo(() => filterOf(search), [search]);
  const sort = useMemo(() => sortOf(search), [search]);
  const invoices = useInvoices({ month, filter, sort }, visible);
  const columns = useMemo(() => invoiceColumns(currencies), [currencies]);
  const list = `${month} ${JSON.stringify([filter, sort])}`;

  if (invoices.error !== null) {
    return (
      <Failure
        document={documentOf(invoices.error)}
        meaning="The totals above stand; only the rows cannot be shown."
        onRetry={invoices.retry}
      />
    );
  }
  if (invoices.total === 0) {
    return (
      <Empty
        title="No invoice passes these filters"
        action={<Button onClick={() => onSearch(withoutFilters(search))}>Clear the filters</Button>}
      >
        {formatCount(invoices.all ?? 0)} {plural(invoices.all ?? 0, 'invoice')} of the month{' '}
        {plural(invoices.all ?? 0, 'is', 'are')} hidden.
      </Empty>
    );
  }
  if (invoices.total === null) return <SkeletonRows rows={12} label="Loading the invoices" />;

  return (
    <RowGrid<InvoiceRow, InvoiceColumnId>
      name="invoice"
      caption="Invoices of the month. Arrow keys or j and k move, Enter opens the invoice."
      columns={columns}
      total={invoices.total}
      rowAt={invoices.rowAt}
      isBusy={invoices.isFetching}
      list={list}
      sort={sort}
      onSort={(id) => {
        if (isSortable(id)) onSearch(sortedBy(search, id));
      }}
      scroller={scroller}
      onVisible={onVisible}
      isSelected={() => false}
      onOpen={(row, index) => {
        left = { list, index };
        onOpen(row);
      }}
      onCopy={(row) =>
        void navigator.clipboard
          .writeText(invoiceText(row))
          .then(() => announce(`Copied the invoice of ${row.name ?? row.customer} with its exact figures.`))
      }
      sheet={INVOICES_SHEET}
      allRows={invoices.allRows}
      initial={left?.list === list ? left.index : null}
      footer={<Sums invoices={invoices} currencies={currencies} isFiltered={isFiltered(search)} />}
    />
  );
}

function Sums({
  invoices,
  currencies,
  isFiltered: isPart,
}: {
  invoices: ReturnType<typeof useInvoices>;
  currencies: readonly string[];
  isFiltered: boolean;
}) {
  const { total, all } = invoices;
  const totals = inOrder(invoices.totals, currencies);
  const count = total ?? 0;
  const [only] = totals;
  return (
    <span className="flex h-9 items-center gap-6 px-1.5 whitespace-nowrap">
      <span className="text-muted">
        {isPart && all !== null ? `${formatCount(count)} of ${formatCount(all)} ` : `${formatCount(count)} `}
        {plural(isPart && all !== null ? all : count, 'invoice')}
      </span>
      <span className="flex-1" />
      {totals.length === 1 && only !== undefined ? (
        <span className="tabular flex gap-5">
          <Sum word="Total" tone="text-muted" text={formatMoney(only.total, only.currency)} />
          <Sum word="At Stripe" tone="text-billed" text={formatMoney(only.stripe, only.currency)} />
          <Sum word="Difference" tone="text-muted" text={formatMoney(only.difference, only.currency, true)} isStrong />
        </span>
      ) : (
        <span className="tabular flex gap-5 overflow-hidden">
          <span className="text-label text-muted">Difference</span>
          {totals.map(({ currency, total: ours, stripe, difference }) => (
            <span
              key={currency}
              className={signOfText(difference) === 0 ? 'text-muted' : 'font-semibold'}
              title={`Total ${formatMoney(ours, currency)}, at Stripe ${formatMoney(stripe, currency)}`}
            >
              {formatMoney(difference, currency, true)}
            </span>
          ))}
        </span>
      )}
    </span>
  );
}
