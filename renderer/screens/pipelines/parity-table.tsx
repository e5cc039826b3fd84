import { type RefObject, useCallback, useMemo, useState } from 'react';
import type { ParityRowView, ParityView } from '../../../shared/contract/pipelines-schemas.ts';
import { Button } from '../../components/button.tsx';
import { Empty, Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useParityCustomers } from '../../data/pipelines.ts';
import { formatCount, formatDifference, formatQuantity } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { useAnnounce } from '../../frame/announcer.tsx';
import { RowGrid } from '../../table/row-grid.tsx';
import { Sum } from '../../table/sum.tsx';
import { type ParityColumnId, parityColumns } from './parity-columns.tsx';
import {
  isFiltered,
  isParitySortable,
  type PipelinesSearch,
  paritySortOf,
  sortedBy,
  withoutFilters,
  withPart,
} from './pipelines-search.ts';
import { hourAfter, moneyWords, PARITY_SHEET, parityLabel, parityText, whoOf } from './pipelines-view.ts';

/** The hours that customers are listed for: the one that was chosen, or all of the period. */
export const hoursOf = ({ hour }: PipelinesSearch, { period }: ParityView): { from: string; to: string } =>
  hour === undefined ? period : { from: hour, to: hourAfter(hour) };

/** The customers of a pipeline and meter, those that need somebody first. */
export function ParityTable({
  parity,
  search,
  scroller,
  onSearch,
}: {
  parity: ParityView;
  search: PipelinesSearch;
  scroller: RefObject<HTMLDivElement | null>;
  onSearch: (search: PipelinesSearch, isReplacing?: boolean) => void;
}) {
  const [visible, setVisible] = useState({ first: 0, last: 40 });
  const onVisible = useCallback((next: typeof visible) => setVisible(next), []);
  const announce = useAnnounce();
  const sort = useMemo(() => paritySortOf(search), [search]);
  const { pipeline, meter, totals } = parity;
  const { states, causes, q, open } = search;
  const request = {
    pipeline,
    meter,
    ...hoursOf(search, parity),
    sort,
    ...(states === undefined ? {} : { states: [...states] }),
    ...(causes === undefined ? {} : { causes: [...causes] }),
    ...(q === undefined ? {} : { search: q }),
  };
  const rows = useParityCustomers(request, visible);
  const columns = useMemo(
    () =>
      parityColumns(
        pipeline,
        totals.money.map(({ currency }) => currency),
      ),
    [pipeline, totals.money],
  );
  if (rows.error !== null) {
    return (
      <Failure
        document={documentOf(rows.error)}
        meaning="The hours above stand; only the customers cannot be shown."
        onRetry={rows.retry}
      />
    );
  }
  if (rows.total === null) return <SkeletonRows rows={10} label="Loading the customers" />;
  if (rows.total === 0 && isFiltered(search)) {
    return (
      <Empty
        title="No customer passes these filters"
        action={<Button onClick={() => onSearch(withoutFilters(search))}>Clear the filters</Button>}
      >
        {formatCount(rows.all ?? 0)} {plural(rows.all ?? 0, 'customer')} {plural(rows.all ?? 0, 'is', 'are')} hidden.
      </Empty>
    );
  }
  if (rows.total === 0) {
    return (
      <Empty title="Neither measured anything">
        No customer has usage in these hours, in what bills today or in {pipeline}.
      </Empty>
    );
  }
  return (
    <RowGrid<ParityRowView, ParityColumnId>
      name="parity"
      caption={`Customers as billed today and as ${pipeline} measures them. Arrow keys or j and k move, Enter opens the customer beside the table.`}
      columns={columns}
      total={rows.total}
      rowAt={rows.rowAt}
      isBusy={rows.isFetching}
      list={JSON.stringify({ ...request, sort: null })}
      sort={sort}
      onSort={(id) => {
        if (isParitySortable(id)) onSearch(sortedBy(search, id));
      }}
      scroller={scroller}
      onVisible={onVisible}
      isSelected={({ customer }) => open === customer}
      onOpen={({ customer }) => onSearch(withPart(search, 'open', customer), open !== undefined)}
      onCopy={(row) =>
        void navigator.clipboard
          .writeText(parityText(row))
          .then(() => announce(`Copied ${whoOf(row)} with exact figures.`))
      }
      sheet={PARITY_SHEET}
      allRows={rows.allRows}
      hasDrawer={open !== undefined}
      spoken={parityLabel}
      footer={
        <span className="flex h-9 items-center gap-6 px-1.5 whitespace-nowrap">
          <span className="text-muted">
            {isFiltered(search) && rows.all !== null
              ? `${formatCount(rows.total)} of ${formatCount(rows.all)} ${plural(rows.all, 'customer')}`
              : `${formatCount(rows.total)} ${plural(rows.total, 'customer')}`}
          </span>
          <span className="flex-1" />
          {rows.head !== undefined && (
            <span className="tabular flex gap-5 overflow-hidden">
              <Sum
                word="Billed today"
                tone="text-measured"
                text={formatQuantity(rows.head.totals.reference, { maximumPlaces: 3 })}
              />
              <Sum word="Difference" tone="text-muted" text={formatDifference(rows.head.totals.difference)} isStrong />
              {rows.head.totals.money.length > 0 && (
                <span className="hidden @min-[760px]:inline">
                  <Sum word="Worth" tone="text-muted" text={moneyWords(rows.head.totals.money, true)} />
                </span>
              )}
            </span>
          )}
        </span>
      }
    />
  );
}
