import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../main/config/config.ts';
import type { UsageMeter } from '../../../../main/sources/usage-source.ts';
import { formatDecimal } from '../../../../shared/values/decimal.ts';
import { scaleBy } from '../../../../shared/values/fraction.ts';
import { period, readAll, startEngine, type TestEngine } from './engine.ts';

const MAY = period('2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z');

/** A section of docs/table-shapes.md: its fenced blocks in order. */
type Block = { readonly language: string; readonly text: string };
type Section = { readonly title: string; readonly blocks: readonly Block[] };

const sections: readonly Section[] = readFileSync(new URL('../../../../docs/table-shapes.md', import.meta.url), 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    title: text.slice(0, text.indexOf('\n')),
    blocks: [...text.matchAll(/^```(\w[\w ]*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
      language,
      text: body,
    })),
  }));

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine({ timezone: 'America/New_York' });
});
afterAll(() => engine.stop());

test('every section of the page is an example', () => {
  expect(sections.length).toBeGreaterThan(8);
  for (const { title, blocks } of sections) {
    const languages = blocks.map(({ language }) => language);
    expect(languages.slice(0, 3), title).toEqual([
      expect.stringMatching(/^sql/),
      'yaml',
      expect.stringMatching(/^text/),
    ]);
  }
});

describe.each(sections)('$title', ({ blocks }) => {
  test('does what the page says', async () => {
    let meters: readonly UsageMeter[] = [];
    for (const { language, text } of blocks) {
      if (language === 'sql') await runAll(text);
      if (language === 'yaml') meters = metersOf(text);
      if (language === 'text') expect(await measured(meters)).toEqual(linesOf(text));
      if (language === 'text query') {
        for (const { query } of engine.source.plan(meters)) expect(query).toContain(text.trim());
      }
    }
  });
});

async function runAll(text: string): Promise<void> {
  for (const statement of text.split(/;\n/)) if (statement.trim() !== '') await engine.run(statement);
}

function metersOf(yaml: string): readonly UsageMeter[] {
  const text = `version: 1
name: Shapes
clickhouse: { url: "http://127.0.0.1:8123", database: default, username: default, password: x }
stripe: { apiKey: rk_test_x }
customers: { match: metadata.workspace_id }
meters:
${yaml.replace(/^/gm, '  ')}`;
  return parseConfig(text, { fileName: 'tieout.yaml', env: {} }).meters.map(({ key, usage }) => ({ key, usage }));
}

/** Customer, meter and the month's quantity in billed units, as the lines of a `text` block. */
async function measured(meters: readonly UsageMeter[]): Promise<readonly string[][]> {
  const exponents = new Map<number, number>();
  for (const scan of engine.source.plan(meters)) {
    for (const [i, index] of scan.meters.entries()) exponents.set(index, scan.exponents[i] ?? 0);
  }
  const cells = await readAll(engine.source, meters, { period: MAY });
  return cells.map(({ meter, customer, hours }) => {
    const { key, usage } = meters[meter] as UsageMeter;
    const units = hours.reduce((sum, { whole, frac }) => sum + BigInt(whole) * 10n ** 12n + BigInt(frac), 0n);
    const native = { coefficient: units * 10n ** BigInt(exponents.get(meter) ?? 0), scale: 12 };
    const billed = formatDecimal(scaleBy(native, usage.scale, 12, 'half_up'));
    return [customer === '' ? "''" : customer, key, billed];
  });
}

const linesOf = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
