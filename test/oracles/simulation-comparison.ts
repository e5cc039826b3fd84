import type { SimulationRun } from '../../shared/simulation/run.ts';
import type { Scenario } from '../../shared/simulation/scenario.ts';
import { Q } from './plain-fraction.ts';
import { endOf } from './plain-meters.ts';
import { ORACLE_RULES, type OracleRules, simulateByOracle } from './simulation-oracle.ts';

const day = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

/** What the engine says against what the oracle says: a sentence for every difference. */
export function compareWithOracle(
  scenario: Scenario,
  run: SimulationRun,
  rules: OracleRules = ORACLE_RULES,
): readonly string[] {
  const oracle = simulateByOracle(scenario, rules);
  const ours = run.invoices.map(({ reason, createdAt, status, invoice }) =>
    sentence({
      ...invoice,
      lines: invoice.lines.map(({ amountMinor }) => amountMinor),
      customer: invoice.customerId,
      subscription: invoice.subscriptionId,
      from: invoice.period.from,
      to: invoice.period.to,
      subtotal: invoice.subtotalMinor,
      discount: invoice.discountMinor,
      credits: invoice.creditMinor,
      tax: invoice.taxMinor,
      total: invoice.totalMinor,
      amountDue: invoice.amountDueMinor,
      reason,
      createdAt,
      status,
    }),
  );
  const theirs = oracle.invoices.map(sentence);
  const problems = onlyIn(ours, theirs).map((text) => `engine  ${text}`);
  problems.push(...onlyIn(theirs, ours).map((text) => `oracle  ${text}`));
  const end = endOf(run.now);
  for (const { customerId, meterId, period, measured, metered } of run.usage) {
    const cell = { customerId, meterId };
    const found = { measured: fraction(measured), metered: fraction(metered) };
    const wanted = {
      measured: oracle.meters.measured(cell, period, end),
      metered: oracle.meters.metered(cell, period, end),
    };
    for (const side of ['measured', 'metered'] as const) {
      if (found[side].text() === wanted[side].text()) continue;
      const where = `${customerId} ${meterId} ${day(period.from)} to ${day(period.to)}`;
      problems.push(`${side} of ${where}: engine ${found[side].text()}, oracle ${wanted[side].text()}`);
    }
  }
  for (const { customer, meter, from, to } of oracle.periods) {
    const isThere = run.usage.some(
      ({ customerId, meterId, period }) =>
        customerId === customer && meterId === meter && period.from === from && period.to === to,
    );
    if (!isThere) problems.push(`the engine has no usage of ${customer} ${meter} ${day(from)} to ${day(to)}`);
  }
  return problems;
}

const fraction = ({ coefficient, scale }: { readonly coefficient: bigint; readonly scale: number }): Q =>
  new Q(coefficient, 10n ** BigInt(scale));

const bySize = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

type Said = ReturnType<typeof simulateByOracle>['invoices'][number];

const sentence = (one: Said): string =>
  [
    `${one.customer} ${one.subscription} ${one.reason} of ${day(one.createdAt)}`,
    `${day(one.from)} to ${day(one.to)} ${one.status}:`,
    `lines ${one.lines.toSorted(bySize).join(' ')}`,
    `${one.subtotal} - ${one.discount} - ${one.credits}, tax ${one.tax}, total ${one.total}, due ${one.amountDue}`,
  ].join(', ');

/** As often as they are in one list and not in the other. */
function onlyIn(list: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return list.filter((text) => {
    const index = rest.indexOf(text);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

/** What is left of a scenario when everything is taken away that does not matter for a property. */
export function smallest(scenario: Scenario, holds: (scenario: Scenario) => boolean): Scenario {
  const isStill = (candidate: Scenario): boolean => {
    try {
      return holds(candidate);
    } catch {
      return false;
    }
  };
  let small = scenario;
  for (let before: Scenario | null = null; before !== small; ) {
    before = small;
    for (const candidate of smaller(small)) {
      if (!isStill(candidate)) continue;
      small = candidate;
      break;
    }
  }
  return small;
}

/** Every scenario with one thing less. */
function* smaller(scenario: Scenario): Generator<Scenario> {
  const { customers, usage, actions, advanceTo } = scenario;
  for (const key of ['usage', 'actions', 'customers'] as const) {
    const list: readonly unknown[] = scenario[key];
    if (list.length > 3) yield { ...scenario, [key]: list.slice(0, list.length >> 1) };
    if (list.length > 3) yield { ...scenario, [key]: list.slice(list.length >> 1) };
  }
  for (const usageLess of less(usage)) yield { ...scenario, usage: usageLess };
  for (const actionsLess of less(actions)) yield { ...scenario, actions: actionsLess };
  for (const customersLess of less(customers))
    if (customersLess.length > 0) yield { ...scenario, customers: customersLess };
  if (advanceTo.length > 1) yield { ...scenario, advanceTo: advanceTo.slice(1) };
  for (const [index, customer] of customers.entries()) {
    const put = (part: Partial<typeof customer>): Scenario => ({
      ...scenario,
      customers: customers.with(index, { ...customer, ...part }),
    });
    for (const key of ['coupons', 'creditGrants', 'taxRateIds'] as const) {
      for (const list of less<unknown>(customer[key])) yield put({ [key]: list });
    }
    if (customer.balanceMinor !== 0n) yield put({ balanceMinor: 0n });
    const { subscriptions } = customer;
    for (const list of less(subscriptions)) if (list.length > 0) yield put({ subscriptions: list });
    for (const [place, subscription] of subscriptions.entries()) {
      const putOne = (part: Partial<typeof subscription>): Scenario =>
        put({ subscriptions: subscriptions.with(place, { ...subscription, ...part }) });
      for (const key of ['discounts', 'defaultTaxRateIds'] as const) {
        for (const list of less<unknown>(subscription[key])) yield putOne({ [key]: list });
      }
      for (const list of less(subscription.items)) {
        const gone = subscription.items.find((item) => !list.includes(item));
        const isNamed = actions.some(
          (action) => action.do === 'update_subscription' && action.items.some(({ id }) => id === gone?.id),
        );
        if (list.length > 0 && !isNamed) yield putOne({ items: list });
      }
      if (subscription.trialEnd !== null) yield putOne({ trialEnd: null });
      if (subscription.cancelAt !== null) yield putOne({ cancelAt: null });
      for (const [at, item] of subscription.items.entries()) {
        for (const key of ['discounts', 'taxRateIds'] as const) {
          for (const list of less<unknown>(item[key])) {
            yield putOne({ items: subscription.items.with(at, { ...item, [key]: list }) });
          }
        }
      }
    }
  }
}

function* less<T>(list: readonly T[]): Generator<readonly T[]> {
  for (const index of list.keys()) yield list.toSpliced(index, 1);
}
