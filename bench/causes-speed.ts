import Database from 'better-sqlite3';
import { packHours, unpackHours } from '../main/cache/hour-pack.ts';
import type { DriftingCell } from '../shared/reconciliation/explain/drifting-cell.ts';
import { infer } from '../shared/reconciliation/explain/infer.ts';
import { oneFault } from '../test/oracles/fault-generator.ts';

/** Different cells; each is read and explained again and again until `cells` are done. */
const DISTINCT = 470;
const WARM_UP = 200;
const UNIT = 10n ** 12n;

/**
 * What explaining costs beside reading: CPU time for reading both series of a cell from SQLite, as the cache keeps them, and
 * for telling the cause; and by how much the heap grew from the first tenth to the end.
 */
export function measureSpeed(cells: number): {
  readonly readMs: number;
  readonly explainMs: number;
  readonly ratio: number;
  readonly heapGrowthMb: number;
} {
  const db = new Database(':memory:');
  db.exec('CREATE TABLE hours (cell INTEGER, side INTEGER, hours BLOB, PRIMARY KEY (cell, side)) WITHOUT ROWID');
  const insert = db.prepare('INSERT INTO hours VALUES (?, ?, ?)');
  const all = Array.from({ length: DISTINCT }, (_, index) => oneFault(index + 1).cell);
  for (const [index, cell] of all.entries())
    for (const [side, hours] of sidesOf(cell).entries()) insert.run(index, side, pack(hours));
  const select = db.prepare('SELECT hours FROM hours WHERE cell = ? AND side = ?');
  const read = (index: number): number => {
    const cell = all[index % DISTINCT] as DriftingCell;
    let count = 0;
    for (const [side, hours] of sidesOf(cell).entries()) {
      const { hours: packed } = select.get(index % DISTINCT, side) as { hours: Uint8Array };
      const series = new Array<bigint | null>(hours.length).fill(null);
      for (const { hour, whole, frac } of unpackHours(packed)) series[hour] = BigInt(whole) * UNIT + BigInt(frac);
      count += series.length;
    }
    return count;
  };
  for (let index = 0; index < WARM_UP; index += 1) {
    read(index);
    infer(all[index % DISTINCT] as DriftingCell);
  }
  const readMs = cpu(() => {
    for (let index = 0; index < cells; index += 1) read(index);
  });
  let early = 0;
  const explainMs = cpu(() => {
    for (let index = 0; index < cells; index += 1) {
      infer(all[index % DISTINCT] as DriftingCell);
      if (index === Math.floor(cells / 10)) early = heap();
    }
  });
  const heapGrowthMb = (heap() - early) / 2 ** 20;
  db.close();
  return { readMs: readMs / cells, explainMs: explainMs / cells, ratio: explainMs / readMs, heapGrowthMb };
}

const sidesOf = (cell: DriftingCell): readonly (readonly (bigint | null)[])[] => [cell.measured, cell.metered];

const pack = (hours: readonly (bigint | null)[]): Buffer =>
  packHours(
    hours.flatMap((value, hour) =>
      value === null || value === 0n ? [] : [{ hour, whole: value / UNIT, frac: Number(value % UNIT) }],
    ),
  );

function cpu(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
