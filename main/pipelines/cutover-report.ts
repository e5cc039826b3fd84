import { join } from 'node:path';
import type {
  CutoverPlan,
  CutoverReportRequest,
  RollupFinding,
  RollupWindow,
  SeamPiece,
  SeamRequest,
  SeamWindow,
} from '../../shared/contract/pipelines-schemas.ts';
import { layout } from '../../shared/reports/layout.ts';
import { intoFile } from '../export/partial-file.ts';

/** What a report is made of. */
type Asked = {
  cutoverPlan(request: { readonly pipeline: string; readonly at: string }): CutoverPlan;
  cutoverSeam(request: SeamRequest): SeamWindow;
};

/** Everything that is kept of a cutover: the plan as it stood, and the seam with all its pieces. */
export type CutoverReport = {
  readonly plan: CutoverPlan;
  readonly seam: SeamWindow;
  readonly pieces: readonly SeamPiece[];
  /** What the rollup got wrong, where that is wanted too. */
  readonly rollup?: Omit<RollupWindow, 'total' | 'all' | 'offset' | 'rows'> & {
    readonly findings: readonly RollupFinding[];
  };
};

const PAGE_ROWS = 500;

/**
 * Writes a cutover into a folder, for the file.
 * @throws TieoutError as plan and seam do; `export.failed`, `workspace.disk_full`
 */
export async function writeCutoverReport(
  views: Asked,
  { pipeline, at, format }: CutoverReportRequest,
  folder: string,
): Promise<{ readonly name: string; readonly pieces: number }> {
  return writeCutover(cutoverReport(views, { pipeline, at }), format, folder);
}

/**
 * The same of a report that is at hand.
 * @throws TieoutError `export.failed`, `workspace.disk_full`
 */
export async function writeCutover(
  report: CutoverReport,
  format: CutoverReportRequest['format'],
  folder: string,
): Promise<{ readonly name: string; readonly pieces: number }> {
  const { pipeline, at } = report.plan;
  const name = `cutover-${pipeline}-${at.replaceAll(':', '')}.${format}`;
  const text = format === 'json' ? reportJson(report) : cutoverText(report);
  await intoFile(join(folder, name), (write) => write(Buffer.from(text)));
  return { name, pieces: report.pieces.length };
}

function cutoverReport(views: Asked, of: { readonly pipeline: string; readonly at: string }): CutoverReport {
  const plan = views.cutoverPlan(of);
  const first = views.cutoverSeam({ ...of, offset: 0, limit: PAGE_ROWS });
  const pieces = [...first.rows];
  while (pieces.length < first.total) {
    const { rows } = views.cutoverSeam({ ...of, offset: pieces.length, limit: PAGE_ROWS });
    if (rows.length === 0) break;
    pieces.push(...rows);
  }
  return { plan, seam: first, pieces };
}

const reportJson = ({ plan, seam: { rows: _, offset: __, ...seam }, pieces, rollup }: CutoverReport): string =>
  `${JSON.stringify({ tieout: 1, kind: 'cutover_report', plan, seam, pieces, ...(rollup === undefined ? {} : { rollup }) }, null, 2)}\n`;

const HELD = new Map<boolean | null, string>([
  [true, 'holds'],
  [false, 'does not hold'],
  [null, 'cannot be told'],
]);

/**
 * The same for people: what was checked, what was to be set, and what the seam came to.
 * @param shown most rows of a list; the rest is counted
 */
export function cutoverText(
  { plan, seam, pieces, rollup }: CutoverReport,
  shown: number = Number.POSITIVE_INFINITY,
): string {
  const settings = (list: readonly { readonly name: string; readonly value: string; readonly where: string }[]) =>
    list.map(({ name, value, where }) => `     ${where}: ${name} = ${value}`);
  const amounts = (sums: SeamWindow['gaps']): string => {
    const parts = [
      ...sums.quantities.map(({ unit, quantity }) => `${quantity} ${unit}`),
      ...sums.money.map(({ currency, amount }) => `${amount} ${currency.toUpperCase()}`),
    ];
    return `${sums.pieces} of ${sums.customers} customers, ${sums.seconds} s${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
  };
  return [
    `Cutover to ${plan.pipeline} at ${plan.at}`,
    plan.sentence,
    '',
    'Checks before',
    ...plan.before.flatMap(({ check, held, detail, remedy, against, count }) => [
      `  ${check}: ${HELD.get(held)}. ${detail}`,
      ...(remedy === null ? [] : [`     ${remedy}`]),
      ...(against.length === 0 ? [] : [`     ${firstOf(against, { shown, count }).join(', ')}`]),
    ]),
    '',
    'Settings, in order',
    ...plan.steps.flatMap(({ title, detail, settings: list, notBefore }, index) => [
      `  ${index + 1}. ${title}${notBefore === null ? '' : `, not before ${notBefore}`}: ${detail}`,
      ...settings(list),
    ]),
    '',
    'The way back',
    ...plan.rollback.flatMap(({ title, detail, settings: list }, index) => [
      `  ${index + 1}. ${title}: ${detail}`,
      ...settings(list),
    ]),
    ...plan.cannotBeUndone.map((sentence) => `  Cannot be undone: ${sentence}`),
    '',
    `Seam from ${seam.period.from} to ${seam.period.to}`,
    seam.sentence,
    ...(seam.state === 'checked'
      ? [`  Billed by nobody: ${amounts(seam.gaps)}`, `  Billed twice: ${amounts(seam.overlaps)}`]
      : [`  It can be checked from ${seam.checkableAt} on.`]),
    ...(pieces.length === 0
      ? []
      : ['', ...piecesTable(pieces.slice(0, shown)), ...firstOf([], { shown, count: pieces.length - shown })]),
    ...seam.problems.map(({ message, remedy }) => `  ${message} ${remedy ?? ''}`.trimEnd()),
    ...(rollup === undefined
      ? []
      : [
          '',
          `Rollup from ${rollup.period.from} to ${rollup.period.to}`,
          rollup.sentence,
          ...findingLines(rollup.findings),
        ]),
    '',
  ].join('\n');
}

/** With a line that counts what is left out. */
function firstOf(lines: readonly string[], of: { readonly shown: number; readonly count: number }): readonly string[] {
  const first = lines.slice(0, of.shown);
  const left = of.count - first.length;
  return left > 0 ? [...first, `… and ${left.toLocaleString('en-US')} more`] : first;
}

const findingLines = (findings: readonly RollupFinding[]): readonly string[] =>
  findings.map(({ kind, customer, name, bucket, sentence, money }) => {
    const worth = money === null ? '' : ` Worth ${money.amount} ${money.currency.toUpperCase()}.`;
    return `  ${bucket.from} ${name ?? customer}, ${kind}: ${sentence}${worth}`;
  });

const piecesTable = (pieces: readonly SeamPiece[]): readonly string[] =>
  layout(
    ['', 'Customer', 'Meter', 'From', 'To', 'Seconds', 'Quantity', 'Unit', 'Worth', ''],
    pieces.map(({ kind, customer, name, meter, period, seconds, quantity, unit, money }) => [
      kind,
      name ?? customer,
      meter,
      period.from,
      period.to,
      String(seconds),
      quantity,
      unit,
      money?.amount ?? '',
      money?.currency.toUpperCase() ?? '',
    ]),
    'lllllrrlrl',
  );
