import { openCache } from '../../../main/cache/open.ts';
import { acquireWriter } from '../../../main/cache/writer-lock.ts';
import { pullMonth } from '../../../main/pull/pull-month.ts';
import { instant } from '../../../shared/values/instant.ts';
import { fakeBillingSource, fakeUsageSource, MONTH } from './fake-sources.ts';
import { killedMeters, killedWorld } from './killed-world.ts';

/** Pulls one version of a month into a database, as a process of its own: node killed-child.ts FILE VERSION NOW */
const [, , path = '', version = '0', nowText = '0'] = process.argv;
const now = instant(Number(nowText));
const lock = acquireWriter({ databaseFile: path }, { pid: process.pid, startedAt: now, command: 'pull' });
const db = openCache(path, { now });
const world = killedWorld(Number(version));
process.stdout.write('began\n');
await pullMonth({
  db,
  usage: fakeUsageSource(world.usage),
  billing: fakeBillingSource(world.billing),
  meters: killedMeters,
  customers: { match: { by: 'metadata', key: 'workspace_id' }, links: null, fingerprint: 'by workspace_id' },
  testClocks: false,
  month: MONTH,
  select: {},
  skipIdle: false,
  hourly: 'drifting',
  toolVersion: 'test',
  now: () => now,
  signal: new AbortController().signal,
});
db.close();
lock.release();
process.stdout.write('done\n');
