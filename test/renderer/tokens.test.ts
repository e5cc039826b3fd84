import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** The colours of the application, read from their one file and judged by WCAG's contrast formula. */
const css = readFileSync(new URL('../../renderer/styles/tokens.css', import.meta.url), 'utf8');

type Rgb = readonly [number, number, number];
const OKLCH = /oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g;

/** OKLCH → linear sRGB, clipped to the gamut as a browser clips it. */
function linear(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (value: number): number => Math.max(0, Math.min(1, value));
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function token(name: string, theme: 'light' | 'dark'): Rgb {
  const line = new RegExp(`--${name}: ([^;]+);`).exec(css)?.[1] ?? '';
  const colours = [...line.matchAll(OKLCH)];
  const found = colours[theme === 'dark' ? colours.length - 1 : 0];
  if (found === undefined) throw new Error(`no colour in --${name}`);
  return linear(Number(found[1]), Number(found[2]), Number(found[3]));
}

const luminance = ([red, green, blue]: Rgb): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const TEXTS = [
  'ink',
  'muted',
  'faint',
  'accent',
  'measured',
  'metered',
  'billed',
  'agree',
  'stale',
  'structural',
  'incomplete',
];
const SURFACES = ['page', 'rail', 'raised', 'hover', 'float', 'selected'];

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  const pairs = TEXTS.flatMap((text) => SURFACES.map((surface) => [text, surface] as const));
  test.each([
    ...pairs,
    ['ink', 'pressed'] as const,
    ['muted', 'pressed'] as const,
    ['structural', 'structural-wash'] as const,
    ['ink', 'structural-wash'] as const,
    ['muted', 'structural-wash'] as const,
    ['on-accent', 'accent-fill'] as const,
    ['on-accent', 'accent-fill-hover'] as const,
  ])('%s on %s reads at 4.5 : 1', (text, surface) => {
    expect(contrast(token(text, theme), token(surface, theme))).toBeGreaterThanOrEqual(4.5);
  });
});
