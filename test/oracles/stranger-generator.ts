import type {
  DriftingCell,
  MonthBeside,
  OtherCell,
  PullEvidence,
} from '../../shared/reconciliation/explain/drifting-cell.ts';
import { DAY_MS, HOUR_MS, instant } from '../../shared/values/instant.ts';
import { monthPeriod, type Period, parseMonth } from '../../shared/values/period.ts';

/**
 * Cells with planted faults by somebody else's assumptions than those of fault-generator.ts, and without a line of it: usage
 * happens in slots of ten minutes, pushers send at their own cadence whatever the hour, values have the decimals that the
 * pusher cares to send, months may still be open, evidence is partial. The same seed gives the same cells.
 */
export type StrangeKind =
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

export type StrangeCell = {
  readonly cell: DriftingCell;
  readonly kinds: readonly StrangeKind[];
  /** How it was done, for reading a miss. */
  readonly note: string;
  /** Whether pushes are rounded to a few decimals anyway. */
  readonly isRounded: boolean;
};

const HOUR = 6;
const DAY = 24 * HOUR;
/** Slots of the months beside. */
const BESIDE = 2 * DAY;

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

class Chance {
  readonly next: () => number;
  constructor(seed: number) {
    this.next = randomOf(seed * 9973 + 17);
  }
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }
  is(share: number): boolean {
    return this.next() < share;
  }
  of<T>(items: readonly T[]): T {
    return items[this.int(0, items.length - 1)] as T;
  }
  /** About `mean`, never below 0, with a long tail. */
  skewed(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }
}

type Push = { readonly from: number; readonly to: number; at: number; value: bigint };
type Meter = 'sum' | 'count' | 'last';

const CADENCES = {
  // Slots between pushes; hourly ones are the most frequent.
  sum: [HOUR, HOUR, HOUR, HOUR, 2, 3, 4, 9],
  count: [HOUR, HOUR, HOUR, 3],
  last: [HOUR, HOUR, HOUR, 3, 5, 3 * HOUR, DAY],
} as const;

class World {
  readonly chance: Chance;
  readonly meter: Meter;
  readonly period: Period;
  readonly slots: number;
  readonly perUnit: bigint;
  /** The smallest quantity that is used. */
  readonly grain: bigint;
  /** Whether pushes are right on the hour. */
  readonly isAligned: boolean;
  readonly cadence: number;
  readonly phase: number;
  /** What a push is rounded to; 0: nothing. */
  readonly step: bigint;
  readonly lagShare: number;
  readonly shape: string;
  readonly used: Map<number, bigint>;
  lost: (slot: number) => boolean = () => false;
  late: Map<number, bigint> = new Map();
  pushes: Push[] = [];
  pulledSlot: number;
  others: OtherCell[] = [];
  loose: OtherCell[] = [];
  monthTotal: bigint | null = null;
  previousTotal: bigint | null;
  knowsBefore: boolean;
  knowsAfter: boolean;
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
  note = '';

  constructor(
    chance: Chance,
    meter: Meter,
    more: { readonly places?: number; readonly isExact?: boolean; readonly like?: World } = {},
  ) {
    this.chance = chance;
    this.meter = meter;
    const month = chance.of(['2025-11', '2026-01', '2026-02', '2026-03', '2026-04']);
    this.period = more.like?.period ?? monthPeriod(parseMonth(month));
    this.slots = ((this.period.to - this.period.from) / HOUR_MS) * HOUR;
    const isOwnFraction = meter === 'sum' && more.places === undefined && chance.is(0.15);
    const perUnit = isOwnFraction ? 3_600_000_000_000_000n : chance.of([1_000_000_000n, 1_000_000_000_000n]);
    this.perUnit = more.like?.perUnit ?? perUnit;
    const isFraction = this.perUnit === 3_600_000_000_000_000n;
    const places = more.places ?? (meter === 'count' ? 0 : chance.of([0, 1, 3, 4, 6]));
    this.grain = isFraction ? this.perUnit / 3600n : this.perUnit / 10n ** BigInt(places);
    this.cadence = chance.of(CADENCES[meter]);
    this.isAligned = this.cadence % HOUR === 0;
    this.phase = this.isAligned ? 0 : chance.int(0, this.cadence - 1);
    const decimals = isFraction ? chance.of([6, 12]) : chance.is(0.3) ? chance.of([6, 9]) : null;
    this.step =
      decimals === null || more.isExact === true
        ? 0n
        : 10n ** BigInt(decimals) > this.perUnit
          ? 0n
          : this.perUnit / 10n ** BigInt(decimals);
    this.lagShare = chance.is(0.4) ? chance.next() * 0.12 : 0;
    this.shape = chance.of(['steady', 'bursty', 'sparse', 'growing', 'weekend', 'few', 'nightly']);
    this.used = this.#usage();
    this.pulledSlot = this.slots + chance.int(3, 300) * HOUR;
    this.knowsBefore = chance.is(0.75);
    this.knowsAfter = chance.is(0.75);
    this.previousTotal = chance.is(0.7)
      ? ((this.sum(0, this.slots) * BigInt(chance.int(60, 170))) / 100n / this.grain) * this.grain
      : null;
    this.push();
  }

  #usage(): Map<number, bigint> {
    const { chance, shape } = this;
    const size = this.meter === 'count' ? chance.of([3, 40, 2500]) : chance.of([7, 400, 35_000, 9_000_000]);
    const used = new Map<number, bigint>();
    const few = new Set(Array.from({ length: chance.int(4, 25) }, () => chance.int(0, this.slots / HOUR - 1)));
    const start = chance.int(0, 23);
    let isOn = false;
    for (let slot = -BESIDE; slot < this.slots + BESIDE; slot += 1) {
      const hour = Math.floor(slot / HOUR);
      if (slot % HOUR === 0) {
        const phase = (((hour - start) % 24) + 24) % 24;
        const day = Math.floor((hour + 480) / 24) % 7;
        isOn =
          shape === 'few'
            ? few.has(hour)
            : shape === 'sparse'
              ? chance.is(0.12)
              : shape === 'nightly'
                ? phase < 5
                : shape === 'weekend'
                  ? day < 5 || chance.is(0.1)
                  : true;
      }
      if (!isOn) continue;
      const wave = 1 + 0.6 * Math.sin((hour / 24) * 2 * Math.PI);
      const factor =
        shape === 'bursty'
          ? chance.is(0.02)
            ? 30
            : chance.next() * 0.5
          : shape === 'growing'
            ? 0.1 + (2 * Math.max(0, slot)) / this.slots
            : shape === 'steady'
              ? 0.95 + chance.next() / 10
              : wave;
      const value = Math.floor(size * factor * (0.7 + chance.next() * 0.6) + chance.next());
      if (value <= 0) continue;
      const unit = this.perUnit / this.grain;
      const part = unit > 1n && unit <= 1_000_000n ? BigInt(chance.int(0, Number(unit) - 1)) : 0n;
      used.set(slot, (BigInt(value) * unit + part) * this.grain);
    }
    return used;
  }

  at(slot: number): bigint {
    return this.used.get(slot) ?? 0n;
  }

  sum(from: number, to: number): bigint {
    let total = 0n;
    for (let slot = from; slot < to; slot += 1) total += this.at(slot);
    return total;
  }

  /** Asks for sums of slots that are used as they are now. */
  sums(): (from: number, to: number) => bigint {
    const totals = [0n];
    for (let slot = -BESIDE; slot < this.slots + BESIDE; slot += 1) {
      totals.push((totals.at(-1) as bigint) + this.at(slot));
    }
    return (from, to) => (totals[to + BESIDE] as bigint) - (totals[from + BESIDE] as bigint);
  }

  rounded(value: bigint): bigint {
    return this.step === 0n ? value : ((value + this.step / 2n) / this.step) * this.step;
  }

  /** Everything that a healthy pusher sends; `cut` moves the bounds of its month. */
  push(cut = 0): void {
    this.pushes = [];
    if (this.meter === 'last') this.#pushTotals(cut);
    else this.#pushIncrements();
  }

  #pushIncrements(): void {
    const sum = this.sums();
    let from = -BESIDE;
    for (let to = -BESIDE + 1; to <= this.slots + BESIDE; to += 1) {
      const isBound = to === 0 || to === this.slots;
      if (!isBound && (to + this.phase) % this.cadence !== 0) continue;
      const value = sum(from, to);
      // Stamped a moment before the slot is over; some are sent, and stamped, later.
      if (value > 0n) this.pushes.push({ from, to, at: to - 1, value: this.rounded(value) });
      from = to;
    }
    for (const push of this.pushes) {
      if (push.to <= 0 || push.to > this.slots - 30 || !this.chance.is(this.lagShare)) continue;
      push.at += this.isAligned ? this.chance.int(1, 3) * HOUR : this.chance.int(1, 9);
    }
  }

  /** Totals of the month that runs from `cut` to `cut` + its length, at the pusher's cadence, and at the end. */
  #pushTotals(cut: number): void {
    const isBehind = this.lagShare > 0 && this.chance.is(0.5);
    const sum = this.sums();
    let from = cut;
    for (let slot = 1; slot <= this.slots; slot += 1) {
      const isFinal = slot === this.slots;
      if (slot > cut + this.slots && from === cut) from = cut + this.slots;
      if (slot <= from) continue;
      if (!isFinal && ((slot + this.phase) % this.cadence !== 0 || this.chance.is(this.lagShare))) continue;
      const to = isFinal || !isBehind ? slot : slot - this.chance.int(0, HOUR - 1);
      const value = to > from ? sum(from, to) : 0n;
      if (value > 0n) this.pushes.push({ from, to, at: slot - 1, value: this.rounded(value) });
    }
  }

  /** A random run of pushes inside the month, some of which carry something. */
  run(most: number): Push[] {
    const inside = this.pushes.filter(({ from, at }) => from >= 0 && at < this.slots);
    const length = Math.min(inside.length, this.chance.is(0.6) ? this.chance.int(1, 8) : this.chance.int(1, most));
    const start = this.chance.int(0, inside.length - length);
    return inside.slice(start, start + length);
  }

  drop(pushes: readonly Push[]): void {
    const gone = new Set(pushes);
    this.pushes = this.pushes.filter((push) => !gone.has(push));
  }

  time(slot: number) {
    return instant(this.period.from + Math.floor((slot * HOUR_MS) / HOUR));
  }

  /** Makes the month an open one, pulled at a slot of it. */
  open(slot: number): void {
    this.pulledSlot = slot;
    for (const at of [...this.used.keys()]) if (at >= slot) this.used.delete(at);
    this.pushes = this.pushes.filter(({ to, at }) => to <= slot && at < slot);
    this.knowsAfter = false;
  }

  measured(from: number, to: number): bigint[] {
    return Array.from({ length: (to - from) / HOUR }, (_, index) => {
      let total = 0n;
      for (let slot = from + index * HOUR; slot < from + (index + 1) * HOUR; slot += 1) {
        if (!this.lost(slot)) total += this.at(slot);
      }
      return total;
    });
  }

  metered(from: number, to: number): (bigint | null)[] {
    const hours = new Array<bigint | null>((to - from) / HOUR).fill(null);
    for (const push of [...this.pushes].sort((a, b) => a.at - b.at)) {
      if (push.at < from || push.at >= to) continue;
      const hour = Math.floor((push.at - from) / HOUR);
      hours[hour] = this.meter === 'last' ? push.value : (hours[hour] ?? 0n) + push.value;
    }
    return hours;
  }

  beside(from: number): MonthBeside {
    return { measured: this.measured(from, from + BESIDE), metered: this.metered(from, from + BESIDE) };
  }

  cell(): DriftingCell {
    const measured = this.measured(0, this.slots);
    const metered = this.metered(0, this.slots);
    const held =
      this.meter === 'last'
        ? (metered.findLast((value) => value !== null) ?? 0n)
        : metered.reduce<bigint>((total, value) => total + (value ?? 0n), 0n);
    return {
      period: this.period,
      pulledAt: this.time(this.pulledSlot),
      stalenessMs: 2 * HOUR_MS,
      unit: 'GiB',
      perUnit: this.perUnit,
      isHeld: this.meter === 'last',
      measured,
      metered,
      measuredTotal: measured.reduce((total, value) => total + value, 0n),
      meteredTotal: this.monthTotal ?? held,
      previousTotal: this.previousTotal,
      before: this.knowsBefore ? this.beside(-BESIDE) : null,
      after: this.knowsAfter ? this.beside(this.slots) : null,
      others: this.others,
      loose: this.loose,
      evidence: this.evidence,
    };
  }
}

/** Somebody else on the meter, with some fault. */
function neighbour(world: World, name: string): OtherCell {
  const { chance } = world;
  const other = new World(new Chance(chance.int(1, 1_000_000_000)), world.meter, { isExact: true, like: world });
  if (chance.is(0.5)) other.drop(other.run(60));
  else for (const push of other.run(60)) push.value *= 2n;
  return { name, ...series(other) };
}

const series = (other: World): Pick<OtherCell, 'measured'> & { readonly metered: (bigint | null)[] } => ({
  measured: other.measured(0, other.slots),
  metered: other.metered(0, other.slots),
});

function surround(world: World): void {
  const { chance, evidence } = world;
  for (let count = chance.is(0.2) ? chance.int(5, 25) : chance.int(0, 3); count > 0; count -= 1) {
    world.others.push(neighbour(world, `cus_near_${count}`));
  }
  if (chance.is(0.1)) world.loose.push({ ...neighbour(world, 'id_loose'), metered: null });
  if (chance.is(0.08)) evidence.cutovers = [world.time(chance.int(1, world.slots / HOUR - 1) * HOUR)];
  if (chance.is(0.05)) evidence.queryChangedAt = world.time(chance.int(1, world.slots - 1));
  if (chance.is(0.3)) evidence.customerFrom = world.time(-chance.int(60, 9000) * HOUR);
  if (chance.is(0.1)) evidence.arrivedLate = new Map();
}

type Plant = (world: World) => void;

const RATIOS: readonly (readonly [bigint, bigint])[] = [
  [60n, 1n],
  [3600n, 1n],
  [1000n, 1n],
  [1024n, 1n],
  [1_048_576n, 1n],
  [1_000_000n, 1n],
  [100n, 1n],
  [1n, 60n],
  [1n, 3600n],
  [1n, 1000n],
  [1n, 1024n],
  [1n, 100n],
  [1000n, 1024n],
  [1024n, 1000n],
  [24n, 1n],
  [1n, 24n],
  [86_400n, 1n],
  [1n, 1_000_000n],
  [1_073_741_824n, 1_000_000_000n],
];

const SUMMED: Partial<Record<StrangeKind, Plant>> = {
  missed_push: (world) => {
    const { chance } = world;
    const style = chance.int(0, 4);
    world.note = ['a run', 'here and there', 'a day', 'since then', 'all'][style] ?? '';
    if (style === 0) world.drop(world.run(150));
    if (style === 1) for (let count = chance.int(2, 7); count > 0; count -= 1) world.drop(world.run(1).slice(0, 1));
    const day = chance.int(0, Math.floor(world.slots / DAY) - 1) * DAY;
    if (style === 2) world.drop(world.pushes.filter(({ from }) => from >= day && from < day + DAY));
    if (style === 3) {
      world.pulledSlot = world.slots + 10 * DAY;
      world.drop(world.pushes.filter(({ from }) => from >= day));
    }
    if (style === 4) world.drop(world.pushes.filter(({ from }) => from >= 0 && from < world.slots));
  },
  late_push: (world) => {
    const { chance } = world;
    if (chance.is(0.5)) {
      world.note = 'on its way';
      const active = [...world.used.keys()].filter((slot) => slot > 2 * DAY && slot < world.slots);
      const now = Math.ceil((chance.of(active) + 1) / HOUR) * HOUR + 1;
      world.open(Math.min(now, world.slots - 1));
      const last = world.pushes.filter(({ from }) => from >= 0).slice(-chance.int(1, 2));
      world.drop(last);
      return;
    }
    world.note = 'arrived in the next month';
    world.knowsAfter = true;
    const tail = world.pushes.filter(({ to }) => to <= world.slots).slice(-chance.int(1, 5));
    for (const push of tail) push.at = world.slots + chance.int(0, 20);
  },
  duplicate_push: (world) => {
    const { chance } = world;
    const style = chance.int(0, 3);
    world.note = ['a run', 'here and there', 'a day', 'again an hour later'][style] ?? '';
    const day = chance.int(0, Math.floor(world.slots / DAY) - 1) * DAY;
    const chosen =
      style === 1
        ? Array.from({ length: chance.int(2, 7) }, () => world.run(1)[0] as Push)
        : style === 2
          ? world.pushes.filter(({ from, at }) => from >= day && at < day + DAY)
          : world.run(50);
    for (let times = chance.is(0.75) ? 1 : chance.int(2, 4); times > 0; times -= 1) {
      for (const push of new Set(chosen)) {
        world.pushes.push({ ...push, at: Math.min(world.slots - 1, push.at + (style === 3 ? HOUR : 0)) });
      }
    }
  },
  wrong_period: (world) => {
    const { chance } = world;
    const style = chance.int(0, 3);
    world.note =
      ['first days in the next', 'last hours of the former', 'old total', 'first hours in the former'][style] ?? '';
    if (style === 0) {
      world.knowsAfter = true;
      const from = chance.int(0, 30) * HOUR;
      const to = from + chance.int(1, 12) * HOUR;
      for (const push of world.pushes) if (push.from >= from && push.to <= to) push.at += world.slots;
    }
    if (style === 1) {
      world.knowsBefore = true;
      const count = chance.int(1, 10) * HOUR;
      for (const push of world.pushes) if (push.from >= -count && push.to <= 0) push.at += count;
    }
    if (style === 2) {
      world.previousTotal ??= world.sum(0, world.slots) + 12_345n * world.grain;
      world.pushes.push({ from: -1, to: 0, at: chance.int(0, 30), value: world.rounded(world.previousTotal) });
    }
    if (style === 3) {
      world.knowsBefore = true;
      const to = chance.int(1, 10) * HOUR;
      for (const push of world.pushes) if (push.from >= 0 && push.to <= to) push.at -= to;
    }
  },
  zone_shift: (world) => {
    const { chance } = world;
    const half = !world.isAligned && chance.is(0.3) ? 3 : 0;
    const by = (chance.is(0.5) ? 1 : -1) * (chance.int(1, 12) * HOUR + half);
    world.note = `by ${by / HOUR} hours`;
    for (const push of world.pushes) push.at += by;
  },
  unit_scale: (world) => {
    const { chance } = world;
    const other = chance.is(0.25)
      ? ([BigInt(chance.int(11, 97)), BigInt(chance.int(11, 97))] as const)
      : chance.of(RATIOS);
    const [over, under] = other[0] === other[1] ? [1000n, 1n] : other;
    const from = chance.is(0.5) ? -BESIDE : chance.int(0, world.slots - 5 * DAY);
    world.note = `${over}/${under} from ${Math.floor(from / HOUR)}`;
    for (const push of world.pushes) if (push.from >= from) push.value = (push.value * over) / under;
  },
  rounding: (world) => {
    const { chance } = world;
    const places = chance.int(0, 1);
    const step = world.perUnit / 10n ** BigInt(places);
    const style = chance.int(0, 2);
    world.note = `${places} places ${['down', 'up', 'nearest'][style]}`;
    const add = [0n, step - 1n, step / 2n][style] as bigint;
    for (const push of world.pushes) push.value = ((push.value + add) / step) * step;
    world.pushes = world.pushes.filter(({ value }) => value > 0n);
  },
  wrong_aggregation: (world) => {
    const { chance } = world;
    const isOnes = world.meter === 'sum' && chance.is(0.5);
    world.note = isOnes ? 'counted' : 'totals added up';
    let total = 0n;
    for (const push of world.pushes) {
      if (push.from < 0 || push.to > world.slots) continue;
      total += push.value;
      push.value = isOnes ? world.perUnit : total;
    }
  },
  wrong_customer: (world) => {
    const { chance } = world;
    const other = new World(new Chance(chance.int(1, 1_000_000_000)), world.meter, { like: world });
    const style = chance.int(0, 2);
    world.note = ['sent there', 'sent here', 'the two swapped'][style] ?? '';
    const from = chance.is(0.3) ? 0 : chance.int(0, world.slots - DAY);
    const to = chance.is(0.3) ? world.slots : from + chance.int(HOUR, 10 * DAY);
    const isIn = (push: Push): boolean => push.from >= from && push.to <= Math.min(to, world.slots);
    const ours = world.pushes.filter(isIn);
    const theirs = other.pushes.filter((push) => isIn(push) && push.at < world.slots);
    if (style !== 1) {
      world.drop(ours);
      other.pushes.push(...ours);
    }
    if (style !== 0) {
      other.drop(theirs);
      world.pushes.push(...theirs);
    }
    world.others.splice(chance.int(0, world.others.length), 0, { name: 'cus_wrong', ...series(other) });
  },
  unmapped: (world) => {
    const { chance } = world;
    const other = new World(new Chance(chance.int(1, 1_000_000_000)), world.meter, { like: world });
    if (chance.is(0.3)) {
      world.note = 'nothing of its own';
      world.used.clear();
      world.pushes = [];
    }
    world.pushes.push(...other.pushes.filter(({ at }) => at < world.slots));
    world.loose.push({ name: 'id_unmapped', measured: series(other).measured, metered: null });
  },
  rejected_events: (world) => {
    const { chance } = world;
    const style = chance.int(0, 2);
    world.note = ['made later', 'deleted', 'too old'][style] ?? '';
    const at = chance.int(2, world.slots / DAY - 2) * DAY + chance.int(0, DAY - 1);
    if (style === 0) world.evidence.customerFrom = world.time(at);
    if (style === 1) world.evidence.customerUntil = world.time(at);
    if (style === 2) world.evidence.pushedSince = instant(world.time(at) + 35 * DAY_MS);
    world.drop(world.pushes.filter((push) => (style === 1 ? push.at >= at : push.at < at && push.at >= 0)));
  },
  pagination: (world) => {
    const { chance } = world;
    const isAll = chance.is(0.6);
    const from = isAll ? 0 : chance.int(0, world.slots / HOUR - 50);
    const to = isAll ? world.slots / HOUR : from + chance.int(3, 49);
    const hours = Array.from({ length: to - from }, (_, index) => from + index);
    const cut = chance.of([10, 100, 1000]);
    world.note = isAll ? 'all' : 'some hours';
    const of = cut + chance.int(5, 3000);
    world.evidence.pageCut = {
      orderedBy: 'usage id',
      cut,
      of,
      position: chance.int(cut, of - 1),
      hours: isAll ? null : hours,
    };
    world.drop(world.pushes.filter(({ at }) => at >= from * HOUR && at < to * HOUR));
  },
  expired_rows: (world) => {
    const { chance } = world;
    const days = chance.int(1, 14);
    world.note = `the first ${days} days`;
    world.lost = (slot) => slot < days * DAY;
    world.evidence.expiredBefore = chance.is(0.6) ? world.time(days * DAY) : null;
    // A retention that ends inside the month has let go of all that was before.
    if (world.evidence.expiredBefore === null) world.note += ', not known';
  },
  late_rows: (world) => {
    const { chance } = world;
    const from = chance.int(0, world.slots - HOUR);
    const to = Math.min(world.slots, from + chance.int(1, 120) * HOUR);
    const late = new Map<number, bigint>();
    for (const push of world.pushes) {
      if (push.from < from || push.to > to || !chance.is(0.8)) continue;
      const slots = Array.from({ length: push.to - push.from }, (_, index) => push.from + index);
      const gone = slots.filter((slot) => world.at(slot) > 0n && chance.is(0.3));
      for (const slot of gone) {
        const hour = Math.floor(slot / HOUR);
        late.set(hour, (late.get(hour) ?? 0n) + world.at(slot));
      }
      push.value = world.rounded(slots.reduce((sum, slot) => (gone.includes(slot) ? sum : sum + world.at(slot)), 0n));
    }
    world.pushes = world.pushes.filter(({ value }) => value > 0n);
    world.evidence.arrivedLate = late;
  },
  seam: (world) => {
    const { chance } = world;
    const at = chance.int(DAY, world.slots - DAY);
    const isGap = chance.is(0.5);
    const length = chance.int(1, 8 * HOUR);
    world.note = isGap ? 'gap' : 'double';
    const from = chance.is(0.5) ? at : at - length;
    world.evidence.cutovers = [world.time(at)];
    const inside = world.pushes.filter((push) => push.to > from && push.from < from + length && push.from >= 0);
    if (isGap) world.drop(inside);
    else world.pushes.push(...inside.map((push) => ({ ...push })));
  },
  query_changed: (world) => {
    const { chance } = world;
    const at = chance.int(3 * DAY, world.slots - 3 * DAY);
    const isStable = chance.is(0.4);
    world.note = isStable ? 'another ratio' : 'another part of each';
    const share = BigInt(chance.int(40, 180));
    world.evidence.queryChangedAt = world.time(at);
    for (const push of world.pushes) {
      if (push.at >= at) continue;
      const part = isStable ? share : BigInt(chance.int(50, 95));
      push.value = world.rounded(((push.value * part) / 100n / world.grain) * world.grain);
    }
  },
};

const HELD: Partial<Record<StrangeKind, Plant>> = {
  missed_push: (world) => {
    world.pushes = [];
  },
  late_push: (world) => {
    const { chance } = world;
    const active = [...world.used.keys()].filter((slot) => slot > 3 * DAY && slot < world.slots);
    world.open(Math.min(Math.ceil((chance.of(active) + 1) / HOUR) * HOUR + 1, world.slots - 1));
    world.drop(world.pushes.slice(-chance.int(1, 2)));
  },
  final_push_missing: (world) => {
    const last = world.slots - world.chance.int(1, world.chance.is(0.5) ? 40 : 900);
    world.drop(world.pushes.filter(({ at }) => at >= last));
  },
  wrong_period: (world) => {
    const { chance } = world;
    if (chance.is(0.5)) {
      world.note = 'old total';
      world.previousTotal = world.sum(0, world.slots) * 3n + 7n * world.grain;
      const at = world.slots - 1;
      world.drop(world.pushes.filter((push) => push.at === at));
      world.pushes.push({ from: -1, to: 0, at, value: world.rounded(world.previousTotal) });
      return;
    }
    world.note = 'final one stamped after';
    world.knowsAfter = true;
    const final = world.pushes.at(-1);
    const last = world.slots - chance.int(1, 3) * HOUR;
    world.drop(world.pushes.filter(({ at }) => at >= last));
    if (final !== undefined) world.pushes.push({ ...final, at: world.slots + chance.int(0, 12) });
  },
  zone_shift: (world) => {
    const { chance } = world;
    const by = chance.int(1, 12) * HOUR * (chance.is(0.5) ? 1 : -1);
    world.note = `month begun ${by / HOUR} hours late`;
    world.knowsBefore ||= by < 0;
    world.push(by);
  },
  unit_scale: (world) => {
    const [over, under] = world.chance.of(RATIOS);
    const from = world.chance.is(0.6) ? 0 : world.chance.int(0, world.slots - 2 * DAY);
    world.note = `${over}/${under} from ${from}`;
    for (const push of world.pushes) if (push.at >= from) push.value = (push.value * over) / under;
  },
  rounding: (world) => {
    for (const push of world.pushes) push.value = (push.value / world.perUnit) * world.perUnit;
    world.pushes = world.pushes.filter(({ value }) => value > 0n);
  },
  wrong_aggregation: (world) => {
    world.note = 'increments';
    world.pushes = [];
    const cadence = world.chance.of([HOUR, 3 * HOUR]);
    for (let to = cadence; to <= world.slots; to += cadence) {
      const value = world.sum(to - cadence, to);
      if (value > 0n) world.pushes.push({ from: to - cadence, to, at: to - 1, value: world.rounded(value) });
    }
  },
  wrong_customer: (world) => {
    const { chance } = world;
    const other = new World(new Chance(chance.int(1, 1_000_000_000)), 'last', { like: world });
    const since = chance.int(0, world.slots - 2 * DAY);
    const isAfter = (push: Push): boolean => push.at >= since && push.at < world.slots;
    const [ours, theirs] = [world.pushes.filter(isAfter), other.pushes.filter(isAfter)];
    world.drop(ours);
    other.drop(theirs);
    const isBoth = chance.is(0.5);
    world.note = isBoth ? 'swapped' : 'sent there';
    if (isBoth) world.pushes.push(...theirs);
    else world.pushes = world.pushes.filter(({ at }) => at < since);
    other.pushes.push(...ours);
    world.others.push({ name: 'cus_wrong', ...series(other) });
  },
  pagination: (world) => {
    const of = world.chance.int(150, 9000);
    world.evidence.pageCut = {
      orderedBy: 'customer',
      cut: 100,
      of,
      position: world.chance.int(100, of - 1),
      hours: null,
    };
    world.pushes = [];
  },
  expired_rows: (world) => {
    const days = world.chance.int(1, 14);
    world.lost = (slot) => slot < days * DAY;
    world.evidence.expiredBefore = world.time(days * DAY);
  },
  late_rows: (world) => {
    const { chance } = world;
    const late = new Map<number, bigint>();
    const from = chance.int(0, world.slots - DAY);
    const to = from + chance.int(HOUR, 6 * DAY);
    for (const [slot, value] of [...world.used]) {
      if (slot < from || slot >= Math.min(to, world.slots) || !chance.is(0.4)) continue;
      late.set(Math.floor(slot / HOUR), (late.get(Math.floor(slot / HOUR)) ?? 0n) + value);
      world.used.delete(slot);
      world.late.set(slot, value);
    }
    world.push();
    for (const [slot, value] of world.late) world.used.set(slot, value);
    world.evidence.arrivedLate = late;
  },
  same_second_tie: (world) => {
    const value = world.pushes.at(-world.chance.int(2, 5))?.value;
    if (value !== undefined) world.monthTotal = value;
  },
  query_changed: (world) => {
    const at = world.chance.int(3 * DAY, world.slots - 3 * DAY);
    for (const [slot, value] of [...world.used]) {
      if (slot < 0 || slot >= at || !world.chance.is(0.5)) continue;
      world.late.set(slot, value);
      world.used.delete(slot);
    }
    world.push();
    for (const [slot, value] of world.late) world.used.set(slot, value);
    world.evidence.queryChangedAt = world.time(at);
  },
};

const KINDS = {
  sum: Object.keys(SUMMED) as StrangeKind[],
  count: (Object.keys(SUMMED) as StrangeKind[]).filter((kind) => kind !== 'rounding'),
  last: Object.keys(HELD) as StrangeKind[],
} as const;

/** What is done to values comes before what becomes of their pushes. */
const FIRST: readonly StrangeKind[] = ['late_rows', 'unmapped', 'unit_scale', 'rounding', 'query_changed'];
const rank = (kind: StrangeKind): number => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);

/** Those that leave room for another one, each with its evidence. */
const TOGETHER: readonly StrangeKind[] = [
  'missed_push',
  'duplicate_push',
  'wrong_period',
  'zone_shift',
  'unit_scale',
  'wrong_customer',
  'unmapped',
  'rejected_events',
  'expired_rows',
  'late_rows',
  'seam',
];

function make(seed: number, meter: Meter, kinds: readonly StrangeKind[]): StrangeCell {
  const chance = new Chance(seed);
  const isRounding = kinds.includes('rounding');
  const world: World = new World(chance, meter, isRounding ? { places: chance.int(2, 3), isExact: true } : {});
  surround(world);
  for (const kind of kinds) (meter === 'last' ? HELD : SUMMED)[kind]?.(world);
  const style = `${world.shape}, every ${world.cadence * 10} min, lag ${world.lagShare.toFixed(2)}, step ${world.step}`;
  return { cell: world.cell(), kinds, note: `${meter} ${world.note} (${style})`, isRounded: world.step !== 0n };
}

const offOf = ({ measuredTotal, meteredTotal }: DriftingCell): bigint => measuredTotal - meteredTotal;

/** Within a hundredth. */
function isLike(a: bigint, b: bigint): boolean {
  const [distance, size] = [a < b ? b - a : a - b, a < 0n ? -a : a];
  return distance * 100n <= size;
}

/** Clearly more than what rounding and a double leave. */
function isOff({ measuredTotal, meteredTotal }: DriftingCell): boolean {
  const drift = measuredTotal < meteredTotal ? meteredTotal - measuredTotal : measuredTotal - meteredTotal;
  const larger = measuredTotal < meteredTotal ? meteredTotal : measuredTotal;
  return drift * 20_000n > larger;
}

/** One fault; each kind of each meter comes about equally often. */
export function strangeFault(seed: number): StrangeCell {
  const choices = (['sum', 'count', 'last'] as const).flatMap((meter) => KINDS[meter].map((kind) => ({ meter, kind })));
  const { meter, kind } = choices[seed % choices.length] as (typeof choices)[number];
  for (let turn = 0; ; turn += 1) {
    const made = make(seed * 500 + turn, meter, [kind]);
    if (isOff(made.cell)) return made;
  }
}

/** Two faults of different kinds on a meter that adds up, each of which is off alone. */
export function strangePair(seed: number): StrangeCell {
  const chance = new Chance(seed * 31 + 5);
  for (let turn = 0; ; turn += 1) {
    const meter = chance.of(['sum', 'count'] as const);
    const kinds = [chance.of(TOGETHER), chance.of(TOGETHER)].sort((a, b) => rank(a) - rank(b));
    if (kinds[0] === kinds[1]) continue;
    const at = seed * 500 + turn;
    const made = make(at, meter, kinds);
    const alone = kinds.map((kind) => make(at, meter, [kind]).cell);
    // One that hides the other leaves nothing to find.
    const isHidden = alone.some((cell) => isLike(offOf(cell), offOf(made.cell)));
    const isApart = isLike(
      offOf(made.cell),
      alone.reduce((sum, cell) => sum + offOf(cell), 0n),
    );
    const isChain = kinds.some((kind) => kind === 'unit_scale' || kind === 'zone_shift');
    if (isOff(made.cell) && alone.every(isOff) && !isHidden && (isApart || isChain)) return made;
  }
}

/** Nothing is wrong. Some months are open, and what was used in the last minutes is on its way. */
export function strangeClean(seed: number): StrangeCell {
  return make(seed * 500 + 77, (['sum', 'count', 'last'] as const)[seed % 3] as Meter, []);
}
