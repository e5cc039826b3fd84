import type { CreditGrant } from '../../../shared/billing/credit-grant.ts';
import type { Price } from '../../../shared/billing/price.ts';
import { type Problem, TieoutError } from '../../../shared/errors.ts';
import type { Scenario, ScenarioCustomer, ScenarioDiscount } from '../../../shared/simulation/scenario.ts';

/** stripe.md, Test clocks. */
export const CUSTOMERS_PER_CLOCK = 3;
export const SUBSCRIPTIONS_PER_CUSTOMER = 3;

const LONGEST_GRACE_MS = 72 * 3_600_000;
const WHOLE = /^-?\d+$/;

/**
 * What Stripe's API cannot be told of a scenario. It is asked before the first request, so that nothing is created.
 * @throws TieoutError `stripe.not_expressible`, with the path of every field
 */
export function requireExpressible(scenario: Scenario): void {
  const problems = [
    ...graceProblems(scenario.gracePeriodMs),
    ...scenario.catalog.prices.flatMap((price, index) => priceProblems(price, `catalog.prices[${index}]`)),
    ...scenario.catalog.meters.flatMap(({ status }, index) =>
      status === 'active'
        ? []
        : [problem(`catalog.meters[${index}].status`, 'A meter that is inactive from the start')],
    ),
    ...scenario.customers.flatMap((customer, index) => [
      ...customerProblems(customer, `customers[${index}]`),
      ...customerCouponProblems(customer, scenario, `customers[${index}].discounts`),
      ...olderProblems(customer, scenario, `customers[${index}].subscriptions`),
    ]),
    ...scenario.actions.flatMap((action, index) =>
      action.do === 'apply_coupon'
        ? discountProblems([action.discount], `actions[${index}]`)
        : action.do === 'add_credit_grant'
          ? grantProblems([action.grant], `actions[${index}]`)
          : [],
    ),
  ];
  const [first] = problems;
  if (first === undefined) return;
  throw new TieoutError('stripe.not_expressible', {
    message: `${first.message}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''} Nothing was created.`,
    path: first.path,
    remedy: first.remedy ?? null,
    problems,
  });
}

const problem = (path: string, what: string, remedy = 'Run this scenario offline only.'): Problem => ({
  code: 'stripe.not_expressible',
  path,
  message: `${what} cannot be made on Stripe.`,
  remedy,
});

function graceProblems(gracePeriodMs: number): readonly Problem[] {
  if (gracePeriodMs % 1000 === 0 && gracePeriodMs <= LONGEST_GRACE_MS) return [];
  return [problem('gracePeriod', 'This grace period', 'Give whole seconds, at most 72 hours.')];
}

function priceProblems(price: Price, path: string): readonly Problem[] {
  const isWholeTiers = (price.tiers ?? []).every(({ upTo }) => upTo === null || WHOLE.test(upTo));
  return [
    ...(price.interval === null ? [problem(`${path}.recurring`, 'A subscription to a one-time price')] : []),
    ...(isWholeTiers ? [] : [problem(`${path}.tiers`, 'A tier whose up_to is no whole number')]),
  ];
}

function customerProblems(customer: ScenarioCustomer, path: string): readonly Problem[] {
  const { subscriptions } = customer;
  const most = `A customer with more than ${SUBSCRIPTIONS_PER_CUSTOMER} subscriptions on a test clock`;
  return [
    ...(subscriptions.length > SUBSCRIPTIONS_PER_CUSTOMER
      ? [problem(`${path}.subscriptions`, most, 'Give the others to another customer.')]
      : []),
    ...discountProblems(customer.coupons, path),
    ...grantProblems(customer.creditGrants, `${path}.creditGrants`),
    ...subscriptions.flatMap((subscription, index) => {
      const at = `${path}.subscriptions[${index}]`;
      const prices = subscription.items.map(({ priceId }) => priceId);
      return [
        ...discountProblems(subscription.discounts, at),
        ...(new Set(prices).size === prices.length
          ? []
          : [problem(`${at}.items`, 'A subscription with two items of one price', 'Give each item its own price.')]),
        ...subscription.items.flatMap(({ quantity, discounts }, place) => [
          ...(quantity === null || WHOLE.test(quantity)
            ? []
            : [problem(`${at}.items[${place}].quantity`, 'A licensed quantity that is not whole')]),
          ...discountProblems(discounts, `${at}.items[${place}]`),
        ]),
      ];
    }),
  ];
}

const discountProblems = (discounts: readonly ScenarioDiscount[], path: string): readonly Problem[] =>
  discounts.flatMap(({ start, end }, index) =>
    start === null && end === null
      ? []
      : [
          problem(
            `${path}.discounts[${index}]`,
            'A discount with a start or an end of its own',
            'Let the coupon’s duration say when it ends, or use apply_coupon and remove_coupon.',
          ),
        ],
  );

const grantProblems = (grants: readonly CreditGrant[], path: string): readonly Problem[] =>
  grants.some(({ priceIds }) => priceIds?.length === 0)
    ? [
        problem(
          path,
          'A credit grant for an empty list of prices',
          'Name prices, or leave the list out for all metered.',
        ),
      ]
    : [];

/**
 * The API gives coupons to subscriptions and items, no longer to customers. A customer's coupon is given to each of its
 * subscriptions, where that comes to the same: it is the only one, and lasts as long there.
 */
function customerCouponProblems(
  customer: ScenarioCustomer,
  { catalog, actions, start }: Scenario,
  path: string,
): readonly Problem[] {
  const { coupons, subscriptions, id } = customer;
  const own = new Set(subscriptions.map((subscription) => subscription.id));
  const given = actions.flatMap((action) =>
    action.do === 'apply_coupon' && 'customerId' in action.owner && action.owner.customerId === id ? [action] : [],
  );
  if (coupons.length + given.length === 0) return [];
  const isMixed =
    subscriptions.some(({ discounts }) => discounts.length > 0) ||
    actions.some(
      (action) =>
        action.do === 'apply_coupon' && 'subscriptionId' in action.owner && own.has(action.owner.subscriptionId),
    );
  const uses = [
    ...coupons.map(({ couponId }) => ({ couponId, at: start })),
    ...given.map(({ discount, at }) => ({ couponId: discount.couponId, at })),
  ];
  const isShared = uses.some(({ couponId, at }) => {
    const duration = catalog.coupons.find((coupon) => coupon.id === couponId)?.duration ?? 'forever';
    const isLate = subscriptions.some(({ startAt }) => startAt > at);
    return (duration === 'once' && subscriptions.length > 1) || (isLate && (duration === 'repeating' || at > start));
  });
  if (!isMixed && !isShared && coupons.length <= 1) return [];
  return [
    problem(
      path,
      'This coupon of a customer',
      'The API takes coupons on subscriptions only: give it to those it is for.',
    ),
  ];
}

/** On Stripe a coupon for some months counts them from when it is given. */
const olderProblems = (
  { subscriptions, coupons }: ScenarioCustomer,
  { catalog, start }: Scenario,
  path: string,
): readonly Problem[] =>
  subscriptions.flatMap(({ startAt, discounts, items }, index) => {
    const given = [...coupons, ...discounts, ...items.flatMap((item) => item.discounts)];
    const isForMonths = given.some(
      ({ couponId }) => catalog.coupons.find(({ id }) => id === couponId)?.duration === 'repeating',
    );
    return startAt < start && isForMonths
      ? [problem(`${path}[${index}]`, 'A coupon for some months that was given before the clock starts')]
      : [];
  });
