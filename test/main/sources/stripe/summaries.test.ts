import { Decimal as DecimalJs } from 'decimal.js';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { formatInstant, HOUR_MS, instant } from '../../../../shared/values/instant.ts';
import { at, MAY, never, sourceAt } from './collect.ts';
import {
  page,
  type ScriptedReply,
  type ScriptedRequest,
  type ScriptedStripe,
  startScriptedStripe,
  stripeError,
} from './scripted-stripe.ts';

/** The oracle: an independent library with room for every digit sent. */
const Decimal = DecimalJs.clone({ precision: 100, toExpNeg: -100, toExpPos: 100 });

let server: ScriptedStripe;
afterEach(() => server.close());

const serve = async (script: (request: ScriptedRequest) => ScriptedReply | undefined) => {
  server = await startScriptedStripe(script);
  return sourceAt(server.url);
};

const ask = { meterId: 'mtr_1', customerId: 'cus_1', period: MAY, signal: never };

const totalSent = (text: string): string =>
  `{"object":"list","has_more":false,"data":[{"id":"mtrusg_1","start_time":${at('2026-05-01T00:00:00Z')},"end_time":${at('2026-06-01T00:00:00Z')},"aggregated_value":${text}}]}`;

describe('month total', () => {
  test.each([
    ['12', '12'],
    ['9007199254740993', '9007199254740993'],
    ['123456789012345678.123456789012', '123456789012345678.123456789012'],
    ['1.5e3', '1500'],
    ['2E-12', '0.000000000002'],
    ['-0.10', '-0.1'],
    ['0', '0'],
    ['"42.5"', '42.5'],
  ])('%s is exactly %s', async (sent, value) => {
    const source = await serve(() => ({ body: totalSent(sent) }));
    expect(await source.monthSummary(ask)).toEqual({ from: MAY.from, to: MAY.to, value });
  });

  test.each([
    ['null', 'null'],
    ['"NaN"', 'NaN'],
    ['NaN', 'NaN'],
    ['-Infinity', '-Infinity'],
    ['1e999999', '1e999999'],
    ['{}', '{}'],
    ['true', 'true'],
  ])('%s is no number and is handed on as it was written', async (sent, value) => {
    const source = await serve(() => ({ body: totalSent(sent) }));
    expect((await source.monthSummary(ask))?.value).toBe(value);
  });

  test('whatever decimal is sent, its plain text leaves', async () => {
    let sent = '0';
    const source = await serve(() => ({ body: totalSent(sent) }));
    const digits = fc.stringMatching(/^(0|[1-9]\d{0,29})$/);
    const fraction = fc.stringMatching(/^(\.\d{1,15})?$/);
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        digits,
        fraction,
        fc.integer({ min: -12, max: 12 }),
        async (negative, whole, tail, exponent) => {
          sent = `${negative ? '-' : ''}${whole}${tail}${exponent === 0 ? '' : `e${exponent}`}`;
          const expected = new Decimal(sent);
          expect((await source.monthSummary(ask))?.value).toBe(expected.isZero() ? '0' : expected.toFixed());
        },
      ),
      { numRuns: 150, seed: 5 },
    );
  });

  test('is one request, without a window, with bounds on whole minutes', async () => {
    const source = await serve(() => ({ body: page() }));
    const clipped = { from: instant(MAY.from + 30_500), to: instant(MAY.to - 30_500) };
    expect(await source.monthSummary({ ...ask, period: clipped })).toBeNull();
    expect(server.requests).toHaveLength(1);
    const { path, query } = server.requests[0] ?? { path: '', query: new URLSearchParams() };
    expect(path).toBe('/v1/billing/meters/mtr_1/event_summaries');
    expect(Object.fromEntries(query)).toEqual({
      customer: 'cus_1',
      start_time: String(at('2026-05-01T00:00:00Z')),
      end_time: String(at('2026-06-01T00:00:00Z')),
      limit: '100',
    });
  });

  test('several summaries without a window are refused', async () => {
    const source = await serve(() => ({
      body: page({ id: 'a', aggregated_value: 1 }, { id: 'b', aggregated_value: 2 }),
    }));
    await expect(source.monthSummary(ask)).rejects.toMatchObject({ code: 'stripe.bad_answer', path: 'mtr_1/cus_1' });
  });

  test('of a customer that Stripe does not know is nothing, with a warning', async () => {
    const source = await serve(() =>
      stripeError(404, {
        type: 'invalid_request_error',
        code: 'resource_missing',
        message: "No such customer: 'cus_1'",
      }),
    );
    expect(await source.monthSummary(ask)).toBeNull();
    expect(source.warnings()).toMatchObject([{ code: 'stripe.not_found', path: 'mtr_1/cus_1', severity: 'warning' }]);
  });
});

describe('hours', () => {
  const hourRow = (index: number) => ({
    id: `mtrusg_${index}`,
    start_time: (MAY.from + index * HOUR_MS) / 1000,
    end_time: (MAY.from + (index + 1) * HOUR_MS) / 1000,
    aggregated_value: index,
  });

  test('come newest first in pages and leave ascending', async () => {
    const newestFirst = Array.from({ length: 744 }, (_, index) => hourRow(743 - index));
    const source = await serve(({ query }) => {
      const after = query.get('starting_after');
      const begin = after === null ? 0 : newestFirst.findIndex((row) => row.id === after) + 1;
      const data = newestFirst.slice(begin, begin + Number(query.get('limit')));
      return { body: { object: 'list', data, has_more: begin + data.length < newestFirst.length } };
    });
    const hours = await source.hourSummaries(ask);
    expect(server.requests).toHaveLength(8);
    expect(server.requests.every(({ query }) => query.get('value_grouping_window') === 'hour')).toBe(true);
    expect(hours.map((hour) => hour.value)).toEqual(Array.from({ length: 744 }, (_, index) => String(index)));
    expect(formatInstant(hours[743]?.from ?? MAY.from)).toBe('2026-05-31T23:00:00Z');
  });

  test('a list that never ends is stopped', async () => {
    const source = await serve(({ earlier }) => ({
      body: { object: 'list', data: [hourRow(earlier % 744)], has_more: true },
    }));
    await expect(
      source.hourSummaries({ ...ask, period: { from: MAY.from, to: instant(MAY.from + 3 * HOUR_MS) } }),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/stripe\.(page_limit_reached|bad_answer)/),
    });
    expect(server.requests.length).toBeLessThan(10);
  });

  test('the same page twice is refused', async () => {
    const source = await serve(() => ({ body: { object: 'list', data: [hourRow(1)], has_more: true } }));
    await expect(source.hourSummaries(ask)).rejects.toMatchObject({ code: 'stripe.bad_answer' });
  });

  test('the same hour twice, an hour outside the period and a summary wider than an hour are refused', async () => {
    const wide = { ...hourRow(2), end_time: at('2026-06-01T00:00:00Z') };
    for (const data of [
      [hourRow(1), { ...hourRow(1), id: 'x' }],
      [hourRow(-1)],
      [wide],
      [{ id: 'y', aggregated_value: 1 }],
    ]) {
      const source = await serve(() => ({ body: page(...data) }));
      await expect(source.hourSummaries(ask)).rejects.toMatchObject({ code: 'stripe.bad_answer' });
      await server.close();
    }
    await serve(() => undefined);
  });
});
