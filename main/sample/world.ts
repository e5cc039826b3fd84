import { DAY_MS, type Instant, instant, parseInstant } from '../../shared/values/instant.ts';
import { type MonthKey, monthPeriod, parseMonth } from '../../shared/values/period.ts';
import { COMPANY_NAMES } from './companies.ts';
import { createRandom, type Random } from './random.ts';

/** The months of the sample and the instant at which its first of the month is opened. */
export const SAMPLE_MONTHS: readonly [MonthKey, MonthKey, MonthKey] = [
  parseMonth('2026-03'),
  parseMonth('2026-04'),
  parseMonth('2026-05'),
];
export const SAMPLE_FROM: Instant = parseInstant('2026-03-01T00:00:00Z');
export const SAMPLE_TO: Instant = parseInstant('2026-06-01T00:00:00Z');
export const SAMPLE_NOW: Instant = parseInstant('2026-06-01T00:40:00Z');
/** When the sample's catalog was made. */
export const SAMPLE_CREATED: Instant = instant(SAMPLE_FROM - 40 * DAY_MS);
export const SAMPLE_DAYS = (SAMPLE_TO - SAMPLE_FROM) / DAY_MS;

const MINUTES_PER_DAY = 1440;
const LAST_MINUTE = SAMPLE_DAYS * MINUTES_PER_DAY;
const MIB = 1024 * 1024;

/** One life of one instance; minutes count from `SAMPLE_FROM`. `gapFrom`…`gapTo` has no checkpoints (an outage). */
export type Life = {
  readonly instanceId: string;
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly gapFrom: number;
  readonly gapTo: number;
  readonly cpuPerMinute: number;
  readonly memoryBase: number;
  readonly diskBase: number;
  readonly diskPerMinute: number;
  readonly egressPerMinute: number;
  readonly salt: number;
};

export type SampleCurrency = 'usd' | 'eur' | 'jpy' | 'kwd';

export type SampleCustomer = {
  readonly index: number;
  /** Position in the list of names; the same for every copy that `--scale` adds. */
  readonly position: number;
  readonly name: string;
  readonly email: string;
  readonly customerId: string;
  readonly usageId: string;
  readonly currency: SampleCurrency;
  readonly lives: readonly Life[];
  readonly keys: { readonly keys: number; readonly events: number; readonly salt: number };
};

/** What every customer of the sample looks like; deterministic in `seed`. */
export function sampleCustomers(options: { readonly seed: number; readonly scale: number }): readonly SampleCustomer[] {
  const random = createRandom(options.seed);
  const customers: SampleCustomer[] = [];
  for (let copy = 0; copy < options.scale; copy += 1) {
    for (const [position, name] of COMPANY_NAMES.entries()) {
      const index = copy * COMPANY_NAMES.length + position;
      customers.push(sampleCustomer(random, { index, position, name: copy === 0 ? name : `${name} ${copy + 1}` }));
    }
  }
  return customers;
}

function sampleCustomer(
  random: Random,
  of: { readonly index: number; readonly position: number; readonly name: string },
): SampleCustomer {
  const number = String(of.index + 1).padStart(3, '0');
  return {
    index: of.index,
    position: of.position,
    name: of.name,
    email: `billing+${number}@example.com`,
    customerId: `cus_Sample${number.padStart(8, '0')}`,
    usageId: `ws_${slug(of.name) || 'customer'}_${number}`,
    currency: currencyOf(of.position),
    lives: lives(random, of.position),
    keys: { keys: random.between(4, 900), events: random.between(600, 4000), salt: random.below(1_000_000) },
  };
}

/** Currencies of two, no and three decimals. */
function currencyOf(position: number): SampleCurrency {
  if (position % 6 === 5) return 'eur';
  return position === 36 ? 'jpy' : position === 34 ? 'kwd' : 'usd';
}

/** Steady services, redeployed every nine days or so, or nightly jobs of eight hours, each a life of its own. */
function lives(random: Random, position: number): readonly Life[] {
  const size = random.between(1, 12);
  const shape = {
    cpuPerMinute: size * random.between(12_000_000, 48_000_000),
    memoryBase: size * random.between(12, 32) * 128 * MIB,
    diskBase: size * random.between(8, 96) * 1024 * MIB,
    diskPerMinute: random.between(0, 4096),
    egressPerMinute: size * random.between(240_000, 4_800_000),
  };
  const result: Life[] = [];
  const isNightly = position % 3 === 2;
  const startsLate = position % 9 === 7 ? 38 * MINUTES_PER_DAY : 0;
  const stopsEarly = position % 11 === 10 ? 21 * MINUTES_PER_DAY : 0;
  const end = LAST_MINUTE - stopsEarly;
  const stride = isNightly ? MINUTES_PER_DAY : random.between(7, 11) * MINUTES_PER_DAY;
  const offset = isNightly ? random.between(0, 900) : 0;
  for (let from = startsLate + offset, life = 0; from < end; from += stride, life += 1) {
    const to = Math.min(end, isNightly ? from + 480 : from + stride - 3);
    const hasGap = !isNightly && life === 2 && position % 4 === 0;
    const gapFrom = hasGap ? from + 2000 : 0;
    result.push({
      ...shape,
      instanceId: `i-${random.below(0x7fffffff).toString(16).padStart(8, '0')}/${life}`,
      fromMinute: from,
      toMinute: to,
      gapFrom,
      gapTo: hasGap ? gapFrom + 7 : 0,
      salt: random.below(1_000_000_000),
    });
  }
  return result;
}

const slug = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 20)
    .replace(/_$/, '');

/** Hours since 1970 of every hour of a month. */
export function hoursOf(month: MonthKey): { readonly first: number; readonly end: number } {
  const { from, to } = monthPeriod(month);
  return { first: from / 3_600_000, end: to / 3_600_000 };
}

export const hourStart = (unixHour: number): Instant => instant(unixHour * 3_600_000);
