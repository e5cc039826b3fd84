import type { CreditGrant } from '../../../shared/billing/credit-grant.ts';
import type { Coupon, Discount, TaxRate } from '../../../shared/billing/discount.ts';
import type { Invoice } from '../../../shared/billing/invoice.ts';
import type { Meter } from '../../../shared/billing/meter.ts';
import type { Product } from '../../../shared/billing/price.ts';
import type { Subscription, SubscriptionItem } from '../../../shared/billing/subscription.ts';
import { type Problem, TieoutError } from '../../../shared/errors.ts';
import type { InvoiceCatalog } from '../../../shared/rating/invoice/input.ts';
import { stripeInvoiceDocument } from '../../../shared/reports/invoice-json.ts';
import { DEFAULT_EPSILON } from '../../../shared/simulation/scenario/read-expect.ts';
import type {
  ExpectedInvoice,
  PaymentOutcome,
  Scenario,
  ScenarioAction,
  ScenarioCustomer,
  ScenarioDiscount,
  ScenarioEvent,
  ScenarioItem,
  ScenarioSubscription,
} from '../../../shared/simulation/scenario.ts';
import { HOUR_MS, type Instant, instant } from '../../../shared/values/instant.ts';
import type { MonthKey, Period } from '../../../shared/values/period.ts';
import { readMeters } from '../../cache/catalog-store.ts';
import type { Db } from '../../cache/open.ts';
import type { Preview } from '../invoices/preview.ts';
import { catalogOf, previewMonth } from '../invoices/preview-month.ts';
import { isFinal } from '../invoices/stripe-invoice.ts';
import { openUsageBook, type Quantities } from '../invoices/usage-book.ts';
import { readIdentity } from '../reconcile/identity.ts';
import type { ReconcileSettings } from '../reconcile/settings.ts';
import { cachedHours } from './cached-hours.ts';
import { usageEvents } from './cached-usage.ts';
import { type LateHours, sendLate } from './late-hours.ts';

export type FromCacheRequest = {
  readonly db: Db;
  readonly settings: ReconcileSettings;
  readonly distinctMeters: ReadonlySet<string>;
  /** The usage periods that begin in it. */
  readonly month: MonthKey;
  readonly now: Instant;
  /** Stripe ids or usage ids. */
  readonly customers: readonly string[];
  readonly quantities: Quantities;
  readonly gracePeriodMs: number;
  /** Usage that arrives later than it was used; null: none. */
  readonly late: LateHours | null;
};

/** A scenario, and in what it is not quite what the cache holds. */
export type ScenarioFromCache = { readonly scenario: Scenario; readonly notes: readonly Problem[] };

/**
 * Makes a scenario of what was pulled: the subscriptions of some customers with their prices, discounts, credit grants,
 * tax rates and balances as the month's invoices found them, the usage of the month by the hour, and what Stripe's own
 * invoices say as expectations. Run as it is, its invoices are those of the preview.
 * @throws TieoutError `period.in_future`, `invoice.customer_not_found`, `invoice.not_found` where no usage period begins
 *   in the month
 */
export function scenarioFromCache(request: FromCacheRequest): ScenarioFromCache {
  const { month } = request;
  const previews = [...previewMonth(request)];
  const [first] = previews;
  if (first === undefined) {
    throw new TieoutError('invoice.not_found', {
      message: `No usage period of ${request.customers.join(', ')} begins in ${month}.`,
      path: '--month',
      remedy: 'Choose a month in which a subscription of the customer was alive, and which was pulled.',
    });
  }
  const built = new Builder(request, previews);
  const names = [...new Set(previews.map(({ customer }) => customer.name ?? customer.id))];
  const customers = built.customers();
  const usage = built.usage(customers);
  return {
    scenario: {
      name: `${names.join(', ')}, ${month}`,
      start: built.start,
      gracePeriodMs: request.gracePeriodMs,
      catalog: built.catalog(),
      customers,
      usage,
      actions: built.actions(),
      advanceTo: built.advances(usage),
      expect: { invoices: built.expectations(), epsilon: DEFAULT_EPSILON },
      rating: request.settings.rating,
    },
    notes: unique([...previews.flatMap(({ notes }) => notes.filter(matters)), ...built.notes]),
  };
}

/** After a finalisation, so that it is seen. */
const PAST_FINALISATION_MS = HOUR_MS;
/** Items of a new subscription are made with it; Stripe's stamps may lie seconds apart. */
const SAME_MOMENT_MS = 60_000;

class Builder {
  readonly notes: Problem[] = [];
  readonly start: Instant;
  readonly #request: FromCacheRequest;
  readonly #previews: readonly Preview[];
  readonly #catalog: InvoiceCatalog;
  readonly #meters: readonly Meter[];
  readonly #coupons = new Map<string, Coupon>();
  readonly #taxRateIds = new Set<string>();

  constructor(request: FromCacheRequest, previews: readonly Preview[]) {
    this.#request = request;
    this.#previews = previews;
    this.#catalog = catalogOf(request.db);
    this.#meters = readMeters(request.db);
    this.start = instant(Math.min(...previews.map(({ invoice }) => invoice.period.from)));
  }

  customers(): readonly ScenarioCustomer[] {
    return grouped(this.#previews, ({ customer }) => customer.id).map((theirs): ScenarioCustomer => {
      const first = earliest(theirs);
      const { customer, usedDiscountIds } = first;
      return {
        id: customer.id,
        name: customer.name,
        balanceMinor: first.invoice.startingBalanceMinor,
        taxExempt: customer.taxExempt,
        coupons: this.#discounts(customer.discount === null ? [] : [customer.discount], usedDiscountIds),
        creditGrants: this.#grants(first),
        taxRateIds: [],
        subscriptions: grouped(theirs, ({ subscription }) => subscription.id).map((own) => this.#subscription(own)),
        payment: paymentOf(theirs),
      };
    });
  }

  #subscription(previews: readonly Preview[]): ScenarioSubscription {
    const first = earliest(previews);
    const { subscription, usedDiscountIds } = first;
    const startAt = first.invoice.period.from;
    const trialEnd = subscription.trial.to;
    return {
      id: subscription.id,
      currency: subscription.currency,
      startAt,
      ...(subscription.startedAt < startAt ? { isContinued: true } : {}),
      billingCycleAnchor: subscription.billingCycleAnchor,
      trialEnd: trialEnd !== null && trialEnd > startAt ? trialEnd : null,
      cancelAt: this.#plannedEnd(subscription, startAt),
      isCancelledAtPeriodEnd: false,
      items: subscription.items
        .filter((item) => item.created <= startAt + SAME_MOMENT_MS && this.#isPriced(item))
        .map((item) => this.#item(item, usedDiscountIds)),
      discounts: this.#discounts(subscription.discounts, usedDiscountIds),
      defaultTaxRateIds: this.#rates(subscription.defaultTaxRateIds),
    };
  }

  #plannedEnd({ cancelAt, endedAt }: Subscription, startAt: Instant): Instant | null {
    if (cancelAt === null || cancelAt <= startAt) return null;
    return endedAt === null || endedAt === cancelAt ? cancelAt : null;
  }

  #item(item: SubscriptionItem, used: ReadonlySet<string>): ScenarioItem {
    const isMetered = this.#catalog.prices.get(item.priceId)?.usageType === 'metered';
    return {
      id: item.id,
      priceId: item.priceId,
      quantity: isMetered ? null : (item.quantity ?? '1'),
      discounts: this.#discounts(item.discounts, used),
      taxRateIds: this.#rates(item.taxRateIds),
    };
  }

  /** What the cache has no price of is not simulated; the notes of its invoice say so. */
  #isPriced({ priceId }: SubscriptionItem): boolean {
    return this.#catalog.prices.has(priceId);
  }

  #discounts(discounts: readonly Discount[], used: ReadonlySet<string>): readonly ScenarioDiscount[] {
    return discounts.flatMap(({ id, coupon, start, end }): ScenarioDiscount[] => {
      if (coupon === null || (coupon.duration === 'once' && used.has(id))) return [];
      this.#coupons.set(coupon.id, coupon);
      return [{ id, couponId: coupon.id, start, end }];
    });
  }

  #rates(ids: readonly string[]): readonly string[] {
    const known = ids.filter((id) => this.#catalog.taxRates.has(id));
    for (const id of known) this.#taxRateIds.add(id);
    return known;
  }

  /** Grants with what was left of them, as the first invoice found them. */
  #grants({ grants }: Preview): readonly CreditGrant[] {
    const isPriced = (id: string): boolean => this.#usedPriceIds().has(id);
    return grants.flatMap(({ grant, leftMinor }): CreditGrant[] => {
      if (leftMinor === 0n || (grant.voidedAt !== null && grant.voidedAt <= this.start)) return [];
      if (grant.expiresAt !== null && grant.expiresAt <= this.start) return [];
      const priceIds = grant.priceIds?.filter(isPriced) ?? null;
      if (priceIds !== null && priceIds.length === 0) return [];
      return [{ ...grant, amount: leftMinor.toString(), priceIds }];
    });
  }

  #usedPriceIds(): ReadonlySet<string> {
    return new Set(this.#previews.flatMap(({ subscription }) => subscription.items.map(({ priceId }) => priceId)));
  }

  /** Items that came later, a pause, and the end of what was cancelled at once. */
  actions(): readonly ScenarioAction[] {
    const actions = grouped(this.#previews, ({ subscription }) => subscription.id).flatMap((previews) => {
      const first = earliest(previews);
      const { subscription } = first;
      const startAt = first.invoice.period.from;
      const end = Math.max(...previews.map(({ invoice }) => invoice.period.to));
      const subscriptionId = subscription.id;
      const added = subscription.items
        .filter((item) => item.created > startAt + SAME_MOMENT_MS && item.created <= end && this.#isPriced(item))
        .map((item): ScenarioAction => {
          const { id, priceId, quantity } = this.#item(item, first.usedDiscountIds);
          const items = [{ id, priceId, quantity }];
          return { at: item.created, do: 'update_subscription', subscriptionId, items, prorationBehavior: 'none' };
        });
      return [...this.#pause(subscription, startAt), ...added, ...cancelled(subscription, previews)];
    });
    return actions.sort((a, b) => a.at - b.at);
  }

  #pause({ id, pausedCollection }: Subscription, at: Instant): readonly ScenarioAction[] {
    if (pausedCollection === null) return [];
    const { behavior, resumesAt } = pausedCollection;
    if (resumesAt !== null && resumesAt <= at) return [];
    return [{ at, do: 'pause', subscriptionId: id, behavior, resumesAt }];
  }

  /** The hours of every meter that the invoices bill, once where several items count on it. */
  usage(customers: readonly ScenarioCustomer[]): readonly ScenarioEvent[] {
    const { db, settings, quantities, late, gracePeriodMs } = this.#request;
    const identity = readIdentity(db, { testClocks: settings.testClocks });
    const stripeMeters = this.#meters;
    const reading = 'few' as const;
    const book = openUsageBook({ ...this.#request, identity, stripeMeters, reading });
    const events: ScenarioEvent[] = [];
    for (const customer of customers) {
      const customerKey = identity.customerIds.indexOf(customer.id);
      for (const { meter, period } of this.#metered(customer.id)) {
        const answer = book.quantityOf(customerKey, meter.id, period);
        if (answer.quantity === null) continue;
        const hours = cachedHours({ db, settings, identity, stripeMeters, quantities }, { customerKey, meter, period });
        const made = usageEvents({
          customerId: customer.id,
          meter: simulated(meter),
          period,
          hours,
          total: answer.quantity,
        });
        events.push(...(late === null ? made.events : sendLate(made.events, { late, period, gracePeriodMs })));
        this.notes.push(...made.notes);
      }
    }
    return events.sort((a, b) => a.sentAt - b.sentAt);
  }

  /** Each meter of a customer with the periods that are billed on it. */
  #metered(customerId: string): readonly { readonly meter: Meter; readonly period: Period }[] {
    const found = new Map<string, { readonly meter: Meter; readonly period: Period }>();
    for (const { customer, subscription, invoice } of this.#previews) {
      if (customer.id !== customerId || invoice.period.from === invoice.period.to) continue;
      for (const item of subscription.items) {
        const meter = this.#meters.find(({ id }) => id === this.#catalog.prices.get(item.priceId)?.meterId);
        if (meter === undefined) continue;
        const lines = invoice.lines.filter(({ itemId, kind }) => itemId === item.id && kind === 'metered');
        for (const { servicePeriod: period } of lines)
          found.set(`${meter.id} ${period.from} ${period.to}`, { meter, period });
      }
    }
    return [...found.values()].sort((a, b) => a.period.from - b.period.from);
  }

  catalog(): Scenario['catalog'] {
    const { products, taxRates } = this.#catalog;
    const prices = [...this.#usedPriceIds()].flatMap((id) => this.#catalog.prices.get(id) ?? []);
    const meterIds = new Set(prices.map(({ meterId }) => meterId));
    const productIds = new Set(prices.map(({ productId }) => productId));
    const known = <T>(ids: ReadonlySet<string | null>, all: ReadonlyMap<string, T>): readonly T[] =>
      [...ids].flatMap((id) => (id === null ? [] : (all.get(id) ?? [])));
    return {
      meters: this.#meters.filter(({ id }) => meterIds.has(id)).map(simulated),
      products: known<Product>(productIds, products),
      prices,
      coupons: [...this.#coupons.values()],
      taxRates: known<TaxRate>(this.#taxRateIds, taxRates),
    };
  }

  /** What Stripe's own final invoices say; a draft only of what it adds up, as credits come with its finalisation. */
  expectations(): readonly ExpectedInvoice[] {
    const invoices = this.#previews.flatMap(({ customer, subscription, invoice, stripe }) => {
      if (stripe === null || stripe.status === 'void' || isEmptyCreation(invoice, stripe)) return [];
      const { subtotal, discount, credits, tax, total, amountDue } = stripeInvoiceDocument(stripe);
      const status = stripe.status === 'open' || stripe.status === 'paid' ? 'finalized' : stripe.status;
      const fields = isFinal(stripe) ? { status, subtotal, discount, credits, tax, total, amountDue } : { subtotal };
      const { from, to } = invoice.period;
      return [
        {
          customerId: customer.id,
          periodFrom: from,
          fields: { period: { to }, subscription: subscription.id, ...fields },
        },
      ];
    });
    return invoices.map((one, index) => ({ ...one, path: `expect.invoices[${index}]` }));
  }

  /** To every end of a period, when drafts are made, and past their finalisation and the last usage. */
  advances(usage: readonly ScenarioEvent[]): readonly Instant[] {
    const { gracePeriodMs } = this.#request;
    const ends = this.#previews.map(({ invoice }) => invoice.period.to).filter((at) => at > this.start);
    const finals = ends.map((at) => at + gracePeriodMs + PAST_FINALISATION_MS);
    const last = usage.reduce((latest, { sentAt }) => Math.max(latest, sentAt), 0);
    const all = [...ends, ...finals, ...(last > Math.max(...finals) ? [last + PAST_FINALISATION_MS] : [])];
    return [...new Set(all)].sort((a, b) => a - b).map(instant);
  }
}

/**
 * A meter as it is simulated: an hour is one event, so a meter that counts events adds up, and nothing that was
 * aggregated before is aggregated again.
 */
const simulated = (meter: Meter): Meter => ({
  ...meter,
  formula: meter.formula === 'count' ? 'sum' : meter.formula,
  eventTimeWindow: null,
  status: 'active',
});

/** A subscription that was cancelled before its period was over: Stripe billed what was pending where it has an invoice of it. */
function cancelled({ id, endedAt, cancelAt }: Subscription, previews: readonly Preview[]): readonly ScenarioAction[] {
  if (endedAt === null || endedAt === cancelAt) return [];
  const last = previews.find(({ invoice }) => invoice.period.to === endedAt && invoice.period.from < endedAt);
  if (last === undefined) return [];
  const isInvoicedNow = last.stripe !== null && last.stripe.status !== 'void';
  return [{ at: endedAt, do: 'cancel_now', subscriptionId: id, isInvoicedNow, isProrated: false }];
}

/** An invoice at creation that says nothing, as at the beginning of a trial: the run does not list it. */
const isEmptyCreation = ({ period, lines }: Preview['invoice'], stripe: Invoice): boolean =>
  period.from === period.to && lines.length === 0 && stripe.totalMinor === 0n;

/** Stripe's word for how its invoices went; one that failed is open still. */
function paymentOf(previews: readonly Preview[]): PaymentOutcome {
  const statuses = new Set(previews.map(({ stripe }) => stripe?.status));
  if (statuses.has('paid')) return 'succeeds';
  return statuses.has('uncollectible') ? 'uncollectible' : 'none';
}

/** Of the notes of the invoices those that say what the scenario does not know; what is left of credits it shows itself. */
const matters = ({ code, severity }: Problem): boolean => severity !== 'warning' || WARNINGS.has(code);
const WARNINGS: ReadonlySet<string> = new Set([
  'invoice.usage_so_far',
  'invoice.credits_unknown',
  'invoice.void',
  'invoice.draft',
  'invoice.several',
]);

const unique = (notes: readonly Problem[]): readonly Problem[] => [
  ...new Map(notes.map((note) => [note.message, note])).values(),
];

const earliest = (previews: readonly Preview[]): Preview =>
  previews.reduce((a, b) => (b.invoice.period.from < a.invoice.period.from ? b : a));

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return [...groups.values()];
}
