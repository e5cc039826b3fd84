import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { LateReport } from '../../main/api/late/late-document.ts';
import { writeLateCsv } from '../../main/late.ts';
import { parseInstant } from '../../shared/values/instant.ts';
import { parseMonth } from '../../shared/values/period.ts';

const PERIOD = { from: parseInstant('2026-06-01T00:00:00Z'), to: parseInstant('2026-07-01T00:00:00Z') };

const EMPTY: LateReport = {
  month: {
    month: parseMonth('2026-05', '--month'),
    billed: { runs: 0, from: null, to: null },
    unrecorded: 0,
    bookedOn: PERIOD,
    entries: [],
  },
  engine: 'delta',
  completeness: [],
  isPulled: true,
};

test('a path through a file cannot be written, and is named', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tieout-late-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'late.csv');
  expect(writeLateCsv(EMPTY, file)).toBe(0);
  writeFileSync(path.join(folder, 'notes'), '');
  const below = path.join(folder, 'notes', 'late.csv');
  expect(() => writeLateCsv(EMPTY, below)).toThrowError(
    expect.objectContaining({
      code: 'export.failed',
      path: below,
      message: expect.stringContaining('cannot be written'),
    }),
  );
});
