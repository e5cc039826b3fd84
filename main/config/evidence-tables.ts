import { createHash } from 'node:crypto';
import type { EvidenceTable, SampleTable } from '../sources/evidence-source.ts';
import type { CutoverSection, RollupSection } from './cutover-section.ts';

/** The samples of a rollup as they are read. */
export function sampleTableOf(rollup: RollupSection, cutover: CutoverSection | null): SampleTable {
  const { samples, arrived, billFrom } = rollup;
  const { at, customer, value, interval, id } = samples.columns;
  const slotMs = slotOf(rollup, cutover);
  return {
    table: samples.table,
    columns: { customer, at, value, interval, id, arrived },
    filter: samples.filter,
    bucketMs: samples.bucketMs,
    graceMs: samples.graceMs,
    slotMs,
    // A boundary cuts nothing, and may move without reading anything again.
    billFrom: billFrom !== null && billFrom % slotMs !== 0 ? billFrom : null,
  };
}

/**
 * Samples are kept by the bucket; where they stand for measured time, so fine that the buckets of both pipelines are made
 * of whole slots.
 */
const slotOf = ({ samples }: RollupSection, cutover: CutoverSection | null): number =>
  cutover === null || cutover.runs !== null
    ? samples.bucketMs
    : greatestCommonDivisor(samples.bucketMs, cutover.bucketMs);

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** Changes with every setting under which rows were read. */
export const evidenceFingerprint = (settings: SampleTable | EvidenceTable): string =>
  createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 16);
