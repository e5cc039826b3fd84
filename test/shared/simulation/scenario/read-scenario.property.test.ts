import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTieoutError, type Problem } from '../../../../shared/errors.ts';
import { simulationDocument } from '../../../../shared/simulation/answer.ts';
import { runScenario } from '../../../../shared/simulation/run-scenario.ts';
import { readScenario } from '../../../../shared/simulation/scenario/read-scenario.ts';
import { writeScenario } from '../../../../shared/simulation/scenario/write-scenario.ts';
import type { Scenario } from '../../../../shared/simulation/scenario.ts';
import { parseExactJson, printExactJson } from '../../../../shared/values/exact-json.ts';
import { EXAMPLE, RICH } from './example.ts';

type Place = readonly (string | number)[];

/** Every place in a document. */
function placesIn(value: unknown, at: Place = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inside = Object.entries(value).flatMap(([key, own]) =>
    placesIn(own, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return at.length === 0 ? inside : [at, ...inside];
}

/** The document with something else at one place; undefined takes it away. */
function replaced(document: unknown, place: Place, by: unknown): unknown {
  const copy = structuredClone(document) as Record<string | number, unknown>;
  const parent = place
    .slice(0, -1)
    .reduce<Record<string | number, unknown>>((target, key) => target[key] as Record<string | number, unknown>, copy);
  parent[place.at(-1) ?? ''] = by;
  return copy;
}

/** What people and machines put where it does not belong. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, '', 'x', true, 0, -1, 1e300, '1e400', '0.5', [], {}, [null], {
    id: 'price_api',
  }),
  fc.constantFrom<unknown>(
    '2026-01-15',
    '1969-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    253_402_300_799,
    '-1h',
    '72h',
    '99999999d',
  ),
  fc.constantFrom<unknown>(
    'cus_a',
    'cus_1',
    'sub_a',
    'usd',
    'jpy',
    'last',
    'count',
    'metered',
    'licensed',
    'year',
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

function read(raw: unknown): Scenario | readonly Problem[] {
  try {
    return readScenario(raw);
  } catch (error) {
    if (isTieoutError(error)) return error.problems;
    throw error;
  }
}

test.each([
  ['the published example', JSON.parse(EXAMPLE)],
  ['a rich one', RICH],
])(
  '%s with anything at any place is read, or refused with places; what is read runs or says why not',
  (_, document) => {
    const places = placesIn(document);
    fc.assert(
      fc.property(fc.constantFrom(...places), odd, (place, by) => {
        const found = read(parseExactJson(JSON.stringify(replaced(document, place, by))));
        if (Array.isArray(found)) {
          expect(found.length).toBeGreaterThan(0);
          for (const problem of found as readonly Problem[]) expect(problem.path).toEqual(expect.any(String));
          return;
        }
        const scenario = found as Scenario;
        expect(readScenario(parseExactJson(printExactJson(writeScenario(scenario))))).toEqual(scenario);
        try {
          printExactJson(simulationDocument(scenario, runScenario(scenario)));
        } catch (error) {
          if (!isTieoutError(error)) throw error;
          expect(error.path).toEqual(expect.any(String));
        }
      }),
      { numRuns: 200 },
    );
  },
);
