import type { RefObject } from 'react';
import type { LateSummary } from '../../../shared/contract/late-schemas.ts';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { LATE_STATE_WORDS } from '../../format/late-words.ts';
import { currencySign } from '../../format/money.ts';
import { meterLabel } from '../../format/words.ts';
import { Chip, Choice, ClearButton, Count, MinimumBox, SearchBox } from '../../table/filter-parts.tsx';
import { toggled } from '../../table/filter-values.ts';
import { SavedViews } from '../../table/saved-views.tsx';
import { isFiltered, type LateSearch, lateSearchOf, withoutFilters, withPart } from './late-search.ts';
import { stateChips } from './late-view.ts';

/** What narrows the table of corrections. It stays in view above the header while the rows scroll. */
export function LateFilters({
  ref,
  summary,
  search,
  onSearch,
}: {
  ref: RefObject<HTMLInputElement | null>;
  summary: LateSummary;
  search: LateSearch;
  onSearch: (search: LateSearch) => void;
}) {
  const { byState, byMeter } = summary;
  const currencies = summary.totals.map(({ currency }) => currency);
  const [only] = currencies;
  const shown = search.currency ?? (currencies.length === 1 ? only : undefined);
  const isOpenOnly = search.states?.length === 1 && search.states[0] === 'undecided';
  return (
    <search className="@container sticky top-0 z-30 -mx-1 block h-[44px] bg-page">
      <div className="flex h-full items-center gap-1.5 overflow-x-auto px-1 [scrollbar-width:none]">
        <SearchBox
          inputRef={ref}
          value={search.q ?? ''}
          label="Search corrections by customer or id"
          placeholder="Customer or id"
          grid="[data-lates]"
          onChange={(q) => onSearch(withPart(search, 'q', q === '' ? undefined : q))}
        />
        <Chip
          isOn={isOpenOnly}
          onToggle={() => onSearch(withPart(search, 'states', isOpenOnly ? undefined : ['undecided']))}
        >
          To decide
          <Count>{byState.undecided}</Count>
        </Chip>
        <Choice
          word="State"
          chosen={isOpenOnly ? undefined : search.states?.map((state) => LATE_STATE_WORDS[state].word)}
          options={stateChips(byState).map(({ state, word, count }) => ({
            key: state,
            label: word,
            icon: <MarkShape mark={LATE_STATE_WORDS[state].mark} tone={LATE_STATE_WORDS[state].tone} />,
            count,
            isOn: search.states?.includes(state) === true,
            toggle: () => onSearch(withPart(search, 'states', toggled(search.states, state))),
          }))}
        />
        {byMeter.length > 1 && (
          <Choice
            word="Meter"
            chosen={search.meters?.map(meterLabel)}
            options={byMeter.map(({ meter, rows }) => ({
              key: meter,
              label: meterLabel(meter),
              count: rows,
              isOn: search.meters?.includes(meter) === true,
              toggle: () => onSearch(withPart(search, 'meters', toggled(search.meters, meter))),
            }))}
          />
        )}
        {currencies.length > 1 &&
          currencies.map((currency) => (
            <Chip
              key={currency}
              isOn={search.currency === currency}
              onToggle={() =>
                onSearch(withPart(search, 'currency', search.currency === currency ? undefined : currency))
              }
            >
              {currency.toUpperCase()}
            </Chip>
          ))}
        <MinimumBox
          value={search.min ?? ''}
          sign={shown === undefined ? '' : currencySign(shown)}
          onChange={(min) => onSearch(withPart(search, 'min', min))}
        />
        <SavedViews screen="late" search={viewOf(search)} read={lateSearchOf} onApply={onSearch} />
        {isFiltered(search) && <ClearButton onClear={() => onSearch(withoutFilters(search))} />}
      </div>
    </search>
  );
}

/** What a saved view keeps: filter and order, not what is open beside them. */
const viewOf = ({ open: _, ...view }: LateSearch): LateSearch => view;
