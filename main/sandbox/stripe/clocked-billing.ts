import type Stripe from 'stripe';
import { isTieoutError } from '../../../shared/errors.ts';
import { STRIPE_RATING } from '../../../shared/rating/options.ts';
import type { SimulatedInvoice } from '../../../shared/simulation/run.ts';
import type {
  ScenarioAction,
  ScenarioCatalog,
  ScenarioDiscount,
  ScenarioEvent,
} from '../../../shared/simulation/scenario.ts';
import { Simulation } from '../../../shared/simulation/simulation.ts';
import { type Instant, instant } from '../../../shared/values/instant.ts';
import { couponOf, meterOf, priceOf, productOf, taxRateOf } from './billing-nouns.ts';
import type { BuildContext } from './build.ts';
import type { SeedDiscount } from './build-discount.ts';
import type { SeedSubscription, SeedSubscriptionItem } from './build-subscription.ts';
import type { Catalog } from './catalog.ts';
import { putClockedInvoice } from './clocked-invoice.ts';
import type { Collection } from './collection.ts';
import { invalid } from './failure.ts';
import type { PlantedDifference } from './planted.ts';

/** A subscription on a test clock, with every id given, so that it can be built again as it changes. */
export type ClockedSubscription = Omit<SeedSubscription, 'items' | 'discounts'> & {
  readonly id: string;
  readonly items: readonly ClockedItem[];
  readonly discounts: readonly ClockedDiscount[];
};

export type ClockedItem = Omit<SeedSubscriptionItem, 'discounts'> & {
  readonly id: string;
  readonly discounts: readonly ClockedDiscount[];
};

export type ClockedDiscount = SeedDiscount & { readonly id: string };

type Move = (simulation: Simulation) => void;

const HOUR_MS = 3_600_000;
const EMPTY: ScenarioCatalog = { meters: [], products: [], prices: [], coupons: [], taxRates: [] };

/**
 * The billing of one test clock: what is done to its customers over HTTP becomes moves of the simulation, and what the
 * simulation makes of them becomes invoices and subscriptions of the catalogue. Every move is kept, so that a change of
 * the grace period can begin again from the start.
 */
export class ClockedBilling {
  readonly #catalog: Catalog;
  readonly #clockId: string;
  readonly #start: Instant;
  readonly #planted: readonly PlantedDifference[];
  readonly #moves: Move[] = [];
  readonly #known = new Set<string>();
  readonly #subscriptions = new Map<string, ClockedSubscription>();
  readonly #invoiceIds = new Map<string, string>();
  readonly #outcomes = new Map<string, 'paid' | 'uncollectible'>();
  /** Subscriptions whose invoices are sent. */
  readonly #sent = new Set<string>();
  /** Invoices that were made final by hand. */
  readonly #released = new Set<string>();
  #gracePeriodMs = HOUR_MS;
  /** Usage changed drafts that were not written yet. */
  #isStale = false;
  #simulation: Simulation;

  constructor(of: {
    readonly catalog: Catalog;
    readonly clockId: string;
    readonly start: Instant;
    readonly planted: readonly PlantedDifference[];
  }) {
    this.#catalog = of.catalog;
    this.#clockId = of.clockId;
    this.#start = of.start;
    this.#planted = of.planted;
    this.#simulation = this.#begin();
  }

  get now(): Instant {
    return this.#simulation.now;
  }

  get context(): BuildContext {
    return { now: this.now, makeId: this.#catalog.makeId };
  }

  subscription(id: string): ClockedSubscription | null {
    return this.#subscriptions.get(id) ?? null;
  }

  addCustomer(customer: Stripe.Customer): void {
    this.#move((simulation) =>
      simulation.addCustomer({
        id: customer.id,
        name: customer.name ?? null,
        balanceMinor: BigInt(customer.balance),
        taxExempt: (['exempt', 'reverse'] as const).find((exempt) => exempt === customer.tax_exempt) ?? 'none',
        coupons: [],
        creditGrants: [],
        taxRateIds: [],
        subscriptions: [],
        payment: 'none',
      }),
    );
  }

  /** @param of `isSent`: its invoices are sent. One that began before now has no invoice at creation */
  addSubscription(subscription: ClockedSubscription, { isSent }: { readonly isSent: boolean }): Stripe.Subscription {
    const built = this.#catalog.addSubscription(subscription, this.context);
    const start = subscription.start ?? this.now;
    try {
      this.#learn();
      this.#move((simulation) =>
        simulation.addSubscription(subscription.customer, {
          id: subscription.id,
          currency: built.currency,
          startAt: start,
          billingCycleAnchor: subscription.billingCycleAnchor ?? start,
          trialEnd: subscription.trial?.to ?? null,
          cancelAt: subscription.cancelAt ?? null,
          isCancelledAtPeriodEnd: subscription.cancelAtPeriodEnd ?? false,
          items: built.items.data.map((item, index) => ({
            id: item.id,
            priceId: item.price.id,
            quantity: item.quantity === undefined ? null : String(item.quantity),
            discounts: (subscription.items[index]?.discounts ?? []).map(discountOf),
            taxRateIds: item.tax_rates?.map(({ id }) => id) ?? [],
          })),
          discounts: subscription.discounts.map(discountOf),
          defaultTaxRateIds: subscription.defaultTaxRates ?? [],
        }),
      );
    } catch (error) {
      this.#catalog.subscriptions.delete(subscription.id);
      throw error;
    }
    this.#subscriptions.set(subscription.id, subscription);
    if (isSent) this.#sent.add(subscription.id);
    return this.#published(subscription.id) ?? built;
  }

  /** Does something at the clock's time, and leaves the subscription that it changes as given. */
  change(actions: readonly ScenarioAction[], subscription: ClockedSubscription | null = null): void {
    this.#learn();
    for (const action of actions) this.#move((simulation) => simulation.apply(action));
    if (subscription !== null) this.#subscriptions.set(subscription.id, subscription);
    this.publish();
  }

  receive(event: ScenarioEvent): void {
    this.#learn();
    this.#move((simulation) => simulation.receive(event));
    this.#isStale = true;
  }

  advanceTo(at: Instant): void {
    this.#learn();
    this.#move((simulation) => simulation.advanceTo(at));
    this.publish();
  }

  /** How long drafts of this clock wait; those that wait now too. */
  setGracePeriod(gracePeriodMs: number): void {
    if (gracePeriodMs === this.#gracePeriodMs) return;
    this.#gracePeriodMs = gracePeriodMs;
    this.#simulation = this.#begin();
    for (const move of this.#moves) move(this.#simulation);
    this.publish();
  }

  setOutcome(invoiceId: string, outcome: 'paid' | 'uncollectible'): void {
    this.#outcomes.set(invoiceId, outcome);
    this.publish();
  }

  /** Before anything is read. */
  settle(): void {
    if (this.#isStale) this.publish();
  }

  /** Writes invoices and subscriptions as they stand now. */
  publish(): void {
    this.#isStale = false;
    const run = this.#simulation.snapshot();
    for (const simulated of run.invoices) {
      const { invoice } = simulated;
      if (invoice.lines.length === 0 && invoice.period.from === invoice.period.to) continue;
      const id = this.#invoiceIds.get(simulated.id) ?? this.#catalog.makeId('in');
      this.#invoiceIds.set(simulated.id, id);
      putClockedInvoice(this.#catalog, simulated, {
        id,
        testClock: this.#clockId,
        outcome: this.#outcomes.get(id) ?? null,
        waitsUntil: this.#waitsUntil(id, simulated),
        planted: this.#planted,
      });
    }
    for (const entry of run.timeline) {
      if (entry.type === 'subscription_cancelled') this.#end(entry.subscriptionId, entry.at);
      if (entry.type === 'discount_ended') this.#endDiscount(entry.about, entry.couponId, entry.at);
    }
    for (const subscription of this.#subscriptions.values()) {
      this.#catalog.addSubscription({ created: subscription.start ?? this.#start, ...subscription }, this.context);
    }
  }

  /** Makes one final that waits to be sent. @returns false where it waits for something else */
  release(invoiceId: string): boolean {
    const isWaiting = this.#simulation
      .snapshot()
      .invoices.some(
        (each) => this.#invoiceIds.get(each.id) === invoiceId && this.#waitsUntil(invoiceId, each) !== null,
      );
    if (!isWaiting) return false;
    this.#released.add(invoiceId);
    this.publish();
    return true;
  }

  /**
   * An invoice that is made at once is charged at once, but one that is sent is a draft for an hour all the same.
   */
  #waitsUntil(id: string, { reason, createdAt, status, invoice }: SimulatedInvoice): Instant | null {
    const end = instant(createdAt + HOUR_MS);
    const isWaiting =
      reason !== 'cycle' &&
      status !== 'draft' &&
      this.#sent.has(invoice.subscriptionId) &&
      !this.#released.has(id) &&
      this.now < end;
    return isWaiting ? end : null;
  }

  #end(subscriptionId: string, at: Instant): void {
    const subscription = this.#subscriptions.get(subscriptionId);
    if (subscription === undefined || subscription.status === 'canceled') return;
    this.#subscriptions.set(subscriptionId, { ...subscription, status: 'canceled', endedAt: at });
  }

  /** A discount that is over is not on its subscription any more. */
  #endDiscount(owner: string, couponId: string, at: Instant): void {
    const subscription = this.#subscriptions.get(owner);
    if (subscription === undefined) return;
    const over = subscription.discounts.find(({ coupon, start }) => coupon === couponId && (start ?? at) < at);
    if (over === undefined) return;
    const discounts = subscription.discounts.filter((discount) => discount !== over);
    this.#subscriptions.set(owner, { ...subscription, discounts });
  }

  #published(subscriptionId: string): Stripe.Subscription | null {
    this.publish();
    return this.#catalog.subscriptions.get(subscriptionId);
  }

  #begin(): Simulation {
    return new Simulation({
      start: this.#start,
      gracePeriodMs: this.#gracePeriodMs,
      catalog: EMPTY,
      rating: STRIPE_RATING,
    });
  }

  /** A move that fails leaves everything as it was before. */
  #move(move: Move): void {
    try {
      move(this.#simulation);
    } catch (error) {
      this.#simulation = this.#begin();
      for (const each of this.#moves) each(this.#simulation);
      if (isTieoutError(error)) throw invalid(null, error.message);
      throw error;
    }
    this.#moves.push(move);
  }

  /** Tells the simulation of what the account has come to hold. */
  #learn(): void {
    const { meters, products, prices, coupons, taxRates } = this.#catalog;
    const part: ScenarioCatalog = {
      meters: this.#unknown(meters).map(meterOf),
      products: this.#unknown(products).map(productOf),
      prices: this.#unknown(prices).map(priceOf),
      coupons: this.#unknown(coupons).map(couponOf),
      taxRates: this.#unknown(taxRates).map(taxRateOf),
    };
    if (Object.values(part).every((objects) => objects.length === 0)) return;
    this.#move((simulation) => simulation.addToCatalog(part));
  }

  #unknown<T extends { readonly id: string }>(collection: Collection<T>): readonly T[] {
    const found = [...collection.all()].filter(({ id }) => !this.#known.has(id));
    for (const { id } of found) this.#known.add(id);
    return found;
  }
}

const discountOf = (discount: ClockedDiscount): ScenarioDiscount => ({
  id: discount.id,
  couponId: discount.coupon,
  start: null,
  end: null,
});

/** At most two intervals of the shortest subscription; two years where there is none. */
export function latestAdvance(from: Instant, subscriptions: readonly Stripe.Subscription[]): number {
  const ends = subscriptions
    .filter(({ status }) => status !== 'canceled')
    .flatMap(({ items }) => items.data.flatMap(({ price }) => (price.recurring === null ? [] : [price.recurring])))
    .map(({ interval, interval_count: count }) => twoIntervals(from, interval, count));
  return ends.length === 0 ? twoIntervals(from, 'year', 1) : Math.min(...ends);
}

function twoIntervals(from: Instant, interval: string, count: number): number {
  const end = new Date(from);
  if (interval === 'day' || interval === 'week') {
    end.setUTCDate(end.getUTCDate() + 2 * count * (interval === 'week' ? 7 : 1));
  } else {
    const day = end.getUTCDate();
    end.setUTCMonth(end.getUTCMonth() + 2 * count * (interval === 'year' ? 12 : 1));
    if (end.getUTCDate() !== day) end.setUTCDate(0);
  }
  return Math.floor(end.getTime() / 1000);
}
