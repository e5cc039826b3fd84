import type { RefObject } from 'react';
import type { InvoicesWindow } from '../../../shared/contract/invoice-schemas.ts';
import { MarkShape } from '../../components/verdict-mark.tsx';
import { INVOICE_STATE_WORDS } from '../../format/billing-words.ts';
import { currencySign } from '../../format/money.ts';
import { Chip, Choice, ClearButton, Count, MinimumBox, SearchBox } from '../../table/filter-parts.tsx';
import { toggled } from '../../table/filter-values.ts';
import { SavedViews } from '../../table/saved-views.tsx';
import { type InvoicesSearch, invoicesSearchOf, isFiltered, withoutFilters, withPart } from './invoices-search.ts';
import { stateChips } from './invoices-view.ts';

/** What narrows the table of invoices. It stays in view above the header while the rows scroll. */
export function InvoicesFilters({
  ref,
  overview,
  search,
  onSearch,
}: {
  ref: RefObject<HTMLInputElement | null>;
  overview: InvoicesWindow;
  search: InvoicesSearch;
  onSearch: (search: InvoicesSearch) => void;
}) {
  const { currencies, byState } = overview;
  const [only] = currencies;
  const shown = search.currency ?? (currencies.length === 1 ? only : undefined);
  const isDiffering = search.states?.length === 1 && search.states[0] === 'differs';
  return (
    <search className="@container sticky top-0 z-30 -mx-1 block h-[44px] bg-page">
      <div className="flex h-full items-center gap-1.5 overflow-x-auto px-1 [scrollbar-width:none]">
        <SearchBox
          inputRef={ref}
          value={search.q ?? ''}
          label="Search invoices by customer, id or number"
          placeholder="Customer, id or number"
          grid="[data-invoices]"
          onChange={(q) => onSearch(withPart(search, 'q', q === '' ? undefined : q))}
        />
        <Chip
          isOn={isDiffering}
          onToggle={() => onSearch(withPart(search, 'states', isDiffering ? undefined : ['differs']))}
        >
          Differing
          <Count>{byState.differs}</Count>
        </Chip>
        <Choice
          word="State"
          chosen={isDiffering ? undefined : search.states?.map((state) => INVOICE_STATE_WORDS[state].word)}
          options={stateChips(byState).map(({ state, word, count }) => ({
            key: state,
            label: word,
            icon: <MarkShape mark={INVOICE_STATE_WORDS[state].mark} tone={INVOICE_STATE_WORDS[state].tone} />,
            count,
            isOn: search.states?.includes(state) === true,
            toggle: () => onSearch(withPart(search, 'states', toggled(search.states, state))),
          }))}
        />
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
        <SavedViews screen="invoices" search={search} read={invoicesSearchOf} onApply={onSearch} />
        {isFiltered(search) && <ClearButton onClear={() => onSearch(withoutFilters(search))} />}
      </div>
    </search>
  );
}
