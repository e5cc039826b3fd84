import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';

vi.hoisted(() => vi.stubGlobal('window', { location: { origin: 'http://127.0.0.1:1' } }));

const { crumbsOf, parentOf } = await import('../../renderer/frame/crumbs.ts');
const { linkTo, pathOfLink, workspaceIn } = await import('../../renderer/frame/link.ts');
const { PAGES } = await import('../../renderer/frame/pages.ts');
const { rankOf } = await import('../../renderer/frame/palette-rank.ts');
const { isWorthKeeping, recentPagesOf, withRecent } = await import('../../renderer/frame/recent.ts');
const { inForce } = await import('../../renderer/frame/shortcuts.ts');
const { appearanceOf } = await import('../../renderer/frame/theme.ts');
const { GRID_ACTIONS, GRID_MOVES } = await import('../../renderer/table/grid-keys.ts');

const RENDERER = fileURLToPath(new URL('../../renderer', import.meta.url));
const nothing = (): void => {};

describe('which shortcut a key runs', () => {
  const key = (keys: string, label: string) => ({ keys, label, run: nothing });
  test('a panel’s before its page’s, a page’s before the frame’s, the later of two alike', () => {
    const found = inForce([
      { scope: 'page', shortcuts: [key('w', 'what if'), key('e', 'export')] },
      { scope: 'everywhere', shortcuts: [key('e', 'frame'), key('g m', 'months')] },
      { scope: 'panel', shortcuts: [key('w', 'waive')] },
      { scope: 'page', shortcuts: [key('e', 'export this')] },
    ]);
    expect(found.map(({ scope, shortcut }) => [scope, shortcut.keys, shortcut.label])).toEqual([
      ['panel', 'w', 'waive'],
      ['page', 'e', 'export this'],
      ['everywhere', 'g m', 'months'],
    ]);
  });

  test('actions without a key stand beside each other', () => {
    const shortcuts = [key('', 'Pull'), key('', 'Print')];
    expect(inForce([{ scope: 'everywhere', shortcuts }])).toHaveLength(2);
  });
});

/** The keys that each source file asks for, told from its text: the screens are not run here. */
function keysByFile(): ReadonlyMap<string, readonly string[]> {
  const files = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  return new Map(
    files.flatMap((file) => {
      const text = readFileSync(join(RENDERER, file), 'utf8');
      const keys = [...text.matchAll(/\bkeys: '([^']+)', label|\bkeys: '([^']+)',\s+label/g)].map(
        (found) => found[1] ?? found[2] ?? '',
      );
      return keys.length === 0 || file.endsWith('grid-keys.ts') ? [] : [[file, keys] as const];
    }),
  );
}

/** A page may step through its months in its own way. */
const SAME_MEANING = new Set(['[', ']']);

describe('no two things on one key', () => {
  const byFile = keysByFile();
  const frame = [...byFile].filter(([file]) => file.startsWith('frame')).flatMap(([, keys]) => keys);
  const ofGrid = [...GRID_MOVES, ...GRID_ACTIONS].flatMap(({ keys }) => keys);
  const screens = [...byFile].filter(([file]) => file.startsWith('screens'));

  test('the scan sees the keys', () => {
    expect(frame).toEqual(expect.arrayContaining(['mod+k', 'g m', '[', ']', 't', 'y', '?']));
    expect(new Map(screens).get('screens/month/month-screen.tsx')).toEqual(expect.arrayContaining(['/', 'e', 'w']));
  });

  test('the frame asks for each key once, and for none that begins a sequence', () => {
    expect(frame).toEqual([...new Set(frame)]);
    expect(frame).not.toContain('g');
  });

  test.each(screens)('%s', (file, keys) => {
    expect(keys, 'once in the file').toEqual([...new Set(keys)]);
    expect(keys.filter((key) => (frame.includes(key) && !SAME_MEANING.has(key)) || key === 'g')).toEqual([]);
    const hasGrid = /screens\/(month|invoices|late|meter)\//.test(file);
    expect(hasGrid ? keys.filter((key) => ofGrid.includes(key)) : []).toEqual([]);
  });

  test('the keys that are promised lead where they should', () => {
    const promised = { 'g m': 'Months', 'g i': 'Invoices', 'g s': 'Simulate', 'g l': 'Late usage' };
    for (const [keys, label] of Object.entries(promised))
      expect(PAGES.find((page) => page.keys === keys)?.label).toBe(label);
  });
});

describe('the way to a page', () => {
  const way = (path: string, title = 'Globex GmbH') => crumbsOf(path, title).map(({ label, path: to }) => [label, to]);
  test.each([
    ['/months', [['Months', null]]],
    [
      '/months/2026-05',
      [
        ['Months', '/months'],
        ['May 2026', null],
      ],
    ],
    [
      '/months/2026-05/cell',
      [
        ['Months', '/months'],
        ['May 2026', '/months/2026-05'],
        ['Globex GmbH', null],
      ],
    ],
    [
      '/invoices/2026-05/invoice',
      [
        ['Invoices', '/invoices'],
        ['May 2026', '/invoices/2026-05'],
        ['Globex GmbH', null],
      ],
    ],
    [
      '/proof',
      [
        ['Invoices', '/invoices'],
        ['Engine proof', null],
      ],
    ],
    [
      '/meter',
      [
        ['Settings', '/settings'],
        ['Globex GmbH', null],
      ],
    ],
    [
      '/settings/appearance',
      [
        ['Settings', '/settings'],
        ['Globex GmbH', null],
      ],
    ],
    ['/nowhere', [['Globex GmbH', null]]],
  ])('%s', (path, expected) => {
    expect(way(path)).toEqual(expected);
  });

  test('back leads to the step before where there is no history', () => {
    expect(parentOf(crumbsOf('/months/2026-05/cell', 'x'))).toBe('/months/2026-05');
    expect(parentOf(crumbsOf('/months', 'x'))).toBeNull();
  });
});

describe('a link that is passed on', () => {
  const view = '/months/2026-05?structural=true&meters=%5B%22cpu%22%5D';
  test('is the address of the view with its workspace, and no token', () => {
    expect(linkTo(view, 'Acme & Söhne', 'http://127.0.0.1:4321')).toBe(
      `http://127.0.0.1:4321/#${view}&workspace=${encodeURIComponent('"Acme & Söhne"')}`,
    );
    expect(linkTo('/months', null, null)).toBe('tieout://open/#/months');
  });

  test('names the workspace once, however often it is passed on', () => {
    const path = pathOfLink(linkTo(view, 'Acme', null)) ?? '';
    expect(linkTo(path, 'Acme', null)).toBe(linkTo(view, 'Acme', null));
  });

  test.each([
    ['http://127.0.0.1:4321/#/late/2026-04?q=x', '/late/2026-04?q=x'],
    ['  tieout://open/#/months ', '/months'],
    ['https://example.com/#/months', null],
    ['http://127.0.0.1:4321/?token=abc', null],
    ['globex', null],
    ['tieout://open/#javascript:alert(1)', null],
  ])('pasted: %s', (text, path) => {
    expect(pathOfLink(text)).toBe(path);
  });

  test('a workspace that is called by a number is a name, too', () => {
    expect(workspaceIn({ workspace: 2024 })).toBe('2024');
    expect(workspaceIn({ q: 'x' })).toBeNull();
  });
});

describe('what the palette puts first', () => {
  test.each([
    ['June 2026', 'jun', 1],
    ['Late usage', 'usage', 0.8],
    ['Invoices', 'may inv', 0],
    ['Settings', 'yaml', 0.5],
    ['Settings', 'aml', 0.3],
    ['Settings', '', 1],
  ])('%s for “%s”', (label, typed, rank) => {
    expect(rankOf(label, typed, ['meters', 'yaml'])).toBe(rank);
  });
});

describe('what was looked at last', () => {
  test('the newest first, each address once, eight at the most', () => {
    let list = recentPagesOf(null);
    for (const path of ['/a', '/b', '/a']) list = withRecent(list, { label: path, path });
    expect(list.map(({ path }) => path)).toEqual(['/a', '/b']);
    for (let place = 0; place < 20; place += 1) list = withRecent(list, { label: 'x', path: `/${place}` });
    expect(list).toHaveLength(8);
  });

  test('what was kept by another version, or by nobody, is left out', () => {
    expect(recentPagesOf([{ label: 'x', path: 'https://example.com' }, 5, null, { label: 'y', path: '/y' }])).toEqual([
      { label: 'y', path: '/y' },
    ]);
  });

  test.each([
    ['/months/2026-05/cell?meter=cpu', true],
    ['/invoices/2026-05/invoice?customer=c', true],
    ['/meter?key=cpu', true],
    ['/months/2026-05', false],
    ['/settings/meter?key=cpu', false],
  ])('%s', (path, isKept) => {
    expect(isWorthKeeping(path)).toBe(isKept);
  });
});

test('an appearance that does not fit is as it is by itself', () => {
  const plain = appearanceOf(null);
  expect(plain).toMatchObject({ theme: 'system', density: 'normal', numbers: 'plain', zone: 'UTC', singleKeys: true });
  expect(appearanceOf({ theme: 'pink', numbers: 7, zone: null, singleKeys: 'no' })).toEqual(plain);
  expect(appearanceOf({ theme: 'dark', singleKeys: false })).toMatchObject({ theme: 'dark', singleKeys: false });
});
