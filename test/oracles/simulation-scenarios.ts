import type { CreditGrant } from '../../shared/billing/credit-grant.ts';
import type { Coupon, TaxRate } from '../../shared/billing/discount.ts';
import type { Meter } from '../../shared/billing/meter.ts';
import type { Price, PriceTier } from '../../shared/billing/price.ts';
import type {
  ItemUpdate,
  ProrationBehavior,
  Scenario,
  ScenarioAction,
  ScenarioCustomer,
  ScenarioDiscount,
  ScenarioEvent,
  ScenarioItem,
  ScenarioSubscription,
} from '../../shared/simulation/scenario.ts';
import type { Instant } from '../../shared/values/instant.ts';
import { beginnings, nextBeginning, type PlainInterval } from './plain-calendar.ts';
import { ORACLE_RULES, simulateByOracle } from './simulation-oracle.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const instant = (ms: number): Instant => ms as Instant;

/** Draws from a seed: the same scenario on every machine. */
class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0;
    for (let turn = 0; turn < 4; turn += 1) this.below(2);
  }

  /** A whole number, 0 ≤ n < bound. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  some<T>(list: readonly T[], most = list.length): T[] {
    const wanted = this.below(most + 1);
    return list.filter(() => this.below(list.length) < wanted).slice(0, most);
  }

  /** True in so many of a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

type Family = readonly [PlainInterval, ...PlainInterval[]];

/** Intervals of one subscription whose ends fall together: its shortest first. */
const SCALES: readonly (readonly Family[])[] = [
  [
    [{ unit: 'month', count: 1 }],
    [{ unit: 'month', count: 1 }],
    [
      { unit: 'month', count: 1 },
      { unit: 'month', count: 3 },
    ],
    [{ unit: 'month', count: 2 }],
    [
      { unit: 'month', count: 1 },
      { unit: 'year', count: 1 },
    ],
  ],
  [
    [{ unit: 'day', count: 1 }],
    [{ unit: 'day', count: 3 }],
    [
      { unit: 'day', count: 1 },
      { unit: 'week', count: 1 },
    ],
  ],
  [
    [{ unit: 'week', count: 1 }],
    [
      { unit: 'week', count: 1 },
      { unit: 'week', count: 2 },
    ],
  ],
  [[{ unit: 'year', count: 1 }], [{ unit: 'month', count: 6 }]],
];
const STARTS = [
  '2024-01-29',
  '2024-01-30',
  '2024-01-31',
  '2024-02-29',
  '2023-12-31',
  '2023-01-29',
  '2025-01-30',
  '2025-08-31',
  '2026-01-01',
  '2026-03-15',
  '2026-10-31',
  '2027-12-31',
  '2028-02-29',
];
const CURRENCIES = ['usd', 'usd', 'eur', 'jpy', 'kwd'];

/** `hasOlder`: some subscriptions began before the clock does. */
type Wanted = { readonly hasOlder?: boolean };

/** A scenario of everything that the simulation knows, by its number. */
export const randomScenario = (seed: number, wanted: Wanted = {}): Scenario =>
  new Maker(new Draw(seed), wanted).make(seed);

class Maker {
  readonly #draw: Draw;
  readonly #hasOlder: boolean;
  readonly #start: number;
  readonly #currency: string;
  readonly #graceMs: number;
  readonly #prices: Price[] = [];
  readonly #coupons: Coupon[];
  readonly #taxRates: readonly TaxRate[];
  readonly #meters: readonly Meter[];
  readonly #actions: ScenarioAction[] = [];
  /** Owners whose coupons were taken away: a second time there may be none. */
  readonly #removed = new Set<string>();
  readonly #families = new Map<string, Family>();
  #made = 0;

  constructor(draw: Draw, { hasOlder = false }: Wanted) {
    this.#draw = draw;
    this.#hasOlder = hasOlder;
    this.#start = Date.parse(draw.of(STARTS)) + (draw.chance(50) ? 0 : draw.below(86_400) * SECOND);
    this.#currency = draw.of(CURRENCIES);
    this.#graceMs = draw.of([HOUR, HOUR, 0, 24 * HOUR, 72 * HOUR, draw.between(1, 72 * 3600) * SECOND]);
    this.#meters = Array.from({ length: draw.between(1, 3) }, (_, index) => this.#meter(index));
    this.#coupons = Array.from({ length: draw.below(4) }, (_, index) => this.#coupon(index));
    this.#taxRates = Array.from({ length: draw.below(4) }, (_, index) => ({
      id: `txr_${index}`,
      displayName: `Tax ${index}`,
      percentage: draw.of(['19', '7', '20', '8.875', '5.5', '0']),
      isInclusive: draw.chance(40),
      isActive: true,
    }));
  }

  make(seed: number): Scenario {
    const draw = this.#draw;
    const families = draw.of([SCALES[0], SCALES[0], ...SCALES]) ?? [];
    const customers = Array.from({ length: draw.chance(25) ? 2 : 1 }, (_, index): ScenarioCustomer => {
      const id = `cus_${index}`;
      const subscriptions = Array.from({ length: draw.chance(20) ? 2 : 1 }, () =>
        this.#subscription(draw.of(families)),
      );
      return {
        id,
        name: null,
        balanceMinor: draw.chance(35) ? BigInt(draw.between(-3000, 3000)) : 0n,
        taxExempt: draw.chance(6) ? draw.of(['exempt', 'reverse'] as const) : 'none',
        coupons: this.#discounts(20, 1),
        creditGrants: Array.from({ length: draw.chance(55) ? draw.between(1, 3) : 0 }, () =>
          this.#grant(id, this.#start),
        ),
        taxRateIds: this.#rates(25),
        subscriptions,
        payment: draw.of(['none', 'none', 'succeeds', 'fails', 'uncollectible'] as const),
      };
    });
    const end = this.#end(customers);
    for (const customer of customers) this.#act(customer, end);
    const usage = this.#usage(customers, end);
    this.#cancelEvents(usage, end);
    this.#actions.sort((a, b) => a.at - b.at);
    const steps = Array.from({ length: draw.below(4) }, () => draw.between(1, (end - this.#start) / SECOND - 1));
    const scenario: Scenario = {
      name: `random ${seed}`,
      start: instant(this.#start),
      gracePeriodMs: this.#graceMs,
      catalog: {
        meters: this.#meters,
        products: ['prod_a', 'prod_b'].map((id) => ({ id, name: id, isActive: true, isDeleted: false })),
        prices: this.#prices,
        coupons: this.#coupons,
        taxRates: this.#taxRates,
      },
      customers,
      usage,
      actions: this.#actions,
      advanceTo: [
        ...[...new Set(steps)].sort((a, b) => a - b).map((step) => instant(this.#start + step * SECOND)),
        instant(end),
      ],
      expect: null,
      rating: {
        rounding: 'half_up',
        roundAt: 'line',
        trialUsage: draw.chance(80) ? 'free' : 'charged',
        packageLine: 'raw',
        percentDiscount: 'line',
        amountDiscount: 'largest_remainder',
        stackedDiscounts: 'remaining',
        creditSharing: 'in_order',
        taxRounding: 'line',
        smallestAmount: 'minor',
      },
    };
    return draw.chance(20) ? this.#voidOne(scenario, end) : scenario;
  }

  #familyOf(subscriptionId: string): Family {
    return this.#families.get(subscriptionId) ?? [{ unit: 'month', count: 1 }];
  }

  #id(prefix: string): string {
    this.#made += 1;
    return `${prefix}_${this.#made}`;
  }

  #meter(index: number): Meter {
    const draw = this.#draw;
    const formula = draw.of(['sum', 'sum', 'count', 'last'] as const);
    return {
      id: `mtr_${index}`,
      displayName: `Meter ${index}`,
      eventName: `event_${index}`,
      formula,
      status: draw.chance(4) ? 'inactive' : 'active',
      eventTimeWindow: draw.chance(20) ? draw.of(['hour', 'day'] as const) : null,
      customerPayloadKey: 'stripe_customer_id',
      valuePayloadKey: 'value',
      created: instant(this.#start),
    };
  }

  #coupon(index: number): Coupon {
    const draw = this.#draw;
    const isPercent = draw.chance(60);
    const duration = draw.of(['once', 'repeating', 'forever'] as const);
    return {
      id: `coupon_${index}`,
      name: null,
      percentOff: isPercent ? draw.of(['10', '12.5', '33.33', '50', '100']) : null,
      amountOff: isPercent ? null : String(draw.between(1, 2500)),
      currency: isPercent ? null : this.#currency,
      duration,
      durationInMonths: duration === 'repeating' ? draw.between(1, 3) : null,
      productIds: draw.chance(25) ? [draw.of(['prod_a', 'prod_b'])] : null,
    };
  }

  #amount(): string {
    const draw = this.#draw;
    return draw.of([
      '1',
      '7',
      '0.5',
      '2.5',
      '33.3',
      '0.015',
      '1000',
      String(draw.below(3000)),
      `${draw.below(90)}.${draw.between(1, 999)}`,
    ]);
  }

  #tiers(): readonly PriceTier[] {
    const draw = this.#draw;
    const bounds = draw.of([[], ['5'], ['5', '10'], ['100'], ['10', '1000']]);
    return [...bounds, null].map((upTo) => ({
      upTo,
      unitAmount: draw.chance(90) ? this.#amount() : '0',
      flatAmount: draw.chance(30) ? String(draw.below(2000)) : null,
    }));
  }

  #price(interval: PlainInterval, usageType: 'metered' | 'licensed'): string {
    const draw = this.#draw;
    const isTiered = draw.chance(usageType === 'metered' ? 40 : 15);
    const id = this.#id('price');
    const amounts = isTiered ? { unitAmount: null, tiers: this.#tiers() } : { unitAmount: this.#amount(), tiers: null };
    const isForeign = draw.chance(10);
    this.#prices.push({
      id,
      productId: draw.of(['prod_a', 'prod_b']),
      nickname: null,
      isActive: true,
      currency: isForeign ? 'gbp' : this.#currency,
      ...(isForeign && !isTiered ? { unitAmount: '9', tiers: null } : amounts),
      billingScheme: isTiered ? 'tiered' : 'per_unit',
      tiersMode: isTiered ? draw.of(['graduated', 'volume'] as const) : null,
      transformQuantity:
        !isTiered && draw.chance(20)
          ? { divideBy: draw.of(['10', '7', '100']), round: draw.of(['up', 'down'] as const) }
          : null,
      usageType,
      meterId: usageType === 'metered' ? draw.of(this.#meters).id : null,
      interval,
      currencyOptions: isForeign ? [{ currency: this.#currency, ...amounts }] : [],
      taxBehavior: 'unspecified',
      created: instant(this.#start),
    });
    return id;
  }

  #discounts(percent: number, most: number): readonly ScenarioDiscount[] {
    const draw = this.#draw;
    if (!draw.chance(percent)) return [];
    return draw
      .some(this.#coupons, most)
      .map(({ id }) => ({ id: this.#id('di'), couponId: id, start: null, end: null }));
  }

  #rates(percent: number): readonly string[] {
    const draw = this.#draw;
    return draw.chance(percent) ? draw.some(this.#taxRates.map(({ id }) => id)) : [];
  }

  #grant(customerId: string, created: number): CreditGrant {
    const draw = this.#draw;
    const effective = draw.chance(40) ? created + draw.below(60 * 86_400) * SECOND : null;
    return {
      id: this.#id('credgr'),
      customerId,
      name: null,
      category: draw.of(['paid', 'promotional'] as const),
      currency: draw.chance(92) ? this.#currency : 'gbp',
      amount: String(draw.between(1, 3000)),
      priority: draw.of([50, 50, 0, 100]),
      effectiveAt: effective === null ? null : instant(effective),
      expiresAt: draw.chance(50) ? instant((effective ?? created) + draw.between(1, 90 * 86_400) * SECOND) : null,
      voidedAt: null,
      priceIds: draw.chance(25)
        ? draw.some(this.#prices.filter(({ meterId }) => meterId !== null).map(({ id }) => id))
        : null,
      created: instant(created),
    };
  }

  #item(family: Family, index: number): ScenarioItem {
    const draw = this.#draw;
    const interval = index === 0 ? family[0] : draw.of(family);
    const usageType = draw.chance(55) ? 'metered' : 'licensed';
    return {
      id: this.#id('si'),
      priceId: this.#price(interval, usageType),
      quantity: usageType === 'licensed' ? String(draw.between(1, 12)) : null,
      discounts: this.#discounts(12, 1),
      taxRateIds: this.#rates(15),
    };
  }

  #subscription(family: Family): ScenarioSubscription {
    const draw = this.#draw;
    const shortest = family[0];
    const turn = draw.below(100);
    const isOlder = this.#hasOlder && turn >= 15 && turn < 25;
    const shift = turn < 15 ? draw.below(10 * 86_400) : isOlder ? -draw.between(1, 45 * 86_400) : 0;
    const startAt = this.#start + shift * SECOND;
    const trialEnd = draw.chance(22) ? startAt + draw.between(1, 30) * (draw.chance(70) ? DAY : 3607 * SECOND) : null;
    const begin = trialEnd ?? startAt;
    const within = (nextBeginning(shortest, begin, begin, ORACLE_RULES) - begin) / SECOND;
    const anchor = draw.chance(25) ? begin + draw.between(1, within - 1) * SECOND : begin;
    const planned = draw.chance(12) ? begin + draw.between(1, within * 3) * SECOND : null;
    const cancelAt = planned !== null && planned > this.#start ? planned : null;
    const id = this.#id('sub');
    this.#families.set(id, family);
    return {
      id,
      currency: this.#currency,
      startAt: instant(startAt),
      billingCycleAnchor: instant(anchor),
      trialEnd: trialEnd === null ? null : instant(trialEnd),
      cancelAt: cancelAt === null ? null : instant(cancelAt),
      isCancelledAtPeriodEnd: cancelAt === null && shift >= 0 && family.length === 1 && draw.chance(5),
      items: Array.from({ length: draw.between(1, 3) }, (_, index) => this.#item(family, index)),
      discounts: this.#discounts(30, 2),
      defaultTaxRateIds: this.#rates(35),
    };
  }

  #end(customers: readonly ScenarioCustomer[]): number {
    const draw = this.#draw;
    let end = this.#start + DAY;
    for (const { id, billingCycleAnchor, trialEnd } of customers.flatMap((one) => one.subscriptions)) {
      const [shortest] = this.#familyOf(id);
      const from = Math.max(billingCycleAnchor, trialEnd ?? 0, this.#start);
      let at: number = from;
      for (let turn = draw.between(1, shortest.unit === 'year' ? 2 : 4); turn > 0; turn -= 1) {
        at = nextBeginning(shortest, billingCycleAnchor, at, ORACLE_RULES);
      }
      end = Math.max(end, at);
    }
    return (
      end + draw.of([this.#graceMs, this.#graceMs - SECOND, this.#graceMs + 2 * HOUR, draw.below(5 * 86_400) * SECOND])
    );
  }

  #boundaries(given: ScenarioSubscription, end: number): number[] {
    const [interval] = this.#familyOf(given.id);
    const from = given.trialEnd ?? given.startAt;
    return [from, ...beginnings(interval, given.billingCycleAnchor, { from, until: end + 1 }, ORACLE_RULES)];
  }

  #act(customer: ScenarioCustomer, end: number): void {
    const draw = this.#draw;
    for (const given of customer.subscriptions) this.#changeSubscription(given, end);
    const at = (): number => this.#start + draw.between(1, (end - this.#start) / SECOND) * SECOND;
    if (draw.chance(20)) {
      const when = at();
      this.#actions.push({ at: instant(when), do: 'add_credit_grant', grant: this.#grant(customer.id, when) });
    }
    const voidable = customer.creditGrants[0];
    if (voidable !== undefined && draw.chance(20)) {
      const when = at();
      if (when < (voidable.expiresAt ?? end + 1)) {
        this.#actions.push({ at: instant(when), do: 'void_credit_grant', grantId: voidable.id });
      }
    }
    if (this.#coupons.length > 0 && draw.chance(15)) {
      this.#applyCoupon({ customerId: customer.id }, at(), end);
    }
  }

  #applyCoupon(owner: { customerId: string } | { subscriptionId: string }, when: number, end: number): void {
    const draw = this.#draw;
    const coupon = draw.of(this.#coupons);
    this.#actions.push({
      at: instant(when),
      do: 'apply_coupon',
      owner,
      discount: { id: this.#id('di'), couponId: coupon.id, start: null, end: null },
    });
    if (coupon.duration === 'forever' && draw.chance(50) && when < end && !this.#removed.has(JSON.stringify(owner))) {
      this.#removed.add(JSON.stringify(owner));
      this.#actions.push({
        at: instant(when + draw.between(1, (end - when) / SECOND) * SECOND),
        do: 'remove_coupon',
        owner,
        couponId: draw.chance(50) ? coupon.id : null,
      });
    }
  }

  #changeSubscription(given: ScenarioSubscription, end: number): void {
    const draw = this.#draw;
    const family = this.#familyOf(given.id);
    const last = Math.min(end, given.cancelAt ?? end);
    const boundaries = this.#boundaries(given, last);
    const span = (last - given.startAt) / SECOND;
    if (given.isCancelledAtPeriodEnd || span < 3) return;
    const when = (): number => {
      if (draw.chance(8)) return draw.of(boundaries);
      return given.startAt + draw.between(1, span - 1) * SECOND;
    };
    const times = Array.from({ length: draw.chance(55) ? draw.between(1, 4) : 0 }, when).filter(
      (at) => at > given.startAt && at > this.#start && at < last,
    );
    times.sort((a, b) => a - b);
    const items = new Map(given.items.map(({ id, priceId, quantity }) => [id, { priceId, quantity }]));
    for (const [index, at] of times.entries()) {
      const isLast = index === times.length - 1;
      const turn = draw.below(100);
      if (isLast && turn < 25 && !boundaries.includes(at)) {
        this.#actions.push(
          family.length === 1 && given.cancelAt === null && draw.chance(50)
            ? { at: instant(at), do: 'cancel_at_period_end', subscriptionId: given.id }
            : this.#cancelNow(given.id, at),
        );
      } else if (turn < 70) {
        const updates = this.#updates(items, family);
        const prorationBehavior: ProrationBehavior = draw.of([
          'create_prorations',
          'create_prorations',
          'always_invoice',
          'none',
        ]);
        if (updates.length > 0) {
          this.#actions.push({
            at: instant(at),
            do: 'update_subscription',
            subscriptionId: given.id,
            items: updates,
            prorationBehavior,
          });
        }
      } else if (turn < 80) {
        const behavior = draw.of(['keep_as_draft', 'mark_uncollectible', 'void'] as const);
        const resumesAt = draw.chance(50) ? instant(at + draw.between(1, 40 * 86_400) * SECOND) : null;
        this.#actions.push({ at: instant(at), do: 'pause', subscriptionId: given.id, behavior, resumesAt });
        if (resumesAt === null && draw.chance(50)) {
          const resume = at + draw.between(1, (last - at) / SECOND) * SECOND;
          if (resume < last && isLast)
            this.#actions.push({ at: instant(resume), do: 'resume', subscriptionId: given.id });
        }
      } else if (this.#coupons.length > 0 && !boundaries.includes(at)) {
        this.#applyCoupon({ subscriptionId: given.id }, at, last);
      }
    }
  }

  #cancelNow(subscriptionId: string, at: number): ScenarioAction {
    const isInvoicedNow = this.#draw.chance(60);
    return {
      at: instant(at),
      do: 'cancel_now',
      subscriptionId,
      isInvoicedNow,
      isProrated: isInvoicedNow && this.#draw.chance(60),
    };
  }

  #updates(items: Map<string, { priceId: string; quantity: string | null }>, family: Family): ItemUpdate[] {
    const draw = this.#draw;
    const updates: ItemUpdate[] = [];
    for (const [id, { priceId, quantity }] of [...items]) {
      if (!draw.chance(55)) continue;
      const price = this.#prices.find((one) => one.id === priceId) as Price;
      if (items.size > 1 && draw.chance(20)) {
        items.delete(id);
        updates.push({ id, isDeleted: true });
      } else if (quantity === null || draw.chance(30)) {
        const other = this.#price(price.interval as PlainInterval, price.usageType as 'metered' | 'licensed');
        items.set(id, { priceId: other, quantity });
        updates.push({ id, priceId: other });
      } else {
        const other = String(
          Number(quantity) === 1
            ? draw.between(2, 9)
            : draw.of([Number(quantity) + draw.between(1, 5), Number(quantity) - 1]),
        );
        items.set(id, { priceId, quantity: other });
        updates.push({ id, quantity: other });
      }
    }
    if (draw.chance(20)) {
      const { id, priceId, quantity } = this.#item(family, 1);
      items.set(id, { priceId, quantity });
      updates.push({ id, priceId, ...(quantity === null ? {} : { quantity }) });
    }
    return updates;
  }

  #usage(customers: readonly ScenarioCustomer[], end: number): ScenarioEvent[] {
    const draw = this.#draw;
    const events: ScenarioEvent[] = [];
    for (const customer of customers) {
      const edges = customer.subscriptions.flatMap((given) => this.#boundaries(given, end));
      for (let turn = draw.below(26); turn > 0; turn -= 1) {
        const meter = draw.of(this.#meters);
        const isEdge = draw.chance(30);
        const timestamp = isEdge
          ? draw.of(edges) + draw.of([-1, 0, 0, 1, -3600]) * SECOND
          : this.#start +
            draw.below((end - this.#start) / SECOND) * SECOND +
            (draw.chance(10) ? draw.below(SECOND) : 0);
        const sentAt = Math.max(this.#start, timestamp + this.#lag(timestamp, edges));
        const event: ScenarioEvent = {
          eventName: meter.eventName,
          customerId: customer.id,
          value: this.#value(meter),
          timestamp: instant(timestamp),
          sentAt: instant(sentAt),
          identifier: draw.chance(70) ? this.#id('ev') : null,
        };
        events.push(event);
        if (event.identifier !== null && draw.chance(20)) {
          const again =
            sentAt + draw.of([0, SECOND, HOUR, 23 * HOUR, 24 * HOUR - SECOND, 24 * HOUR, 25 * HOUR, 8 * DAY]);
          events.push({ ...event, value: draw.chance(80) ? event.value : this.#value(meter), sentAt: instant(again) });
        }
        if (draw.chance(8)) events.push({ ...event, identifier: null, value: this.#value(meter) });
      }
    }
    return draw.chance(50) ? events : events.sort((a, b) => a.sentAt - b.sentAt);
  }

  /** Often until just before, at or just after an invoice becomes final. */
  #lag(timestamp: number, edges: readonly number[]): number {
    const draw = this.#draw;
    const turn = draw.below(100);
    if (turn < 45) return draw.of([0, SECOND, 30 * SECOND]);
    if (turn < 55) return draw.below(72 * 3600) * SECOND;
    if (turn < 63) return draw.of([35 * DAY, 35 * DAY + SECOND, 35 * DAY - SECOND, 40 * DAY, 10 * DAY]);
    if (turn < 70) return -draw.of([MINUTE, 5 * MINUTE, 5 * MINUTE + SECOND, HOUR]);
    const next = edges.filter((edge) => edge > timestamp).sort((a, b) => a - b)[0];
    return next === undefined ? 0 : next + this.#graceMs - timestamp + draw.of([-SECOND, 0, 0, SECOND, -this.#graceMs]);
  }

  #value(meter: Meter): string {
    const draw = this.#draw;
    const isPlain = meter.formula === 'sum' && meter.eventTimeWindow === null;
    if (isPlain && draw.chance(4)) return draw.of(['abc', '', '1.2.3']);
    if (draw.chance(8)) return `-${draw.between(1, 200)}`;
    return draw.of([
      String(draw.below(20)),
      String(draw.below(3000)),
      `${draw.below(50)}.${draw.between(1, 99)}`,
      '5',
      '10',
      '0',
    ]);
  }

  #cancelEvents(usage: readonly ScenarioEvent[], end: number): void {
    const draw = this.#draw;
    const cancelled = new Set<string>();
    for (const { eventName, identifier, sentAt } of usage) {
      if (identifier === null || cancelled.has(identifier) || !draw.chance(6)) continue;
      const at = sentAt + draw.of([0, SECOND, HOUR, 23 * HOUR, 24 * HOUR, 25 * HOUR]);
      if (at > end) continue;
      cancelled.add(identifier);
      this.#actions.push({ at: instant(at), do: 'cancel_event', eventName, identifier });
    }
  }

  /** Voids an invoice that is open then, by the oracle's own account. */
  #voidOne(scenario: Scenario, end: number): Scenario {
    const draw = this.#draw;
    const { invoices } = simulateByOracle(scenario);
    const open = invoices.filter(
      ({ status, reason, subscription, from, createdAt }) =>
        status === 'open' &&
        reason === 'cycle' &&
        createdAt + this.#graceMs < end &&
        invoices.filter((other) => other.subscription === subscription && other.from === from).length === 1,
    );
    if (open.length === 0) return scenario;
    const { subscription, from, createdAt } = draw.of(open);
    const final = createdAt + this.#graceMs;
    const at = instant(final + draw.between(1, Math.max(1, (end - final) / SECOND)) * SECOND);
    if (at > end) return scenario;
    const action: ScenarioAction = { at, do: 'void_invoice', subscriptionId: subscription, periodFrom: instant(from) };
    return { ...scenario, actions: [...scenario.actions, action].sort((a, b) => a.at - b.at) };
  }
}
