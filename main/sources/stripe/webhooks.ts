import { TieoutError } from '../../../shared/errors.ts';
import type { WebhookEndpoint } from '../billing-source.ts';
import { isRaw, optionalText, requireObject } from './fields.ts';
import { PAGE_SIZE } from './pages.ts';
import { WEBHOOK_ENDPOINTS } from './resources.ts';
import type { StripeClient } from './stripe-client.ts';

/** @throws TieoutError `stripe.*`; `stripe.bad_answer` where it is no list */
export async function readWebhookEndpoints(
  client: StripeClient,
  signal: AbortSignal,
): Promise<readonly WebhookEndpoint[]> {
  const answer = await client.request(
    WEBHOOK_ENDPOINTS,
    (sdk) => sdk.webhookEndpoints.list({ limit: PAGE_SIZE }),
    signal,
  );
  if (!isRaw(answer) || !Array.isArray(answer.data)) {
    throw new TieoutError('stripe.bad_answer', {
      message: 'The list of webhook endpoints cannot be used: it has no "data".',
      path: WEBHOOK_ENDPOINTS.path,
      remedy: 'Check that stripe.apiBase serves the Stripe API.',
    });
  }
  return answer.data.map((row: unknown) => {
    const { raw, owner } = requireObject(row, 'webhook endpoint');
    const events = Array.isArray(raw.enabled_events) ? raw.enabled_events : [];
    return {
      id: owner.id,
      host: URL.parse(optionalText(raw.url) ?? '')?.host ?? '',
      isEnabled: raw.status !== 'disabled',
      events: events.filter((event) => typeof event === 'string'),
    };
  });
}
