import type { BillingSource } from '../../../../main/sources/billing-source.ts';
import { createStripeSource } from '../../../../main/sources/stripe/source.ts';
import type { StripeSourceConfig } from '../../../../main/sources/stripe/stripe-client.ts';
import { parseInstant } from '../../../../shared/values/instant.ts';
import type { Period } from '../../../../shared/values/period.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** A signal that never aborts. */
export const never = new AbortController().signal;

export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

/** A source against a loopback base whose waits take no time. */
export const sourceAt = (url: string, settings: Partial<StripeSourceConfig> = {}): BillingSource =>
  createStripeSource({
    apiKey: 'rk_test_1234567890',
    apiBase: url,
    testClocks: false,
    random: () => 0.5,
    clock: createVirtualClock(),
    ...settings,
  });

export const at = (text: string): number => parseInstant(text) / 1000;

export const MAY: Period = { from: parseInstant('2026-05-01T00:00:00Z'), to: parseInstant('2026-06-01T00:00:00Z') };
