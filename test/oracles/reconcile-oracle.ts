import { Decimal } from 'decimal.js';
import type { Series, World, WorldMeter } from '../main/api/reconcile/world.ts';
import { rateByOracle } from './rating-oracle.ts';

const Big = Decimal.clone({ precision: 120, rounding: Decimal.ROUND_HALF_UP });

export type OracleRow = {
  readonly customer: string | null;
  readonly usageIds: readonly string[];
  readonly meter: string;
  readonly measured: string | null;
  readonly metered: string | null;
  readonly drift: { readonly absolute: string; readonly relative: string } | null;
  readonly verdict: string;
  readonly structural: boolean;
  /** Verdict and line. */
  readonly billing: readonly [string, string | null] | null;
  readonly money: {
    readonly measured: string | null;
    readonly metered: string | null;
    readonly difference: string | null;
  } | null;
};

const HOUR = 3600;
const MONTH_START = Date.parse('2026-05-01T00:00:00Z') / 1000;

/**
 * A month tied out the slow way, row by row from the description of the world, after the text of the decision table
 * (metering.md section 5, interfaces.md section 2). Shares no code with the engine: another decimal library, strings for
 * keys, no columns.
 */
export function reconcileSlowly(world: World): OracleRow[] {
  return world.meters.filter((meter) => meter.isUnconfigured !== true).flatMap((meter) => meterRows(world, meter));
}

function meterRows(world: World, meter: WorldMeter): OracleRow[] {
  const usage = world.usage?.[meter.key] ?? {};
  const metered = world.metered?.[meter.key] ?? {};
  const customers = world.customers ?? [];
  const owners = (usageId: string) => customers.filter(({ usageIds }) => usageIds?.includes(usageId) === true);
  const rows: OracleRow[] = [];
  for (const customer of customers) {
    const ids = [...new Set(customer.usageIds ?? [])].filter((id) => owners(id).length === 1).sort();
    const used = ids.filter((id) => usage[id] !== undefined);
    const held = metered[customer.id];
    const prices = (world.items ?? []).filter((item) => item.customer === customer.id).map((item) => item.price);
    const own = (world.prices ?? []).filter((price) => price.meter === meter.key && prices.includes(price.id));
    const count = prices.filter((id) => own.some((price) => price.id === id));
    if (used.length === 0 && (held === undefined || held === null) && count.length === 0) continue;
    const native =
      used.length === 0 ? null : used.map((id) => totalOf(usage[id] as Series, 'sum')).reduce((a, b) => a.plus(b));
    const left = native === null ? null : toBilled(native, meter);
    const right = held === undefined || held === null ? null : totalOf(held, meter.formula ?? 'sum');
    const verdict = judge({ world, meter, left, right, used, held: held ?? null });
    const amount = (quantity: Decimal | null): string | null => {
      if (quantity?.isNegative() === true) return null;
      let total = new Big(0);
      for (const id of count) {
        const price = own.find((candidate) => candidate.id === id);
        const cents = rateByOracle({ unitAmount: price?.unitAmount ?? '0' }, (quantity ?? new Big(0)).toFixed(), {
          rounding: 'half_up',
          roundAt: 'line',
        });
        total = total.plus(cents);
      }
      return total.div(100).toFixed(2);
    };
    const [measuredMoney, meteredMoney] = [amount(left), amount(right)];
    rows.push({
      customer: customer.id,
      usageIds: ids,
      meter: meter.key,
      measured: left?.toFixed() ?? null,
      metered: right?.toFixed() ?? null,
      drift: verdict === 'invalid' ? null : drift(left, right),
      billing: bill({ world, meter, customer: customer.id, prices: count, metered: right }),
      verdict,
      structural: [
        'stale_overdue',
        'under_reported',
        'over_reported',
        'missing_stripe',
        'missing_usage',
        'no_meter',
      ].includes(verdict),
      money:
        count.length === 0
          ? null
          : {
              measured: measuredMoney,
              metered: meteredMoney,
              difference:
                measuredMoney === null || meteredMoney === null
                  ? null
                  : new Big(measuredMoney).minus(meteredMoney).toFixed(2),
            },
    });
  }
  for (const [id, series] of Object.entries(usage)) {
    if (owners(id).length === 1) continue;
    const left = toBilled(totalOf(series, 'sum'), meter);
    const verdict = left.isNegative() ? 'invalid' : 'unmapped';
    rows.push({
      customer: null,
      usageIds: [id],
      meter: meter.key,
      measured: left.toFixed(),
      metered: null,
      drift: verdict === 'invalid' ? null : drift(left, null),
      billing: null,
      verdict,
      structural: verdict === 'unmapped' && !left.isZero(),
      money: null,
    });
  }
  return rows;
}

const valuesOf = (series: Series): [number, Decimal][] =>
  typeof series === 'string' ? [] : Object.entries(series).map(([hour, text]) => [Number(hour), new Big(text)]);

function totalOf(series: Series, formula: string): Decimal {
  if (typeof series === 'string') return new Big(series);
  const values = valuesOf(series).map(([, value]) => value);
  return formula === 'last' ? (values.at(-1) ?? new Big(0)) : values.reduce((a, b) => a.plus(b), new Big(0));
}

function toBilled(native: Decimal, meter: WorldMeter): Decimal {
  const [above = '1', below = '1'] = (meter.scale ?? '1').split('/');
  const exact = native.times(new Big(10).pow(meter.exponent ?? 0)).times(above);
  // Half away from zero at 12 places, by whole numbers.
  const raised = exact.times('1e12');
  const quotient = raised.abs().times(2).plus(below).divToInt(new Big(below).times(2));
  return quotient.times(exact.isNegative() ? -1 : 1).div('1e12');
}

function drift(left: Decimal | null, right: Decimal | null): { absolute: string; relative: string } {
  const [a, b] = [left ?? new Big(0), right ?? new Big(0)];
  const absolute = a.minus(b);
  const larger = Big.max(a.abs(), b.abs());
  const relative = larger.isZero() ? new Big(0) : absolute.div(larger).toDecimalPlaces(12, Decimal.ROUND_HALF_UP);
  return { absolute: plain(absolute), relative: plain(relative) };
}

const plain = (value: Decimal): string => (value.isZero() ? '0' : value.toFixed());

function judge(at: {
  readonly world: World;
  readonly meter: WorldMeter;
  readonly left: Decimal | null;
  readonly right: Decimal | null;
  readonly used: readonly string[];
  readonly held: Series | null;
}): string {
  const { meter } = at;
  const [a, b] = [at.left ?? new Big(0), at.right ?? new Big(0)];
  if (a.isNegative() || b.isNegative()) return 'invalid';
  if (a.isZero() && b.isZero()) return 'agree_zero';
  if (meter.isMissing === true) return 'no_meter';
  const relative = new Big(meter.relative ?? '0.001');
  const distance = a.minus(b).abs();
  const larger = Big.max(a, b);
  const lag = timing(at, b, relative);
  if (b.isZero()) return lag ?? 'missing_stripe';
  if (a.isZero()) return 'missing_usage';
  if (distance.lte(meter.absolute ?? '0') || distance.lte(relative.times(larger))) return 'agree';
  if (distance.lte(larger.times('1e-15'))) return 'agree';
  if (b.lt(a)) return lag ?? 'under_reported';
  return 'over_reported';
}

function timing(at: Parameters<typeof judge>[0], b: Decimal, relative: Decimal): 'stale' | 'stale_overdue' | null {
  const pulled = Date.parse(at.world.stripePulledAt ?? '2026-06-01T02:01:10Z') / 1000;
  const usage = at.used.flatMap((id) => valuesOf(at.world.usage?.[at.meter.key]?.[id] ?? ''));
  const heldHours = at.held === null ? [] : valuesOf(at.held).map(([hour]) => hour);
  if (heldHours.length > 0 && at.used.length > 0) {
    const hour = Math.max(...heldHours);
    const before = usage.filter(([h]) => h < hour).reduce((sum, [, value]) => sum.plus(value), new Big(0));
    const until = usage.filter(([h]) => h <= hour).reduce((sum, [, value]) => sum.plus(value), new Big(0));
    const [low, high] = [toBilled(before, at.meter), toBilled(until, at.meter)];
    if (low.times(new Big(1).minus(relative)).lte(b) && b.lte(high.times(relative.plus(1)))) {
      return pulled - (MONTH_START + hour * HOUR) <= 7200 ? 'stale' : 'stale_overdue';
    }
  }
  const first = usage.filter(([, value]) => value.gt(0)).map(([hour]) => hour);
  if (at.held === null && first.length > 0 && pulled - (MONTH_START + Math.min(...first) * HOUR) < 7200) return 'stale';
  return null;
}

const MAY_FROM = Date.parse('2026-05-01T00:00:00Z');
const MAY_TO = Date.parse('2026-06-01T00:00:00Z');

type OracleLine = NonNullable<World['lines']>[number] & {
  readonly id: string;
  readonly from: string;
  readonly to: string;
};

/**
 * Billed against metered after the text of interfaces.md section 2: which lines count, whether two charge the same,
 * whether one sticks out of the month; then quantity, price and amount. Prices are per unit here.
 */
function bill(of: {
  readonly world: World;
  readonly meter: WorldMeter;
  readonly customer: string;
  readonly prices: readonly string[];
  readonly metered: Decimal | null;
}): readonly [string, string | null] | null {
  const { world, meter, customer } = of;
  if (meter.isMissing === true) return null;
  const priced = (id: string) => (world.prices ?? []).find((price) => price.id === id && price.meter === meter.key);
  const lines = (world.lines ?? [])
    .map(
      (line, index): OracleLine => ({
        ...line,
        id: `il_${index}`,
        invoice: line.invoice ?? `in_${index}`,
        from: line.from ?? '2026-05-01T00:00:00Z',
        to: line.to ?? '2026-06-01T00:00:00Z',
      }),
    )
    .filter((line) => line.customer === customer && priced(line.price) !== undefined)
    .filter((line) => Date.parse(line.from) < MAY_TO && Date.parse(line.to) > MAY_FROM)
    .sort((a, b) => ((a.invoice ?? '') < (b.invoice ?? '') ? -1 : (a.invoice ?? '') > (b.invoice ?? '') ? 1 : 0));
  const counted = lines.filter(({ status }) => ['open', 'paid', 'uncollectible'].includes(status ?? 'paid'));
  if (counted.length === 0) return unbilled(lines, of);
  const inMonth = (line: OracleLine) => Date.parse(line.from) >= MAY_FROM && Date.parse(line.to) <= MAY_TO;
  const inside = counted.filter(inMonth);
  const isSameSpan = (a: OracleLine, b: OracleLine) => a.from === b.from && a.to === b.to;
  const owner = (line: OracleLine): string => {
    if (line.item !== undefined) return `si_${line.item}`;
    const alike = inside.filter(({ item, price }) => item !== undefined && price === line.price);
    const found = alike.find((other) => isSameSpan(other, line)) ?? alike[0];
    return found === undefined ? line.price : `si_${found.item}`;
  };
  const owed = of.metered === null || of.metered.isNegative() ? new Big(0) : of.metered;
  const sum = (of: readonly OracleLine[]) => of.reduce((total, line) => total.plus(line.quantity ?? 0), new Big(0));
  // What one invoice charges an item for one price and span; then across invoices, where their parts make the whole.
  const sameCharge = (a: OracleLine, b: OracleLine) => owner(a) === owner(b) && a.price === b.price && isSameSpan(a, b);
  const own = (line: OracleLine) => inside.filter((other) => other.invoice === line.invoice && sameCharge(other, line));
  const chargeOf = (line: OracleLine): readonly OracleLine[] => {
    const all = inside.filter((other) => sameCharge(other, line));
    const isWhole = all.every((other) => !sum(own(other)).isZero()) && sum(all).eq(owed);
    return isWhole ? all : own(line);
  };
  const twice = inside.find((line) =>
    inside
      .slice(0, inside.indexOf(chargeOf(line)[0] as OracleLine))
      .some(
        (other) =>
          owner(other) === owner(line) &&
          isSameSpan(other, line) &&
          other.invoice !== line.invoice &&
          !chargeOf(line).includes(other),
      ),
  );
  if (twice !== undefined) return ['line_twice', chargeOf(twice)[0]?.id ?? null];
  const outside = counted.find((line) => !inMonth(line));
  if (outside !== undefined) return ['misaligned', outside.id];
  const repeated = (charge: readonly OracleLine[]): string | null => {
    const alike = (line: OracleLine) => charge.filter((x) => x.quantity === line.quantity && x.amount === line.amount);
    const isPaired = charge.every((line) => alike(line).length % 2 === 0) && !sum(charge).isZero();
    return isPaired ? (charge.find((line) => alike(line)[0] !== line)?.id ?? null) : null;
  };
  const owners = [...new Set(inside.map(owner))];
  const short = owners.find((one) => !sum(inside.filter((line) => owner(line) === one)).eq(owed));
  if (short !== undefined) {
    const charges = new Set(inside.map((line) => chargeOf(line)[0] as OracleLine));
    const spans = [...charges].map(({ from, to }) => [Date.parse(from), Date.parse(to)]);
    const isSequence = spans.every(([from = 0, to = 0], index) =>
      spans.slice(index + 1).every(([otherFrom = 0, otherTo = 0]) => to <= otherFrom || otherTo <= from),
    );
    if (!(isSequence && spans.length > 1 && sum(inside).eq(owed))) {
      const charge = chargeOf(inside.find((line) => owner(line) === short) as OracleLine);
      const again = repeated(charge);
      return again === null ? ['quantity_differs', charge[0]?.id ?? null] : ['line_twice', again];
    }
  }
  const foreign = inside.find(
    (line) =>
      !of.prices.includes(line.price) &&
      !inside.some(
        (later) =>
          of.prices.includes(later.price) &&
          line.item !== undefined &&
          later.item === line.item &&
          Date.parse(later.from) >= Date.parse(line.to),
      ),
  );
  if (foreign !== undefined) return ['price_differs', foreign.id];
  const wrong = inside.find((line) => {
    const charge = chargeOf(line);
    if (!of.prices.includes(line.price)) return false;
    const cents = rateByOracle({ unitAmount: priced(line.price)?.unitAmount ?? '0' }, sum(charge).toFixed(), {
      rounding: 'half_up',
      roundAt: 'line',
    });
    return !charge.reduce((total, { amount }) => total.plus(String(amount)), new Big(0)).eq(cents);
  });
  if (wrong !== undefined) {
    const again = repeated(chargeOf(wrong));
    return again === null ? ['amount_differs', chargeOf(wrong)[0]?.id ?? null] : ['line_twice', again];
  }
  const billed = new Set(counted.map(({ item }) => item));
  const due = owed.isZero() ? [] : coveredItems(of);
  if (due.length > 0 && [...billed].every((item) => item !== undefined && due.includes(item))) {
    const missing = due.filter((item) => !billed.has(item));
    const draft = lines.find(({ status, item }) => status === 'draft' && item !== undefined && missing.includes(item));
    if (draft !== undefined) return ['not_final', draft.id];
    if (missing.length > 0) return ['line_missing', null];
  }
  return ['billed_agree', inside[0]?.id ?? null];
}

/** Places of the customer's items of the meter that an invoice that is not a draft covers the whole month of. */
function coveredItems(of: Parameters<typeof bill>[0]): readonly number[] {
  const covered = (of.world.invoices ?? []).filter(
    ({ status, from, to }) =>
      Date.parse(from ?? '2026-05-01T00:00:00Z') <= MAY_FROM &&
      Date.parse(to ?? '2026-06-01T00:00:00Z') >= MAY_TO &&
      (status ?? 'paid') !== 'draft',
  );
  return (of.world.items ?? []).flatMap(({ customer, price }, index) =>
    customer === of.customer && of.prices.includes(price) && covered.some(({ item }) => item === index) ? [index] : [],
  );
}

function unbilled(
  lines: readonly OracleLine[],
  of: Parameters<typeof bill>[0],
): readonly [string, string | null] | null {
  const draft = lines.find(({ status }) => status === 'draft');
  if (draft !== undefined) return ['not_final', draft.id];
  const isUsed = of.metered?.isPositive() === true && !of.metered.isZero();
  if (isUsed && coveredItems(of).length > 0) return ['line_missing', null];
  const [other] = lines;
  return other === undefined ? null : ['not_final', other.id];
}
