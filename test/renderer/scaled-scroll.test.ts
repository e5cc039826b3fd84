import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scaledScroll } from '../../renderer/table/scaled-scroll.ts';

const TALLEST = 15_000_000;

describe('a list under a scroll bar', () => {
  test('that fits is scrolled as it is', () => {
    const scale = scaledScroll(3_200_000, 640, 752);
    expect(scale).toMatchObject({ height: 3_200_000, ratio: 1 });
    expect(scale.toList(1_234)).toBe(1_234);
    expect(scale.toScroll(1_234)).toBe(1_234);
  });

  test('that is too tall begins and ends where its bar does', () => {
    const [total, margin, viewport] = [32_000_000, 640, 752];
    const scale = scaledScroll(total, margin, viewport);
    expect(scale.height).toBe(TALLEST);
    expect(scale.toList(0)).toBe(0);
    expect(scale.toList(margin)).toBe(margin);
    expect(scale.toList(margin + TALLEST - viewport)).toBe(margin + total - viewport);
    expect(scale.toList(margin + TALLEST - viewport + 36)).toBe(margin + total - viewport + 36);
  });

  test('never goes back, and finds the way from a row to the bar', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: TALLEST, max: 320_000_000 }),
        fc.integer({ min: 0, max: 2_000 }),
        fc.integer({ min: 200, max: 2_000 }),
        fc.nat(TALLEST),
        fc.nat(TALLEST),
        (total, margin, viewport, a, b) => {
          const scale = scaledScroll(total, margin, viewport);
          const [low, high] = a < b ? [a, b] : [b, a];
          expect(scale.toList(low)).toBeLessThanOrEqual(scale.toList(high));
          expect(scale.toScroll(scale.toList(a))).toBeCloseTo(a, 4);
        },
      ),
    );
  });
});
