import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Display, keepPlace, placeOf, type WindowPlace } from '../../../main/desktop/window-state.ts';
import { scratchFolder } from '../cache/scratch.ts';

const area = (id: number, x: number, width = 1920, height = 1040): Display => ({
  id,
  workArea: { x, y: 0, width, height },
});
const place = (x: number, y: number, change: Partial<WindowPlace> = {}): WindowPlace => ({
  x,
  y,
  width: 1200,
  height: 800,
  isMaximized: false,
  ...change,
});
const fileWith = (display: Display, kept: WindowPlace): string => {
  const file = join(scratchFolder(), 'state', 'window.json');
  keepPlace(file, display, kept);
  return file;
};

test.each<[string, WindowPlace, readonly Display[], Partial<WindowPlace>]>([
  ['where it was', place(100, 50), [area(1, 0)], { x: 100, y: 50, width: 1200 }],
  ['partly off its display, but within reach', place(-900, 50), [area(1, 0)], { x: -900 }],
  ['out of reach', place(3000, 50), [area(1, 0)], { x: 360, y: 120 }],
  ['with its bar above the top', place(100, -60), [area(1, 0)], { x: 360, y: 120 }],
  [
    'larger than a display that shrank',
    place(0, 0, { width: 3000, height: 2000 }),
    [area(1, 0, 1280, 720)],
    { x: 0, width: 1280, height: 720 },
  ],
  ['smaller than can be used', place(0, 0, { width: 10, height: 10 }), [area(1, 0)], { width: 960, height: 600 }],
  ['on a display that is gone', place(2000, 50), [area(2, 0)], { x: 320, y: 120, width: 1280 }],
  ['maximised', place(100, 50, { isMaximized: true }), [area(1, 0)], { isMaximized: true }],
])('the window opens %s', (_name, kept, displays, expected) => {
  expect(placeOf(fileWith(area(1, 0), kept), displays)).toMatchObject(expected);
});

test('each display has a place of its own', () => {
  const file = fileWith(area(1, 0), place(10, 10));
  keepPlace(file, area(2, 1920), place(2000, 20));
  expect(placeOf(file, [area(1, 0), area(2, 1920)])).toMatchObject({ x: 2000 });
  expect(placeOf(file, [area(1, 0)])).toMatchObject({ x: 10 });
});

test('a file that says nothing is no file', () => {
  const file = join(scratchFolder(), 'window.json');
  for (const text of ['', '{', '{"display":1,"places":{"1":{"x":"0"}}}', 'null']) {
    writeFileSync(file, text);
    expect(placeOf(file, [area(1, 0)])).toMatchObject({ width: 1280, height: 800 });
  }
});

test('whatever was kept, the window can be caught hold of', () => {
  const size = fc.integer({ min: -10_000, max: 10_000 });
  const file = join(scratchFolder(), 'window.json');
  fc.assert(
    fc.property(size, size, size, size, fc.integer({ min: 640, max: 5000 }), (x, y, width, height, wide) => {
      const display = area(1, -500, wide, 700);
      keepPlace(file, display, { x, y, width, height, isMaximized: false });
      const found = placeOf(file, [display]);
      expect(Math.min(found.x + found.width, -500 + wide) - Math.max(found.x, -500)).toBeGreaterThanOrEqual(160);
      expect(found.y >= 0 && found.y <= 660).toBe(true);
      expect(found.width).toBeLessThanOrEqual(Math.max(wide, 960));
    }),
    { numRuns: 60 },
  );
});
