import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { builtInNames, builtInScenario, parseScenario } from '../../../main/simulate/scenario-files.ts';
import { simulationDocument } from '../../../shared/simulation/answer.ts';
import { runScenario } from '../../../shared/simulation/run-scenario.ts';
import { formatInstant } from '../../../shared/values/instant.ts';
import { addUp, Q } from '../../oracles/plain-fraction.ts';

const PAGE = new URL('../../../docs/scenarios.md', import.meta.url);
/** Those which an expectation has an amount of; every other row of a table is a line. */
const TOTALS = ['subtotal', 'discount', 'credits', 'tax', 'total', 'amountDue'];

type Row = { readonly what: string; readonly arithmetic: string; readonly amount: bigint };
type Table = { readonly from: string; readonly to: string; readonly rows: Row[] };

/** The tables of the page, by the name of the scenario. */
const PAGES = new Map(
  readFileSync(PAGE, 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), tablesOf(section)] as const),
);

function tablesOf(section: string): readonly Table[] {
  const tables: Table[] = [];
  for (const line of section.split('\n')) {
    const cells = line.split('|').map((cell) => cell.trim());
    const [, period = '', what = '', arithmetic = '', amount = ''] = cells;
    if (cells.length !== 6 || what === 'what' || what === '---') continue;
    const [from, to] = period.split(' to ');
    if (from !== undefined && to !== undefined) tables.push({ from, to, rows: [] });
    tables.at(-1)?.rows.push({ what, arithmetic, amount: BigInt(amount.replace('−', '-')) });
  }
  return tables;
}

/** Works out `(400 + 300) × 0.5`: products before sums, from left to right. */
function workOut(text: string): Q {
  const tokens = text.match(/[\d.]+|[()+−×÷]/g) ?? [];
  let at = 0;
  const single = (): Q => {
    const token = tokens[at] ?? '';
    at += 1;
    if (token === '−') return new Q(0n).minus(single());
    if (token !== '(') return Q.of(token);
    const inner = sum();
    at += 1;
    return inner;
  };
  const product = (): Q => {
    let value = single();
    while (tokens[at] === '×' || tokens[at] === '÷') {
      const isTimes = tokens[at] === '×';
      at += 1;
      value = isTimes ? value.times(single()) : value.over(single());
    }
    return value;
  };
  const sum = (): Q => {
    let value = product();
    while (tokens[at] === '+' || tokens[at] === '−') {
      const isPlus = tokens[at] === '+';
      at += 1;
      value = isPlus ? value.plus(product()) : value.minus(product());
    }
    return value;
  };
  return sum();
}

test('every scenario that comes with Tieout has its arithmetic on the page, and the other way round', () => {
  expect([...PAGES.keys()].sort()).toEqual([...builtInNames()]);
});

describe.each(builtInNames())('%s', (name) => {
  const scenario = parseScenario(builtInScenario(name));
  const tables = PAGES.get(name) ?? [];

  test('plays, and everything that it expects holds', () => {
    const { expectations, invoices, exit } = simulationDocument(scenario, runScenario(scenario));
    expect(expectations.filter(({ held }) => !held)).toEqual([]);
    expect(exit).toBe(0);
    // Every invoice is expected: none is left out of the arithmetic.
    expect(scenario.expect?.invoices.length).toBe(invoices.length);
  });

  test('expects what the page says', () => {
    const expected = scenario.expect?.invoices ?? [];
    const said = expected.map(({ periodFrom, fields }) => ({
      from: formatInstant(periodFrom),
      period: fields.period,
      ...Object.fromEntries(TOTALS.flatMap((total) => (total in fields ? [[total, fields[total]]] : []))),
    }));
    const shown = tables.map(({ from, to, rows }) => ({
      from: `${from}T00:00:00Z`,
      period: { to: Date.parse(`${to}T00:00:00Z`) },
      ...Object.fromEntries(
        rows.flatMap(({ what, amount }) => (TOTALS.includes(what) ? [[what, Number(amount)]] : [])),
      ),
    }));
    expect(said).toEqual(shown);
  });

  test('is worked out right on the page', () => {
    for (const { rows } of tables) {
      for (const { arithmetic, amount } of rows) {
        const [sum = '', exact, rounded] = arithmetic.split(/ = | → /);
        expect(`${arithmetic}: ${workOut(sum).rounded()}`).toBe(`${arithmetic}: ${amount}`);
        if (rounded === undefined) expect(workOut(sum).text()).toBe(String(amount));
        else expect(rounded.replace('−', '-')).toBe(String(amount));
        if (exact === undefined) continue;
        const digits = exact.replace('−', '').replace('…', '');
        const rest = workOut(sum.replace(/^−/, '')).minus(Q.of(digits));
        const isCut = exact.endsWith('…') && !rest.above(new Q(1n, 100n)) && rest.above(new Q(0n));
        expect([exact, isCut || rest.n === 0n]).toEqual([exact, true]);
      }
      const lines = rows.filter(({ what }) => !TOTALS.includes(what)).map(({ amount }) => amount);
      expect(rows.find(({ what }) => what === 'subtotal')?.amount).toBe(addUp(lines));
    }
  });

  test('has the lines of the page', () => {
    const { invoices } = runScenario(scenario);
    for (const { from, to, rows } of tables) {
      const own = invoices.find(
        ({ invoice }) =>
          formatInstant(invoice.period.from) === `${from}T00:00:00Z` &&
          formatInstant(invoice.period.to) === `${to}T00:00:00Z`,
      );
      const lines = rows.filter(({ what }) => !TOTALS.includes(what)).map(({ amount }) => amount);
      const found = own?.invoice.lines.map(({ amountMinor }) => amountMinor) ?? [];
      expect(found.toSorted(bySize)).toEqual(lines.toSorted(bySize));
    }
  });
});

const bySize = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
