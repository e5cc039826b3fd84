import type Stripe from 'stripe';
import { fromUnixSeconds, type Instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import { buildTestClock } from './build-catalog.ts';
import { type Catalog, idOf } from './catalog.ts';
import { ClockedBilling, latestAdvance } from './clocked-billing.ts';
import { invalid, StripeFailure } from './failure.ts';
import type { PlantedDifference } from './planted.ts';

type Clock = Stripe.TestHelpers.TestClock;

const CUSTOMERS_PER_CLOCK = 3;
const SUBSCRIPTIONS_PER_CUSTOMER = 3;

/**
 * The test clocks made over HTTP, each with its own billing. One that was seeded in process is a plain object: nothing
 * is billed on it.
 */
export class TestClocks {
  readonly #catalog: Catalog;
  readonly #billings = new Map<string, ClockedBilling>();
  readonly #polls = new Map<string, number>();
  readonly planted: PlantedDifference[] = [];
  /** How often a clock is read as `advancing` before it is ready. */
  pollsUntilReady = 1;
  /** So many of the next advances end in `internal_failure`. */
  failures = 0;

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  create(of: { readonly frozenTime: Instant; readonly name: string | null; readonly now: Instant }): Clock {
    const clock = this.#catalog.testClocks.put(
      buildTestClock(
        { frozenTime: of.frozenTime, ...(of.name === null ? {} : { name: of.name }) },
        { now: of.now, makeId: this.#catalog.makeId },
      ),
    );
    this.#billings.set(
      clock.id,
      new ClockedBilling({
        catalog: this.#catalog,
        clockId: clock.id,
        start: fromUnixSeconds(clock.frozen_time),
        planted: this.planted,
      }),
    );
    return clock;
  }

  /** Null: no clock, or one on which nothing is billed. @throws StripeFailure while the clock advances, or has failed */
  billingOf(clockId: string | null): ClockedBilling | null {
    const billing = clockId === null ? undefined : this.#billings.get(clockId);
    if (clockId === null || billing === undefined) return null;
    const { status } = this.#catalog.testClocks.require(clockId, 'test_clock', 400);
    if (status === 'advancing') {
      throw new StripeFailure({
        status: 429,
        type: 'invalid_request_error',
        code: 'rate_limit',
        message: `Test clock ${clockId} is advancing: nothing that belongs to it can be changed until it is ready.`,
      });
    }
    if (status === 'internal_failure') {
      throw invalid('test_clock', `Test clock ${clockId} has failed. Delete it and begin again.`);
    }
    return billing;
  }

  billingOfCustomer(customerId: string): ClockedBilling | null {
    const customer = this.#catalog.customers.get(customerId);
    return customer === null || customer.deleted === true ? null : this.billingOf(idOf(customer.test_clock));
  }

  requireRoomForCustomer(clockId: string): void {
    const taken = [...this.#catalog.customers.all()].filter(
      (customer) => customer.deleted !== true && idOf(customer.test_clock) === clockId,
    );
    if (taken.length >= CUSTOMERS_PER_CLOCK) {
      throw invalid('test_clock', `A test clock can have at most ${CUSTOMERS_PER_CLOCK} customers.`);
    }
  }

  requireRoomForSubscription(customerId: string): void {
    const taken = [...this.#catalog.subscriptions.all()].filter(({ customer }) => customer === customerId);
    if (taken.length >= SUBSCRIPTIONS_PER_CUSTOMER) {
      const most = `A customer on a test clock can have at most ${SUBSCRIPTIONS_PER_CUSTOMER} subscriptions.`;
      throw invalid('customer', most);
    }
  }

  advance(id: string, to: Instant): Clock {
    const clock = this.#catalog.testClocks.require(id);
    const billing = this.billingOf(id);
    if (billing === null) throw invalid('id', `Test clock ${id} cannot be advanced: it was not made over the API.`);
    const own = [...this.#catalog.subscriptions.all()].filter(({ test_clock }) => idOf(test_clock) === id);
    const target = toUnixSeconds(to);
    if (target <= clock.frozen_time) {
      throw invalid('frozen_time', 'frozen_time must be after the current frozen time of the test clock.');
    }
    if (target > latestAdvance(billing.now, own)) {
      const limit = own.length === 0 ? 'two years' : 'two intervals of its shortest subscription';
      throw invalid('frozen_time', `A test clock cannot be advanced by more than ${limit}.`);
    }
    this.#polls.set(id, 0);
    return this.#catalog.testClocks.put({
      ...clock,
      status: 'advancing',
      status_details: { advancing: { target_frozen_time: target } },
    });
  }

  /** What someone who asks for the clock is told: it gets ready while it is asked. */
  poll(id: string): void {
    const clock = this.#catalog.testClocks.get(id);
    const target = clock?.status_details.advancing?.target_frozen_time;
    if (clock === null || clock.status !== 'advancing' || target === undefined) return;
    const polls = (this.#polls.get(id) ?? 0) + 1;
    this.#polls.set(id, polls);
    if (polls <= this.pollsUntilReady) return;
    if (this.failures > 0) {
      this.failures -= 1;
      this.#catalog.testClocks.put({ ...clock, status: 'internal_failure', status_details: {} });
      return;
    }
    this.#billings.get(id)?.advanceTo(fromUnixSeconds(target));
    this.#catalog.testClocks.put({ ...clock, status: 'ready', status_details: {}, frozen_time: target });
  }

  settle(): void {
    for (const billing of this.#billings.values()) billing.settle();
  }

  /** With its customers, and all that hangs on them. */
  delete(id: string): Stripe.TestHelpers.DeletedTestClock {
    const { testClocks, customers, subscriptions, invoices, creditGrants, creditTransactions } = this.#catalog;
    testClocks.require(id);
    for (const customer of [...customers.all()]) {
      if (customer.deleted !== true && idOf(customer.test_clock) === id) customers.delete(customer.id);
    }
    for (const collection of [subscriptions, invoices, creditGrants, creditTransactions]) {
      for (const each of [...collection.all()]) {
        if (idOf(each.test_clock) === id) collection.delete(each.id);
      }
    }
    testClocks.delete(id);
    this.#billings.delete(id);
    return { id, object: 'test_helpers.test_clock', deleted: true };
  }
}
