import { createContext, type ReactNode, useContext, useEffect, useId, useState } from 'react';
import type { DraftProblem } from '../../../shared/contract/meter-schemas.ts';

/** What is wrong with the draft; fields show what is theirs. */
export const DraftProblems = createContext<readonly DraftProblem[]>([]);

/** The problems of a field: its own, and those of what stands in it (`usage.columns.series[1]`). */
export function useFieldProblems(field: string): readonly DraftProblem[] {
  return useContext(DraftProblems).filter(({ field: at }) => at === field || at?.startsWith(`${field}[`) === true);
}

const BOX =
  'h-7 w-full min-w-0 rounded-md border border-line-strong bg-page px-2 placeholder:text-faint hover:bg-hover disabled:opacity-60 aria-invalid:border-structural';

type Shared = {
  readonly field: string;
  readonly label: string;
  readonly note?: ReactNode;
  readonly className?: string;
};

/** A label above, what is wrong beneath. */
function Labelled({ field, label, note, className = '', children }: Shared & { children: (id: Ids) => ReactNode }) {
  const id = useId();
  const problems = useFieldProblems(field);
  // What is not filled in yet is no mistake.
  const isMissing = problems.length > 0 && problems.every(({ code }) => code === 'config.missing_key');
  const isWrong = !isMissing && problems.some(({ severity }) => severity !== 'warning');
  const hasNote = note !== undefined || problems.length > 0;
  return (
    <div className={`min-w-0 ${className}`}>
      <label htmlFor={id} className="mb-1 block truncate text-table font-medium text-muted">
        {label}
      </label>
      {children({ id, isWrong, describedBy: hasNote ? `${id}note` : undefined })}
      {hasNote && (
        <div id={`${id}note`} className="mt-1 text-label">
          {isMissing && <p className="text-muted">Needed</p>}
          {(isMissing ? [] : problems).map(({ message, remedy, severity }) => (
            <p key={message} className={`wrap-anywhere ${severity === 'warning' ? 'text-muted' : 'text-structural'}`}>
              {message} {remedy}
            </p>
          ))}
          {problems.length === 0 && <p className="text-faint">{note}</p>}
        </div>
      )}
    </div>
  );
}

type Ids = { readonly id: string; readonly isWrong: boolean; readonly describedBy: string | undefined };

export function TextField({
  value,
  onChange,
  placeholder,
  isMono = false,
  suggestions,
  ...shared
}: Shared & {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string | undefined;
  isMono?: boolean;
  suggestions?: readonly string[];
}) {
  return (
    <Labelled {...shared}>
      {({ id, isWrong, describedBy }) => (
        <>
          <input
            id={id}
            value={value}
            placeholder={placeholder}
            autoComplete="off"
            spellCheck={false}
            aria-invalid={isWrong}
            aria-describedby={describedBy}
            {...(suggestions === undefined ? {} : { list: `${id}list` })}
            onChange={(event) => onChange(event.target.value)}
            className={`${BOX} ${isMono ? 'font-mono text-table' : ''}`}
          />
          {suggestions !== undefined && (
            <datalist id={`${id}list`}>
              {suggestions.map((suggestion) => (
                <option key={suggestion} value={suggestion} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Labelled>
  );
}

/** Several names or values, with commas between them. */
export function ListField({
  values,
  onChange,
  placeholder,
  ...shared
}: Shared & { values: readonly string[]; onChange: (values: string[]) => void; placeholder?: string }) {
  const [text, setText] = useState(values.join(', '));
  const written = values.join('\u0000');
  // What came from elsewhere replaces what is typed; a comma on its way to the next name does not.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only other values count
  useEffect(() => {
    if (partsOf(text).join('\u0000') !== written) setText(written.replaceAll('\u0000', ', '));
  }, [written]);
  return (
    <Labelled {...shared}>
      {({ id, isWrong, describedBy }) => (
        <input
          id={id}
          value={text}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          aria-invalid={isWrong}
          aria-describedby={describedBy}
          onChange={(event) => {
            setText(event.target.value);
            onChange(partsOf(event.target.value));
          }}
          className={`${BOX} font-mono text-table`}
        />
      )}
    </Labelled>
  );
}

const partsOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

export function SelectField({
  value,
  options,
  onChange,
  ...shared
}: Shared & {
  value: string;
  options: readonly { readonly value: string; readonly label: string }[];
  onChange: (value: string) => void;
}) {
  return (
    <Labelled {...shared}>
      {({ id, isWrong, describedBy }) => (
        <select
          id={id}
          value={value}
          aria-invalid={isWrong}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.target.value)}
          className={`${BOX} pr-1`}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

export function QueryField({
  value,
  onChange,
  ...shared
}: Shared & { value: string; onChange: (value: string) => void }) {
  return (
    <Labelled {...shared}>
      {({ id, isWrong, describedBy }) => (
        <textarea
          id={id}
          value={value}
          rows={Math.min(18, Math.max(7, value.split('\n').length + 1))}
          spellCheck={false}
          wrap="off"
          aria-invalid={isWrong}
          aria-describedby={describedBy}
          onChange={(event) => onChange(event.target.value)}
          className={`${BOX} block h-auto resize-y py-1.5 font-mono text-[11.5px] leading-[1.55]`}
        />
      )}
    </Labelled>
  );
}

export function FlagField({
  isOn,
  onChange,
  label,
  note,
}: {
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  label: string;
  note: string;
}) {
  return (
    <label className="flex items-baseline gap-2">
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => onChange(event.target.checked)}
        className="shrink-0 translate-y-[2px] accent-(--accent-fill)"
      />
      <span>
        {label} <span className="text-label text-faint">{note}</span>
      </span>
    </label>
  );
}
