import type { MeterPage } from '../../../shared/contract/meter-schemas.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { countMeasured, eachEvidence, readHealthMonths } from '../../cache/health-store.ts';
import type { Db } from '../../cache/open.ts';
import { findMeterKey, readMonthsPulled, readPullsInForce } from '../../cache/pull-store.ts';

type Evidence = MeterPage['evidence'];

/** Evidence of a pull never changes; adding it up reads a row per usage id. */
export class EvidenceCache {
  readonly #byPull = new Map<number, Evidence[number]['tallies']>();

  tallies(db: Db, pull: number): Evidence[number]['tallies'] {
    const known = this.#byPull.get(pull);
    if (known !== undefined) return known;
    const made = talliesOf(eachEvidence(db, pull));
    this.#byPull.set(pull, made);
    return made;
  }

  clear(): void {
    this.#byPull.clear();
  }
}

/** Whole numbers are added up over the usage ids; of anything else the last stands. */
function talliesOf(evidence: Iterable<Readonly<Record<string, string>>>): Evidence[number]['tallies'] {
  const sums = new Map<string, { total: bigint | string; customers: number }>();
  for (const [key, value] of each(evidence)) {
    if (value === '0') continue;
    const before = sums.get(key) ?? { total: 0n, customers: 0 };
    const isCount = /^\d+$/.test(value) && typeof before.total === 'bigint';
    sums.set(key, {
      total: isCount ? (before.total as bigint) + BigInt(value) : value,
      customers: before.customers + 1,
    });
  }
  return [...sums].map(([key, { total, customers }]) => ({ key, total: String(total), customers }));
}

function* each(evidence: Iterable<Readonly<Record<string, string>>>): Generator<readonly [string, string]> {
  for (const record of evidence) yield* Object.entries(record);
}

/** Months of which shadow mode saw the meter, and what each month's pull in force left out of its numbers; newest first. */
export function meterHistory(
  db: Db,
  cache: EvidenceCache,
  meter: string,
): Pick<MeterPage, 'shadowMonths' | 'evidence'> {
  const meterKey = findMeterKey(db, meter);
  if (meterKey === null) return { shadowMonths: [], evidence: [] };
  const evidence = [...readMonthsPulled(db)]
    .sort()
    .reverse()
    .flatMap((month) => {
      const pull = readPullsInForce(db, month).find(
        (each) => each.meterKey === meterKey && each.source === 'clickhouse',
      );
      if (pull === undefined) return [];
      return [
        {
          month,
          pulledAt: formatInstant(pull.startedAt),
          measured: countMeasured(db, pull.pull),
          tallies: cache.tallies(db, pull.pull),
        },
      ];
    });
  return { shadowMonths: [...readHealthMonths(db, meterKey)], evidence };
}
