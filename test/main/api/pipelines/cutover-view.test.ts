import { expect, test } from 'vitest';
import { openBooks, requireRollup } from '../../../../main/api/pipelines/books.ts';
import { cutoverPlan } from '../../../../main/api/pipelines/cutover-view.ts';
import { reservationAnswer } from '../../../../main/api/pipelines/reservation-view.ts';
import { rollupHead, rollupPeriod, rollupReport } from '../../../../main/api/pipelines/rollup-view.ts';
import { seamHead, seamReport } from '../../../../main/api/pipelines/seam-view.ts';
import { type EvidenceBody, type EvidenceKind, replaceEvidence } from '../../../../main/cache/evidence-store.ts';
import type { Db } from '../../../../main/cache/open.ts';
import { type Config, parseConfig } from '../../../../main/config/config.ts';
import { evidenceFingerprint, sampleTableOf } from '../../../../main/config/evidence-tables.ts';
import { isTieoutError } from '../../../../shared/errors.ts';
import { formatDecimal } from '../../../../shared/values/decimal.ts';
import { formatInstant, type Instant, parseInstant } from '../../../../shared/values/instant.ts';
import { scratchCache } from '../../cache/scratch.ts';

const NOW = parseInstant('2026-06-16T12:00:00Z');
const T = parseInstant('2026-06-15T12:00:00Z');
const QUARTER = 900_000;
const HOUR = 3_600_000;
const OVERAGE = 'sandbox_compute_sandbox_overage';

const configOf = (more = '', scale = '1/1024', runs = false): Config =>
  parseConfig(
    `version: 1
clickhouse: { url: "http://127.0.0.1:1" }
stripe: { apiKey: sk_test_1 }
customers: { match: id }
meters:
  - { key: gb, unit: GB-s, stripe: { eventName: ${OVERAGE} }, usage: { template: sql, query: SELECT 1 } }
pipelines:
  edge:
    meters:
      gb: { template: interval_samples, table: s, columns: { customer: c, at: t, value: m, interval: i, id: id }, scale: "${scale}" }
    rollup:
      events: { table: e, columns: { id: a, customer: b, meter: c, bucket: d, value: e, state: f } }
      ${more}
    cutover:
      from: cell
      billed: { table: b, columns: { customer: a, from: b, to: c } }
${runs ? '      runs: { table: r, columns: { customer: a, from: b, to: c, memory: d } }\n' : ''}`,
    { fileName: 'tieout.yaml', env: {} },
  );

function keep(
  db: Db,
  config: Config,
  of: {
    readonly kind: EvidenceKind;
    readonly rows: readonly EvidenceBody[];
    readonly month?: string;
    readonly asOf?: Instant;
  },
): void {
  const { rollup, cutover } = requireRollup(config, 'edge');
  const settings = {
    samples: sampleTableOf(rollup, cutover),
    events: rollup.events,
    billed: cutover?.billed,
    runs: cutover?.runs,
    customers: null,
    webhooks: null,
  }[of.kind];
  replaceEvidence(
    db,
    { pipeline: 'edge', kind: of.kind, month: of.month ?? '2026-06' },
    { asOf: of.asOf ?? NOW, fingerprint: settings == null ? '' : evidenceFingerprint(settings), rows: of.rows },
  );
}

/** One customer with 4 GB all the time, in slots of a quarter of an hour. */
const slots = (from: number, to: number, level = '4096'): EvidenceBody[] => {
  const rows: EvidenceBody[] = [];
  for (let at = from; at < to; at += QUARTER) rows.push(['a', at, level, '900', null]);
  return rows;
};
const billed = (from: number, to: number): EvidenceBody[] => {
  const rows: EvidenceBody[] = [];
  for (let at = from; at < to; at += QUARTER) rows.push(['a', at, at + QUARTER, null, null, null, null]);
  return rows;
};
const events = (from: number, to: number, state = 'sent'): EvidenceBody[] => {
  const rows: EvidenceBody[] = [];
  for (let at = from; at < to; at += HOUR) {
    rows.push([`a:${at / 1000}:${OVERAGE}`, 'a', OVERAGE, at, '14400', state, null, null, at + HOUR + 660_000]);
  }
  return rows;
};

const DAY = 24 * HOUR;

test('without a list of runs the samples are the measured time', () => {
  const db = scratchCache();
  const config = configOf('billFrom: 2026-06-15T12:00:00Z\n      shadow: false');
  keep(db, config, { kind: 'samples', rows: slots(T - DAY, T + DAY) });
  keep(db, config, { kind: 'events', rows: [...events(T - DAY, T, 'shadow'), ...events(T, T + DAY)] });
  keep(db, config, { kind: 'billed', rows: billed(T - DAY, T - QUARTER) });
  const seam = seamReport({ db, config, now: NOW }, { pipeline: 'edge', at: T });
  expect(seam.state).toBe('checked');
  expect(
    seam.pieces.map(
      ({ kind, period, quantity, unit }) => `${kind} ${formatInstant(period.from)} ${formatDecimal(quantity)} ${unit}`,
    ),
  ).toEqual(['gap 2026-06-15T11:45:00Z 3600 GB-s']);
  expect(seamHead(seam).gaps).toMatchObject({
    pieces: 1,
    seconds: 900,
    quantities: [{ unit: 'GB-s', quantity: '3600' }],
  });
  expect(rollupReport({ db, config, now: NOW }, { pipeline: 'edge', period: null }).faults).toEqual([]);
});

test('levels of another unit mean the same', () => {
  const db = scratchCache();
  const config = configOf('shadow: false', '1/1073741824');
  keep(db, config, { kind: 'samples', rows: slots(T, T + HOUR, String(4096 * 1024 * 1024)) });
  keep(db, config, { kind: 'events', rows: events(T, T + HOUR) });
  const report = rollupReport({ db, config, now: NOW }, { pipeline: 'edge', period: null });
  expect([report.faults, report.buckets, report.events]).toEqual([[], 1, 1]);
});

test('T within a bucket loses what follows it there, in the rollup as in the seam', () => {
  const db = scratchCache();
  const config = configOf('billFrom: 2026-06-15T12:15:00Z\n      shadow: false');
  const at = parseInstant('2026-06-15T12:15:00Z');
  keep(db, config, { kind: 'samples', rows: slots(T - DAY, T + DAY) });
  keep(db, config, { kind: 'events', rows: events(T + HOUR, T + DAY) });
  keep(db, config, { kind: 'billed', rows: billed(T - DAY, at) });
  const { faults } = rollupReport({ db, config, now: NOW }, { pipeline: 'edge', period: null });
  expect(faults.map(({ kind, quantity }) => `${kind} ${formatDecimal(quantity)}`)).toEqual(['unaligned_cutover 10800']);
  const seam = seamReport({ db, config, now: NOW }, { pipeline: 'edge', at });
  expect(seam.pieces.map(({ kind, quantity }) => `${kind} ${formatDecimal(quantity)}`)).toEqual(['gap 10800']);
});

test('the last bucket of a month is in the books of its own month, and on the invoice of the next', () => {
  const db = scratchCache();
  const config = configOf('shadow: false');
  const end = parseInstant('2026-06-01T00:00:00Z');
  keep(db, config, { kind: 'samples', month: '2026-05', rows: slots(end - HOUR, end) });
  keep(db, config, { kind: 'samples', rows: slots(end, end + HOUR) });
  keep(db, config, { kind: 'events', month: '2026-05', rows: events(end - HOUR, end) });
  keep(db, config, { kind: 'events', rows: events(end, end + HOUR) });
  const report = () => rollupReport({ db, config, now: NOW }, { pipeline: 'edge', period: null });
  expect(report().faults.map(({ kind, effect }) => `${kind} ${effect}`)).toEqual(['next_month moved']);
  expect(report().buckets).toBe(2);
  // Read before the bucket was due: whether an event comes of it is not known.
  const asOf = parseInstant('2026-06-01T00:09:59Z');
  keep(db, config, { kind: 'samples', month: '2026-05', rows: slots(end - HOUR, end), asOf });
  keep(db, config, { kind: 'events', month: '2026-05', rows: [], asOf });
  expect(report().faults).toEqual([]);
});

test('a switch at the start of a month needs the month before it', () => {
  const db = scratchCache();
  const config = configOf('billFrom: 2026-06-01T00:00:00Z\n      shadow: false');
  const at = parseInstant('2026-06-01T00:00:00Z');
  const seam = () => seamReport({ db, config, now: NOW }, { pipeline: 'edge', at });
  keep(db, config, { kind: 'samples', rows: slots(at, at + DAY) });
  keep(db, config, { kind: 'events', rows: events(at, at + DAY) });
  keep(db, config, { kind: 'billed', rows: [] });
  expect([seam().state, seam().problems.length]).toEqual(['missing', 3]);
  keep(db, config, { kind: 'samples', month: '2026-05', rows: slots(at - DAY, at) });
  keep(db, config, { kind: 'events', month: '2026-05', rows: events(at - DAY, at, 'shadow') });
  keep(db, config, { kind: 'billed', month: '2026-05', rows: billed(at - DAY, at) });
  expect(seam()).toMatchObject({ state: 'checked', pieces: [], customers: 1 });
  // May was read before it was over: what came after that is not known.
  keep(db, config, {
    kind: 'billed',
    month: '2026-05',
    rows: billed(at - DAY, at),
    asOf: parseInstant('2026-05-31T20:00:00Z'),
  });
  expect(seam().state).toBe('missing');
});

test('what was not read, or read under other settings, is said', () => {
  const db = scratchCache();
  const config = configOf();
  const context = { db, config, now: NOW };
  const told = () => rollupReport(context, { pipeline: 'edge', period: null }).problems.map(({ message }) => message);
  expect(told()).toEqual(['No samples were read.']);
  keep(db, config, { kind: 'samples', rows: slots(T, T + HOUR) });
  expect(told()).toEqual(['What the pipeline sent was not read.']);
  const seam = seamReport(context, { pipeline: 'edge', at: T });
  expect([seam.state, seam.problems.length]).toEqual(['missing', 2]);
  const other = configOf('', '1/1024').pipelines[0];
  expect(other).toBeDefined();
  const moved = configOf('arrived: came');
  expect(openBooks(db, requireRollup(moved, 'edge')).problems.map(({ message }) => message)).toEqual([
    'The samples of 2026-06 were read under other settings.',
  ]);
});

test('buckets of which nothing was read are not clean, and a period that ends before it begins is refused', () => {
  const db = scratchCache();
  const config = configOf('shadow: false');
  const context = { db, config, now: NOW };
  keep(db, config, { kind: 'samples', rows: slots(T, T + HOUR) });
  keep(db, config, { kind: 'events', rows: events(T, T + HOUR) });
  // T is written down, and the samples, which it cuts, were not read anew: their events are not without samples.
  const switched = configOf('shadow: false\n      billFrom: 2026-06-15T11:07:00Z');
  const unread = rollupReport({ ...context, config: switched }, { pipeline: 'edge', period: null });
  expect(rollupHead(unread).sentence).toBe('There was nothing to check.');
  expect([unread.faults.length, ...unread.problems.map(({ message }) => message)]).toEqual([
    0,
    'The samples of 2026-06 were read under other settings.',
    'No samples were read.',
  ]);
  const told = (from: string, to: string) => {
    const period = rollupPeriod(context, { pipeline: 'edge', from, to });
    const { faults, problems } = rollupReport(context, { pipeline: 'edge', period });
    return [faults.length, ...problems.map(({ message }) => message)];
  };
  const noTotals = "Stripe's totals of the meters that it sends to were not pulled.";
  expect(told('2026-06-15T00:00:00Z', '2026-06-16T00:00:00Z')).toEqual([0, noTotals]);
  expect(told('2026-04-20T00:00:00Z', '2026-06-16T00:00:00Z')).toEqual([
    0,
    'The samples and events of 2026-04 were not read.',
    'The samples and events of 2026-05 were not read.',
  ]);
  const notDue = 'None of these buckets was due when they were read.';
  expect(told('2026-06-16T11:00:00Z', '2026-06-16T12:00:00Z')).toEqual([0, notDue]);
  expect(told('2030-01-01T00:00:00Z', '2030-01-02T00:00:00Z')).toEqual([0, notDue]);
  const reversed = { from: '2026-06-16T00:00:00Z', to: '2026-06-15T00:00:00Z' };
  expect(() => rollupPeriod(context, { pipeline: 'edge', ...reversed })).toThrow('ends before it begins');
  const asked = { pipeline: 'edge', customer: 'a', sizes: ['4'], ...reversed };
  expect(() => reservationAnswer(context, asked)).toThrow('ends before it begins');
});

test('where nobody knows how customers are billed, nobody is judged', () => {
  const db = scratchCache();
  const config = configOf(
    'shadow: false\n      customers: { table: o, columns: { customer: a, mode: b, provider: c } }',
  );
  const context = { db, config, now: NOW };
  keep(db, config, { kind: 'samples', rows: slots(T - DAY, T + DAY) });
  keep(db, config, { kind: 'events', rows: [] });
  keep(db, config, { kind: 'billed', rows: [] });
  const report = rollupReport(context, { pipeline: 'edge', period: null });
  expect([report.faults, report.problems.map(({ message }) => message)]).toEqual([
    [],
    ['How customers are billed was not read.'],
  ]);
  expect(seamReport(context, { pipeline: 'edge', at: T }).state).toBe('missing');
  const plan = cutoverPlan(context, { pipeline: 'edge', at: formatInstant(T) });
  expect(plan.before.flatMap(({ check, held }) => (held === null ? [check] : []))).toEqual([
    'prices',
    'catalog',
    'drained',
    'webhook',
  ]);
});

test('a reservation of which nothing was read has no figures, and says so', () => {
  const db = scratchCache();
  const config = configOf('', '1/1024', true);
  const context = { db, config, now: NOW };
  const asked = { pipeline: 'edge', customer: 'a', sizes: ['4'] };
  expect(reservationAnswer(context, asked)).toMatchObject({
    intervals: 0,
    averageGb: '0',
    options: [{ used: '0' }],
    problems: [{ code: 'cutover.not_pulled' }],
  });
  expect(reservationAnswer(context, { ...asked, from: '2026-06-01T00:00:00Z' }).intervals).toBe(0);
  keep(db, config, { kind: 'runs', rows: [['a', T, T + HOUR, '1024', '0']] });
  expect(() => reservationAnswer(context, { ...asked, from: '2026-07-01T00:00:00Z' })).toThrow('ends before it begins');
});

test('a plan without anything read, or described, cannot be told', () => {
  const db = scratchCache();
  const plan = cutoverPlan({ db, config: configOf(), now: NOW }, { pipeline: 'edge', at: formatInstant(T) });
  expect(plan.before.map(({ check, held }) => `${check} ${held}`)).toEqual([
    'boundary true',
    'soak false',
    'prices null',
    'catalog null',
    'drained null',
    'webhook null',
  ]);
  const bare = { ...configOf(), pipelines: configOf().pipelines.map((each) => ({ ...each, rollup: null })) };
  const context = { db, config: bare, now: NOW };
  const told = cutoverPlan(context, { pipeline: 'edge', at: formatInstant(T) });
  expect(told.before.map(({ check, held }) => `${check} ${held}`)).toEqual(
    plan.before.map(({ check, held }) => `${check} ${held}`),
  );
  const seam = seamReport(context, { pipeline: 'edge', at: T });
  expect([seam.state, seam.problems[0]?.code]).toEqual(['missing', 'cutover.not_configured']);
  try {
    rollupReport(context, { pipeline: 'edge', period: null });
    expect.unreachable();
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    expect(error.code).toBe('cutover.not_configured');
  }
});

test('a run that spans two months is one run, and one that goes on runs to the end of its bucket', () => {
  const db = scratchCache();
  const config = configOf('', '1/1024', true);
  const start = parseInstant('2026-05-31T23:00:00Z');
  keep(db, config, { kind: 'runs', month: '2026-05', rows: [['a', start, null, '8192', '0']], asOf: start });
  keep(db, config, {
    kind: 'runs',
    rows: [
      ['a', start, start + 2 * HOUR, '8192', '0'],
      ['a', NOW - QUARTER, 0, '1024', '0'],
    ],
  });
  const answer = (from: number, to: number) =>
    reservationAnswer(
      { db, config, now: NOW },
      {
        pipeline: 'edge',
        customer: 'a',
        sizes: ['4'],
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
      },
    );
  const spanning = answer(start, start + 3 * HOUR);
  expect([spanning.intervals, spanning.options[0]?.used, spanning.options[0]?.overage]).toEqual([1, '28800', '28800']);
  expect(answer(NOW - QUARTER, NOW + QUARTER).options[0]?.used).toBe('1800');
});
