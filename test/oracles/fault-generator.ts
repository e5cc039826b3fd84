import type { DriftingCell, OtherCell, PullEvidence } from '../../shared/reconciliation/explain/drifting-cell.ts';
import { HOUR_MS, instant } from '../../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../../shared/values/period.ts';

/**
 * Cells with planted faults. A small pusher and a small Stripe are played hour by hour; the fault is what goes wrong in
 * them. Nothing here knows how causes are told. The same seed gives the same cells.
 */
export type PlantedKind =
  | 'missed_push'
  | 'late_push'
  | 'final_push_missing'
  | 'duplicate_push'
  | 'wrong_period'
  | 'zone_shift'
  | 'unit_scale'
  | 'rounding'
  | 'wrong_aggregation'
  | 'wrong_customer'
  | 'unmapped'
  | 'rejected_events'
  | 'pagination'
  | 'expired_rows'
  | 'late_rows'
  | 'seam'
  | 'same_second_tie'
  | 'query_changed';

export type PlantedCell = {
  readonly cell: DriftingCell;
  readonly kinds: readonly PlantedKind[];
  readonly meter: 'sum' | 'count' | 'last';
  readonly shape: Shape;
  readonly noise: Noise;
  /** How the fault was done, for reading a miss. */
  readonly note: string;
};

const SHAPES = ['steady', 'bursty', 'sparse', 'growing', 'weekend'] as const;
export type Shape = (typeof SHAPES)[number];
const NOISES = ['none', 'lag', 'rounded'] as const;
export type Noise = (typeof NOISES)[number];

/** Units of 10^-12, as the cache keeps quantities. */
const UNIT = 1_000_000_000_000n;
/** Hours of the months beside that are known. */
const BESIDE = 24;

export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0 || 1;
    for (let turn = 0; turn < 8; turn += 1) this.below(2);
  }
  below(bound: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** A push: the hour in which its usage happened, the one whose timestamp it carries, and its value. */
type Push = { readonly from: number; at: number; value: bigint };

/** Everything of one cell while it is played. Hours are counted from the start of the month; those before it are negative. */
class Play {
  readonly dice: Dice;
  readonly meter: 'sum' | 'count' | 'last';
  readonly shape: Shape;
  readonly noise: Noise;
  readonly period;
  readonly hours: number;
  readonly places: number;
  /** Few units an hour, so that rounding them matters. */
  readonly isSmall: boolean;
  /** What really happened: hours −BESIDE … hours + BESIDE. */
  readonly used: Map<number, bigint>;
  /** What ClickHouse says now. */
  readonly known: Map<number, bigint>;
  pushes: Push[] = [];
  pulledAt;
  /** Instead of the sum, or the last value, of the hours. */
  total: ((hours: readonly (bigint | null)[]) => bigint) | null = null;
  others: OtherCell[] = [];
  loose: OtherCell[] = [];
  evidence: { -readonly [Key in keyof PullEvidence]: PullEvidence[Key] } = {
    pageCut: null,
    cutovers: [],
    expiredBefore: null,
    arrivedLate: null,
    queryChangedAt: null,
    customerFrom: null,
    customerUntil: null,
    pushedSince: null,
  };
  previousTotal: bigint;
  note = '';

  constructor(dice: Dice, meter: 'sum' | 'count' | 'last', more: { readonly places?: number } = {}) {
    this.dice = dice;
    this.meter = meter;
    this.shape = dice.pick(SHAPES);
    this.noise = dice.pick(NOISES);
    this.isSmall = more.places !== undefined;
    this.period = monthPeriod(parseMonth(dice.pick(['2026-05', '2026-06', '2026-02', '2025-12'])));
    this.hours = (this.period.to - this.period.from) / HOUR_MS;
    this.places = more.places ?? (meter === 'count' ? 0 : dice.pick([0, 0, 2, 3, 6, 9]));
    this.pulledAt = instant(this.period.to + dice.between(3, 200) * HOUR_MS);
    this.used = usageOf(dice, this);
    this.known = new Map(this.used);
    this.previousTotal =
      ((sumOf(this.used, 0, this.hours) * BigInt(dice.between(700, 1400))) / 1000n / this.grain) * this.grain;
  }

  /** The smallest quantity that occurs. */
  get grain(): bigint {
    return UNIT / 10n ** BigInt(this.places);
  }

  at(hour: number): bigint {
    return this.used.get(hour) ?? 0n;
  }

  /** Hours of the month with usage. */
  active(from = 0, to = this.hours): number[] {
    const found: number[] = [];
    for (let hour = from; hour < to; hour += 1) if (this.at(hour) > 0n) found.push(hour);
    return found;
  }

  /** Increments, one push for each hour with usage. */
  pushIncrements(): void {
    for (let hour = -BESIDE; hour < this.hours + BESIDE; hour += 1) {
      if (this.at(hour) !== 0n) this.pushes.push({ from: hour, at: hour, value: this.at(hour) });
    }
  }

  /** Totals since the hour `start`, every hour; the last one of all right before the end. */
  pushTotals(start = 0): void {
    const style = this.noise === 'lag' ? this.dice.pick(['behind', 'within'] as const) : 'exact';
    const first = start > 0 ? 0n : sumOf(this.used, start, 1);
    let total = 0n;
    for (let hour = 0; hour < this.hours; hour += 1) {
      const before = total;
      total = hour === 0 ? first : hour < start ? 0n : total + this.at(hour);
      if (total === 0n) continue;
      const isFinal = hour === this.hours - 1;
      if (!isFinal && this.noise === 'lag' && this.dice.chance(10)) continue;
      const part = BigInt(this.dice.between(0, 1000));
      const grainy = (((total - before) * part) / 1000n / this.grain) * this.grain;
      const value = isFinal || style === 'exact' ? total : style === 'behind' ? before : before + grainy;
      if (value !== 0n) this.pushes.push({ from: hour, at: hour, value });
    }
  }

  /** Some pushes of a summing meter are behind, or sent together; all of them arrive within the month. */
  lag(): void {
    if (this.meter === 'last' || this.noise !== 'lag') return;
    const { dice } = this;
    const share = dice.between(1, 8);
    for (const push of this.pushes) {
      if (push.at !== push.from || push.from < 0 || push.from > this.hours - 8) continue;
      if (dice.chance(share)) push.at += dice.between(1, 2);
    }
  }

  cell(): DriftingCell {
    const metered = this.metered(0, this.hours);
    const sum = metered.reduce<bigint>((total, value) => total + (value ?? 0n), 0n);
    const own = this.meter === 'last' ? (metered.findLast((value) => value !== null) ?? 0n) : sum;
    const measured = listOf(this.known, 0, this.hours);
    return {
      period: this.period,
      pulledAt: this.pulledAt,
      stalenessMs: 2 * HOUR_MS,
      unit: 'units',
      perUnit: UNIT,
      isHeld: this.meter === 'last',
      measured,
      metered,
      measuredTotal: measured.reduce((total, value) => total + value, 0n),
      meteredTotal: this.total === null ? own : this.total(metered),
      previousTotal: this.previousTotal,
      before: {
        measured: listOf(this.known, -BESIDE, 0),
        metered: this.meter === 'last' ? null : this.metered(-BESIDE, 0),
      },
      after: {
        measured: listOf(this.known, this.hours, this.hours + BESIDE),
        metered: this.metered(this.hours, this.hours + BESIDE),
      },
      others: this.others,
      loose: this.loose,
      evidence: this.evidence,
    };
  }

  metered(from: number, to: number): (bigint | null)[] {
    const found = new Array<bigint | null>(to - from).fill(null);
    for (const push of this.pushes) {
      if (push.at < from || push.at >= to) continue;
      const index = push.at - from;
      const value = this.noise === 'rounded' && this.meter !== 'last' ? toSix(push.value) : push.value;
      found[index] = this.meter === 'last' ? value : (found[index] ?? 0n) + value;
    }
    return found;
  }
}

/** Six decimals, as many pushers send. */
const toSix = (value: bigint): bigint => ((value + 500_000n) / 1_000_000n) * 1_000_000n;

function usageOf(dice: Dice, play: Pick<Play, 'shape' | 'hours' | 'grain' | 'meter' | 'isSmall'>): Map<number, bigint> {
  const { shape, hours, grain } = play;
  const size = play.isSmall
    ? dice.pick([8, 60])
    : play.meter === 'count'
      ? dice.pick([40, 900, 30_000])
      : dice.pick([300, 20_000, 5_000_000]);
  const used = new Map<number, bigint>();
  let burst = 0;
  for (let hour = -BESIDE; hour < hours + BESIDE; hour += 1) {
    let level = size;
    if (shape === 'steady') level = size * (0.9 + dice.below(200) / 1000);
    if (shape === 'growing') level = size * (0.2 + Math.max(0, hour) / hours) * (0.8 + dice.below(400) / 1000);
    if (shape === 'weekend') {
      const isWeekend = Math.floor((hour + BESIDE) / 24) % 7 > 4;
      level = isWeekend ? (dice.chance(70) ? 0 : size * 0.05) : size * (0.3 + dice.below(1000) / 900);
    }
    if (shape === 'bursty') {
      if (dice.chance(4)) burst = dice.between(1, 6);
      level = burst > 0 ? size * (5 + dice.below(10)) : size * (dice.below(300) / 1000);
      burst -= 1;
    }
    if (shape === 'sparse') level = dice.chance(8) ? size * (0.2 + dice.below(2000) / 1000) : 0;
    const whole = BigInt(Math.floor(level)) * UNIT;
    const decimals = BigInt(dice.below(1_000_000_000)) * 1000n;
    const value = ((whole + decimals) / grain) * grain;
    if (whole > 0n && value > 0n) used.set(hour, value);
  }
  return used;
}

const sumOf = (hours: ReadonlyMap<number, bigint>, from: number, to: number): bigint => {
  let total = 0n;
  for (let hour = from; hour < to; hour += 1) total += hours.get(hour) ?? 0n;
  return total;
};

const listOf = (hours: ReadonlyMap<number, bigint>, from: number, to: number): bigint[] =>
  Array.from({ length: to - from }, (_, index) => hours.get(from + index) ?? 0n);

/** A stretch of hours of the month: its length by chance, mostly short. */
function stretch(play: Play, most = 200): { readonly from: number; readonly to: number } {
  const { dice, hours } = play;
  const length = dice.chance(60) ? dice.between(1, 12) : dice.between(1, most);
  const from = dice.between(0, hours - length);
  return { from, to: from + length };
}

const isIn = (range: { readonly from: number; readonly to: number }, hour: number): boolean =>
  hour >= range.from && hour < range.to;

const FACTORS = [60n, 3600n, 1000n, 1024n, 1_000_000n, 1_000_000_000n, 100n];

/** value × a factor of units or its inverse, or some other ratio. */
function otherUnit(dice: Dice): (value: bigint) => bigint {
  const factor = dice.pick(FACTORS);
  const style = dice.below(5);
  if (style < 2) return (value) => value * factor;
  if (style < 4) return (value) => value / (factor > 1_000_000n ? 1000n : factor);
  const [over, under] = [BigInt(dice.between(101, 997)), BigInt(dice.between(101, 997))];
  return over === under ? (value) => value * 60n : (value) => (value * over) / under;
}

/** Somebody else on the meter who drifts for another reason. */
function stranger(play: Play, name: string): OtherCell {
  const other = new Play(new Dice(play.dice.below(1_000_000_000) + 1), play.meter);
  const range = stretch(other);
  const measured = Array.from({ length: play.hours }, (_, hour) => other.used.get(hour) ?? 0n);
  const metered = measured.map((value, hour) => (value === 0n || isIn(range, hour) ? null : value));
  if (play.meter !== 'last') return { name, measured, metered };
  let total = 0n;
  const levels = measured.map((value) => {
    total += value;
    return total === 0n ? null : total;
  });
  return { name, measured, metered: levels };
}

/** Things that are known and have nothing to do with the fault. */
function distract(play: Play): void {
  const { dice, evidence } = play;
  for (let index = dice.below(4); index > 0; index -= 1) play.others.push(stranger(play, `cus_other_${index}`));
  if (dice.chance(15)) play.loose.push({ ...stranger(play, 'ws_loose'), metered: null });
  if (dice.chance(10)) evidence.cutovers = [instant(play.period.from + dice.between(0, play.hours - 1) * HOUR_MS)];
  if (dice.chance(10)) {
    const of = dice.between(120, 900);
    evidence.pageCut = { orderedBy: 'customer', position: dice.below(100), cut: 100, of, hours: null };
  }
  if (dice.chance(5)) evidence.queryChangedAt = instant(play.period.from + dice.below(play.hours) * HOUR_MS);
  if (dice.chance(5)) evidence.expiredBefore = instant(play.period.from + dice.below(48) * HOUR_MS);
}

type Plant = (play: Play) => void;

/** Faults of meters that add up; each changes pushes that were made already, or what ClickHouse knows. */
const ADDED: Partial<Record<PlantedKind, Plant>> = {
  missed_push: (play) => {
    for (let runs = play.dice.chance(75) ? 1 : play.dice.between(2, 4); runs > 0; runs -= 1) {
      const range = stretch(play, 120);
      play.pushes = play.pushes.filter(({ from }) => !isIn(range, from));
    }
  },
  late_push: (play) => {
    const { dice, hours } = play;
    if (dice.chance(50)) {
      const now = dice.pick(play.active(48, hours - 2)) + 1;
      play.note = 'open month';
      play.pulledAt = instant(play.period.from + now * HOUR_MS + 600_000);
      for (const hour of [...play.used.keys()]) {
        if (hour < now) continue;
        play.used.delete(hour);
        play.known.delete(hour);
      }
      const newest = play.active().at(-1) ?? 0;
      const behind = dice.between(1, 3);
      play.pushes = play.pushes.filter(({ from }) => from < now && from <= newest - behind);
      play.evidence.cutovers = [];
      return;
    }
    const count = dice.between(1, 6);
    const isTogether = dice.chance(50);
    const last = play.active().slice(-count);
    play.note = `${count} into the next month${isTogether ? ' together' : ''}`;
    for (const push of play.pushes) {
      const index = last.indexOf(push.from);
      if (index >= 0) push.at = hours + (isTogether ? 2 : index + 1);
    }
  },
  duplicate_push: (play) => {
    const range = stretch(play, 60);
    const times = play.dice.chance(80) ? 1 : 2;
    const doubled = play.pushes.filter(({ from }) => isIn(range, from));
    for (let turn = 0; turn < times; turn += 1) play.pushes.push(...doubled.map((push) => ({ ...push })));
  },
  wrong_period: (play) => {
    const { dice, hours } = play;
    const style = dice.below(4);
    play.note =
      ['out to the next month', 'in from the next month', 'in from the month before', 'old total'][style] ?? '';
    if (style === 0) {
      const start = dice.between(0, BESIDE - 6);
      const range = { from: start, to: start + dice.between(1, 6) };
      for (const push of play.pushes) if (isIn(range, push.from)) push.at += hours;
    }
    if (style === 1) {
      const first = dice.between(1, 20);
      for (const push of play.pushes)
        if (push.from >= hours && push.from < hours + first) push.at = hours - BESIDE + (push.from - hours);
    }
    if (style === 2) {
      const last = dice.between(1, 20);
      for (const push of play.pushes) if (push.from < 0 && push.from >= -last) push.at = push.from + BESIDE;
    }
    if (style === 3) play.pushes.push({ from: -1, at: dice.below(4), value: play.previousTotal });
  },
  zone_shift: (play) => {
    const by = (play.dice.chance(50) ? 1 : -1) * play.dice.between(1, 13);
    play.note = `by ${by}`;
    for (const push of play.pushes) push.at += by;
  },
  unit_scale: (play) => {
    const change = otherUnit(play.dice);
    const from = play.dice.chance(60) ? -BESIDE : play.dice.between(1, play.hours - 60);
    const until = play.dice.chance(75) ? play.hours + BESIDE : Math.max(from, 0) + play.dice.between(40, 300);
    play.note = `${from}–${until}`;
    for (const push of play.pushes) if (push.from >= from && push.from < until) push.value = change(push.value);
  },
  rounding: (play) => {
    const places = play.dice.chance(80) ? 0 : 1;
    const step = UNIT / 10n ** BigInt(places);
    const isDown = play.dice.chance(60);
    play.note = `${places} places${isDown ? ' down' : ''}`;
    for (const push of play.pushes) push.value = ((push.value + (isDown ? 0n : step / 2n)) / step) * step;
    play.pushes = play.pushes.filter(({ value }) => value !== 0n);
  },
  wrong_aggregation: (play) => {
    const style = play.dice.below(5);
    play.note = ['last', 'max', 'count', 'ones', 'totals added up'][style] ?? '';
    if (style === 0) play.total = (hours) => hours.findLast((value) => value !== null) ?? 0n;
    if (style === 1)
      play.total = (hours) => hours.reduce<bigint>((most, value) => ((value ?? 0n) > most ? (value ?? 0n) : most), 0n);
    if (style === 2) play.total = (hours) => BigInt(hours.filter((value) => value !== null).length) * UNIT;
    if (style === 3) for (const push of play.pushes) push.value = UNIT;
    if (style === 4) {
      play.pushes = [];
      let total = 0n;
      for (let hour = 0; hour < play.hours; hour += 1) {
        if (play.at(hour) === 0n) continue;
        total += play.at(hour);
        play.pushes.push({ from: hour, at: hour, value: total });
      }
    }
  },
  wrong_customer: (play) => {
    const range = stretch(play);
    const other = new Play(new Dice(play.dice.below(1_000_000_000) + 1), play.meter);
    const measured = listOf(other.used, 0, play.hours);
    const metered = measured.map((value): bigint | null => (value === 0n ? null : value));
    const isLack = play.dice.chance(50);
    if (isLack) {
      for (const push of play.pushes) {
        if (push.from >= 0 && push.from < play.hours && isIn(range, push.from)) {
          metered[push.at] = (metered[push.at] ?? 0n) + (play.noise === 'rounded' ? toSix(push.value) : push.value);
        }
      }
      play.pushes = play.pushes.filter(({ from }) => !isIn(range, from));
    } else {
      for (let hour = range.from; hour < range.to; hour += 1) {
        if ((measured[hour] ?? 0n) === 0n) continue;
        play.pushes.push({ from: hour, at: hour, value: measured[hour] as bigint });
        metered[hour] = null;
      }
    }
    play.note = isLack ? 'sent elsewhere' : 'sent here';
    play.others.push({ name: 'cus_theirs', measured, metered });
  },
  unmapped: (play) => {
    const other = new Play(new Dice(play.dice.below(1_000_000_000) + 1), play.meter);
    const measured = listOf(other.used, 0, play.hours);
    measured.forEach((value, hour) => {
      if (value !== 0n) play.pushes.push({ from: hour, at: hour, value });
    });
    play.loose.push({ name: 'ws_forgotten', measured, metered: null });
  },
  rejected_events: (play) => {
    const style = play.dice.below(3);
    play.note = ['digits', 'made later', 'older than 35 days'][style] ?? '';
    if (style === 0) {
      const fine = play.active().filter(() => play.dice.chance(10));
      for (const hour of fine) {
        const value = (123_456_789n + BigInt(play.dice.below(900_000_000))) * UNIT + 123_456_789n * 10n + 1n;
        play.used.set(hour, value);
        play.known.set(hour, value);
      }
      play.pushes = play.pushes.filter(({ from }) => !fine.includes(from));
      return;
    }
    const boundary = play.dice.between(24, play.hours - 24);
    const at = instant(play.period.from + boundary * HOUR_MS);
    if (style === 1) play.evidence.customerFrom = at;
    else play.evidence.pushedSince = instant(at + 35 * 24 * HOUR_MS);
    play.pushes = play.pushes.filter(({ from }) => from >= boundary);
  },
  pagination: (play) => {
    const of = play.dice.between(120, 4000);
    const cut = play.dice.pick([100, 50, 25]);
    const range = play.dice.chance(60) ? null : stretch(play);
    play.evidence.pageCut = {
      orderedBy: 'customer',
      position: play.dice.between(cut, of - 1),
      cut,
      of,
      hours: range === null ? null : Array.from({ length: range.to - range.from }, (_, index) => range.from + index),
    };
    play.note = range === null ? 'all' : 'some hours';
    play.pushes = play.pushes.filter(({ from }) => from >= play.hours || (range !== null && !isIn(range, from)));
  },
  expired_rows: (play) => {
    const boundary = play.dice.between(24, 400);
    for (let hour = -BESIDE; hour < boundary; hour += 1) play.known.delete(hour);
    play.evidence.expiredBefore = play.dice.chance(75) ? instant(play.period.from + boundary * HOUR_MS) : null;
  },
  late_rows: (play) => {
    const { dice } = play;
    const late = new Map<number, bigint>();
    const range = stretch(play);
    for (const hour of play.active()) {
      if (!isIn(range, hour) && !dice.chance(1)) continue;
      const part = ((play.at(hour) * BigInt(dice.between(100, 900))) / 1000n / play.grain) * play.grain;
      if (part === 0n) continue;
      late.set(hour, part);
    }
    for (const push of play.pushes) push.value -= late.get(push.from) ?? 0n;
    play.pushes = play.pushes.filter(({ value }) => value !== 0n);
    const isKnown = dice.chance(75);
    play.note = `${late.size} hours${isKnown ? '' : ', not known'}`;
    if (isKnown) play.evidence.arrivedLate = late;
  },
  seam: (play) => {
    const boundary = play.dice.between(30, play.hours - 30);
    const length = play.dice.between(1, 10);
    const isGap = play.dice.chance(50);
    const range = play.dice.chance(50)
      ? { from: boundary, to: boundary + length }
      : { from: boundary - length, to: boundary };
    play.note = isGap ? 'gap' : 'double';
    play.evidence.cutovers = [instant(play.period.from + boundary * HOUR_MS)];
    const inside = play.pushes.filter(({ from }) => isIn(range, from));
    if (isGap) play.pushes = play.pushes.filter(({ from }) => !isIn(range, from));
    else play.pushes.push(...inside.map((push) => ({ ...push })));
  },
  query_changed: (play) => {
    const boundary = play.dice.between(60, play.hours - 60);
    const isKnown = play.dice.chance(75);
    for (const push of play.pushes) {
      if (push.from >= boundary) continue;
      push.value = ((push.value * BigInt(play.dice.between(550, 950))) / 1000n / play.grain) * play.grain;
    }
    play.evidence.queryChangedAt = isKnown ? instant(play.period.from + boundary * HOUR_MS) : null;
    play.note = isKnown ? '' : 'not known';
  },
};

/** Faults of meters that hold month-to-date totals. */
const HELD: Partial<Record<PlantedKind, Plant>> = {
  missed_push: (play) => {
    play.pushes = [];
  },
  late_push: (play) => {
    const now = play.dice.pick(play.active(48, play.hours - 2)) + 1;
    play.pulledAt = instant(play.period.from + now * HOUR_MS + 600_000);
    for (const hour of [...play.used.keys()]) {
      if (hour < now) continue;
      play.used.delete(hour);
      play.known.delete(hour);
    }
    const newest = play.active().at(-1) ?? 0;
    play.pushes = play.pushes.filter(({ at }) => at < now && at <= newest - play.dice.between(2, 3));
  },
  final_push_missing: (play) => {
    const last = play.hours - play.dice.pick([1, 1, 2, 3, 6, 24, 100]);
    play.pushes = play.pushes.filter(({ at }) => at < last);
  },
  wrong_period: (play) => {
    if (play.dice.chance(50)) {
      play.note = 'old total';
      play.previousTotal = sumOf(play.used, 0, play.hours) * 2n + 17n * play.grain;
      play.pushes = play.pushes.filter(({ at }) => at < play.hours - 1);
      play.pushes.push({ from: -1, at: play.hours - 1, value: play.previousTotal });
      return;
    }
    play.note = 'stamped after';
    const last = play.hours - play.dice.between(1, 3);
    const total = sumOf(play.used, 0, play.hours);
    play.pushes = play.pushes.filter(({ at }) => at < last);
    play.pushes.push({ from: play.hours - 1, at: play.hours + play.dice.below(2), value: total });
  },
  zone_shift: (play) => {
    const by = play.dice.between(3, 12);
    const style = play.dice.below(3);
    play.note = [`begun ${by} late`, `begun ${by} early`, `totals ${by} behind`][style] ?? '';
    play.pushes = [];
    if (style === 0) play.pushTotals(by);
    if (style === 1) play.pushTotals(-by);
    if (style === 2) {
      for (let hour = by; hour < play.hours; hour += 1) {
        const total = sumOf(play.used, 0, hour + 1 - by);
        if (total > 0n) play.pushes.push({ from: hour, at: hour, value: total });
      }
    }
  },
  unit_scale: (play) => {
    const change = otherUnit(play.dice);
    const from = play.dice.chance(60) ? 0 : play.dice.between(1, play.hours - 60);
    play.note = `from ${from}`;
    for (const push of play.pushes) if (push.from >= from) push.value = change(push.value);
  },
  rounding: (play) => {
    const isDown = play.dice.chance(60);
    for (const push of play.pushes) push.value = ((push.value + (isDown ? 0n : UNIT / 2n)) / UNIT) * UNIT;
    play.pushes = play.pushes.filter(({ value }) => value !== 0n);
  },
  wrong_aggregation: (play) => {
    play.pushes = [];
    const isLargest = play.dice.chance(50);
    play.note = isLargest ? 'max' : 'last increment';
    let largest = 0n;
    for (const hour of play.active()) {
      if (play.at(hour) > largest) largest = play.at(hour);
      play.pushes.push({ from: hour, at: hour, value: isLargest ? largest : play.at(hour) });
    }
  },
  wrong_customer: (play) => {
    const other = new Play(new Dice(play.dice.below(1_000_000_000) + 1), play.meter);
    const since = play.dice.between(1, play.hours - 48);
    const measured = listOf(other.used, 0, play.hours);
    const theirs: (bigint | null)[] = [];
    let total = 0n;
    for (const [hour, value] of measured.entries()) {
      total += value;
      theirs[hour] = total === 0n ? null : total;
    }
    const isLack = play.dice.chance(50);
    play.note = isLack ? 'sent elsewhere' : 'sent here';
    if (isLack) {
      for (const push of play.pushes) if (push.at >= since && push.at < play.hours) theirs[push.at] = push.value;
      play.pushes = play.pushes.filter(({ at }) => at < since);
    } else {
      play.pushes = play.pushes.filter(({ at }) => at < since);
      for (let hour = since; hour < play.hours; hour += 1) {
        const value = theirs[hour] ?? null;
        if (value !== null) play.pushes.push({ from: hour, at: hour, value });
        theirs[hour] = null;
      }
    }
    play.others.push({ name: 'cus_theirs', measured, metered: theirs });
  },
  rejected_events: (play) => {
    const hour = play.active().at(-play.dice.between(2, 20)) ?? 0;
    const value = 123_456_789n * UNIT + 1_234_567n * 10n + 1n;
    play.used.set(hour, value);
    play.known.set(hour, value);
    play.pushes = play.pushes.filter(({ at }) => at < hour);
  },
  pagination: (play) => {
    const of = play.dice.between(120, 4000);
    play.evidence.pageCut = {
      orderedBy: 'usage id',
      position: play.dice.between(100, of - 1),
      cut: 100,
      of,
      hours: null,
    };
    play.pushes = [];
  },
  expired_rows: (play) => {
    const boundary = play.dice.between(24, 400);
    for (let hour = -BESIDE; hour < boundary; hour += 1) play.known.delete(hour);
    play.evidence.expiredBefore = play.dice.chance(75) ? instant(play.period.from + boundary * HOUR_MS) : null;
  },
  late_rows: (play) => {
    const { dice } = play;
    const late = new Map<number, bigint>();
    const range = stretch(play);
    for (const hour of play.active()) {
      if (!isIn(range, hour)) continue;
      const part = ((play.at(hour) * BigInt(dice.between(100, 900))) / 1000n / play.grain) * play.grain;
      if (part > 0n) late.set(hour, part);
    }
    for (const [hour, part] of late) play.used.set(hour, play.at(hour) - part);
    play.pushes = [];
    play.pushTotals();
    play.evidence.arrivedLate = late;
  },
  same_second_tie: (play) => {
    const held = play.pushes.at(-1);
    if (held === undefined) return;
    const before = play.pushes.at(-play.dice.between(2, 6))?.value ?? 0n;
    if (before > 0n) play.total = () => before;
  },
  query_changed: (play) => {
    const boundary = play.dice.between(60, play.hours - 60);
    for (const hour of play.active(0, boundary)) {
      const part = ((play.at(hour) * BigInt(play.dice.between(550, 950))) / 1000n / play.grain) * play.grain;
      play.used.set(hour, part);
    }
    play.pushes = [];
    play.pushTotals();
    play.evidence.queryChangedAt = instant(play.period.from + boundary * HOUR_MS);
  },
};

export const KINDS_OF: Readonly<Record<'sum' | 'count' | 'last', readonly PlantedKind[]>> = {
  sum: Object.keys(ADDED) as PlantedKind[],
  count: (Object.keys(ADDED) as PlantedKind[]).filter((kind) => kind !== 'rounding'),
  last: Object.keys(HELD) as PlantedKind[],
};

/** Faults that leave room for another one beside them. */
const BESIDE_OTHERS: readonly PlantedKind[] = [
  'missed_push',
  'duplicate_push',
  'wrong_period',
  'zone_shift',
  'unit_scale',
  'rounding',
  'wrong_customer',
  'unmapped',
  'rejected_events',
  'expired_rows',
  'late_rows',
  'seam',
];
/** In the order in which they happen: values first, then what becomes of the pushes. */
const ORDER: readonly PlantedKind[] = [
  'rejected_events',
  'late_rows',
  'unmapped',
  'unit_scale',
  'rounding',
  'zone_shift',
];
const orderOf = (kind: PlantedKind): number => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);

function play(
  seed: number,
  at: { readonly meter: 'sum' | 'count' | 'last'; readonly kinds: readonly PlantedKind[] },
): Play {
  const dice = new Dice(seed);
  const needsFraction = at.kinds.includes('rounding');
  const made = new Play(dice, at.meter, needsFraction ? { places: dice.pick([2, 3]) } : {});
  distract(made);
  if (made.meter === 'last') made.pushTotals();
  else made.pushIncrements();
  made.lag();
  for (const kind of at.kinds) (made.meter === 'last' ? HELD : ADDED)[kind]?.(made);
  return made;
}

const toPlanted = (made: Play, kinds: readonly PlantedKind[]): PlantedCell => ({
  cell: made.cell(),
  kinds,
  meter: made.meter,
  shape: made.shape,
  noise: made.noise,
  note: made.note,
});

const driftOf = (cell: DriftingCell | undefined): bigint =>
  cell === undefined ? 0n : cell.measuredTotal - cell.meteredTotal;

/** Whether drift is there at all: above what rounding of pushes makes, and above 10^-7 of the usage. */
function drifts({ measuredTotal, meteredTotal }: DriftingCell): boolean {
  const drift = measuredTotal - meteredTotal;
  const size = drift < 0n ? -drift : drift;
  const larger = measuredTotal > meteredTotal ? measuredTotal : meteredTotal;
  return size * 100_000n > larger;
}

const METERS = ['sum', 'count', 'last'] as const;

/** One fault; each kind of each meter comes about equally often. */
export function oneFault(seed: number): PlantedCell {
  const choices = METERS.flatMap((meter) => KINDS_OF[meter].map((kind) => ({ meter, kind })));
  const { meter, kind } = choices[seed % choices.length] as (typeof choices)[number];
  for (let turn = 0; ; turn += 1) {
    const made = play(seed * 1000 + turn, { meter, kinds: [kind] });
    const planted = toPlanted(made, [kind]);
    if (drifts(planted.cell)) return planted;
  }
}

/** Two faults of different kinds, both of which change the total; local ones do not lie on top of each other. */
export function twoFaults(seed: number): PlantedCell {
  const dice = new Dice(seed + 77_777);
  for (let turn = 0; ; turn += 1) {
    const meter = dice.pick(['sum', 'count'] as const);
    const kinds = [dice.pick(BESIDE_OTHERS), dice.pick(BESIDE_OTHERS)].sort((a, b) => orderOf(a) - orderOf(b));
    // What is rounded has few digits.
    if (kinds.includes('rounding') && kinds.includes('rejected_events')) continue;
    if (kinds[0] === kinds[1] || kinds.some((kind) => !KINDS_OF[meter].includes(kind))) continue;
    const at = seed * 1000 + turn;
    const both = toPlanted(play(at, { meter, kinds }), kinds);
    const alone = kinds.map((kind) => toPlanted(play(at, { meter, kinds: [kind] }), [kind]).cell);
    const isTold =
      kinds.some((kind) => ORDER.slice(3).includes(kind)) ||
      driftOf(both.cell) === driftOf(alone[0]) + driftOf(alone[1]);
    if (drifts(both.cell) && alone.every(drifts) && isTold) return both;
  }
}

/** Nothing is wrong: pushes are rounded, and arrive with ordinary lag. */
export function noFault(seed: number): PlantedCell {
  return toPlanted(play(seed * 1000 + 13, { meter: METERS[seed % 3] as (typeof METERS)[number], kinds: [] }), []);
}
