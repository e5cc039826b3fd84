import type Stripe from 'stripe';
import type { Endpoint } from './endpoint.ts';

/** The account that the sandbox's keys belong to. */
export const accountEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/v1/account',
    permission: 'account_read',
    params: [],
    answer: ({ state }) => account(state.accountId),
  },
];

const account = (id: string): Stripe.Account => ({
  id,
  object: 'account',
  business_profile: {
    annual_revenue: null,
    estimated_worker_count: null,
    mcc: null,
    minority_owned_business_designation: null,
    name: 'Tieout sandbox',
    product_description: null,
    specified_commercial_transactions_act_url: null,
    support_address: null,
    support_email: null,
    support_phone: null,
    support_url: null,
    url: null,
  },
  business_type: 'company',
  capabilities: { card_payments: 'active', transfers: 'active' },
  charges_enabled: true,
  controller: { type: 'account' },
  country: 'US',
  created: 1_577_836_800,
  default_currency: 'usd',
  details_submitted: true,
  email: 'billing@example.com',
  external_accounts: { object: 'list', data: [], has_more: false, url: `/v1/accounts/${id}/external_accounts` },
  future_requirements: requirements(),
  metadata: {},
  payouts_enabled: true,
  requirements: requirements(),
  settings: null,
  tos_acceptance: { date: null, ip: null, user_agent: null },
  type: 'standard',
});

const requirements = (): Stripe.Account.Requirements & Stripe.Account.FutureRequirements => ({
  alternatives: [],
  current_deadline: null,
  currently_due: [],
  disabled_reason: null,
  errors: [],
  eventually_due: [],
  past_due: [],
  pending_verification: [],
});
