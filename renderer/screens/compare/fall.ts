import type { FluxPart, FluxTotalView } from '../../../shared/contract/compare-schemas.ts';
import { FLUX_PARTS } from '../../format/flux-words.ts';
import { signOfText } from '../../format/number.ts';
import { pixels } from '../cell/ladder.ts';

/** One column of the picture; places are shares of its height, 0 at the top. */
export type FallColumn = {
  readonly key: 'from' | FluxPart | 'to';
  readonly text: string;
  readonly top: number;
  readonly bottom: number;
  /** Where the next column goes on. */
  readonly end: number;
  readonly sign: -1 | 0 | 1;
};

export type Fall = {
  readonly columns: readonly FallColumn[];
  /** The totals do not begin at 0: they would dwarf what lies between them. */
  readonly isBroken: boolean;
  /** Where 0 is; null where it is not in the picture. */
  readonly zero: number | null;
};

/** Room above and below what is drawn, for the figures. */
const HEAD = 0.14;
const FOOT = 0.06;

/** From the first month to the second, part by part. Doubles, good enough to draw with and for nothing else. */
export function fallOf(total: Pick<FluxTotalView, 'from' | 'to' | 'parts'>): Fall {
  const from = pixels(total.from);
  const to = pixels(total.to);
  let level = from;
  const steps = FLUX_PARTS.map((part) => {
    const start = level;
    level += pixels(total.parts[part]);
    return { part, start, end: level };
  });
  const levels = [from, to, ...steps.map(({ end }) => end)];
  const [least, most] = [Math.min(...levels), Math.max(...levels)];
  const spread = most - least;
  const isBroken = least > 0 && spread > 0 && least > spread * 1.5;
  const low = isBroken ? least - spread * 0.45 : Math.min(0, least);
  const high = Math.max(most, isBroken ? most : 0);
  const range = high - low || 1;
  const place = (value: number): number => HEAD + (1 - HEAD - FOOT) * (1 - (value - low) / range);
  const ground = isBroken ? 1 - FOOT : place(0);
  const bar = (key: FallColumn['key'], text: string, ends: readonly [number, number]): FallColumn => ({
    key,
    text,
    top: Math.min(...ends),
    bottom: Math.max(...ends),
    end: ends[1],
    sign: signOfText(text),
  });
  return {
    columns: [
      bar('from', total.from, [ground, place(from)]),
      ...steps.map(({ part, start, end }) => bar(part, total.parts[part], [place(start), place(end)])),
      bar('to', total.to, [ground, place(to)]),
    ],
    isBroken,
    zero: isBroken ? null : place(0),
  };
}
