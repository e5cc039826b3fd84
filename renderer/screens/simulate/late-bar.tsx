import type { Source } from './editor.tsx';

export type LateChoice = {
  readonly late: string | null;
  readonly grace: string | null;
  readonly onChange: (choice: { readonly late: string | null; readonly grace: string | null }) => void;
};

const LATE = [
  ['', 'All usage arrives in time'],
  ['1h', 'The last hour arrives late'],
  ['4h', 'The last 4 hours arrive late'],
  ['12h', 'The last 12 hours arrive late'],
  ['24h', 'The last day arrives late'],
  ['72h', 'The last 3 days arrive late'],
] as const;
const GRACE = [
  ['', '1 hour'],
  ['24h', '1 day'],
  ['48h', '2 days'],
  ['72h', '3 days'],
] as const;

/** What if some hours arrive late: the month of a customer, made anew from the cache with that. */
export function LateBar({ choice, notes }: { choice: LateChoice; notes: Source['notes'] }) {
  const { late, grace, onChange } = choice;
  const box = 'h-7 rounded-md border border-line-strong bg-page px-2';
  return (
    <section
      aria-label="What if"
      className="flex shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line bg-raised px-6 py-2"
    >
      <label className="flex items-center gap-2">
        <span className="text-muted">What if</span>
        <select
          aria-label="What arrives late"
          value={late ?? ''}
          onChange={(event) => onChange({ grace, late: event.target.value === '' ? null : event.target.value })}
          className={box}
        >
          {LATE.map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
          {late !== null && !LATE.some(([value]) => value === late) && (
            <option value={late}>The last {late} arrive late</option>
          )}
        </select>
      </label>
      <label className="flex items-center gap-2">
        <span className="text-muted">drafts stay open for</span>
        <select
          aria-label="Grace period"
          value={grace ?? ''}
          onChange={(event) => onChange({ late, grace: event.target.value === '' ? null : event.target.value })}
          className={box}
        >
          {GRACE.map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
      </label>
      <span className="text-table text-faint">Late usage arrives an hour after the invoice is final.</span>
      {notes.length > 0 && (
        <details className="basis-full text-table">
          <summary className="fold -ml-1 cursor-default text-muted hover:text-ink">
            {notes.length === 1 ? '1 thing is' : `${notes.length} things are`} not quite as in the cache
          </summary>
          <ul className="mt-1 list-disc pl-5">
            {notes.map(({ code, path, message }) => (
              <li key={`${code} ${path} ${message}`}>{message}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
