import { afterEach, describe, expect, test } from 'vitest';
import { keyKindOf } from '../../../../main/sources/stripe/api-key.ts';
import { MAY, sourceAt } from './collect.ts';
import {
  page,
  type ScriptedReply,
  type ScriptedRequest,
  type ScriptedStripe,
  startScriptedStripe,
  stripeError,
} from './scripted-stripe.ts';

let server: ScriptedStripe;
afterEach(() => server.close());

const meter = { id: 'mtr_1', event_name: 'cpu', default_aggregation: { formula: 'sum' } };
const everything = ({ path }: ScriptedRequest): ScriptedReply => ({
  body: path === '/v1/billing/meters' ? page(meter) : page({ id: 'x_1' }),
});

const serve = async (script: (request: ScriptedRequest) => ScriptedReply | undefined, settings = {}) => {
  server = await startScriptedStripe(script);
  return sourceAt(server.url, settings);
};

describe('check', () => {
  test('a restricted key that may read everything has no problem', async () => {
    const source = await serve(everything, { testClocks: true });
    const { problems, meters } = await source.check(MAY.to);
    expect(problems).toEqual([]);
    expect(meters).toMatchObject([{ id: 'mtr_1' }]);
    expect(new Set(server.requests.map(({ path }) => path))).toEqual(
      new Set([
        '/v1/billing/meters',
        '/v1/customers',
        '/v1/prices',
        '/v1/subscriptions',
        '/v1/products',
        '/v1/invoices',
        '/v1/coupons',
        '/v1/billing/credit_grants',
        '/v1/tax_rates',
        '/v1/test_helpers/test_clocks',
        '/v1/billing/meters/mtr_1/event_summaries',
      ]),
    );
  });

  test('a full secret key is a warning', async () => {
    const source = await serve(everything, { apiKey: 'sk_live_1234' });
    const { problems } = await source.check(MAY.to);
    expect(problems).toMatchObject([{ code: 'stripe.full_secret_key', severity: 'warning', path: 'stripe.apiKey' }]);
    expect(JSON.stringify(problems)).not.toContain('1234');
  });

  test('every missing permission is named at once', async () => {
    const refused = new Set(['/v1/customers', '/v1/invoices', '/v1/tax_rates']);
    const source = await serve((request) =>
      refused.has(request.path) ? stripeError(403, { message: 'no permission' }) : everything(request),
    );
    const { problems } = await source.check(MAY.to);
    expect(problems.map(({ code, path }) => [code, path])).toEqual(
      [...refused].map((path) => ['stripe.not_permitted', path]),
    );
    expect(problems.every(({ remedy }) => remedy?.includes('read permission'))).toBe(true);
  });

  test('what was used of credit grants is asked for where there is a grant; a refusal is a warning', async () => {
    const path = '/v1/billing/credit_balance_transactions';
    const script = (answer: (request: ScriptedRequest) => ScriptedReply) => (request: ScriptedRequest) => {
      if (request.path === path) return answer(request);
      if (request.path !== '/v1/billing/credit_grants') return everything(request);
      return { body: page({ id: 'credgr_1', customer: 'cus_1' }) };
    };
    const source = await serve(script(({ query }) => ({ body: query.get('customer') === 'cus_1' ? page() : null })));
    expect((await source.check(MAY.to)).problems).toEqual([]);
    expect(server.requests.map((request) => request.path)).toContain(path);
    await server.close();
    const refused = await serve(script(() => stripeError(403, { message: 'no permission' })));
    expect((await refused.check(MAY.to)).problems).toMatchObject([
      { code: 'stripe.not_permitted', severity: 'warning', path, remedy: expect.stringContaining('read permission') },
    ]);
  });

  test('what is not served but not needed is a warning', async () => {
    const source = await serve((request) =>
      request.path === '/v1/billing/credit_grants' ? undefined : everything(request),
    );
    expect((await source.check(MAY.to)).problems).toMatchObject([
      { code: 'stripe.not_served', severity: 'warning', path: '/v1/billing/credit_grants' },
    ]);
  });

  test('a refused key and an absent one are said once', async () => {
    const source = await serve(() => stripeError(401, { message: 'Invalid API Key' }));
    expect((await source.check(MAY.to)).problems).toMatchObject([{ code: 'stripe.unauthorized' }]);
    expect(server.requests).toHaveLength(1);
    const without = sourceAt(server.url, { apiKey: '' });
    expect((await without.check(MAY.to)).problems).toMatchObject([
      { code: 'stripe.unauthorized', path: 'stripe.apiKey' },
    ]);
    expect(server.requests).toHaveLength(1);
  });
});

test.each([
  ['rk_live_a', 'restricted', 'live'],
  ['sk_test_a', 'secret', 'test'],
  ['pk_test_a', 'publishable', 'test'],
  ['', 'absent', 'unknown'],
  ['token', 'unknown', 'unknown'],
])('key %s is %s, %s', (key, kind, mode) => {
  expect(keyKindOf(key)).toEqual({ kind, mode });
});
