import { Check, ChevronDown, Search, X } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import type { MonthSummary } from '../../../shared/contract/schemas.ts';
import { Key } from '../../components/button.tsx';
import { VerdictMark } from '../../components/verdict-mark.tsx';
import { currencySign } from '../../format/money.ts';
import { formatCount } from '../../format/number.ts';
import { CAUSE_WORDS, meterLabel, VERDICT_WORDS } from '../../format/words.ts';
import { isAmount, isFiltered, type MonthSearch, toggled, withoutFilters, withPart } from './month-search.ts';
import { onlyCurrency, verdictChips } from './month-view.ts';

const FIELD = 'h-7 rounded-md border border-line-strong bg-page hover:bg-hover';
const CHOSEN = 'border-accent bg-selected text-ink';
const SEARCH_PAUSE_MS = 180;

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
          value={search.q ?? ''}
          onChange={(q) => onSearch(withPart(search, 'q', q === '' ? undefined : q))}
        />
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
        <MinimumBox
          value={search.min ?? ''}
          sign={currency === null ? '' : currencySign(currency)}
          onChange={(min) => onSearch(withPart(search, 'min', min))}
        />
        {search.sort === undefined && summary.structural > 0 && search.structural !== true && (
          <OrderChip onRemove={() => onSearch({ ...search, sort: 'default' })} />
        )}
        {isFiltered(search) && (
          <button
            type="button"
            onClick={() => onSearch(withoutFilters(search))}
            className="flex h-7 items-center gap-1 rounded-md px-2 whitespace-nowrap text-muted hover:bg-hover hover:text-ink"
          >
            <X size={13} aria-hidden="true" />
            Clear
          </button>
        )}
      </div>
    </search>
  );
}

function SearchBox({
  inputRef,
  value,
  onChange,
}: {
  inputRef: RefObject<HTMLInputElement | null>;
  value: string;
  onChange: (value: string) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => onChange(text.trim()), SEARCH_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <span className="relative min-w-[120px] max-w-[260px] flex-1">
      <Search size={13} aria-hidden="true" className="absolute top-2 left-2 text-faint" />
      <input
        ref={inputRef}
        type="search"
        value={text}
        aria-label="Search customers by name or id"
        placeholder="Customer or id"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            if (text === '') event.currentTarget.blur();
            setText('');
          }
          if (event.key === 'Enter' || event.key === 'ArrowDown') {
            event.preventDefault();
            document.querySelector<HTMLElement>('[data-cells]')?.focus();
          }
        }}
        className={`${FIELD} w-full pr-7 pl-7 placeholder:text-faint [&::-webkit-search-cancel-button]:hidden`}
      />
      {text === '' && (
        <span className="pointer-events-none absolute top-[5px] right-1.5 hidden @min-[680px]:block">
          <Key>/</Key>
        </span>
      )}
    </span>
  );
}

function MinimumBox({
  value,
  sign,
  onChange,
}: {
  value: string;
  sign: string;
  onChange: (value: string | undefined) => void;
}) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const isWrong = text !== '' && !isAmount(text);
  const commit = (): void => {
    if (text === '') onChange(undefined);
    else if (isAmount(text)) onChange(text);
  };
  return (
    <label
      className={`${FIELD} items-center gap-1 px-2 text-muted ${value === '' ? 'hidden @min-[680px]:flex' : `flex ${CHOSEN}`} ${isWrong ? 'border-structural' : ''}`}
    >
      <span className="whitespace-nowrap">Min {sign}</span>
      <input
        value={text}
        inputMode="decimal"
        aria-label="Smallest difference in money"
        aria-invalid={isWrong}
        placeholder="0.00"
        onChange={(event) => setText(event.target.value.replace(',', '.').trim())}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
        }}
        className="tabular w-12 bg-transparent text-ink outline-none placeholder:text-faint"
      />
    </label>
  );
}

function Chip({ isOn, onToggle, children }: { isOn: boolean; onToggle: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onToggle}
      className={`${FIELD} flex items-center gap-1.5 px-2 whitespace-nowrap ${isOn ? CHOSEN : 'text-muted'}`}
    >
      {children}
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

const Count = ({ children }: { children: number }) => (
  <span className="tabular text-label text-faint">{formatCount(children)}</span>
);

type Option = {
  readonly key: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly count: number;
  readonly isOn: boolean;
  readonly toggle: () => void;
};

function Choice({
  word,
  chosen,
  options,
}: {
  word: string;
  chosen: readonly string[] | undefined;
  options: readonly Option[];
}) {
  if (options.length === 0) return null;
  const [first, ...others] = chosen ?? [];
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className={`${FIELD} flex max-w-[200px] items-center gap-1 px-2 whitespace-nowrap ${first === undefined ? 'text-muted' : CHOSEN}`}
      >
        <span className="truncate">
          {first === undefined ? word : `${first}${others.length === 0 ? '' : ` +${others.length}`}`}
        </span>
        <ChevronDown size={13} aria-hidden="true" className="shrink-0" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          className="float-in z-40 max-h-[60vh] min-w-[220px] overflow-auto rounded-lg bg-float p-1.5 shadow-float"
        >
          {options.map(({ key, label, icon, count, isOn, toggle }) => (
            <DropdownMenu.CheckboxItem
              key={key}
              checked={isOn}
              onCheckedChange={toggle}
              onSelect={(event) => event.preventDefault()}
              className="flex h-8 items-center gap-2 rounded-md px-2 outline-none data-[highlighted]:bg-hover"
            >
              <span className="flex size-4 items-center justify-center">
                {isOn && <Check size={14} aria-hidden="true" className="text-accent" />}
              </span>
              {icon}
              <span className="flex-1 whitespace-nowrap">{label}</span>
              <Count>{count}</Count>
            </DropdownMenu.CheckboxItem>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
