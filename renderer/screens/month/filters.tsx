import { X } from 'lucide-react';
import type { RefObject } from 'react';
import type { MonthSummary } from '../../../shared/contract/schemas.ts';
import { BillingMark } from '../../components/billing-mark.tsx';
import { VerdictMark } from '../../components/verdict-mark.tsx';
import { useMonthIncidents } from '../../data/incidents.ts';
import { BILLING_WORDS } from '../../format/billing-words.ts';
import { currencySign } from '../../format/money.ts';
import { CAUSE_WORDS, meterLabel, VERDICT_WORDS } from '../../format/words.ts';
import { CHOSEN, Chip, Choice, ClearButton, Count, FIELD, MinimumBox, SearchBox } from '../../table/filter-parts.tsx';
import { toggled } from '../../table/filter-values.ts';
import { SavedViews } from '../../table/saved-views.tsx';
import { incidentName } from '../incident/incident-view.ts';
import { isFiltered, type MonthSearch, monthSearchOf, withoutFilters, withPart } from './month-search.ts';
import { billingChips, onlyCurrency, verdictChips } from './month-view.ts';

/** What narrows the table of cells. It stays in view above the header while the rows scroll. */
export function Filters({
  ref,
  summary,
  search,
  onSearch,
}: {
  ref: RefObject<HTMLInputElement | null>;
  summary: MonthSummary;
  search: MonthSearch;
  onSearch: (search: MonthSearch) => void;
}) {
  const currency = onlyCurrency(summary);
  return (
    <search className="@container sticky top-0 z-30 -mx-1 block h-[44px] bg-page">
      <div className="flex h-full items-center gap-1.5 overflow-x-auto px-1 [scrollbar-width:none]">
        <SearchBox
          inputRef={ref}
          label="Search customers by name or id"
          placeholder="Customer or id"
          grid="[data-cells]"
          value={search.q ?? ''}
          onChange={(q) => onSearch(withPart(search, 'q', q === '' ? undefined : q))}
        />
        {search.incident !== undefined && (
          <IncidentChip
            month={summary.month}
            id={search.incident}
            onRemove={() => onSearch(withPart(search, 'incident', undefined))}
          />
        )}
        <Chip
          isOn={search.structural === true}
          onToggle={() => onSearch(withPart(search, 'structural', search.structural === true ? undefined : true))}
        >
          Structural
          <Count>{summary.structural}</Count>
        </Chip>
        <Choice
          word="Verdict"
          chosen={search.verdicts?.map((verdict) => VERDICT_WORDS[verdict].word)}
          options={verdictChips(summary.byVerdict).map(({ verdict, word, count }) => ({
            key: verdict,
            label: word,
            icon: <VerdictMark verdict={verdict} />,
            count,
            isOn: search.verdicts?.includes(verdict) === true,
            toggle: () => onSearch(withPart(search, 'verdicts', toggled(search.verdicts, verdict))),
          }))}
        />
        <Choice
          word="Meter"
          chosen={search.meters?.map(meterLabel)}
          options={summary.meters.map(({ meter, cells }) => ({
            key: meter,
            label: meterLabel(meter),
            count: cells,
            isOn: search.meters?.includes(meter) === true,
            toggle: () => onSearch(withPart(search, 'meters', toggled(search.meters, meter))),
          }))}
        />
        <Choice
          word="Cause"
          chosen={search.causes?.map((code) => CAUSE_WORDS[code])}
          options={summary.byCause.map(({ code, cells }) => ({
            key: code,
            label: CAUSE_WORDS[code],
            count: cells,
            isOn: search.causes?.includes(code) === true,
            toggle: () => onSearch(withPart(search, 'causes', toggled(search.causes, code))),
          }))}
        />
        <Choice
          word="Billed"
          isMinor
          chosen={search.billing?.map((verdict) => BILLING_WORDS[verdict].word)}
          options={billingChips(summary.byBilling).map(({ verdict, word, count }) => ({
            key: verdict,
            label: word,
            icon: <BillingMark verdict={verdict} />,
            count,
            isOn: search.billing?.includes(verdict) === true,
            toggle: () => onSearch(withPart(search, 'billing', toggled(search.billing, verdict))),
          }))}
        />
        <MinimumBox
          value={search.min ?? ''}
          sign={currency === null ? '' : currencySign(currency)}
          onChange={(min) => onSearch(withPart(search, 'min', min))}
        />
        {search.sort === undefined && summary.structural > 0 && search.structural !== true && (
          <OrderChip onRemove={() => onSearch({ ...search, sort: 'default' })} />
        )}
        <SavedViews screen="month" search={viewOf(search)} read={monthSearchOf} onApply={onSearch} />
        {isFiltered(search) && <ClearButton onClear={() => onSearch(withoutFilters(search))} />}
      </div>
    </search>
  );
}

/** The incident whose cells are shown; one that is gone since, by its id. */
function IncidentChip({ month, id, onRemove }: { month: string; id: string; onRemove: () => void }) {
  const incident = useMonthIncidents(month).data?.incidents.find((one) => one.id === id);
  const name = incident === undefined ? id : incidentName(incident);
  const [short, ...rest] = name.split(', ');
  return (
    <button
      type="button"
      onClick={onRemove}
      aria-label={`Incident: ${name}. Show all cells`}
      title={incident?.sentence ?? `There is no incident ${id} any more. Click for all cells.`}
      className={`${FIELD} ${CHOSEN} flex max-w-[320px] shrink-0 items-center gap-1 pr-1.5 pl-2 whitespace-nowrap`}
    >
      <bdi className="truncate">
        {short}
        {rest.length > 0 && <span className="hidden @min-[1240px]:inline">, {rest.join(', ')}</span>}
      </bdi>
      <X size={13} aria-hidden="true" className="shrink-0 text-muted" />
    </button>
  );
}

/** Says why the list begins where it does, and gives the report's own order back. */
function OrderChip({ onRemove }: { onRemove: () => void }) {
  return (
    <button
      type="button"
      onClick={onRemove}
      aria-label="Off first. Remove this order"
      title="What does not tie out stands first. Click for the order of the report: by currency, largest difference first."
      className={`${FIELD} ${CHOSEN} flex items-center gap-1 pr-1.5 pl-2 whitespace-nowrap`}
    >
      Off first
      <X size={13} aria-hidden="true" className="text-muted" />
    </button>
  );
}

/** What a saved view keeps: filter and order, not what is open beside them, nor what belongs to one month alone. */
const viewOf = ({ open: _, whatIf: __, incident: ___, ...view }: MonthSearch): MonthSearch => view;
