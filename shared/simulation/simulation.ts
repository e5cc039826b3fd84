import type { Meter } from '../billing/meter.ts';
import type { RatingOptions } from '../rating/options.ts';
import { type Instant, instant } from '../values/instant.ts';
import { compareBytes } from '../values/order.ts';
import { applyAction } from './apply-action.ts';
import {
  checkDiscount,
  checkSubscription,
  checkTaxRates,
  customerOf,
  requireForwards,
  requireGrace,
  requireNew,
} from './checks.ts';
import { beginDiscount } from './discounts.ts';
import { DUE_RANK, DueQueue } from './due-queue.ts';
import { addGrant } from './grants.ts';
import { shownInvoice } from './invoices.ts';
import { MeterLedger } from './meter-ledger.ts';
import { quantityOf } from './next-items.ts';
import type { SimulationRun } from './run.ts';
import type {
  ScenarioAction,
  ScenarioCatalog,
  ScenarioCustomer,
  ScenarioDiscount,
  ScenarioEvent,
  ScenarioSubscription,
} from './scenario.ts';
import { firstPeriodEnd, planPeriodEnd, startSubscription } from './subscriptions.ts';
import { Timeline, type TimelineDetail } from './timeline.ts';
import { receiveEvent } from './usage-book.ts';
import { usageReport } from './usage-report.ts';
import type { CustomerState, SubscriptionState, World } from './world.ts';

export type SimulationSetup = {
  readonly start: Instant;
  /** From a draft to its finalisation: at most 72 hours. */
  readonly gracePeriodMs: number;
  readonly catalog: ScenarioCatalog;
  readonly rating: RatingOptions;
  /** `billing` leaves single usage reports out of the timeline; `all` unless given. */
  readonly timeline?: TimelineDetail;
};

/**
 * Stripe's billing on a test clock: customers, subscriptions, meters and invoices that change only when the clock is
 * moved or something is done to them. The same calls give the same run, wherever it is looked at in between.
 * At one instant the clock's own events come first (`DUE_RANK`), then what is received and done, in the order of the
 * calls (docs/simulation.md, Order).
 * @see stripe.md, Subscriptions, periods, invoices
 */
export class Simulation {
  readonly #world: World;
  /** Where the clock was moved to last. */
  #head: Instant;

  /** @throws TieoutError `scenario.grace_period`, `scenario.duplicate_id` */
  constructor({ start, gracePeriodMs, catalog, rating, timeline = 'all' }: SimulationSetup) {
    requireGrace(gracePeriodMs);
    const customers = new Map<string, CustomerState>();
    const ledger = new MeterLedger({
      clock: start,
      customers: { isKnown: (id) => customers.has(id), frozenTime: () => null },
    });
    this.#head = start;
    this.#world = {
      now: start,
      gracePeriodMs,
      rating,
      catalog: {
        meters: new Map(),
        products: new Map(),
        prices: new Map(),
        coupons: new Map(),
        taxRates: new Map(),
      },
      customers,
      subscriptions: new Map(),
      grants: new Map(),
      invoices: [],
      discountIds: new Set(),
      usedDiscountIds: new Set(),
      ledger,
      due: new DueQueue(),
      timeline: new Timeline(timeline),
    };
    this.addToCatalog(catalog);
  }

  get now(): Instant {
    return this.#world.now;
  }

  /** Adds objects, or changes those that are there: a meter's status, a price's name. */
  addToCatalog({
    meters = [],
    products = [],
    prices = [],
    coupons = [],
    taxRates = [],
  }: Partial<ScenarioCatalog>): void {
    const { catalog } = this.#world;
    for (const meter of meters) this.#putMeter(meter);
    for (const product of products) catalog.products.set(product.id, product);
    for (const price of prices) catalog.prices.set(price.id, price);
    for (const coupon of coupons) catalog.coupons.set(coupon.id, coupon);
    for (const rate of taxRates) catalog.taxRates.set(rate.id, rate);
  }

  /** With all that it has, from now on. @throws TieoutError as `addSubscription`, `scenario.unknown_tax_rate` */
  addCustomer(given: ScenarioCustomer): void {
    const world = this.#world;
    requireNew(world.customers.has(given.id), `customer ${given.id}`);
    checkTaxRates(world, given.taxRateIds);
    for (const discount of given.coupons) checkDiscount(world, discount);
    for (const subscription of given.subscriptions) this.#checkNew(subscription);
    for (const grant of given.creditGrants) requireNew(world.grants.has(grant.id), `credit grant ${grant.id}`);
    const { id, name, taxExempt, taxRateIds, payment, balanceMinor } = given;
    const customer: CustomerState = {
      id,
      name,
      taxExempt,
      taxRateIds,
      payment,
      balanceMinor,
      discounts: [],
      grants: [],
      usage: new Map(),
      inlets: new Map(),
    };
    world.customers.set(id, customer);
    for (const discount of given.coupons) {
      const current = () => customer.discounts;
      customer.discounts = [
        ...customer.discounts,
        beginDiscount(world, discount, { about: id, begins: world.now, current }),
      ];
    }
    for (const grant of given.creditGrants) addGrant(world, { ...grant, customerId: id });
    for (const subscription of given.subscriptions) this.#add(customer, subscription);
  }

  /**
   * Begins now, or when it says. One that began before is taken up in the middle of its periods, without an invoice.
   * @throws TieoutError `scenario.unknown_*`, `scenario.duplicate_id`, `scenario.no_items`, `scenario.two_currencies`,
   *   `scenario.price_not_recurring`, `scenario.contradictory`
   */
  addSubscription(customerId: string, given: ScenarioSubscription): void {
    const customer = customerOf(this.#world, customerId);
    this.#checkNew(given);
    this.#add(customer, given);
  }

  /** A usage report that arrives now; the timeline says what becomes of it. */
  receive(event: ScenarioEvent): void {
    receiveEvent(this.#world, event);
  }

  /** Something that a person does now. @throws TieoutError as `applyAction`, and nothing is changed */
  apply(action: ScenarioAction): void {
    applyAction(this.#world, action);
  }

  /** Runs everything that is due by then, in order. @throws TieoutError `scenario.clock_backwards` */
  advanceTo(at: Instant): void {
    this.runTo(at);
    if (at === this.#head) return;
    this.#world.timeline.add(at, { type: 'clock_advanced', from: this.#head, to: at });
    this.#head = at;
  }

  /** The same on the way to where the clock is moved: the timeline does not say that it was. */
  runTo(at: Instant): void {
    const world = this.#world;
    requireForwards(world, at);
    for (let next = world.due.nextAt; next !== null && next <= at; next = world.due.nextAt) {
      this.#setClock(next > world.now ? next : world.now);
      world.due.take()?.run();
    }
    this.#setClock(at);
  }

  /** What there is now, drafts as they would be if they were built now. Nothing of it changes afterwards. */
  snapshot(): SimulationRun {
    const world = this.#world;
    const invoices = world.invoices.map((state) => {
      const { id, reason, createdAt, finalizesAt, status } = state;
      return { id, reason, createdAt, finalizesAt, status, invoice: shownInvoice(world, state).invoice };
    });
    return {
      now: world.now,
      timeline: world.timeline.entries,
      invoices: invoices.sort((a, b) => a.createdAt - b.createdAt || compareBytes(a.id, b.id)),
      usage: usageReport(world),
    };
  }

  #putMeter(meter: Meter): void {
    this.#world.catalog.meters.set(meter.id, meter);
    this.#world.ledger.putMeter(meter);
    for (const { inlets } of this.#world.customers.values()) inlets.clear();
  }

  #setClock(now: Instant): void {
    if (now === this.#world.now) return;
    this.#world.now = now;
    this.#world.ledger.setClock(now);
  }

  #checkNew(given: ScenarioSubscription): void {
    requireNew(this.#world.subscriptions.has(given.id), `subscription ${given.id}`);
    checkSubscription(this.#world, given);
  }

  #add(customer: CustomerState, given: ScenarioSubscription): void {
    const world = this.#world;
    const { id, startAt, trialEnd } = given;
    const isContinued = given.isContinued === true || startAt < world.now;
    const begin = (
      discounts: readonly ScenarioDiscount[],
      about: string,
      current: () => SubscriptionState['discounts'],
    ) => discounts.map((discount) => beginDiscount(world, discount, { about, begins: startAt, current }));
    const subscription: SubscriptionState = {
      id,
      customer,
      currency: given.currency,
      defaultTaxRateIds: given.defaultTaxRateIds,
      phase: 'waiting',
      startedAt: startAt,
      place: world.subscriptions.size,
      anchor: given.billingCycleAnchor,
      trial: trialEnd === null || trialEnd <= startAt ? null : { from: startAt, to: trialEnd },
      cancelAt: given.cancelAt,
      canceledAt: null,
      endedAt: null,
      items: given.items.map((item) => {
        const discounts = begin(item.discounts, item.id, () => discounts);
        return {
          id: item.id,
          priceId: item.priceId,
          quantity: quantityOf(world, item.priceId, item.quantity),
          created: startAt,
          current: { from: startAt, to: startAt },
          usedFrom: startAt,
          discounts,
          taxRateIds: item.taxRateIds,
        };
      }),
      discounts: [],
      paused: null,
      changes: [],
      pending: [],
      nextEnd: null,
      invoiceCount: 0,
    };
    subscription.discounts = begin(given.discounts, id, () => subscription.discounts);
    world.subscriptions.set(id, subscription);
    const start = (): void => {
      startSubscription(world, subscription, isContinued);
      if (!given.isCancelledAtPeriodEnd) return;
      subscription.cancelAt = firstPeriodEnd(subscription);
      planPeriodEnd(world, subscription);
    };
    if (startAt <= world.now) start();
    else world.due.add({ at: instant(startAt), rank: DUE_RANK.subscriptionStarts, run: start });
  }
}
