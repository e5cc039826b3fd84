import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runTask } from './child.ts';
import {
  alternate,
  atMost,
  type Group,
  mebibytes,
  millis,
  nanos,
  peaks,
  type Row,
  type Settings,
  times,
  within,
} from './harness.ts';
import { recordReading, startUsageWorld, type UsageWorld } from './usage-world.ts';

const MAX_PEAK_BYTES = 256 * 1024 * 1024;
const MAX_DELAY_MS = 16;

/** P2 and P3: from ClickHouse into the client, and into the cache. */
export const pullGroup: Group = {
  bars: ['P2', 'P3', 'P3m', 'P3l'],
  obstacle: () => (process.platform === 'win32' ? 'there is no embedded ClickHouse for Windows' : null),
  measure: async (settings) => {
    const world = await startUsageWorld(settings.cells);
    settings.say(`${world.rows.toLocaleString('en')} customer-meter-hours in the embedded ClickHouse`);
    try {
      return [
        ...(settings.wants('P2') ? await measureReading(settings, world) : []),
        ...(['P3', 'P3m', 'P3l'].some(settings.wants) ? await measurePull(settings, world) : []),
      ];
    } finally {
      await world.engine.stop();
    }
  },
};

async function measureReading({ rounds }: Settings, world: UsageWorld): Promise<readonly Row[]> {
  const { server } = world;
  const { ours, theirs } = await alternate(rounds, {
    ours: () => runTask('read-cells', { server }),
    theirs: () => runTask('read-rows', { server }),
  });
  requireCheck(world, ours[0]?.check);
  const perRow = (cpuMs: number): number => (cpuMs * 1e6) / world.rows;
  return [
    atMost(0.4, {
      bar: 'P2',
      what: 'parsing a pull: CPU per row',
      reference: 'JSONEachRow, row.json()',
      ours: ours.map(({ cpuMs }) => perRow(cpuMs)),
      theirs: theirs.map(({ cpuMs }) => perRow(cpuMs)),
      unit: nanos,
    }),
  ];
}

async function measurePull({ rounds, folder }: Settings, world: UsageWorld): Promise<readonly Row[]> {
  const { server, check } = world;
  const requests = await recordReading(world);
  const file = join(folder, 'pull.db');
  const fresh = (): void => {
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  };
  const { ours, theirs } = await alternate(rounds, {
    ours: () => {
      fresh();
      return runTask('pull', { server, file });
    },
    // What it reads is thrown away, so it has no result of its own; that every answer came whole is checked inside.
    theirs: () => runTask('drain', { server, requests, check }),
  });
  fresh();
  const reference = 'same query, bytes thrown away';
  return [
    atMost(2, {
      bar: 'P3',
      what: 'pull from events to cache: wall',
      reference,
      ours: times(ours),
      theirs: times(theirs),
      unit: millis,
    }),
    atMost(
      2,
      {
        bar: 'P3m',
        what: 'peak memory of the pull process',
        reference,
        ours: peaks(ours),
        theirs: peaks(theirs),
        unit: mebibytes,
      },
      MAX_PEAK_BYTES,
    ),
    within(MAX_DELAY_MS, {
      bar: 'P3l',
      what: 'event-loop delay p99 of the main thread, 5 ms sampler',
      ours: ours.map(({ figures }) => figures.delayP99Ms ?? Number.NaN),
      unit: millis,
    }),
  ];
}

function requireCheck(world: UsageWorld, found: string | undefined): void {
  if (found !== world.check) throw new Error(`Reading found ${found}, the server itself ${world.check}.`);
}
