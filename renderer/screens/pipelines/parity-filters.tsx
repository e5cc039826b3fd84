import type { RefObject } from 'react';

import type { ParityState, ParityView } from '../../../shared/contract/pipelines-schemas.ts';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { PARITY_CAUSE_WORDS, PARITY_STATE_WORDS } from '../../format/pipeline-words.ts';
import { Chip, Choice, ClearButton, SearchBox } from '../../table/filter-parts.tsx';
import { toggled } from '../../table/filter-values.ts';
import { isFiltered, type PipelinesSearch, withoutFilters, withPart } from './pipelines-search.ts';
import { hourWords } from './pipelines-view.ts';

const STATES = Object.keys(PARITY_STATE_WORDS) as ParityState[];

/** What narrows the customers. It stays in view above the header while the rows scroll. */
export function ParityFilters({
  ref,
  parity,
  search,
  onSearch,
}: {
  ref: RefObject<HTMLInputElement | null>;
  parity: ParityView;
  search: PipelinesSearch;
  onSearch: (search: PipelinesSearch) => void;
}) {
  const { byState, byCause } = parity;
  const { hour } = search;
  const set = <K extends keyof PipelinesSearch>(part: K, value: PipelinesSearch[K] | undefined): void =>
    onSearch(withPart(search, part, value));
  return (
    <search className="@container sticky top-0 z-30 -mx-1 block h-[44px] bg-page">
      <div className="flex h-full items-center gap-1.5 overflow-x-auto px-1 [scrollbar-width:none]">
        <h2 className="mr-2 text-lead font-semibold whitespace-nowrap">By customer</h2>
        <SearchBox
          inputRef={ref}
          value={search.q ?? ''}
          label="Search customers by name or usage id"
          placeholder="Customer or id"
          grid="[data-paritys]"
          onChange={(q) => set('q', q === '' ? undefined : q)}
        />
        {hour !== undefined && (
          <Chip isOn onToggle={() => set('hour', undefined)}>
            {hourWords(hour)}
          </Chip>
        )}
        <Choice
          word="State"
          chosen={search.states?.map((state) => PARITY_STATE_WORDS[state].word)}
          options={STATES.filter((state) => byState[state] > 0).map((state) => ({
            key: state,
            label: PARITY_STATE_WORDS[state].word,
            icon: <MarkShape mark={PARITY_STATE_WORDS[state].mark} tone={PARITY_STATE_WORDS[state].tone} />,
            ...(hour === undefined ? { count: byState[state] } : {}),
            isOn: search.states?.includes(state) === true,
            toggle: () => set('states', toggled(search.states, state)),
          }))}
        />
        <Choice
          word="Cause"
          chosen={search.causes?.map((code) => PARITY_CAUSE_WORDS[code])}
          options={byCause.map(({ code, customers }) => ({
            key: code,
            label: PARITY_CAUSE_WORDS[code],
            ...(hour === undefined ? { count: customers } : {}),
            isOn: search.causes?.includes(code) === true,
            toggle: () => set('causes', toggled(search.causes, code)),
          }))}
        />
        {isFiltered(search) && <ClearButton onClear={() => onSearch(withoutFilters(search))} />}
      </div>
    </search>
  );
}
