import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import type { LateDetail, LateRun } from '../../../shared/contract/late-schemas.ts';
import { IconButton } from '../../components/button.tsx';
import { Quantity } from '../../components/figure.tsx';
import { stripeStatusWord } from '../../format/billing-words.ts';
import { componentWords, DECISION_WORDS, ENGINE_WORDS, isFlat } from '../../format/late-words.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatQuantity, signOfText, widestFraction } from '../../format/number.ts';
import { formatHour, formatMoment, formatPeriod } from '../../format/time.ts';
import { plural } from '../../format/words.ts';
import { Section } from '../cell/section.tsx';

/** From what was booked to what is measured now. */
export function Quantities({ detail: { row, runs } }: { detail: LateDetail }) {
  const [only, ...others] = runs.filter(({ kind, voided }) => kind === 'billed' && voided === null);
  const isOne = only !== undefined && others.length === 0;
  const now = isOne ? only.measuredNow : null;
  const lines = [
    { word: 'Booked', text: row.booked.quantity, tone: 'text-billed', isDifference: false },
    ...(signOfText(row.driftAtBilling) === 0 && row.driftAtBilling !== null
      ? []
      : [
          {
            word: 'Was missing when it was billed',
            text: row.driftAtBilling,
            tone: 'text-muted',
            isDifference: true,
          },
        ]),
    { word: 'Arrived late', text: row.late, tone: 'text-measured', isDifference: true },
    ...(now === null ? [] : [{ word: 'Measured now', text: now, tone: 'text-ink', isDifference: false }]),
  ];
  const places = widestFraction(lines.map(({ text }) => text));
  return (
    <Section
      title="From what was booked to what was used"
      aside={<span className="text-label text-faint">{row.unit}</span>}
    >
      <dl>
        {lines.map(({ word, text, tone, isDifference }) => (
          <div
            key={word}
            className="flex h-7 items-center justify-between border-b border-line last:border-line-strong last:font-medium"
          >
            <dt className={tone}>{word}</dt>
            <dd>
              <Quantity text={text} places={places} isDifference={isDifference} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** What was billed, as it was recorded then. */
export function Runs({ detail: { runs, row } }: { detail: LateDetail }) {
  return (
    <Section
      title="Runs"
      aside={
        <span className="text-label text-faint">
          {formatCount(runs.length)} {plural(runs.length, 'run')}, kept as recorded
        </span>
      }
    >
      {runs.map((run) => (
        <Run key={run.run} run={run} currency={row.currency} unit={row.unit} />
      ))}
    </Section>
  );
}

function Run({ run, currency, unit }: { run: LateRun; currency: string; unit: string }) {
  const { kind, invoice, engine, bookedOn, voided } = run;
  return (
    <article aria-label={`Run ${run.run}`} className="border-b border-line py-2 last:border-0">
      <p className="flex justify-between gap-3">
        <span className={voided === null ? 'font-medium' : 'text-muted line-through'}>
          Run {run.run}, {kind === 'billed' ? 'billed' : 'correction'}
          {invoice !== null && (
            <span className="font-normal" title={invoice.id}>
              {' '}
              on {invoice.number ?? <span className="font-mono text-label">{invoice.id}</span>}
              {invoice.status !== null && (
                <span className="text-muted"> {stripeStatusWord(invoice.status).toLowerCase()}</span>
              )}
            </span>
          )}
        </span>
        <span className="tabular whitespace-nowrap">{formatMoney(run.amount, currency)}</span>
      </p>
      <p className="text-table text-muted">
        {formatPeriod(run.servicePeriod.from, run.servicePeriod.to)}, recorded {formatMoment(run.recordedAt)}
      </p>
      {engine !== null && bookedOn !== null && (
        <p className="text-table text-muted">
          {ENGINE_WORDS[engine].word}: booked for {formatPeriod(bookedOn.from, bookedOn.to)}
        </p>
      )}
      {voided !== null && <p className="text-table text-muted">Counts no more. {voided.reason}</p>}
      <ul className="mt-1 text-table">
        {run.lines.map((line) => (
          <li key={line.key} className="flex justify-between gap-3 text-muted">
            <span>
              {componentWords(line.component)}{' '}
              <span className="tabular text-faint">
                {!isFlat(line.component) &&
                  `${formatQuantity(line.quantity)} ${unit} × ${formatMoney(line.unitAmount, currency)}`}
              </span>
            </span>
            <span className="tabular whitespace-nowrap">{formatMoney(line.total, currency)}</span>
          </li>
        ))}
      </ul>
      <p className="mt-1 flex h-6 items-center gap-1 text-label text-faint">
        Digest <code className="font-mono">{run.digest.slice(0, 16)}…</code>
        <CopyDigest digest={run.digest} />
      </p>
    </article>
  );
}

function CopyDigest({ digest }: { digest: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <IconButton
      label={isCopied ? 'Copied' : 'Copy the whole digest'}
      onClick={() => void navigator.clipboard.writeText(digest).then(() => setCopied(true))}
      className="size-6"
    >
      {isCopied ? <Check size={12} aria-hidden="true" /> : <Copy size={12} aria-hidden="true" />}
    </IconButton>
  );
}

/** The hours that changed since, with the pull that first saw them. */
export function LateHours({ detail: { hours, row } }: { detail: LateDetail }) {
  if (hours.length === 0) return null;
  const places = widestFraction(hours.map(({ quantity }) => quantity));
  const head = 'sticky top-0 h-7 border-b border-line-strong bg-page px-2 font-medium';
  return (
    <Section
      title="Hours that came late"
      aside={
        <span className="text-label text-faint">
          {formatCount(hours.length)} {plural(hours.length, 'hour')}
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse */}
      <section tabIndex={0} aria-label="Hours" className="max-h-[320px] overflow-auto">
        <table className="w-full text-table">
          <caption className="sr-only">Late {row.unit} by the hour of usage, UTC</caption>
          <thead>
            <tr className="text-muted">
              <th scope="col" className={`${head} pl-0`}>
                Used, UTC
              </th>
              <th scope="col" className={`${head} text-right text-measured`}>
                {row.unit}
              </th>
              <th scope="col" className={`${head} pr-0 text-right`}>
                First seen
              </th>
            </tr>
          </thead>
          <tbody>
            {hours.map(({ at, quantity, arrivedAt, pull }) => (
              <tr key={`${at} ${pull}`} className="[&>*]:h-[26px] [&>*]:border-b [&>*]:border-line">
                <th scope="row" className="tabular whitespace-nowrap">
                  {formatHour(at)}
                </th>
                <td className="px-2 text-right">
                  <Quantity text={quantity} places={places} isDifference />
                </td>
                <td className="tabular text-right whitespace-nowrap">
                  {arrivedAt === null ? '–' : formatHour(arrivedAt)}
                  {pull !== null && <span className="pl-2 text-label text-faint">pull {pull}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  );
}

/** Everything that was decided; nothing is ever overwritten. */
export function DecisionHistory({ detail: { decisions } }: { detail: LateDetail }) {
  if (decisions.length === 0) return null;
  return (
    <Section title="Decisions">
      <ol>
        {decisions.map(({ decision, note, author, at, isCurrent }, place) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: decisions are only ever added in front
            key={decisions.length - place}
            className="border-b border-line py-1.5 text-table last:border-0"
          >
            <p className="flex justify-between gap-3">
              <span>
                {DECISION_WORDS[decision]} by {author}
                {!isCurrent && <span className="text-faint"> for the correction as it was then</span>}
              </span>
              <span className="tabular whitespace-nowrap text-muted">{formatMoment(at)}</span>
            </p>
            {note !== '' && <p className="wrap-anywhere text-muted">“{note}”</p>}
          </li>
        ))}
      </ol>
    </Section>
  );
}
