import { type RefObject, useCallback, useMemo, useState } from 'react';
import type { HealthCustomer } from '../../../shared/contract/meter-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Quantity } from '../../components/figure.tsx';
import { Empty, Failure, SkeletonRows } from '../../components/states.tsx';
import { VerdictLabel } from '../../components/verdict-mark.tsx';
import { documentOf } from '../../data/errors.ts';
import { useHealthCustomers } from '../../data/meters.ts';
import { formatLag, PITFALL_WORDS } from '../../format/meter-words.ts';
import { formatCount, signOfText } from '../../format/number.ts';
import { customerLabel, plural } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { type GridColumn, RowGrid } from '../../table/row-grid.tsx';
import { isSortable, type MeterSearch, sortedBy, sortOf, withPart } from './meter-search.ts';
import { HEALTH_SHEET, rowText, rowWords } from './meter-view.ts';
import { VerdictStrip } from './strip.tsx';

const STRIP_ROUNDS = 30;

type ColumnId = 'customer' | 'concern' | 'strip' | 'age' | 'drift' | 'pitfalls';

const COLUMNS: readonly GridColumn<HealthCustomer, ColumnId>[] = [
  {
    id: 'customer',
    header: 'Customer',
    isNumeric: false,
    isRowHeader: true,
    width: 150,
    grow: 2.5,
    dropOrder: 0,
    cell: (row) => (
      <bdi
        className={`block truncate ${row.name === null ? 'font-mono text-label' : 'font-medium'}`}
        title={`${customerLabel(row)}, ${row.customer ?? row.usageId ?? ''}`}
      >
        {customerLabel(row)}
      </bdi>
    ),
  },
  {
    id: 'concern',
    header: 'Newest round',
    isNumeric: false,
    width: 140,
    grow: 0.4,
    dropOrder: 0,
    cell: ({ verdict }) => <VerdictLabel verdict={verdict} />,
  },
  {
    id: 'strip',
    header: `Last ${STRIP_ROUNDS} rounds`,
    isNumeric: false,
    isFixed: true,
    width: 166,
    grow: 0,
    dropOrder: 2,
    cell: ({ strip }) => <VerdictStrip strip={strip} />,
  },
  {
    id: 'age',
    header: 'Held for',
    fullHeader: 'How long before the round the hour began in which the held value was sent',
    isNumeric: true,
    width: 86,
    grow: 0.2,
    dropOrder: 0,
    cell: ({ ageSeconds }) => <span className="tabular whitespace-nowrap">{formatLag(ageSeconds)}</span>,
  },
  {
    id: 'drift',
    header: 'Drift',
    isNumeric: true,
    width: 90,
    grow: 0.4,
    dropOrder: 1,
    number: ({ drift }) => drift,
    signs: 1,
    cell: ({ drift }, places) => (
      <Quantity
        text={drift}
        places={places}
        isDifference
        className={signOfText(drift) === 0 ? 'text-faint' : 'font-medium'}
      />
    ),
  },
  {
    id: 'pitfalls',
    header: 'Pitfalls',
    isNumeric: false,
    isFixed: true,
    width: 130,
    grow: 1,
    dropOrder: 3,
    cell: ({ pitfalls }) => (
      <span className="block truncate text-structural">{pitfalls.map((code) => PITFALL_WORDS[code]).join(', ')}</span>
    ),
  },
];

/** The customers of a meter, those that need somebody first. */
export function CustomersTable({
  search,
  limit,
  scroller,
  onSearch,
}: {
  search: MeterSearch;
  /** Rounds that are looked through. */
  limit: number;
  scroller: RefObject<HTMLDivElement | null>;
  onSearch: (search: MeterSearch, isReplacing?: boolean) => void;
}) {
  const [visible, setVisible] = useState({ first: 0, last: 40 });
  const onVisible = useCallback((next: typeof visible) => setVisible(next), []);
  const announce = useAnnounce();
  const sort = useMemo(() => sortOf(search), [search]);
  const { key, month, q, open } = search;
  const request = {
    meter: key,
    month: month ?? null,
    sort,
    rounds: STRIP_ROUNDS,
    ...(q === undefined ? {} : { search: q }),
  };
  const rows = useHealthCustomers(request, visible);
  if (rows.error !== null) {
    return (
      <Failure
        document={documentOf(rows.error)}
        meaning="The rounds above stand; only the customers cannot be shown."
        onRetry={rows.retry}
      />
    );
  }
  if (rows.total === null) return <SkeletonRows rows={10} label="Loading the customers" />;
  if (rows.total === 0) {
    return (
      <Empty
        title="No customer by that name"
        action={<Button onClick={() => onSearch(withPart(search, 'q', undefined))}>Show all customers</Button>}
      >
        {formatCount(rows.all ?? 0)} {plural(rows.all ?? 0, 'customer')} {plural(rows.all ?? 0, 'is', 'are')} hidden.
      </Empty>
    );
  }
  return (
    <RowGrid<HealthCustomer, ColumnId>
      name="health"
      caption={`Customers of the meter in the newest ${limit} rounds. Arrow keys or j and k move, Enter opens the customer beside the table.`}
      columns={COLUMNS}
      total={rows.total}
      rowAt={rows.rowAt}
      isBusy={rows.isFetching}
      list={`${key} ${month ?? ''} ${q ?? ''}`}
      sort={sort}
      onSort={(id) => {
        if (isSortable(id)) onSearch(sortedBy(search, id));
      }}
      scroller={scroller}
      onVisible={onVisible}
      isSelected={({ customer, usageId }) => open?.customer === customer && open.usageId === usageId}
      onOpen={({ customer, usageId }) => onSearch(withPart(search, 'open', { customer, usageId }), open !== undefined)}
      onCopy={(row) =>
        void navigator.clipboard.writeText(rowText(row)).then(() => announce(`Copied ${customerLabel(row)}.`))
      }
      sheet={HEALTH_SHEET}
      allRows={rows.allRows}
      hasDrawer={open !== undefined}
      spoken={rowWords}
      footer={
        <span className="flex h-9 items-center px-1.5 text-muted">
          {q === undefined || rows.all === null
            ? `${formatCount(rows.total)} ${plural(rows.total, 'customer')}`
            : `${formatCount(rows.total)} of ${formatCount(rows.all)} ${plural(rows.all, 'customer')}`}
        </span>
      }
    />
  );
}
