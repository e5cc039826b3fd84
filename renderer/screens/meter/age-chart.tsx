import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import type { HealthReading } from '../../../shared/contract/meter-schemas.ts';
import { coloursOf } from '../../components/chart-parts.ts';
import { useIsDark } from '../../frame/theme.ts';
import { ageAxis, ageLine, ageScale, roundAxis, stalenessLine } from './chart-axes.ts';
import { toneOf } from './meter-view.ts';

const TOKENS = ['agree', 'stale', 'structural', 'incomplete', 'line', 'faint', 'ink'] as const;
const HEIGHT_PX = 168;
const STRIP_PX = 8;

/** The age of what Stripe holds of one customer, round by round, over a strip of the verdicts. */
export function AgeChart({
  readings,
  stalenessSeconds,
}: {
  readings: readonly HealthReading[];
  stalenessSeconds: number;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const isDark = useIsDark();

  // biome-ignore lint/correctness/useExhaustiveDependencies: isDark is read through the computed colours
  useEffect(() => {
    const { current } = holder;
    if (current === null) return;
    const colours = coloursOf(current, TOKENS);
    const plot = new uPlot(
      {
        width: current.clientWidth,
        height: HEIGHT_PX,
        legend: { show: false },
        padding: [STRIP_PX + 12, 8, 0, 0],
        cursor: { drag: { x: false, y: false }, y: false, points: { size: 6 } },
        scales: {
          x: { time: false, range: () => [-0.5, Math.max(readings.length - 0.5, 11.5)] },
          y: ageScale(stalenessSeconds),
        },
        axes: [
          roundAxis(
            colours,
            readings.map(({ at }) => at),
          ),
          ageAxis(colours),
        ],
        hooks: {
          drawClear: [(drawn: uPlot) => stalenessLine(drawn, stalenessSeconds, colours.stale)],
          draw: [(drawn: uPlot) => strip(drawn, readings, colours)],
        },
        series: [{}, ageLine('age', colours.ink)],
      },
      [
        readings.map((_, index) => index),
        readings.map(({ ageSeconds }) => (ageSeconds === null ? null : ageSeconds / 3600)),
      ],
      current,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height: HEIGHT_PX }));
    observer.observe(current);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [readings, stalenessSeconds, isDark]);

  return <div ref={holder} className="-ml-1" aria-hidden="true" />;
}

/** A mark per round above the line: quiet where it agrees, tall where it is wrong. */
function strip(
  plot: uPlot,
  readings: readonly HealthReading[],
  colours: Readonly<Record<'agree' | 'stale' | 'structural' | 'incomplete', string>>,
): void {
  const { ctx, bbox } = plot;
  const dot = devicePixelRatio;
  ctx.save();
  for (const [index, { verdict }] of readings.entries()) {
    const left = plot.valToPos(index - 0.41, 'x', true);
    const right = plot.valToPos(index + 0.41, 'x', true);
    const tone = toneOf(verdict);
    const height = (tone === 'structural' ? STRIP_PX : tone === 'agree' ? STRIP_PX / 4 : STRIP_PX / 2) * dot;
    ctx.fillStyle = colours[tone];
    ctx.fillRect(left, bbox.top - 4 * dot - height, Math.max(dot, Math.min(right - left, 22 * dot)), height);
  }
  ctx.restore();
}
