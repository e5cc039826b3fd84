import { grantOf } from './billing-nouns.ts';
import { idOf } from './catalog.ts';
import type { Call, Endpoint } from './endpoint.ts';
import { rendered } from './expand.ts';
import { invalid } from './failure.ts';
import type { FormObject } from './form.ts';
import { Params } from './params.ts';

export const grantEndpoints: readonly Endpoint[] = [
  {
    method: 'POST',
    path: '/v1/billing/credit_grants',
    permission: 'credit_grant_write',
    params: [
      'amount',
      'applicability_config',
      'category',
      'customer',
      'effective_at',
      'expires_at',
      'metadata',
      'name',
      'priority',
    ],
    answer: createGrant,
  },
  {
    method: 'POST',
    path: '/v1/billing/credit_grants/:id/void',
    permission: 'credit_grant_write',
    params: [],
    answer: voidGrant,
  },
];

function createGrant({ state, params, expand }: Call): unknown {
  const customer = state.catalog.requireLiveCustomer(params.requiredText('customer'), 'customer');
  const billing = state.clocks.billingOfCustomer(customer.id);
  const amount = new Params(params.object('amount') ?? {}, ['type', 'monetary']);
  const monetary = new Params(amount.object('monetary') ?? {}, ['currency', 'value']);
  const value = monetary.integer('value');
  if (value === null || value <= 0) throw invalid('amount[monetary][value]', 'The amount must be greater than 0.');
  const config = new Params(params.object('applicability_config') ?? {}, ['scope']);
  const scope = new Params(config.object('scope') ?? {}, ['price_type', 'prices']);
  const prices = scope.objects('prices').map((each: FormObject) => new Params(each, ['id']).requiredText('id'));
  for (const id of prices) state.catalog.prices.require(id, 'applicability_config[scope][prices]', 400);
  const [name, effectiveAt, category] = [
    params.text('name'),
    params.instant('effective_at'),
    params.oneOf('category', ['paid', 'promotional']),
  ];
  const now = billing?.now ?? state.clock;
  const expiresAt = params.instant('expires_at');
  if (expiresAt !== null && expiresAt <= now) throw invalid('expires_at', 'expires_at must be in the future.');
  const priority = params.integer('priority') ?? 50;
  if (priority < 0 || priority > 100) throw invalid('priority', 'The priority must be between 0 and 100.');
  const grant = state.catalog.addCreditGrant(
    {
      customer: customer.id,
      amountMinor: BigInt(value),
      currency: monetary.requiredText('currency'),
      priority,
      expiresAt,
      testClock: idOf(customer.test_clock),
      created: now,
      ...(name === null ? {} : { name }),
      ...(category === null ? {} : { category }),
      ...(effectiveAt === null ? {} : { effectiveAt }),
      ...(prices.length === 0 ? {} : { prices }),
    },
    { ...state.context, now },
  );
  try {
    billing?.change([{ at: now, do: 'add_credit_grant', grant: grantOf(grant) }]);
  } catch (error) {
    state.catalog.creditGrants.delete(grant.id);
    throw error;
  }
  return rendered(grant, expand, state.catalog);
}

function voidGrant({ state, id, expand }: Call): unknown {
  const grant = state.catalog.creditGrants.require(id);
  if (grant.voided_at !== null) throw invalid('id', `Credit grant ${id} is void already.`);
  const billing = state.clocks.billingOf(idOf(grant.test_clock));
  billing?.change([{ at: billing.now, do: 'void_credit_grant', grantId: id }]);
  const voidedAt = Math.floor((billing?.now ?? state.clock) / 1000);
  const voided = state.catalog.creditGrants.put({ ...grant, voided_at: voidedAt, updated: voidedAt });
  return rendered(voided, expand, state.catalog);
}
