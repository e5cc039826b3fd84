import type uPlot from 'uplot';
import { quietAxis } from '../../components/chart-parts.ts';
import { formatLag } from '../../format/meter-words.ts';
import { formatDay, formatHour } from '../../format/time.ts';

type Quiet = { readonly faint: string; readonly line: string };

/** Rounds one after another, each under the time at which Stripe was asked. */
export const roundAxis = (colours: Quiet, labels: readonly string[]): uPlot.Axis => ({
  ...quietAxis(colours),
  size: 26,
  space: 84,
  grid: { show: false },
  incrs: [1, 2, 3, 4, 6, 8, 12, 24, 48, 96],
  values: (_plot, splits) => {
    const isDays = new Set(labels.map((label) => label.slice(0, 10))).size > 4;
    return splits.map((split) => {
      const label = Number.isInteger(split) ? labels[split] : undefined;
      return label === undefined ? '' : isDays ? formatDay(label) : formatHour(label);
    });
  },
});

/** Hours of age. */
export const ageAxis = (colours: Quiet): uPlot.Axis => ({
  ...quietAxis(colours),
  size: 56,
  space: 20,
  incrs: [0.5, 1, 2, 3, 4, 6, 12, 24, 48, 96, 192, 384, 768],
  values: (_plot, splits) => splits.map((hours) => (hours === 0 ? '0' : formatLag(hours * 3600))),
});

/** From 0, with the bound of the meter always in view. */
export const ageScale = (stalenessSeconds: number): uPlot.Scale => ({
  range: (_plot, _low, high) => [0, Math.max(high ?? 0, (stalenessSeconds / 3600) * 1.4) * 1.06],
});

export const ageLine = (label: string, colour: string): uPlot.Series => ({
  label,
  stroke: colour,
  width: 1.25,
  points: { show: true, size: 4, width: 0, fill: colour },
});

/** The age up to which a value may be behind. */
export function stalenessLine(plot: uPlot, stalenessSeconds: number, colour: string): void {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(stalenessSeconds / 3600, 'y', true);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
