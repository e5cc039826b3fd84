import type { Coupon, TaxRate } from '../../shared/billing/discount.ts';
import type { Price } from '../../shared/billing/price.ts';
import type {
  Scenario,
  ScenarioAction,
  ScenarioCustomer,
  ScenarioDiscount,
  ScenarioSubscription,
} from '../../shared/simulation/scenario.ts';
import { beginnings, type CalendarRules, isBeginning, nextBeginning } from './plain-calendar.ts';
import { addQ, addUp, NOUGHT, Q, whole } from './plain-fraction.ts';
import { addTaxes, type Purse, type Row, type StepRules, takeCredits, takeDiscounts } from './plain-invoice.ts';
import { endOf, instantOf, type MeterRules, moment, PlainMeters } from './plain-meters.ts';
import { type PriceRules, pieces } from './plain-price.ts';

/** What the comparison is shown to notice: each rule turned round is a fault. */
export type OracleRules = CalendarRules &
  MeterRules &
  PriceRules &
  StepRules & {
    readonly finalMomentCounts: boolean;
    readonly lateUsageCounts: boolean;
    readonly trialIsFree: boolean;
    readonly proratesBySecond: boolean;
    readonly pendingProrationsSurvive: boolean;
    readonly metersStartWithTheirPrice: boolean;
    readonly customersCouponIsLast: boolean;
    readonly onceIsOnce: boolean;
    readonly repeatingEnds: boolean;
    readonly endedDiscountIsOut: boolean;
    readonly prorationsKeepPercent: boolean;
    readonly voidGivesBack: boolean;
    readonly balanceIsUsed: boolean;
  };

export const ORACLE_RULES: OracleRules = {
  monthsAreThirtyDays: false,
  dropsDuplicates: true,
  refusesOldEvents: true,
  lastIsReceivedLast: false,
  windowKeepsLast: true,
  endBelongsToPeriod: false,
  boundIsNextTier: false,
  amountOffIsInOrder: false,
  creditsTakeEveryLine: false,
  creditsByPriority: true,
  creditsExpire: true,
  creditsKeepScope: true,
  taxesBeforeCredits: false,
  inclusiveIsExclusive: false,
  stacksOnWhatIsLeft: true,
  finalMomentCounts: false,
  lateUsageCounts: true,
  trialIsFree: true,
  proratesBySecond: true,
  pendingProrationsSurvive: true,
  metersStartWithTheirPrice: true,
  customersCouponIsLast: true,
  onceIsOnce: true,
  repeatingEnds: true,
  endedDiscountIsOut: true,
  prorationsKeepPercent: true,
  voidGivesBack: true,
  balanceIsUsed: true,
};

export type PlainInvoice = {
  readonly customer: string;
  readonly subscription: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly from: number;
  readonly to: number;
  readonly status: string;
  readonly lines: readonly bigint[];
  readonly subtotal: bigint;
  readonly discount: bigint;
  readonly credits: bigint;
  readonly tax: bigint;
  readonly total: bigint;
  readonly amountDue: bigint;
};

export type PlainResult = {
  readonly invoices: readonly PlainInvoice[];
  readonly meters: PlainMeters;
  /** Usage periods of metered items that have begun. */
  readonly periods: readonly { customer: string; meter: string; from: number; to: number }[];
};

type Span = { readonly from: number; readonly to: number };
type Terms = { readonly price: Price; readonly quantity: string | null };
/** What an item was from a moment on; terms null: no more. */
type Version = { readonly since: number; readonly terms: Terms | null };
type Item = {
  readonly id: string;
  readonly order: number;
  readonly versions: Version[];
  readonly rates: readonly string[];
};
type Change = {
  readonly at: number;
  readonly item: Item;
  readonly from: Terms | null;
  readonly to: Terms | null;
  readonly chargedBefore: number;
};
type Coup = {
  readonly id: string;
  readonly coupon: Coupon;
  readonly itemId: string | null;
  /** In force at moments after it. */
  readonly since: number;
  readonly end: number | null;
  removed: number;
  isUsed: boolean;
};
type Draft = {
  readonly life: Life;
  readonly made: number;
  readonly reason: 'creation' | 'cycle' | 'update' | 'cancellation';
  readonly period: Span;
  readonly finalizesAt: number;
  readonly parts: readonly Change[];
  readonly metered: readonly {
    readonly item: Item;
    readonly terms: Terms;
    readonly from: number;
    readonly to: number;
    readonly isFree: boolean;
  }[];
  readonly licensed: readonly { readonly item: Item; readonly terms: Terms; readonly share: Q }[];
  status: string;
  credits: Map<string, bigint>;
  figures: Figures | null;
  balanceTaken: bigint;
};
type Figures = Pick<PlainInvoice, 'lines' | 'subtotal' | 'discount' | 'credits' | 'tax' | 'total' | 'amountDue'>;
type Life = {
  readonly customer: ScenarioCustomer;
  readonly given: ScenarioSubscription;
  readonly items: Item[];
  readonly changes: Change[];
  readonly coups: Coup[];
  /** Moments of changes that are invoiced at once. */
  readonly invoiced: number[];
  readonly pauses: { from: number; to: number; behavior: string }[];
  /** Just before its first moment. */
  readonly began: number;
  end: number | null;
  /** The moment at which it ended at once, or null. */
  endedNow: number | null;
};

const never = Number.POSITIVE_INFINITY;

/**
 * A second opinion on simulations: a slow reading of a whole scenario. It keeps no state while time passes. Every period
 * is found by walking a calendar day by day, every total is added up again from the scenario's own list, and only
 * credits and balances, which depend on what was used before, go through the invoices in order.
 */
export function simulateByOracle(scenario: Scenario, rules: OracleRules = ORACLE_RULES): PlainResult {
  return new Reading(scenario, rules).read();
}

class Reading {
  readonly #scenario: Scenario;
  readonly #rules: OracleRules;
  readonly #meters: PlainMeters;
  readonly #now: number;
  readonly #customerCoups = new Map<string, Coup[]>();

  constructor(scenario: Scenario, rules: OracleRules) {
    this.#scenario = scenario;
    this.#rules = rules;
    this.#meters = new PlainMeters(scenario, rules);
    this.#now = scenario.advanceTo.at(-1) ?? scenario.start;
  }

  read(): PlainResult {
    for (const customer of this.#scenario.customers) {
      this.#customerCoups.set(
        customer.id,
        customer.coupons.map((one) => this.#coup(one, null, this.#scenario.start, -1)),
      );
    }
    const lives = this.#scenario.customers.flatMap((customer) =>
      customer.subscriptions.map((given) => this.#begin(customer, given)),
    );
    for (const [index, action] of this.#scenario.actions.entries()) {
      if (action.at <= this.#now) this.#act(lives, action, moment(action.at, 2 + index));
    }
    const drafts = lives
      .flatMap((life) => this.#draftsOf(life))
      .map((draft, index) => ({ draft, index }))
      .sort((a, b) => a.draft.made - b.draft.made || a.index - b.index)
      .map(({ draft }) => draft);
    this.#finalize(drafts);
    return {
      invoices: drafts.map((draft) => this.#show(draft)),
      meters: this.#meters,
      periods: lives.flatMap((life) => this.#usagePeriods(life)),
    };
  }

  #price(id: string): Price {
    const price = this.#scenario.catalog.prices.find((one) => one.id === id);
    if (price === undefined) throw new Error(`no price ${id}`);
    return price;
  }

  #coup(given: ScenarioDiscount, itemId: string | null, owner: number, since: number): Coup {
    const coupon = this.#scenario.catalog.coupons.find(({ id }) => id === given.couponId);
    if (coupon === undefined) throw new Error(`no coupon ${given.couponId}`);
    const start = given.start ?? owner;
    const end =
      given.end ??
      (coupon.duration === 'repeating' && this.#rules.repeatingEnds
        ? nextBeginning({ unit: 'month', count: coupon.durationInMonths ?? 1 }, start, start, this.#rules)
        : null);
    return {
      id: given.id,
      coupon,
      itemId,
      since: Math.max(since, moment(start) - 1),
      end,
      removed: never,
      isUsed: false,
    };
  }

  #begin(customer: ScenarioCustomer, given: ScenarioSubscription): Life {
    const since = moment(given.startAt) - 1;
    const items = given.items.map((item, order) => ({
      id: item.id,
      order,
      versions: [{ since, terms: { price: this.#price(item.priceId), quantity: item.quantity } }],
      rates: item.taxRateIds,
    }));
    const coups = [
      ...given.items.flatMap((item) => item.discounts.map((one) => this.#coup(one, item.id, given.startAt, since))),
      ...given.discounts.map((one) => this.#coup(one, null, given.startAt, since)),
    ];
    const life: Life = {
      customer,
      given,
      items,
      changes: [],
      coups,
      invoiced: [],
      pauses: [],
      began: since,
      end: given.cancelAt,
      endedNow: null,
    };
    if (given.isCancelledAtPeriodEnd) life.end = this.#periodAfter(life, moment(given.startAt, 1)).to;
    return life;
  }

  #act(lives: readonly Life[], action: ScenarioAction, at: number): void {
    const life = 'subscriptionId' in action ? lives.find(({ given }) => given.id === action.subscriptionId) : undefined;
    switch (action.do) {
      case 'update_subscription': {
        if (life === undefined) return;
        if (action.prorationBehavior === 'always_invoice') life.invoiced.push(at);
        for (const update of action.items) {
          let item = life.items.find(({ id }) => id === update.id);
          if (item === undefined) {
            item = { id: update.id, order: life.items.length, versions: [], rates: [] };
            life.items.push(item);
          }
          const from = termsAt(item, at);
          const price = update.priceId === undefined ? from?.price : this.#price(update.priceId);
          if (price === undefined) throw new Error(`item ${update.id} has no price`);
          const quantity = price.usageType === 'metered' ? null : (update.quantity ?? from?.quantity ?? '1');
          const to = update.isDeleted === true ? null : { price, quantity };
          const before = item.versions.at(-1);
          const period = this.#periodOf(life, (to ?? from ?? { price }).price, at);
          const chargedBefore = Math.max(before?.since ?? 0, moment(period.from));
          item.versions.push({ since: at, terms: to });
          const isLicensed = (to ?? from)?.price.usageType === 'licensed';
          if (isLicensed && action.prorationBehavior !== 'none') {
            life.changes.push({ at, item, from, to, chargedBefore });
          }
        }
        return;
      }
      case 'cancel_at_period_end':
        if (life !== undefined) life.end = Math.min(life.end ?? never, this.#periodAfter(life, at).to);
        return;
      case 'cancel_now': {
        if (life === undefined) return;
        if (action.isProrated && action.isInvoicedNow) {
          for (const item of life.items) {
            const from = termsAt(item, at);
            if (from?.price.usageType !== 'licensed') continue;
            const period = this.#periodOf(life, from.price, at);
            const chargedBefore = Math.max(item.versions.at(-1)?.since ?? 0, moment(period.from));
            life.changes.push({ at, item, from, to: null, chargedBefore });
          }
        }
        life.end = action.at;
        life.endedNow = at;
        return;
      }
      case 'pause':
        if (life === undefined) return;
        closePause(life, at);
        life.pauses.push({
          from: at,
          to: action.resumesAt === null ? never : moment(action.resumesAt),
          behavior: action.behavior,
        });
        return;
      case 'resume':
        if (life !== undefined) closePause(life, at);
        return;
      case 'apply_coupon': {
        const owned = this.#owned(lives, action.owner);
        // A customer has one at a time: another takes its place.
        if ('customerId' in action.owner) for (const coup of owned) coup.removed = Math.min(coup.removed, at);
        owned.push(this.#coup(action.discount, null, action.at, at));
        return;
      }
      case 'remove_coupon':
        for (const coup of this.#owned(lives, action.owner)) {
          if (coup.itemId !== null) continue;
          if (action.couponId === null || coup.coupon.id === action.couponId) coup.removed = Math.min(coup.removed, at);
        }
        return;
      default:
        return;
    }
  }

  #owned(lives: readonly Life[], owner: { customerId: string } | { subscriptionId: string }): Coup[] {
    if ('customerId' in owner) return this.#customerCoups.get(owner.customerId) ?? [];
    return lives.find(({ given }) => given.id === owner.subscriptionId)?.coups ?? [];
  }

  /** All beginnings of a price's periods in a life, the start first and the planned end last, up to the end of the run. */
  #marks(life: Life, price: Price, plannedEnd: number | null = life.end): number[] {
    const { startAt, trialEnd, billingCycleAnchor } = life.given;
    const { interval } = price;
    if (interval === null) throw new Error(`${price.id} has no interval`);
    const end = plannedEnd ?? never;
    const from = trialEnd ?? startAt;
    const marks: number[] = [startAt];
    if (trialEnd !== null && trialEnd < end) marks.push(trialEnd);
    const until = Math.min(
      end,
      nextBeginning(interval, billingCycleAnchor, Math.max(this.#now, from), this.#rules) + 1,
    );
    if (from < end) marks.push(...beginnings(interval, billingCycleAnchor, { from, until }, this.#rules));
    if (end !== never) marks.push(end);
    return marks;
  }

  /** The period of a price that holds a moment; a period begins at its first moment. */
  #periodOf(life: Life, price: Price, at: number): Span {
    const marks = this.#marks(life, price);
    const index = marks.findLastIndex((mark) => moment(mark) <= at);
    return { from: marks[Math.max(index, 0)] ?? 0, to: marks[index + 1] ?? never };
  }

  /** That of the subscription: of its shortest interval. */
  #periodAfter(life: Life, at: number): Span {
    const periods = life.items
      .map((item) => termsAt(item, at) ?? item.versions[0]?.terms ?? null)
      .filter((terms) => terms !== null)
      .map(({ price }) => this.#periodOf(life, price, at));
    return periods.sort((a, b) => b.from - a.from || a.to - b.to)[0] ?? { from: 0, to: never };
  }

  /** How much of a whole period of a price [from, to) is, where it begins at `begin`. */
  #share(life: Life, price: Price, begin: number, { from, to }: Span): Q {
    const { interval } = price;
    if (interval === null) return whole(1);
    const anchor = isBeginning(interval, life.given.billingCycleAnchor, begin, this.#rules)
      ? life.given.billingCycleAnchor
      : begin;
    const full = nextBeginning(interval, anchor, begin, this.#rules) - begin;
    if (this.#rules.proratesBySecond) return whole(to - from).over(whole(full));
    return whole(Math.round((to - from) / 86_400_000)).over(whole(Math.max(1, Math.round(full / 86_400_000))));
  }

  #draftsOf(life: Life): Draft[] {
    const { startAt, trialEnd } = life.given;
    const drafts: Draft[] = [];
    const grace = this.#scenario.gracePeriodMs;
    const blank = { status: 'draft', credits: new Map<string, bigint>(), figures: null, balanceTaken: 0n };
    const add = (draft: Omit<Draft, keyof typeof blank | 'life'>): void => {
      // A subscription that is older than the clock is taken up in the middle of its periods.
      if (instantOf(draft.made) > this.#now || instantOf(draft.made) < this.#scenario.start) return;
      if (draft.parts.length + draft.metered.length + draft.licensed.length === 0) return;
      drafts.push({ ...blank, credits: new Map(), life, ...draft });
    };
    const isTrial = (at: number): boolean => trialEnd !== null && at < trialEnd;
    add({
      made: moment(startAt),
      reason: 'creation',
      period: { from: startAt, to: startAt },
      finalizesAt: startAt,
      parts: [],
      metered: [],
      licensed: this.#licensedAt(life, startAt),
    });
    const marks = new Set<number>();
    for (const item of life.items) {
      for (const { terms } of item.versions)
        if (terms !== null) for (const mark of this.#marks(life, terms.price)) marks.add(mark);
    }
    const billed = new Set<Change>();
    const pending = (until: number): Change[] => {
      const found = life.changes.filter(
        (change) => !billed.has(change) && change.at < until && !isTrial(instantOf(change.at)),
      );
      for (const change of found) billed.add(change);
      return this.#rules.pendingProrationsSurvive ? found : found.filter(({ at }) => at > until - 1);
    };
    // Where an item is gone by then, its period ends nothing.
    const endsSomething = (mark: number): boolean =>
      life.items.some((item) => {
        const terms = termsAt(item, moment(mark));
        return terms !== null && this.#endedAt(life, terms.price, mark) !== null;
      });
    const steps = [...marks]
      .filter((mark) => mark > startAt && (life.endedNow === null || mark < instantOf(life.endedNow)))
      .filter(endsSomething)
      .map((mark) => ({ made: moment(mark), at: mark, kind: 'cycle' as const }));
    const updates = life.invoiced.map((made) => ({ made, at: instantOf(made), kind: 'update' as const }));
    const ends =
      life.endedNow === null
        ? []
        : [{ made: life.endedNow, at: instantOf(life.endedNow), kind: 'cancellation' as const }];
    for (const { made, at, kind } of [...steps, ...updates, ...ends].sort((a, b) => a.made - b.made)) {
      if (kind === 'update') {
        add({
          made,
          reason: 'update',
          period: { from: at, to: at },
          finalizesAt: at,
          parts: pending(made + 0.5),
          metered: [],
          licensed: [],
        });
        continue;
      }
      if (kind === 'cancellation' && !this.#isInvoicedNow(life)) continue;
      const parts = pending(made + (kind === 'cancellation' ? 0.5 : 0));
      const metered = life.items.flatMap((item) => {
        const terms = termsAt(item, made);
        if (terms?.price.usageType !== 'metered') return [];
        const period = this.#endedAt(life, terms.price, at);
        if (period === null || period.from === at) return [];
        const from = this.#rules.metersStartWithTheirPrice
          ? Math.max(period.from, meteredSince(item, made))
          : period.from;
        const isFree = isTrial(period.from) && this.#scenario.rating.trialUsage === 'free' && this.#rules.trialIsFree;
        return from >= at ? [] : [{ item, terms, from, to: at, isFree }];
      });
      add({
        made,
        reason: kind,
        period: this.#invoicePeriod(life, made, at),
        // Only what Stripe makes by itself, at the end of a period, waits.
        finalizesAt: kind === 'cancellation' ? at : at + grace,
        parts,
        metered,
        licensed: life.end !== null && at >= life.end ? [] : this.#licensedAt(life, at),
      });
    }
    return drafts;
  }

  #isInvoicedNow(life: Life): boolean {
    return this.#scenario.actions.some(
      (action) => action.do === 'cancel_now' && action.subscriptionId === life.given.id && action.isInvoicedNow,
    );
  }

  /** The period of a price that ends at an instant, or null. */
  #endedAt(life: Life, price: Price, at: number): Span | null {
    const marks = this.#marks(life, price);
    const index = marks.indexOf(at);
    return index < 1 ? null : { from: marks[index - 1] ?? 0, to: at };
  }

  #invoicePeriod(life: Life, made: number, at: number): Span {
    const ended = life.items
      .map((item) => termsAt(item, made))
      .filter((terms) => terms !== null)
      .map(({ price }) => this.#endedAt(life, price, at))
      .filter((period) => period !== null);
    return ended.sort((a, b) => b.from - a.from)[0] ?? { from: at, to: at };
  }

  /** Licensed items whose period begins at an instant, before any action of that instant. */
  #licensedAt(life: Life, at: number): Draft['licensed'] {
    const { trialEnd } = life.given;
    if (trialEnd !== null && at < trialEnd) return [];
    const known = this.#endKnownAt(life, moment(at));
    return life.items.flatMap((item) => {
      const terms = termsAt(item, moment(at));
      if (terms?.price.usageType !== 'licensed') return [];
      const marks = this.#marks(life, terms.price, known);
      const index = marks.indexOf(at);
      const to = marks[index + 1];
      if (index < 0 || to === undefined) return [];
      return [{ item, terms, share: this.#share(life, terms.price, at, { from: at, to }) }];
    });
  }

  /** The end as it was planned then: one that came at once was not. */
  #endKnownAt(life: Life, at: number): number | null {
    if (life.endedNow === null || life.endedNow < at) return life.end;
    return life.given.cancelAt;
  }

  #inForce(coup: Coup, at: number): boolean {
    if (at <= coup.since || at > coup.removed) return false;
    if (coup.coupon.duration === 'once' && coup.isUsed && this.#rules.onceIsOnce) return false;
    return coup.end === null || (this.#rules.endedDiscountIsOut ? at < moment(coup.end) : at <= moment(coup.end));
  }

  #turnsAt(life: Life, at: number): Coup[] {
    const own = life.coups.filter((coup) => this.#inForce(coup, at));
    const items = life.items.flatMap(({ id }) => own.filter(({ itemId }) => itemId === id));
    const overall = own.filter(({ itemId }) => itemId === null);
    const inherited = (this.#customerCoups.get(life.customer.id) ?? []).filter((coup) => this.#inForce(coup, at));
    if (!this.#rules.customersCouponIsLast) return [...items, ...overall, ...inherited];
    return [...items, ...(overall.length > 0 ? overall : inherited)];
  }

  /** What lasting percent coupons leave of a part of an item that was charged at a moment. */
  #kept(life: Life, item: Item, price: Price, charged: number): Q {
    let keep = whole(1);
    if (!this.#rules.prorationsKeepPercent) return keep;
    for (const { coupon, itemId } of this.#turnsAt(life, charged)) {
      const isMeant =
        (itemId === null || itemId === item.id) &&
        (coupon.productIds === null || coupon.productIds.includes(price.productId ?? ''));
      if (!isMeant || coupon.duration === 'once' || coupon.percentOff === null) continue;
      keep = keep.times(whole(100).minus(Q.of(coupon.percentOff)).over(whole(100)));
    }
    return keep;
  }

  #rows(draft: Draft, before: number): Row[] {
    const { life } = draft;
    const { currency } = life.given;
    const row = (item: Item, price: Price, amount: bigint, kind: 'part' | 'metered' | 'licensed'): Row => ({
      itemId: item.id,
      priceId: price.id,
      productId: price.productId,
      isPart: kind === 'part',
      isMetered: kind === 'metered' && price.meterId !== null,
      amount,
      rates: this.#ratesOf(life, item),
      left: amount,
      tax: 0n,
      inclusive: 0n,
    });
    const parts = [...draft.parts]
      .sort((a, b) => a.at - b.at || a.item.order - b.item.order)
      .flatMap(({ at, item, from, to, chargedBefore }) => {
        const side = (terms: Terms | null, sign: number, charged: number): Row[] => {
          if (terms === null) return [];
          const period = this.#periodOf({ ...life, end: this.#endKnownAt(life, at) }, terms.price, at);
          const rest = this.#share(life, terms.price, period.from, { from: instantOf(at), to: period.to });
          const exact = addQ(pieces(terms.price, currency, Q.of(terms.quantity ?? '0'), this.#rules))
            .times(rest)
            .times(this.#kept(life, item, terms.price, charged))
            .times(whole(sign));
          return [row(item, terms.price, exact.rounded(), 'part')];
        };
        return [...side(from, -1, chargedBefore), ...side(to, 1, at)];
      });
    const lines = life.items.flatMap((item) => {
      const used = draft.metered
        .filter((one) => one.item === item)
        .flatMap(({ terms, from, to, isFree }) => {
          const cell = { meterId: terms.price.meterId ?? '', customerId: life.customer.id };
          const metered = this.#meters.metered(cell, { from, to }, before);
          const quantity = NOUGHT.above(metered) ? NOUGHT : metered;
          if (isFree) return [row(item, terms.price, 0n, 'metered')];
          return pieces(terms.price, currency, quantity, this.#rules).map((exact) =>
            row(item, terms.price, exact.rounded(), 'metered'),
          );
        });
      const seats = draft.licensed
        .filter((one) => one.item === item)
        .flatMap(({ terms, share }) =>
          pieces(terms.price, currency, Q.of(terms.quantity ?? '1'), this.#rules).map((exact) =>
            row(item, terms.price, exact.times(share).rounded(), 'licensed'),
          ),
        );
      return [...used, ...seats];
    });
    return [...parts, ...lines];
  }

  #ratesOf(life: Life, item: Item): readonly TaxRate[] {
    if (life.customer.taxExempt !== 'none') return [];
    const { defaultTaxRateIds } = life.given;
    const ids =
      item.rates.length > 0 ? item.rates : defaultTaxRateIds.length > 0 ? defaultTaxRateIds : life.customer.taxRateIds;
    return ids.flatMap((id) => this.#scenario.catalog.taxRates.filter((rate) => rate.id === id));
  }

  /** Goes through finalisations and what happens to grants and invoices in order: what was used is gone. */
  #finalize(drafts: readonly Draft[]): void {
    const balances = new Map(this.#scenario.customers.map(({ id, balanceMinor }) => [id, balanceMinor]));
    const purses = new Map<string, Purse[]>();
    for (const { id, creditGrants } of this.#scenario.customers) {
      purses.set(
        id,
        creditGrants.map((grant) => ({ grant, left: BigInt(grant.amount), isVoided: grant.voidedAt !== null })),
      );
    }
    const finals = drafts
      .filter(({ finalizesAt }) => finalizesAt <= this.#now)
      .filter((draft) => this.#pauseOf(draft) !== 'keep_as_draft')
      .map((draft) => ({ at: Math.max(moment(draft.finalizesAt), draft.made), draft, action: null }));
    const acts = this.#scenario.actions
      .map((action, index) => ({ at: moment(action.at, 2 + index), draft: null, action }))
      .filter(({ at }) => instantOf(at) <= this.#now);
    for (const { at, draft, action } of [...finals, ...acts].sort((a, b) => a.at - b.at)) {
      if (draft !== null) this.#finalizeOne(draft, at, balances, purses);
      else if (action !== null) this.#actOnMoney(action, drafts, balances, purses);
    }
    // A draft shows the balance as it is, and no credits yet.
    for (const draft of drafts) {
      const balance = this.#rules.balanceIsUsed ? (balances.get(draft.life.customer.id) ?? 0n) : 0n;
      draft.figures ??= this.#figures(draft, endOf(this.#now), () => new Map(), { balance, isFinal: false });
    }
  }

  #finalizeOne(draft: Draft, at: number, balances: Map<string, bigint>, purses: Map<string, Purse[]>): void {
    const { customer, given } = draft.life;
    const pause = this.#pauseOf(draft);
    const isVoid = pause === 'void';
    const before = at + (this.#rules.finalMomentCounts ? 1.5 : 0);
    const seen = this.#rules.lateUsageCounts ? before : draft.made;
    const balance = this.#rules.balanceIsUsed ? (balances.get(customer.id) ?? 0n) : 0n;
    const pay = (rows: readonly Row[]): Map<string, bigint> =>
      isVoid
        ? new Map()
        : takeCredits(
            rows,
            purses.get(customer.id) ?? [],
            { at: instantOf(at), currency: given.currency },
            this.#rules,
          );
    draft.figures = this.#figures(draft, seen, (rows) => (draft.credits = pay(rows)), { balance, isFinal: !isVoid });
    const { total, amountDue } = draft.figures;
    const ending = amountDue > 0n ? 0n : total + balance;
    draft.balanceTaken = balance - ending;
    if (this.#rules.balanceIsUsed && !isVoid) balances.set(customer.id, ending);
    const outcome = { none: 'open', succeeds: 'paid', fails: 'open', uncollectible: 'uncollectible' }[customer.payment];
    draft.status = isVoid
      ? 'void'
      : amountDue === 0n
        ? 'paid'
        : pause === 'mark_uncollectible'
          ? 'uncollectible'
          : outcome;
  }

  #actOnMoney(
    action: ScenarioAction,
    drafts: readonly Draft[],
    balances: Map<string, bigint>,
    purses: Map<string, Purse[]>,
  ): void {
    if (action.do === 'add_credit_grant') {
      const { grant } = action;
      purses.get(grant.customerId)?.push({ grant, left: BigInt(grant.amount), isVoided: grant.voidedAt !== null });
    }
    if (action.do === 'void_credit_grant') {
      for (const purse of [...purses.values()].flat()) if (purse.grant.id === action.grantId) purse.isVoided = true;
    }
    if (action.do === 'void_invoice') {
      const draft = drafts.find(
        ({ life, period, status }) =>
          life.given.id === action.subscriptionId &&
          period.from === action.periodFrom &&
          (status === 'open' || status === 'uncollectible'),
      );
      if (draft === undefined) return;
      draft.status = 'void';
      if (!this.#rules.voidGivesBack) return;
      const { id } = draft.life.customer;
      balances.set(id, (balances.get(id) ?? 0n) + draft.balanceTaken);
      for (const purse of purses.get(id) ?? []) purse.left += draft.credits.get(purse.grant.id) ?? 0n;
    }
  }

  #pauseOf(draft: Draft): string | null {
    return draft.life.pauses.find(({ from, to }) => from < draft.made && draft.made < to)?.behavior ?? null;
  }

  #figures(
    draft: Draft,
    before: number,
    pay: (rows: readonly Row[]) => Map<string, bigint>,
    { balance, isFinal }: { readonly balance: bigint; readonly isFinal: boolean },
  ): Figures {
    const rows = this.#rows(draft, before);
    const subtotal = addUp(rows.map(({ amount }) => amount));
    const turns = this.#turnsAt(draft.life, draft.made);
    const taken = takeDiscounts(rows, turns, this.#rules);
    const discount = addUp(taken);
    // A coupon that applies once is used up by the first final invoice that it takes something off.
    if (isFinal) for (const [index, coup] of turns.entries()) coup.isUsed ||= (taken[index] ?? 0n) > 0n;
    if (this.#rules.taxesBeforeCredits) addTaxes(rows, this.#rules);
    const credits = addUp([...pay(rows).values()]);
    if (!this.#rules.taxesBeforeCredits) addTaxes(rows, this.#rules);
    const tax = addUp(rows.map((row) => row.tax));
    const total = subtotal - discount - credits + tax - addUp(rows.map(({ inclusive }) => inclusive));
    const owed = total + balance;
    const lines = rows.map(({ amount }) => amount);
    return { lines, subtotal, discount, credits, tax, total, amountDue: owed > 0n ? owed : 0n };
  }

  #show(draft: Draft): PlainInvoice {
    const { life, reason, made, period, status, figures } = draft;
    if (figures === null) throw new Error('an invoice without figures');
    return {
      customer: life.customer.id,
      subscription: life.given.id,
      reason,
      createdAt: instantOf(made),
      ...period,
      status,
      ...figures,
    };
  }

  #usagePeriods(life: Life) {
    // Of items that were never touched: what a row covers whose price came or went within a period, no document says.
    const steady = life.items.filter(({ versions }) => versions.length === 1 && versions[0]?.since === life.began);
    return steady.flatMap((item) =>
      item.versions.flatMap(({ terms }) => {
        if (terms?.price.usageType !== 'metered' || terms.price.meterId === null) return [];
        const marks = this.#marks(life, terms.price);
        const meter = terms.price.meterId;
        return marks.flatMap((from, index) => {
          const to = marks[index + 1];
          return to === undefined || to > this.#now || to < this.#scenario.start
            ? []
            : [{ customer: life.customer.id, meter, from, to }];
        });
      }),
    );
  }
}

/** As it was just before a moment. */
function termsAt(item: Item, at: number): Terms | null {
  return item.versions.findLast(({ since }) => since < at)?.terms ?? null;
}

/** Since when the item has had the price that it has just before a moment. */
function meteredSince(item: Item, at: number): number {
  const versions = item.versions.filter(({ since }) => since < at);
  let since = versions.at(-1);
  for (const version of versions.toReversed()) {
    if (version.terms?.price.id !== versions.at(-1)?.terms?.price.id) break;
    since = version;
  }
  return since === undefined ? 0 : instantOf(since.since + 1);
}

function closePause(life: Life, at: number): void {
  for (const pause of life.pauses) if (pause.to > at) pause.to = at;
}
