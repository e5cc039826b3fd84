import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, ROOT)), 'utf8');
const STORIES = read('docs/stories.md')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    title: /^\d+\. (.+)$/m.exec(text)?.[1] ?? '',
    told: [...text.matchAll(/^- (mouse|keys): `(.+?)` › (.+)$/gm)].map(([, by, file, name]) => ({ by, file, name })),
  }));

test('there are ten stories, and the README names them all', () => {
  const readme = read('README.md');
  expect(STORIES).toHaveLength(10);
  expect(STORIES.map(({ title }) => title).filter((title) => !readme.includes(title))).toEqual([]);
});

test.each(STORIES)('$title: told by mouse and by keyboard, in tests that exist', ({ told }) => {
  expect(new Set(told.map(({ by }) => by))).toEqual(new Set(['mouse', 'keys']));
  for (const { file = '', name } of told) expect(read(file)).toContain(`'${name}'`);
});
