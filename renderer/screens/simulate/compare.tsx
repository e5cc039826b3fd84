import { X } from 'lucide-react';
import { useState } from 'react';
import type { RunComparison, RunDifference, ScenarioEntry } from '../../../shared/contract/simulate-schemas.ts';
import { IconButton } from '../../components/button.tsx';
import { Failure, SkeletonRows } from '../../components/states.tsx';
import { documentOf } from '../../data/errors.ts';
import { useComparison, useScenarioFile } from '../../data/simulate.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatQuantity } from '../../format/number.ts';
import { formatPeriod } from '../../format/time.ts';
import { plural } from '../../format/words.ts';

const SAVED = 'saved';

/** This run beside another one, to their ends: only what differs. */
export function Compare({
  text,
  saved,
  own,
  entries,
  onClose,
}: {
  /** Of the run that is shown. */
  text: string;
  /** As it was opened; null where nothing was changed. */
  saved: string | null;
  own: string | null;
  entries: readonly ScenarioEntry[];
  onClose: () => void;
}) {
  const others = entries.filter(({ id, problem }) => problem === null && id !== own);
  const [chosen, setChosen] = useState<string>(saved === null ? (others[0]?.id ?? '') : SAVED);
  const which = chosen === SAVED && saved === null ? (others[0]?.id ?? '') : chosen;
  const file = useScenarioFile(which === SAVED || which === '' ? null : which);
  const left = which === SAVED ? saved : (file.data?.text ?? null);
  const query = useComparison(left, text);
  return (
    <section aria-label="Comparison" className="border-b border-line bg-raised px-5 py-3">
      <div className="flex items-center gap-3">
        <h2 className="font-semibold whitespace-nowrap">Compared with</h2>
        <select
          aria-label="Compared with"
          value={which}
          onChange={(event) => setChosen(event.target.value)}
          className="h-7 w-0 max-w-[420px] min-w-0 flex-1 rounded-md border border-line-strong bg-page px-2"
        >
          {saved !== null && <option value={SAVED}>as it was before the changes</option>}
          {others.map(({ id, name, title, isBuiltIn }) => (
            <option key={id} value={id}>
              {isBuiltIn ? (title ?? name) : name}
            </option>
          ))}
        </select>
        <span className="flex-1" />
        <IconButton label="Close the comparison (c)" onClick={onClose}>
          <X size={14} aria-hidden="true" />
        </IconButton>
      </div>
      <p role="status" className="mt-1.5 text-muted">
        {query.data == null ? '' : sentenceOf(query.data)}
      </p>
      {query.isError || file.isError ? (
        <div className="mt-2">
          <Failure document={documentOf(query.error ?? file.error)} meaning="The run itself is not touched by it." />
        </div>
      ) : query.data === undefined ? (
        <SkeletonRows rows={3} label="Comparing" />
      ) : query.data === null ? (
        <p className="mt-2 text-muted">One of the two cannot be played, so there is nothing to compare.</p>
      ) : (
        query.data.rows.length > 0 && <Differences rows={query.data.rows} />
      )}
    </section>
  );
}

const sentenceOf = ({ compared, total }: RunComparison): string =>
  total === 0
    ? `All ${formatCount(compared)} figures are the same.`
    : `${formatCount(total)} of ${formatCount(compared)} ${plural(compared, 'figure')} ${plural(total, 'differs', 'differ')}.`;

const FIELD_WORDS: Readonly<Record<string, string>> = {
  invoice: 'invoice',
  line: 'line',
  startingBalance: 'balance brought forward',
  amountDue: 'amount due',
};

function Differences({ rows }: { rows: readonly RunDifference[] }) {
  return (
    <section
      aria-label="What differs"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
      tabIndex={0}
      className="mt-2 max-h-[300px] overflow-y-auto rounded-md border border-line bg-page"
    >
      <table className="w-full text-table">
        <caption className="sr-only">What differs between the two runs</caption>
        <thead className="sticky top-0 bg-page text-muted">
          <tr>
            <th scope="col" className="h-8 border-b border-line px-3 font-medium">
              What
            </th>
            <th scope="col" className="border-b border-line px-2 text-right font-medium">
              There
            </th>
            <th scope="col" className="border-b border-line px-2 text-right font-medium">
              Here
            </th>
            <th scope="col" className="border-b border-line px-3 text-right font-medium">
              Difference
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Difference key={`${row.subject} ${row.customer} ${row.period?.from} ${row.name} ${row.field}`} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Difference({ row }: { row: RunDifference }) {
  const { subject, name, field, period, customer, left, right, difference, currency } = row;
  const value = (text: string | null, isDifference = false): string =>
    text !== null && currency !== null
      ? formatMoney(text, currency, isDifference)
      : /^-?\d+(\.\d+)?$/.test(text ?? '')
        ? formatQuantity(text, { isDifference })
        : (text ?? 'absent');
  const cell = `tabular border-t border-line py-1 text-right align-top ${currency === null ? 'wrap-anywhere' : 'whitespace-nowrap'}`;
  return (
    <tr>
      <th scope="row" className="border-t border-line px-3 py-1 align-top">
        <bdi className={subject === 'expectation' ? 'font-mono text-label wrap-anywhere' : 'wrap-anywhere'}>
          {subject === 'invoice' ? 'Invoice' : name}
        </bdi>
        <span className="text-muted">, {FIELD_WORDS[field] ?? field}</span>
        {period !== null && (
          <span className="block truncate text-label text-faint">
            {formatPeriod(period.from, period.to)} · <bdi>{customer}</bdi>
          </span>
        )}
      </th>
      <td className={`${cell} px-2 text-muted`}>{value(left)}</td>
      <td className={`${cell} px-2`}>{value(right)}</td>
      <td className={`${cell} px-3 font-medium`}>{difference === null ? '' : value(difference, true)}</td>
    </tr>
  );
}
