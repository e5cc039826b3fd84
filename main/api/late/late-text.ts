import { completenessLine } from '../../../shared/reports/completeness.ts';
import { layout } from '../../../shared/reports/layout.ts';
import { formatDecimal, round } from '../../../shared/values/decimal.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import type { Period } from '../../../shared/values/period.ts';
import { adjustmentsOfEntry } from './decide.ts';
import type { LateReport } from './late-document.ts';
import type { LateEntry, LateState } from './late-month.ts';
import { totalsOfLate } from './late-order.ts';
import { lateRow, unrecordedProblem } from './late-view.ts';

const STATE_WORDS: Readonly<Record<LateState, { readonly mark: string; readonly words: string }>> = {
  undecided: { mark: '✗', words: 'undecided' },
  incomplete: { mark: '?', words: 'cannot be said' },
  carried_forward: { mark: '→', words: 'carried forward' },
  waived: { mark: '○', words: 'waived' },
  invoiced: { mark: '✓', words: 'invoiced' },
  nothing_due: { mark: '✓', words: 'nothing due' },
};

const ORDER = Object.keys(STATE_WORDS) as readonly LateState[];

/** What `tieout late` prints: the answer in a sentence, the customers, and the lines of the engine that was chosen. */
export function lateText(report: LateReport, options: { readonly limit: number }): string {
  const { month, engine, completeness } = report;
  const entries = [...month.entries].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const shown = entries.slice(0, options.limit);
  const parts = [...sentences(report)];
  if (shown.length > 0) parts.push('', ...entryTable(shown));
  const lines = lineTable(shown, engine);
  if (lines.length > 0) parts.push('', ...lines);
  if (entries.length > shown.length)
    parts.push('', `and ${entries.length - shown.length} more; --limit, --csv or --json gives all`);
  const unknown = problemLines(shown);
  if (unknown.length > 0) parts.push('', ...unknown);
  const complete = completeness.flatMap((each) => completenessLine(each.meter, each.completeness) ?? []);
  if (complete.length > 0) parts.push('', ...complete);
  return `${parts.join('\n')}\n`;
}

/** "2026-04: usage of 3 customers came after it was billed. Corrections of 12.40 USD are undecided." */
function sentences({ month, engine, isPulled }: LateReport): readonly string[] {
  const { entries, billed } = month;
  const name = month.month;
  if (!isPulled) return [`No usage of ${name} was pulled yet; pull it with: tieout pull DIR --month ${name}`];
  const waiting = month.unrecorded === 0 ? [] : [`? ${unrecordedProblem(month).message}`];
  if (billed.runs === 0 && entries.length === 0)
    return [`No finalised invoice bills usage of ${name} yet.`, ...waiting];
  const billedWords = `${count(billed.runs, 'invoiced item')} recorded`;
  if (entries.length === 0) return [`${name}: no usage came after it was billed; ${billedWords}.`, ...waiting];
  const told = entries.filter(({ state }) => state !== 'incomplete');
  const customers = new Set((told.length === 0 ? entries : told).map(({ customerId }) => customerId)).size;
  const head =
    told.length === 0
      ? `${name}: for ${count(customers, 'customer')} late usage cannot be told.`
      : `${name}: usage of ${count(customers, 'customer')} changed after it was billed (${billedWords}).`;
  const money = totalsOfLate(told.map(lateRow)).map(({ currency, total, undecided }) => {
    const code = currency.toUpperCase();
    return `Corrections come to ${total} ${code} by either engine, ${undecided} ${code} of it undecided.`;
  });
  const booked =
    engine === 'delta'
      ? `Booked by delta, on ${dates(month.bookedOn)}; --engine period_preserving books each on the period it belongs to.`
      : 'Booked on the period that each belongs to, naming the run; --engine delta books all on the open month.';
  return [head, ...money, ...(told.some(({ hasLines }) => hasLines) ? [booked] : []), ...waiting];
}

const entryTable = (entries: readonly LateEntry[]): string[] =>
  layout(
    ['', 'customer', 'meter', 'came late', 'unit', 'drift at billing', 'correction', '', 'decision'],
    entries.map((entry) => {
      const row = lateRow(entry);
      return [
        STATE_WORDS[entry.state].mark,
        entry.name ?? entry.customerId,
        entry.meter,
        quantityText(entry.late),
        entry.unit,
        quantityText(entry.driftAtBilling),
        (entry.state === 'invoiced' ? row.invoiced : row.correction) ?? '?',
        entry.currency.toUpperCase(),
        decisionText(entry),
      ];
    }),
    'lllrlrrll',
  );

const SHOWN_PLACES = 6;
const quantityText = (value: LateEntry['late']): string =>
  value === null ? '?' : formatDecimal(round(value, SHOWN_PLACES, 'half_up'));

const decisionText = ({ state, decision }: LateEntry): string =>
  decision === null
    ? STATE_WORDS[state].words
    : `${STATE_WORDS[state].words} by ${decision.author}${decision.note === '' ? '' : `: ${decision.note}`}`;

/** What is waived is not booked. */
function lineTable(entries: readonly LateEntry[], engine: LateReport['engine']): string[] {
  const owed = entries.filter(({ state }) => state !== 'waived');
  const rows = owed.flatMap((entry) =>
    adjustmentsOfEntry(entry, engine).map(({ servicePeriod, component, amountMinor, correctsRun }) => [
      entry.name ?? entry.customerId,
      entry.meter,
      dates(servicePeriod),
      component,
      formatMinorAsMajor(amountMinor, entry.currency),
      entry.currency.toUpperCase(),
      correctsRun === null ? '' : `run ${correctsRun}`,
    ]),
  );
  return rows.length === 0
    ? []
    : layout(['customer', 'meter', 'for', 'part', 'amount', '', 'corrects'], rows, 'llllrll');
}

/** Mostly all meters of a customer have the same problem. */
function problemLines(entries: readonly LateEntry[]): readonly string[] {
  const meters = new Map<string, string[]>();
  const lines = entries.flatMap(({ problem, name, customerId, meter }) =>
    problem === null ? [] : [{ key: `${name ?? customerId}: ${problem.message}`, meter }],
  );
  for (const { key, meter } of lines) meters.set(key, [...(meters.get(key) ?? []), meter]);
  return [...meters].map(([key, names]) => `? ${key} (${names.join(', ')})`);
}

const DATE_LENGTH = 'YYYY-MM-DD'.length;
const dates = ({ from, to }: Period): string =>
  `${formatInstant(from).slice(0, DATE_LENGTH)} – ${formatInstant(to).slice(0, DATE_LENGTH)}`;

const count = (number: number, one: string): string =>
  `${number.toLocaleString('en-US')} ${number === 1 ? one : `${one}s`}`;
