import { isTieoutError, type Problem } from '../../shared/errors.ts';
import { instant } from '../../shared/values/instant.ts';
import type { CutoverSection, RollupSection } from '../config/cutover-section.ts';
import { sampleTableOf } from '../config/evidence-tables.ts';
import type { EvidenceSource, EvidenceTable } from '../sources/evidence-source.ts';

/** What of a pipeline's books lies in one ClickHouse. */
export type BooksThere = {
  readonly pipeline: string;
  readonly rollup: RollupSection | null;
  readonly cutover: CutoverSection | null;
  /** Whether samples, events and customers are in this one, and what the old pipeline billed. */
  readonly has: { readonly rollup: boolean; readonly cutover: boolean };
};

/** No instant lies in it: names, types and permissions are judged, and no row is read. */
const NOTHING = { from: instant(0), to: instant(0) };

/** Whether every table of the books can be read as tieout.yaml names it; all problems at once. */
export async function checkBooks(
  source: EvidenceSource,
  books: readonly BooksThere[],
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { pipeline, rollup, cutover, has } of books) {
    const tables: (readonly [place: string, table: EvidenceTable | null])[] = [
      ...(has.rollup && rollup !== null
        ? [['rollup.events', rollup.events] as const, ['rollup.customers', rollup.customers] as const]
        : []),
      ...(has.cutover && cutover !== null
        ? [['cutover.billed', cutover.billed] as const, ['cutover.runs', cutover.runs] as const]
        : []),
    ];
    if (has.rollup && rollup !== null) {
      const samples = sampleTableOf(rollup, cutover);
      const path = `pipelines.${pipeline}.rollup`;
      problems.push(...(await failureOf(path, source.samples({ samples, period: NOTHING, signal }))));
    }
    for (const [place, table] of tables) {
      if (table === null) continue;
      const path = `pipelines.${pipeline}.${place}`;
      problems.push(...(await failureOf(path, source.rows({ table, period: NOTHING, signal, path }))));
    }
  }
  return problems;
}

async function failureOf(path: string, rows: AsyncIterable<unknown>): Promise<readonly Problem[]> {
  try {
    for await (const _ of rows) return [];
    return [];
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    const remedy = error.remedy === null ? {} : { remedy: error.remedy };
    return [{ code: error.code, path, message: error.message, ...remedy }];
  }
}
