import { expect, test } from 'vitest';
import { periodAt } from '../../../shared/simulation/billing-period.ts';
import { formatInstant, parseInstant } from '../../../shared/values/instant.ts';

test.each([
  ['month', '2026-01-31T10:00:00Z', '2026-02-15T00:00:00Z', '2026-01-31T10:00:00Z', '2026-02-28T10:00:00Z'],
  ['month', '2026-01-31T10:00:00Z', '2026-02-28T10:00:00Z', '2026-02-28T10:00:00Z', '2026-03-31T10:00:00Z'],
  ['month', '2028-01-31T00:00:00Z', '2028-03-01T00:00:00Z', '2028-02-29T00:00:00Z', '2028-03-31T00:00:00Z'],
  ['month', '2020-05-05T00:00:01Z', '2026-05-05T00:00:00Z', '2026-04-05T00:00:01Z', '2026-05-05T00:00:01Z'],
  ['year', '2024-02-29T00:00:00Z', '2026-06-01T00:00:00Z', '2026-02-28T00:00:00Z', '2027-02-28T00:00:00Z'],
  ['week', '2026-01-01T00:00:00Z', '2026-01-20T00:00:00Z', '2026-01-15T00:00:00Z', '2026-01-22T00:00:00Z'],
  ['month', '2026-05-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z'],
] as const)('a %s from %s, seen at %s, runs from %s to %s', (interval, anchor, seen, from, to) => {
  const period = periodAt({ anchor: parseInstant(anchor), interval, count: 1, at: parseInstant(seen) });
  expect([formatInstant(period.from), formatInstant(period.to)]).toEqual([from, to]);
});
