import { describe, expect, test } from 'vitest';
import { compareRuns } from '../../../../../main/api/simulate/screen/compare-runs.ts';
import { HeldScenarios } from '../../../../../main/api/simulate/screen/held-scenarios.ts';
import { invoiceAt, stateOf } from '../../../../../main/api/simulate/screen/state.ts';
import { timelineWindow } from '../../../../../main/api/simulate/screen/timeline-sheet.ts';
import { builtInNames, builtInScenario } from '../../../../../main/simulate/scenario-files.ts';
import {
  runComparison,
  scenarioCheck,
  simulatedInvoice,
  simulationState,
  timelineWindow as timelineShape,
} from '../../../../../shared/contract/simulate-schemas.ts';
import { formatDecimal, parseDecimal, sum } from '../../../../../shared/values/decimal.ts';
import { parseInstant } from '../../../../../shared/values/instant.ts';

const held = new HeldScenarios();
const parity = builtInScenario('invoice-parity').read();

/** A scenario with the clock at an instant, in the shapes of the contract. */
function at(text: string, instant?: string) {
  const check = scenarioCheck.parse(held.check(text));
  if (check.overview === null) throw new Error(JSON.stringify(check.problems));
  const scenario = held.get(check.digest);
  const head = held.at(check.digest, parseInstant(instant ?? check.overview.end));
  const state = simulationState.parse(stateOf(scenario, head));
  return { check, overview: check.overview, scenario, head, state };
}
const window = (text: string, more: { unfolded?: string[]; offset?: number; limit?: number } = {}) =>
  timelineShape.parse(timelineWindow(at(text).scenario.sheet, { unfolded: [], offset: 0, limit: 200, ...more }));

test.each(builtInNames())('%s: every head is a moment of the timeline, and the last one decides', (name) => {
  const text = builtInScenario(name).read();
  const { overview, state } = at(text);
  const rows = window(text).rows;
  expect(state).toMatchObject({ isOver: true, exit: 0, expectationCounts: { failed: 0, undecided: 0 } });
  expect(overview.heads.map(({ at: one }) => one)).toEqual(
    [...new Set(overview.heads.map(({ at: one }) => one))].sort(),
  );
  for (const row of rows) expect(overview.heads[row.head]?.at).toBe(row.at);
  for (const [index, head] of overview.heads.entries()) {
    expect(head.rows).toBe(rows.filter((row) => row.head <= index).length);
  }
  expect(overview.heads.reduce((total, { accepted, troubled }) => total + accepted + troubled, 0)).toBe(
    rows.filter(({ usage, type }) => usage !== null && type !== 'usage_cancelled').length,
  );
});

describe('as of the head', () => {
  test('the draft grows with late usage and is final after the grace period', () => {
    const invoiceOn = (instant: string) =>
      at(parity, instant).state.invoices.map(({ status, total }) => [status, total]);
    expect(invoiceOn('2026-01-31T23:59:59Z')).toEqual([]);
    expect(invoiceOn('2026-02-01T00:00:00Z')).toEqual([['draft', '3.50']]);
    expect(invoiceOn('2026-02-01T00:40:00Z')).toEqual([['draft', '5.00']]);
    expect(invoiceOn('2026-02-01T01:00:00Z')).toEqual([['open', '5.00']]);
    expect(invoiceOn('2026-02-01T02:00:00Z')).toEqual([['open', '5.00']]);
  });

  test('meters say what was used, held and billed, with their drift', () => {
    expect(at(parity).state.meters[0]).toMatchObject({
      customer: { id: 'cus_a', name: 'Ada Ltd' },
      event: 'api_calls',
      measured: '1002',
      metered: '1002',
      billed: '999',
      drift: '3',
      passes: true,
      shares: { measured: 1, metered: 1 },
    });
    expect(at(parity, '2026-01-20T09:30:02Z').state.meters[0]).toMatchObject({
      measured: '700',
      billed: null,
      drift: null,
      passes: null,
    });
  });

  test('what was expected is open until the end, and failures come first', () => {
    const changed = parity.replace('"total": 500', '"total": 501');
    const midway = at(changed, '2026-02-01T00:00:00Z').state;
    expect(midway).toMatchObject({ isOver: false, exit: 3, expectationCounts: { failed: 0 } });
    const { state } = at(changed);
    expect(state).toMatchObject({ isOver: true, exit: 1, expectationCounts: { held: 5, failed: 1, undecided: 0 } });
    expect(state.expectations[0]).toEqual({
      path: 'expect.invoices[0].total',
      held: false,
      expected: '501',
      found: '500',
    });
  });

  test('an invoice is laid out as the preview lays it out', () => {
    const { scenario, head, state } = at(builtInScenario('mid-month-upgrade').read());
    for (const { id, total } of state.invoices) {
      const { detail } = simulatedInvoice.parse(invoiceAt(scenario, head, id));
      const amounts = detail.groups.flatMap(({ items }) => items).map(({ amount }) => parseDecimal(amount ?? '0'));
      const subtotal = detail.totals.find(({ field }) => field === 'subtotal')?.ours ?? '';
      expect(Number(formatDecimal(sum(amounts)))).toBe(Number(subtotal));
      expect(detail.totals.find(({ field }) => field === 'total')?.ours).toBe(total);
      expect(detail.stripe).toBeNull();
    }
    expect(() => invoiceAt(scenario, head, 'in_none')).toThrow(/There is no invoice in_none/);
  });
});

describe('a text that is wrong', () => {
  test.each([
    ['', 'document-malformed', null],
    ['{ "name": }', 'document-malformed', { line: 1, column: 11 }],
    [
      parity.replace('"price": "price_api"', '"price": "price_b"'),
      'scenario.unknown_price',
      'customers[0].subscriptions[0].items[0].price',
    ],
    [parity.replace('"2026-02-01T02:00:00Z"', '"2025-02-01T02:00:00Z"'), 'scenario.clock_backwards', 'advanceTo[0]'],
  ])('%#: names the place', (text, code, place) => {
    const { problems, overview, digest } = scenarioCheck.parse(held.check(text));
    expect(overview).toBeNull();
    const problem = problems.find((one) => one.code === code);
    expect(problem).toBeDefined();
    if (typeof place === 'string') {
      expect(problem?.path).toBe(place);
      const line = text.split('\n')[(problem?.line ?? 0) - 1] ?? '';
      expect(line.slice((problem?.column ?? 0) - 1)).toMatch(/^"(price_b|2025-02-01T02:00:00Z)"/);
    } else if (place !== null) expect(problem).toMatchObject(place);
    expect(() => held.get(digest)).toThrow(expect.objectContaining({ code: 'scenario.text_gone' }));
  });

  test('says everything at once', () => {
    const text = parity
      .replace('"price": "price_api"', '"price": "b"')
      .replace('"gracePeriod": "1h"', '"gracePeriod": "9d"');
    expect(
      held
        .check(text)
        .problems.map(({ code }) => code)
        .sort(),
    ).toEqual(['scenario.grace_period', 'scenario.unknown_price']);
  });

  test('also where only the run shows it', () => {
    const scenario = JSON.parse(parity);
    const late = {
      at: '2026-01-20T00:00:00Z',
      do: 'void_invoice',
      subscription: 'sub_a',
      period: { from: '2026-01-01T00:00:00Z' },
    };
    const { problems } = held.check(JSON.stringify({ ...scenario, actions: [late] }, null, 2));
    expect(problems).toMatchObject([{ path: 'actions[0]', code: 'simulation.invoice_not_open' }]);
    expect(problems[0]?.line).toBeGreaterThan(1);
  });
});

describe('much usage', () => {
  const many = JSON.stringify({
    ...JSON.parse(parity),
    usage: Array.from({ length: 2_000 }, (_, index) => ({
      event: 'api_calls',
      customer: 'cus_a',
      value: '1',
      timestamp: new Date(Date.UTC(2026, 0, 1) + index * 1_300_000).toISOString(),
      identifier: `e-${index % 200 === 199 ? index - 1 : index}`,
    })),
  });

  test('is shown by the day, and by the report where a day is unfolded', () => {
    const { overview } = at(many);
    expect(overview.isGrouped).toBe(true);
    expect(overview.heads.length).toBeLessThan(45);
    const folded = window(many);
    const groups = folded.rows.filter(({ group }) => group !== null);
    const counted = (what: 'accepted' | 'duplicates' | 'late'): number =>
      groups.reduce((total, { group }) => total + (group?.[what] ?? 0), 0);
    expect([counted('accepted'), counted('duplicates'), counted('late')]).toEqual([1_990, 10, 0]);
    const [first] = groups;
    const unfolded = window(many, { unfolded: [first?.key ?? ''] });
    const size = first?.group?.accepted ?? 0;
    expect(unfolded.total).toBe(folded.total + size);
    expect(unfolded.rows.filter(({ isInner }) => isInner)).toHaveLength(size);
    expect(unfolded.rows.find(({ isInner }) => isInner)?.usage).toMatchObject({ path: 'usage[0]', identifier: 'e-0' });
  });

  test('pages of it fit together, whatever is unfolded', () => {
    const unfolded = window(many)
      .rows.flatMap(({ key, group }) => (group === null ? [] : [key]))
      .slice(1, 4);
    const whole = window(many, { unfolded, limit: 500 });
    const pages = Array.from({ length: Math.ceil(whole.total / 37) }, (_, page) =>
      window(many, { unfolded, offset: page * 37, limit: 37 }),
    );
    expect(pages.flatMap(({ rows }) => rows)).toEqual(whole.rows);
    expect(whole.rows).toHaveLength(whole.total);
  });
});

test('where a report stands in the scenario is told, in whatever order they come', () => {
  const scenario = JSON.parse(parity);
  const shuffled = JSON.stringify({ ...scenario, usage: scenario.usage.toReversed() });
  const identifiers = scenario.usage.toReversed().map(({ identifier }: { identifier: string }) => identifier);
  for (const { usage } of window(shuffled).rows) {
    if (usage === null) continue;
    const index = Number(/^usage\[(\d+)\]$/.exec(usage.path ?? '')?.[1]);
    expect(identifiers[index]).toBe(usage.identifier);
  }
});

describe('two runs', () => {
  const answerOf = (text: string) => at(text).scenario.answer;

  test('are the same, or differ line by line', () => {
    const same = runComparison.parse(compareRuns(answerOf(parity), answerOf(parity)));
    expect(same).toMatchObject({ total: 0, rows: [] });
    const dearer = parity.replace('"value": "400"', '"value": "500"');
    const { rows, compared } = runComparison.parse(compareRuns(answerOf(parity), answerOf(dearer)));
    expect(compared).toBe(same.compared);
    const found = rows.map(({ subject, field, left, right, difference }) => [subject, field, left, right, difference]);
    expect(found).toContainEqual(['invoice', 'total', '5.00', '5.50', '0.5']);
    expect(found).toContainEqual(['line', 'quantity', '999', '1099', '100']);
    expect(found).toContainEqual(['meter', 'measured', '1002', '1102', '100']);
    expect(found).toContainEqual(['expectation', 'held', 'yes', 'no', null]);
  });

  test('an invoice that one of them has not is said', () => {
    const short = parity.replace('"2026-02-01T02:00:00Z"', '"2026-01-31T00:00:00Z"');
    const { rows } = compareRuns(answerOf(parity), answerOf(short));
    expect(rows[0]).toMatchObject({
      subject: 'invoice',
      field: 'invoice',
      left: '5.00',
      right: null,
      difference: null,
    });
  });
});

test('what nobody looked at for long is let go', () => {
  const few = new HeldScenarios();
  const first = few.check(parity).digest;
  for (let index = 0; index < 6; index += 1) few.check(parity.replace('Invoice parity', `Invoice ${index}`));
  expect(() => few.get(first)).toThrow(expect.objectContaining({ code: 'scenario.text_gone' }));
  expect(few.check(parity).digest).toBe(first);
  expect(few.get(first).scenario.usage).toHaveLength(5);
});
