import { describe, expect, test } from 'vitest';
import { adviseRetry, retryAfterMs, toTieoutError } from '../../../../main/sources/stripe/failures.ts';
import { RESOURCES } from '../../../../main/sources/stripe/resources.ts';
import { TransportFailure, type TransportFailureKind } from '../../../../main/sources/stripe/transport.ts';

const fresh = { hasSucceeded: false, repeats: 0 };

/** An error as the SDK throws it, as far as it is looked at. */
const sdkError = (fields: Readonly<Record<string, unknown>>) =>
  Object.assign(new Error(String(fields.message ?? '')), { statusCode: undefined, rawType: undefined, ...fields });

describe('advice', () => {
  test.each<[TransportFailureKind, boolean, number, boolean]>([
    ['refused', false, 0, false],
    ['refused', true, 0, true],
    ['certificate', true, 0, false],
    ['not_json', true, 0, false],
    ['reset', false, 5, true],
    ['cut_off', false, 5, true],
    ['timeout', false, 0, true],
    ['timeout', false, 1, false],
    ['timeout', true, 1, true],
    ['timeout', true, 2, false],
  ])('%s, after a success: %s, after %i repeats: repeat is %s', (kind, hasSucceeded, repeats, retry) => {
    const wrapped = sdkError({ detail: new TransportFailure(kind, null) });
    expect(adviseRetry(wrapped, { hasSucceeded, repeats }).retry).toBe(retry);
  });

  test.each([
    [429, true],
    [409, true],
    [500, true],
    [502, true],
    [501, false],
    [400, false],
    [401, false],
    [403, false],
    [404, false],
  ])('HTTP %i: repeat is %s', (statusCode, retry) => {
    expect(adviseRetry(sdkError({ statusCode }), fresh).retry).toBe(retry);
  });

  test('a wish to wait for many minutes is answered by giving up', () => {
    const wish = (seconds: number) => sdkError({ statusCode: 429, headers: { 'retry-after': String(seconds) } });
    expect(adviseRetry(wish(60), fresh)).toEqual({ retry: true, afterMs: 60_000, slowDown: true });
    expect(adviseRetry(wish(600), fresh)).toEqual({ retry: false });
  });

  test('our own broken assumption is never repeated', () => {
    expect(adviseRetry(new TypeError('x is undefined'), fresh)).toEqual({ retry: false });
  });
});

test.each([
  [{ 'retry-after': '2' }, 2000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': 'Tue, 02 Jun 2026 00:00:10 GMT', date: 'Tue, 02 Jun 2026 00:00:03 GMT' }, 7000],
  [{ 'retry-after': 'Tue, 02 Jun 2026 00:00:00 GMT', date: 'Tue, 02 Jun 2026 00:00:03 GMT' }, 0],
  [{ 'retry-after': 'soon' }, null],
  [{}, null],
])('Retry-After of %o is %s ms', (headers, ms) => {
  expect(retryAfterMs(headers)).toBe(ms);
});

test('what Stripe says is shown without keys and addresses, and shortened', () => {
  const error = toTieoutError(
    sdkError({ statusCode: 400, message: `Key sk_live_abc123 of jane@example.com ${'x'.repeat(500)}` }),
    { resource: RESOURCES.customers, apiBase: 'https://api.stripe.com' },
  );
  expect(error.message).toContain('Key (key) of (address)');
  expect(error.message).not.toMatch(/abc123|jane/);
  expect(error.message.length).toBeLessThan(320);
});
