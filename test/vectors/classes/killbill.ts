import type { MeterDefinition } from '../../../shared/simulation/meter-event.ts';
import { MeterLedger } from '../../../shared/simulation/meter-ledger.ts';
import { formatDecimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { type Instant, instant, parseInstant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import type { Period } from '../../../shared/values/period.ts';
import { type JsonObject, list, MalformedVector, object, text, type VectorCase, type VectorClass } from '../vector.ts';
import { addUp, answerTo, oneOf, sumOf, toMajor, toMinor } from './document.ts';
import { deltaRuns, lineOf, totalOf } from './late-document.ts';
import { NO_STRIPE_PRICE } from './peer-prices.ts';

const propertiesOf = ({ input }: VectorCase): JsonObject => object(input.properties, 'properties');
const usageOf = ({ input }: VectorCase): JsonObject => object(input.input, 'input');

/** Each segment is a subscription item of its own: its price, and the usage within its period. */
export const priceChange: VectorClass = {
  skip: (vector) => (segmentsOf(vector).every(({ tiers }) => hasSingleUnits(tiers)) ? null : NO_STRIPE_PRICE),
  answer: (vector) => {
    const usage = new Usage(recordsOf(vector));
    const amounts = segmentsOf(vector).map(({ from, to, tiers }) => {
      const price = { billing_scheme: 'tiered', tiers_mode: 'graduated', tiers: ladder(tiers, 'free') };
      const quantity = usage.within('unit', { from, to });
      return sumOf(answerTo({ currency: 'usd', price, quantity }), 'total').minor;
    });
    return {
      perSegment: amounts.map((minor) => formatMinorAsMajor(BigInt(minor), 'usd')),
      amount: formatMinorAsMajor(BigInt(addUp(amounts)), 'usd'),
    };
  },
};

const segmentsOf = (vector: VectorCase) =>
  list(propertiesOf(vector).segments, 'segments').map((entry) => {
    const { start, end, tiers } = object(entry, 'segment');
    return {
      from: parseInstant(text(start, 'start')),
      to: parseInstant(text(end, 'end')),
      tiers: list(tiers, 'tiers').map((tier) => object(tier, 'tier')),
    };
  });

/** A price for each unit type, and their sum. */
export const multiUnit: VectorClass = {
  skip: (vector) => (unitTypesOf(vector).every(({ tiers }) => hasSingleUnits(tiers)) ? null : NO_STRIPE_PRICE),
  answer: (vector) => {
    const policy = oneOf(propertiesOf(vector).policy, ['ALL_TIERS', 'TOP_TIER'], 'policy');
    const units = object(usageOf(vector).units, 'units');
    const amounts = unitTypesOf(vector).map(({ name, tiers }) => {
      const price = {
        billing_scheme: 'tiered',
        tiers_mode: policy === 'ALL_TIERS' ? 'graduated' : 'volume',
        tiers: ladder(tiers, policy === 'ALL_TIERS' ? 'free' : 'as_last'),
      };
      return sumOf(answerTo({ currency: 'usd', price, quantity: units[name] ?? '0' }), 'total').exact;
    });
    return { amount: toMajor(addUp(amounts)) };
  },
};

const unitTypesOf = (vector: VectorCase) =>
  Object.entries(object(propertiesOf(vector).unitTypes, 'unitTypes')).map(([name, tiers]) => ({
    name,
    tiers: list(tiers, 'tiers').map((tier) => object(tier, 'tier')),
  }));

const hasSingleUnits = (tiers: readonly JsonObject[]): boolean => tiers.every(({ blockSize }) => blockSize === '1');

/**
 * Widths of blocks of one unit as Stripe's bounds.
 * @param beyond what comes after a bounded last tier: nothing is charged, or it goes on as the last tier
 */
function ladder(tiers: readonly JsonObject[], beyond: 'free' | 'as_last'): readonly JsonObject[] {
  let upTo = '0';
  const bounded = tiers.map(({ maxBlocks, price }) => {
    if (typeof maxBlocks === 'string') upTo = addUp([upTo, maxBlocks]);
    return { up_to: typeof maxBlocks === 'string' ? upTo : null, unit_amount_decimal: toMinor(price, 'price') };
  });
  const last = bounded.at(-1);
  if (last === undefined || last.up_to === null) return bounded;
  return beyond === 'free'
    ? [...bounded, { up_to: null, unit_amount: 0 }]
    : [...bounded.slice(0, -1), { ...last, up_to: null }];
}

/** What was billed before is booked on the first tier, and the delta engine books the rest. */
export const incremental: VectorClass = {
  skip: (vector) => {
    const tiers = tiersOf(vector);
    const isAllTiers = propertiesOf(vector).policy === 'ALL_TIERS';
    return isAllTiers && (tiers.length === 1 || hasSingleUnits(tiers)) ? null : NO_STRIPE_PRICE;
  },
  answer: (vector) => {
    const { units, alreadyBilled } = usageOf(vector);
    const tiers = tiersOf(vector);
    const [first] = tiers;
    const price = hasSingleUnits(tiers)
      ? latePrice(tiers)
      : { type: 'package', amount: first?.price ?? null, packageSize: first?.blockSize ?? null };
    const component = hasSingleUnits(tiers) ? 'graduated.1.unit' : 'usage.package';
    const unitAmount = text(first?.price, 'price');
    const billed = [{ component, unitAmount, quantity: '0', total: text(alreadyBilled, 'alreadyBilled') }];
    const quantity = [text(units, 'units')];
    return {
      amount: totalOf(deltaRuns(price, quantity)[0]),
      toBill: totalOf(deltaRuns(price, quantity, { billed })[0]),
    };
  },
};

/** The blocks of each tier that were billed before are booked lines. */
export const incrementalTiers: VectorClass = {
  skip: (vector) => (hasSingleUnits(tiersOf(vector)) ? null : NO_STRIPE_PRICE),
  answer: (vector) => {
    const { units, billedBlocksPerTier } = usageOf(vector);
    const tiers = tiersOf(vector);
    const billed = list(billedBlocksPerTier, 'billedBlocksPerTier').map((blocks, index) => {
      const [unitAmount, quantity] = [text(tiers[index]?.price, 'price'), text(blocks, 'blocks')];
      const price = { unit_amount_decimal: toMinor(unitAmount, 'price') };
      const { minor } = sumOf(answerTo({ currency: 'usd', price, quantity }), 'total');
      return { component: `graduated.${index + 1}.unit`, unitAmount, quantity, total: toMajor(minor) };
    });
    const [run] = deltaRuns(latePrice(tiers), [text(units, 'units')], { billed });
    const perTier = tiers.map((_, index) => {
      const line = lineOf(run, `graduated.${index + 1}.unit`);
      return { blocks: line?.quantity ?? '0', amount: line === null ? '0' : totalOf(line) };
    });
    return { toBill: totalOf(run), perTier };
  },
};

const tiersOf = (vector: VectorCase): readonly JsonObject[] =>
  list(propertiesOf(vector).tiers, 'tiers').map((tier) => object(tier, 'tier'));

/** Blocks of one unit as a ladder in major units, free beyond a bounded last tier. */
const latePrice = (tiers: readonly JsonObject[]): JsonObject => ({
  type: 'tiered',
  mode: 'graduated',
  tiers: ladder(tiers, 'free').map(({ up_to: upTo }, index) => ({
    upTo: upTo ?? null,
    unit: tiers[index]?.price ?? '0',
    flat: null,
  })),
});

/** Records as meter events, each in the period that holds its instant. */
export const bucketing: VectorClass = {
  answer: (vector) => {
    const usage = new Usage(recordsOf(vector));
    const { boundaries, timeZone } = propertiesOf(vector);
    const zone = text(timeZone, 'timeZone');
    const starts = list(boundaries, 'boundaries').map((day) => midnight(text(day, 'boundary'), zone));
    return {
      periods: starts.slice(0, -1).map((from, index) => {
        const to = starts[index + 1] ?? from;
        return Object.fromEntries(usage.units.map((unit) => [unit, usage.within(unit, { from, to })]));
      }),
    };
  },
};

type UsageRecord = { readonly at: Instant; readonly unit: string; readonly amount: string };

const recordsOf = (vector: VectorCase): readonly UsageRecord[] =>
  list(usageOf(vector).records, 'records').map((entry) => {
    const { at, unit, amount } = object(entry, 'record');
    return { at: parseInstant(text(at, 'at')), unit: text(unit ?? 'unit', 'unit'), amount: text(amount, 'amount') };
  });

const CUSTOMER = 'cus_vector';

/** Usage in the meters of the product: one meter for each unit, summed over any period. */
class Usage {
  readonly units: readonly string[];
  readonly #ledger: MeterLedger;

  constructor(records: readonly UsageRecord[]) {
    const clock = instant(Math.max(0, ...records.map(({ at }) => at)));
    this.#ledger = new MeterLedger({ clock, customers: { isKnown: () => true, frozenTime: () => null } });
    this.units = [...new Set(records.map(({ unit }) => unit))].sort();
    for (const unit of this.units) this.#ledger.putMeter(meterOf(unit));
    const { rejected } = this.#ledger.load(
      [...records]
        .sort((a, b) => a.at - b.at)
        .map(({ at, unit, amount }) => ({
          meterId: unit,
          customerId: CUSTOMER,
          timestamp: at,
          receivedAt: at,
          value: amount,
        })),
    );
    if (rejected.size > 0) throw new MalformedVector('a record is no meter event');
  }

  within(unit: string, period: Period): string {
    const query = { meterId: unit, customerId: CUSTOMER, period, grouping: null };
    return formatDecimal(this.#ledger.summaries(query)[0]?.value ?? parseDecimal('0'));
  }
}

const meterOf = (unit: string): MeterDefinition => ({
  id: unit,
  eventName: unit,
  formula: 'sum',
  customerPayloadKey: 'customer',
  valuePayloadKey: 'value',
  eventTimeWindow: null,
  status: 'active',
});

/** The first instant of a day in a time zone. */
function midnight(day: string, timeZone: string): Instant {
  const utc = parseInstant(day);
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const offsetAt = (at: number): number => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes] = /^GMT([+-])(\d{2}):(\d{2})$/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  };
  return instant(utc - offsetAt(utc - offsetAt(utc)));
}
