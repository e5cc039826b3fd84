import type Stripe from 'stripe';
import { type BuildContext, seconds } from './build.ts';

export type SeedWebhookEndpoint = {
  readonly id?: string;
  readonly url: string;
  readonly status?: 'enabled' | 'disabled';
  readonly enabledEvents?: readonly string[];
};

export function buildWebhookEndpoint(seed: SeedWebhookEndpoint, { now, makeId }: BuildContext): Stripe.WebhookEndpoint {
  return {
    id: seed.id ?? makeId('we'),
    object: 'webhook_endpoint',
    api_version: null,
    application: null,
    created: seconds(now),
    description: null,
    enabled_events: [...(seed.enabledEvents ?? ['*'])],
    livemode: false,
    metadata: {},
    status: seed.status ?? 'enabled',
    url: seed.url,
  } satisfies Stripe.WebhookEndpoint;
}
