import type { CellResult, Verdict } from '../reconciliation/result.ts';
import type { MoneyText, ReconcileSummary } from '../reconciliation/summary.ts';
import { formatDecimal, formatFixed, isZero, parseDecimal, rescaleExact } from '../values/decimal.ts';
import { formatMoney, minorDigits } from '../values/money.ts';
import { BILLING_WORDS, billedSentence, isBilledWrong } from './billing-sentences.ts';
import { layout } from './layout.ts';
import { CAUSE_WORDS, VERDICT_WORDS } from './words.ts';

/**
 * What `tieout reconcile` prints: the answer in one sentence, the meters, then the cells that do not tie out.
 * @param rows in the published order; all of them or only those that drift
 * @param options.limit most cells shown; how many more there are is said
 * @param options.complete how complete usage is, a line for each meter of which that is known
 */
export function reconciliationTable(
  summary: ReconcileSummary,
  rows: readonly CellResult[],
  options: { readonly limit: number; readonly complete?: readonly string[] },
): string {
  const drifting = rows.filter((row) => !isPlain(row.verdict) || isBilledWrong(row));
  const shown = drifting.slice(0, options.limit);
  const billed = billedSentence(summary);
  const head = [totalSentence(summary), ...(billed === null ? [] : [billed]), asOfLine(summary)];
  const parts = [...head, ...incidentLines(summary), '', ...meterTable(summary)];
  const { complete = [] } = options;
  if (complete.length > 0) parts.push('', ...complete);
  if (shown.length > 0) parts.push('', ...cellTable(shown));
  if (drifting.length > shown.length)
    parts.push(`and ${drifting.length - shown.length} more; --csv or --json gives all`);
  const notes = noteLines(summary);
  if (notes.length > 0) parts.push('', ...notes);
  return `${parts.join('\n')}\n`;
}

/** Incidents that are told before the cells; `explain` has all of them. */
const SHOWN_INCIDENTS = 8;

function incidentLines({ causes, month }: ReconcileSummary): string[] {
  const { incidents, unexplained } = causes;
  if (incidents.length === 0) return [];
  const more = incidents.length - SHOWN_INCIDENTS;
  const rest = [
    ...(more > 0 ? [`${more} more incidents`] : []),
    ...(unexplained.cells > 0 ? [`${count(unexplained.cells, 'cell')} unexplained`] : []),
  ];
  return [
    '',
    ...incidents.slice(0, SHOWN_INCIDENTS).map(({ sentence }) => `• ${sentence}`),
    `${rest.length === 0 ? 'What to do' : `and ${rest.join(', ')}; what to do`}: tieout explain DIR --month ${month}`,
  ];
}

const isPlain = (verdict: Verdict): boolean => verdict === 'agree' || verdict === 'agree_zero';

/** "2026-05 does not tie out: 3 of 4 cells drift. Stripe holds 10.50 USD less than was used." */
export function totalSentence(summary: ReconcileSummary): string {
  const { month, cells, structural, byVerdict } = summary;
  if (summary.meters.length > 0 && summary.nothingPulled.length === summary.meters.length) {
    return `Nothing of ${month} was pulled yet; pull it with: tieout pull DIR --month ${month}`;
  }
  if (cells === 0) return `${month} holds no usage and nothing metered.`;
  const clauses = summary.money.flatMap((total) => moneyClause(total));
  const money = clauses.length === 0 ? '' : `Stripe holds ${clauses.join(', ')} than was used`;
  if (byVerdict.invalid > 0) {
    return `${month} cannot be tied out: ${count(byVerdict.invalid, 'value')} ${byVerdict.invalid === 1 ? 'is' : 'are'} invalid, ${structural} of ${count(cells, 'cell')} drift.`;
  }
  if (structural > 0) {
    return `${month} does not tie out: ${structural} of ${count(cells, 'cell')} ${structural === 1 ? 'drifts' : 'drift'}.${money === '' ? '' : ` ${money}.`}`;
  }
  if (byVerdict.incomplete > 0)
    return `${month} is incomplete: ${count(byVerdict.incomplete, 'cell')} could not be compared.`;
  const waiting = byVerdict.stale > 0 ? `; ${count(byVerdict.stale, 'push', 'pushes')} on the way` : '';
  return `${month} ties out: ${count(cells, 'cell')} agree${cells === 1 ? 's' : ''}${waiting}.`;
}

function moneyClause({ currency, difference }: MoneyText): string[] {
  if (difference === null || isZero(parseDecimal(difference))) return [];
  const isShort = !difference.startsWith('-');
  const minor = rescaleExact(parseDecimal(difference.replace('-', '')), minorDigits(currency));
  return [`${formatMoney(minor, currency)} ${isShort ? 'less' : 'more'}`];
}

const asOfLine = ({ asOf }: ReconcileSummary): string =>
  `Usage ${asOf.clickhouse === null ? 'not pulled' : `as of ${asOf.clickhouse}`}, Stripe ${asOf.stripe === null ? 'not pulled' : `as of ${asOf.stripe}`}.`;

function meterTable(summary: ReconcileSummary): string[] {
  const rows = summary.meters.map((meter) => [
    meter.cells === 0
      ? ''
      : meter.structural + meter.byVerdict.invalid > 0
        ? '✗'
        : meter.byVerdict.incomplete > 0
          ? '?'
          : '✓',
    meter.meter,
    String(meter.cells),
    String(meter.structural),
    meter.measured ?? '–',
    meter.metered ?? '–',
    meter.drift?.absolute ?? '–',
    meter.unit,
    differences(meter.money),
  ]);
  return layout(
    ['', 'meter', 'cells', 'drifting', 'measured', 'metered', 'drift', 'unit', 'difference'],
    rows,
    'llrrrrrlr',
  );
}

function cellTable(cells: readonly CellResult[]): string[] {
  const rows = cells.map((cell) => [
    VERDICT_WORDS[cell.verdict].mark,
    cell.name ?? cell.customer ?? cell.usageId ?? '–',
    cell.meter,
    cell.measured === null ? '–' : formatDecimal(cell.measured),
    cell.metered === null ? '–' : formatDecimal(cell.metered),
    cell.drift === null ? '–' : formatDecimal(cell.drift.absolute),
    cell.money === null || cell.money.differenceMinor === null
      ? '–'
      : `${formatFixed({ coefficient: cell.money.differenceMinor, scale: minorDigits(cell.money.currency) }, minorDigits(cell.money.currency))} ${cell.money.currency.toUpperCase()}`,
    VERDICT_WORDS[cell.verdict].words,
    cell.cause === null ? '' : CAUSE_WORDS[cell.cause.code],
    billingText(cell),
  ]);
  const header = ['', 'customer', 'meter', 'measured', 'metered', 'drift', 'difference', 'verdict', 'cause', 'billed'];
  const isBilled = cells.some(({ billing }) => billing !== null);
  return isBilled
    ? layout(header, rows, 'lllrrrrlll')
    : layout(
        header.slice(0, -1),
        rows.map((row) => row.slice(0, -1)),
        'lllrrrrll',
      );
}

function billingText({ billing }: CellResult): string {
  if (billing === null) return '';
  const { mark, words } = BILLING_WORDS[billing.verdict];
  return `${mark} ${words}`;
}

function noteLines(summary: ReconcileSummary): string[] {
  const lines = summary.warnings.map(({ message }) => `! ${message}`);
  const idle = summary.skippedIdle;
  return idle > 0 ? [...lines, `${count(idle, 'idle cell')} ${idle === 1 ? 'was' : 'were'} not asked for.`] : lines;
}

/** What the drift costs, in each currency that it costs anything in. */
const differences = (money: readonly MoneyText[]): string =>
  money
    .filter(({ difference }) => difference === null || !isNothing(difference))
    .map(({ currency, difference }) => amountText(difference, currency))
    .join(', ') || (money.length > 0 ? '0' : '–');

const isNothing = (text: string): boolean => isZero(parseDecimal(text));

const amountText = (major: string | null, currency: string): string =>
  major === null ? '–' : `${fixed(major, currency)} ${currency.toUpperCase()}`;

const fixed = (major: string, currency: string): string => formatFixed(parseDecimal(major), minorDigits(currency));

const count = (number: number, one: string, many = `${one}s`): string => `${number} ${number === 1 ? one : many}`;
