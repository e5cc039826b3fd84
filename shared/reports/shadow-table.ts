import type { CellResult } from '../reconciliation/result.ts';
import type { ReconcileSummary } from '../reconciliation/summary.ts';
import { formatDecimal } from '../values/decimal.ts';
import { formatInstant } from '../values/instant.ts';
import { layout } from './layout.ts';
import { upstreamOf } from './shadow-json.ts';
import { totalSentence } from './table.ts';
import { CAUSE_WORDS, VERDICT_WORDS } from './words.ts';

const HEADER = [
  '',
  'customer',
  'meter',
  'measured',
  'held',
  'drift',
  'sent in',
  'age',
  'verdict',
  'basic rule',
  'cause',
];

/**
 * What `tieout shadow` prints: the answer in one sentence, every cell that holds something with the hour of the held
 * value and its age, and what went wrong with the pushes.
 * @param rows in the published order; those that do not simply agree come first
 * @param options.limit most cells shown; how many more there are is said
 */
export function shadowTable(
  summary: ReconcileSummary,
  rows: readonly CellResult[],
  options: { readonly limit: number },
): string {
  const filled = rows.filter(({ verdict }) => verdict !== 'agree_zero');
  const shown = [...filled.filter(isNotable), ...filled.filter((cell) => !isNotable(cell))].slice(0, options.limit);
  const { clickhouse, stripe } = summary.asOf;
  const parts = [totalSentence(summary), `Usage as of ${clickhouse ?? 'never'}, Stripe as of ${stripe ?? 'never'}.`];
  if (shown.length > 0) parts.push('', ...layout(HEADER, shown.map(cellLine), 'lllrrrlrlll'));
  if (filled.length > shown.length) parts.push(`and ${filled.length - shown.length} more; --json gives all`);
  const pitfalls = shown.flatMap((cell) =>
    (cell.pitfalls ?? []).map(({ sentence }) => `! ${nameOf(cell)}, ${cell.meter}: ${sentence}`),
  );
  if (pitfalls.length > 0) parts.push('', ...pitfalls);
  const warnings = summary.warnings.map(({ message }) => `! ${message}`);
  if (warnings.length > 0) parts.push('', ...warnings);
  return `${parts.join('\n')}\n`;
}

const isNotable = ({ verdict, pitfalls = [] }: CellResult): boolean => verdict !== 'agree' || pitfalls.length > 0;

const nameOf = (cell: CellResult): string => cell.name ?? cell.customer ?? cell.usageId ?? '–';

function cellLine(cell: CellResult): string[] {
  const upstream = upstreamOf(cell);
  return [
    VERDICT_WORDS[cell.verdict].mark,
    nameOf(cell),
    cell.meter,
    cell.measured === null ? '–' : formatDecimal(cell.measured),
    cell.metered === null ? '–' : formatDecimal(cell.metered),
    cell.drift === null ? '–' : formatDecimal(cell.drift.absolute),
    cell.held === undefined ? '–' : formatInstant(cell.held.hour).slice(0, 16).replace('T', ' '),
    cell.held === undefined ? '–' : ageText(cell.held.ageMs),
    VERDICT_WORDS[cell.verdict].words,
    upstream === null ? '–' : upstream ? 'ok' : 'drift',
    cell.cause === null ? '' : CAUSE_WORDS[cell.cause.code],
  ];
}

/** `45m`, `3h 05m`, `12d 04h` */
export function ageText(ageMs: number): string {
  const minutes = Math.floor(ageMs / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${two(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}
