import { Check, ChevronDown, Search, X } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import { Key } from '../components/button.tsx';
import { formatCount } from '../format/number.ts';
import { isAmount } from './filter-values.ts';

/** The look of everything in a row of filters. */
export const FIELD = 'h-7 rounded-md border border-line-strong bg-page hover:bg-hover';
/** Added where a filter is on. */
export const CHOSEN = 'border-accent bg-selected text-ink';
const SEARCH_PAUSE_MS = 180;

/** Gives all rows back. */
export function ClearButton({ onClear }: { onClear: () => void }) {
  return (
    <button
      type="button"
      title="Clear the filters (esc)"
      onClick={onClear}
      className="flex h-7 items-center gap-1 rounded-md px-2 whitespace-nowrap text-muted hover:bg-hover hover:text-ink"
    >
      <X size={13} aria-hidden="true" />
      <span className="sr-only @min-[680px]:not-sr-only">Clear</span>
    </button>
  );
}

/** Looks through names and ids while somebody types; ↓ and Enter go into the rows. */
export function SearchBox({
  inputRef,
  value,
  label,
  placeholder,
  grid,
  onChange,
}: {
  inputRef: RefObject<HTMLInputElement | null>;
  value: string;
  label: string;
  placeholder: string;
  /** Selector of the grid that it narrows. */
  grid: string;
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
        aria-label={label}
        placeholder={placeholder}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            if (text === '') event.currentTarget.blur();
            setText('');
          }
          if (event.key === 'Enter' || event.key === 'ArrowDown') {
            event.preventDefault();
            document.querySelector<HTMLElement>(grid)?.focus();
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

/** The smallest difference in money that is shown. */
export function MinimumBox({
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

/** A filter that is on or off. */
export function Chip({ isOn, onToggle, children }: { isOn: boolean; onToggle: () => void; children: ReactNode }) {
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

/** How many rows a choice has. */
export const Count = ({ children }: { children: number }) => (
  <span className="tabular text-label text-faint">{formatCount(children)}</span>
);

type Option = {
  readonly key: string;
  readonly label: string;
  readonly icon?: ReactNode;
  /** How many rows it has, where that is known. */
  readonly count?: number;
  readonly isOn: boolean;
  readonly toggle: () => void;
};

/** A filter of which several values can be chosen at once. */
export function Choice({
  word,
  chosen,
  options,
  isMinor = false,
}: {
  word: string;
  chosen: readonly string[] | undefined;
  options: readonly Option[];
  /** Gives way where room is short and nothing of it is chosen. */
  isMinor?: boolean;
}) {
  if (options.length === 0) return null;
  const [first, ...others] = chosen ?? [];
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className={`${FIELD} max-w-[200px] items-center gap-1 px-2 whitespace-nowrap ${first === undefined ? 'text-muted' : CHOSEN} ${isMinor && first === undefined ? 'hidden @min-[680px]:flex' : 'flex'}`}
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
              {count !== undefined && <Count>{count}</Count>}
            </DropdownMenu.CheckboxItem>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
