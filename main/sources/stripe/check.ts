import type Stripe from 'stripe';
import type { Meter } from '../../../shared/billing/meter.ts';
import { isTieoutError, type Problem, type TieoutError } from '../../../shared/errors.ts';
import { HOUR_MS, hourOf, type Instant, instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import type { BillingCheck } from '../billing-source.ts';
import { keyProblem } from './api-key.ts';
import { idOf, isRaw } from './fields.ts';
import { RESOURCES, type Resource } from './resources.ts';
import type { StripeClient } from './stripe-client.ts';

/** After one of these every other probe would only say it again. */
const HOPELESS: ReadonlySet<string> = new Set(['stripe.unreachable', 'stripe.unauthorized', 'stripe.timeout']);

/**
 * The kind of key, then one small read of every resource: all problems at once, each with its remedy.
 * What Tieout can do without, and a key that may do more than it should, are warnings.
 */
export async function checkStripe(
  client: StripeClient,
  options: {
    readonly listMeters: (signal: AbortSignal) => AsyncIterable<readonly Meter[]>;
    readonly testClocks: boolean;
    readonly now: Instant;
  },
): Promise<BillingCheck> {
  const { signal } = new AbortController();
  const problems: Problem[] = [];
  const meters: Meter[] = [];
  const looked: { readonly resource: Resource; readonly isGranted: boolean }[] = [];
  const ofKey = keyProblem(client.keyKind);
  if (ofKey !== null) problems.push(ofKey);
  if (ofKey !== null && ofKey.severity !== 'warning') return { problems, meters, permissions: [] };

  const first = await failureOf(async () => {
    for await (const page of options.listMeters(signal)) meters.push(...page);
  });
  if (first !== null) problems.push(asProblem(first, RESOURCES.meters));
  if (first !== null && HOPELESS.has(first.code)) return { problems, meters, permissions: [] };
  looked.push({ resource: RESOURCES.meters, isGranted: first === null });

  const probe = async ({
    resource,
    send,
  }: Probe): Promise<{ readonly problem: Problem | null; readonly row: unknown }> => {
    let row: unknown = null;
    const failure = await failureOf(async () => {
      const answer = await client.request(resource, send, signal);
      row = isRaw(answer) && Array.isArray(answer.data) ? answer.data[0] : null;
    });
    looked.push({ resource, isGranted: failure?.code !== 'stripe.not_permitted' });
    return { problem: failure === null ? null : asProblem(failure, resource), row };
  };

  const [customers, grants, ...others] = await Promise.all([
    probe({ resource: RESOURCES.customers, send: (sdk) => sdk.customers.list({ limit: 1 }) }),
    probe({ resource: RESOURCES.creditGrants, send: (sdk) => sdk.billing.creditGrants.list({ limit: 1 }) }),
    ...LIST_PROBES.map(probe),
    ...(options.testClocks && client.keyKind.mode !== 'live' ? [probe(TEST_CLOCKS)] : []),
  ]);
  const customer = idOf(customers?.row);
  const meter = meters[0];
  const summaries =
    customer === null || meter === undefined ? [] : [await probe(summaryProbe(meter.id, customer, options.now))];
  const holder = isRaw(grants?.row) ? idOf(grants.row.customer) : null;
  const credits = holder === null ? [] : [await probe(creditsProbe(holder))];
  problems.push(...[customers, grants, ...others, ...credits, ...summaries].flatMap((result) => result?.problem ?? []));
  return { problems: [...problems, ...client.warnings.list()], meters, permissions: permissionsOf(looked) };
}

/** One line for each permission of the dashboard: it is granted where everything behind it can be read. */
function permissionsOf(
  looked: readonly { readonly resource: Resource; readonly isGranted: boolean }[],
): NonNullable<BillingCheck['permissions']> {
  const names = new Set(Object.values<Resource>(RESOURCES).map(({ permission }) => permission));
  return [...names].flatMap((name) => {
    const own = looked.filter(({ resource }) => resource.permission === name);
    if (own.length === 0) return [];
    return [
      {
        name,
        isGranted: own.every(({ isGranted }) => isGranted),
        isNecessary: own.some(({ resource }) => resource.isNecessary),
      },
    ];
  });
}

type Probe = { readonly resource: Resource; readonly send: (sdk: Stripe) => Promise<unknown> };

const LIST_PROBES: readonly Probe[] = [
  { resource: RESOURCES.prices, send: (sdk) => sdk.prices.list({ limit: 1 }) },
  { resource: RESOURCES.subscriptions, send: (sdk) => sdk.subscriptions.list({ limit: 1, status: 'all' }) },
  { resource: RESOURCES.products, send: (sdk) => sdk.products.list({ limit: 1 }) },
  { resource: RESOURCES.invoices, send: (sdk) => sdk.invoices.list({ limit: 1 }) },
  { resource: RESOURCES.coupons, send: (sdk) => sdk.coupons.list({ limit: 1 }) },
  { resource: RESOURCES.taxRates, send: (sdk) => sdk.taxRates.list({ limit: 1 }) },
];

const TEST_CLOCKS: Probe = {
  resource: RESOURCES.testClocks,
  send: (sdk) => sdk.testHelpers.testClocks.list({ limit: 1 }),
};

/** Asked where there is a grant to ask about: it takes a customer. */
const creditsProbe = (customer: string): Probe => ({
  resource: RESOURCES.creditTransactions,
  send: (sdk) => sdk.billing.creditBalanceTransactions.list({ customer, limit: 1 }),
});

function summaryProbe(meterId: string, customer: string, now: Instant): Probe {
  const end = hourOf(now);
  const range = { start_time: toUnixSeconds(instant(end - HOUR_MS)), end_time: toUnixSeconds(end) };
  return {
    resource: RESOURCES.eventSummaries,
    send: (sdk) => sdk.billing.meters.listEventSummaries(meterId, { customer, ...range, limit: 1 }),
  };
}

/** @returns the failure, or null where there was none; our own broken assumptions are not caught */
async function failureOf(run: () => Promise<void>): Promise<TieoutError | null> {
  try {
    await run();
    return null;
  } catch (error) {
    if (isTieoutError(error)) return error;
    throw error;
  }
}

function asProblem(error: TieoutError, resource: Resource): Problem {
  // A pull goes on without them: grants count with their full amount then.
  const isSpared = error.code === 'stripe.not_permitted' && resource === RESOURCES.creditTransactions;
  const isMissingLuxury = error.code === 'stripe.not_served' && !resource.isNecessary;
  return {
    code: error.code,
    path: error.path,
    message: error.message,
    ...(error.remedy === null
      ? {}
      : { remedy: isMissingLuxury ? `Tieout goes on without ${resource.label}.` : error.remedy }),
    ...(isMissingLuxury || isSpared ? { severity: 'warning' as const } : {}),
  };
}
