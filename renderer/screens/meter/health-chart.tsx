import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { HealthRound } from '../../../shared/contract/meter-schemas.ts';
import { coloursOf, quietAxis } from '../../components/chart-parts.ts';
import { useIsDark } from '../../frame/theme.ts';
import { ageAxis, ageLine, ageScale, roundAxis, stalenessLine } from './chart-axes.ts';
import { partsOf } from './meter-view.ts';

const TOKENS = ['stale', 'structural', 'line-strong', 'line', 'faint', 'ink'] as const;
const BARS_PX = 104;
const AGES_PX = 132;
const SYNC = 'meter-health';

type Props = {
  readonly rounds: readonly HealthRound[];
  readonly stalenessSeconds: number;
  readonly onIndex: (index: number | null) => void;
};

/** Above, what share of the cells each round found healthy; below, the age of what Stripe holds. A round is a step. */
export function HealthChart({ rounds, stalenessSeconds, onIndex }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const isDark = useIsDark();

  // biome-ignore lint/correctness/useExhaustiveDependencies: isDark is read through the computed colours
  useEffect(() => {
    const { current } = holder;
    if (current === null) return;
    const colours = coloursOf(current, TOKENS);
    const at = rounds.map((_, index) => index);
    const labels = rounds.map((round) => round.at);
    const parts = rounds.map(partsOf);
    const share = (pick: (part: (typeof parts)[number]) => number): number[] =>
      parts.map((part, index) => (pick(part) * 100) / Math.max(1, rounds[index]?.cells ?? 1));
    const hooks = { setCursor: [(plot: uPlot) => onIndex(plot.cursor.idx ?? null)] };
    const cursor: uPlot.Cursor = {
      sync: { key: SYNC, setSeries: false },
      drag: { x: false, y: false },
      y: false,
      points: { show: false },
    };
    const shared = { width: current.clientWidth, legend: { show: false }, cursor, hooks };
    const range = (): [number, number] => [-0.5, Math.max(rounds.length - 0.5, 11.5)];
    const bar = (label: string, colour: string): uPlot.Series => ({
      label,
      stroke: colour,
      fill: colour,
      width: 0,
      points: { show: false },
      ...(uPlot.paths.bars === undefined ? {} : { paths: uPlot.paths.bars({ size: [0.82, 22, 1] }) }),
    });
    // Each bar is drawn over the one before it: what is left to see of them is their own share.
    const bars = new uPlot(
      {
        ...shared,
        height: BARS_PX,
        padding: [8, 8, 8, 0],
        scales: { x: { time: false, range }, y: { range: [0, 100] } },
        axes: [
          { ...quietAxis(colours), show: false, size: 0 },
          {
            ...quietAxis(colours),
            size: 56,
            splits: () => [0, 50, 100],
            values: (_plot, splits) => splits.map((value) => `${value}\u202f%`),
          },
        ],
        series: [
          {},
          bar('incomplete', colours.faint),
          bar('wrong', colours.structural),
          bar('on the way', colours.stale),
          bar('agree', colours['line-strong']),
        ],
      },
      [
        at,
        share((part) => part.agree + part.stale + part.structural + part.incomplete),
        share((part) => part.agree + part.stale + part.structural),
        share((part) => part.agree + part.stale),
        share((part) => part.agree),
      ],
      current,
    );
    const hours = (pick: (round: HealthRound) => number | null): (number | null)[] =>
      rounds.map((round) => {
        const seconds = pick(round);
        return seconds === null ? null : seconds / 3600;
      });
    const ages = new uPlot(
      {
        ...shared,
        hooks: { ...hooks, drawClear: [(plot: uPlot) => stalenessLine(plot, stalenessSeconds, colours.stale)] },
        height: AGES_PX,
        padding: [10, 8, 0, 0],
        scales: { x: { time: false, range }, y: ageScale(stalenessSeconds) },
        axes: [roundAxis(colours, labels), ageAxis(colours)],
        series: [{}, ageLine('newest push', colours.ink), ageLine('furthest behind', colours.structural)],
      },
      [at, hours((round) => round.newestAgeSeconds), hours((round) => round.oldestBehindSeconds)],
      current,
    );
    const observer = new ResizeObserver(() => {
      bars.setSize({ width: current.clientWidth, height: BARS_PX });
      ages.setSize({ width: current.clientWidth, height: AGES_PX });
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
      bars.destroy();
      ages.destroy();
      onIndex(null);
    };
  }, [rounds, stalenessSeconds, onIndex, isDark]);

  return <div ref={holder} className="-ml-1" aria-hidden="true" />;
}
