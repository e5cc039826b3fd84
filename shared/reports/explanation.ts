import type { IncidentRecord, MonthCauses } from '../reconciliation/explain/month-causes.ts';
import type { CellResult, ExitCode } from '../reconciliation/result.ts';
import type { ReconcileSummary } from '../reconciliation/summary.ts';
import { formatDecimal } from '../values/decimal.ts';
import { type ReportRow, reportRow } from './cell-row.ts';
import { layout } from './layout.ts';
import { totalSentence } from './table.ts';
import { CAUSE_WORDS, VERDICT_WORDS } from './words.ts';

/** A file that mends something, as it was written. */
export type RemedyFileLine = {
  readonly name: string;
  readonly kind: string;
  readonly incident: string;
  readonly entries: number;
};

/** Why a month is off, or what of it concerns some customers. */
export type Explanation = {
  readonly summary: ReconcileSummary;
  readonly incidents: readonly IncidentRecord[];
  /** What does not tie out, in the published order. */
  readonly rows: Iterable<CellResult>;
  /** Absent: none were asked for. */
  readonly files?: readonly RemedyFileLine[];
  readonly exit: ExitCode;
};

/** The document of `tieout explain --json` (interfaces.md section 6) in pieces, one row a line. */
export function* explanationJson({ summary, incidents, rows, files, exit }: Explanation): Generator<string> {
  const { workspace, month, period, asOf, causes } = summary;
  const fields = { workspace, month, period, asOf, incidents };
  const lines = Object.entries(fields).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  yield `{\n  "tieout": 1,\n  "kind": "explanation",\n${lines.join('\n')}\n  "rows": [`;
  let isFirst = true;
  for (const row of rows) {
    yield `${isFirst ? '\n' : ',\n'}    ${JSON.stringify(explainedRow(row))}`;
    isFirst = false;
  }
  const more = {
    unexplained: causes.unexplained,
    notAsked: causes.notAsked,
    ...(files === undefined ? {} : { files }),
  };
  const tail = Object.entries(more).map(([key, value]) => `,\n  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  yield `${isFirst ? '' : '\n  '}],\n  "exit": ${exit}${tail.join('')}\n}\n`;
}

/** Every row names its incident, or none. */
const explainedRow = (row: CellResult): Omit<ReportRow, 'incident'> & { readonly incident: string | null } => ({
  ...reportRow(row),
  incident: row.incident ?? null,
});

/**
 * What `tieout explain` prints: the incidents in sentences with what to do, then the cells.
 * @param options.limit most cells shown; how many more there are is said
 */
export function explanationText(
  { summary, incidents, rows, files = [], exit }: Explanation,
  options: { readonly limit: number },
): string {
  const lines = [totalSentence(summary), ''];
  for (const [index, incident] of incidents.entries()) lines.push(...incidentLines(index + 1, incident));
  const { unexplained } = summary.causes;
  // What was not pulled or not compared is not known to be in order.
  if (exit === 0 && incidents.length === 0 && unexplained.cells === 0) lines.push('Nothing is off.', '');
  lines.push(...restLines(summary.causes));
  const all = [...rows];
  if (all.length > 0) lines.push(...cellTable(all.slice(0, options.limit)));
  if (all.length > options.limit) lines.push(`and ${all.length - options.limit} more; --json gives all`);
  for (const { name, entries } of files) lines.push(`Wrote ${name} (${entries.toLocaleString('en-US')})`);
  return `${lines.join('\n').trimEnd()}\n`;
}

function incidentLines(number: number, incident: IncidentRecord): string[] {
  const { sentence, confidence, remedy, quantities, id } = incident;
  const worth = quantities.filter(({ worth: quantity }) => quantity !== '0').map((of) => `${of.worth} ${of.unit}`);
  return [
    `${number}. ${sentence}`,
    `   ${[CONFIDENCE_WORDS[confidence], ...worth].join('; ')}`,
    `   ${remedy}`,
    `   ${id}`,
    '',
  ];
}

const CONFIDENCE_WORDS = {
  high: 'certain',
  medium: 'likely',
  low: 'uncertain',
} as const;

function restLines({ unexplained, notAsked }: MonthCauses): string[] {
  const lines: string[] = [];
  if (unexplained.cells > 0) {
    const money = unexplained.money.map(({ currency, difference }) => `${difference} ${currency.toUpperCase()}`);
    const worth = money.length === 0 ? '' : `, worth ${money.join(' and ')}`;
    lines.push(`Unexplained: ${unexplained.cells} ${unexplained.cells === 1 ? 'cell' : 'cells'}${worth}.`, '');
  }
  if (notAsked > 0) {
    lines.push(
      `${notAsked.toLocaleString('en-US')} more cells drift than are looked at by the hour; their causes are those of their totals.`,
      '',
    );
  }
  return lines;
}

function cellTable(cells: readonly CellResult[]): string[] {
  const rows = cells.map((cell) => [
    VERDICT_WORDS[cell.verdict].mark,
    cell.name ?? cell.customer ?? cell.usageId ?? '–',
    cell.meter,
    cell.drift === null ? '–' : formatDecimal(cell.drift.absolute),
    cell.cause === null
      ? ''
      : [cell.cause.code, ...(cell.cause.also ?? [])].map((code) => CAUSE_WORDS[code]).join(' + '),
    cell.cause?.confidence ?? '',
    cell.cause?.evidence ?? '',
  ]);
  return layout(['', 'customer', 'meter', 'drift', 'cause', 'sure', 'evidence'], rows, 'lllrlll', LONGEST);
}

const LONGEST = 110;
