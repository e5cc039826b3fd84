import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { coloursOf, quietAxis } from '../../components/chart-parts.ts';
import { MINUS } from '../../format/number.ts';
import { formatHour } from '../../format/time.ts';
import { useIsDark } from '../../frame/theme.ts';

const TOKENS = [
  'measured',
  'ink',
  'structural',
  'structural-wash',
  'incomplete',
  'hover',
  'line',
  'line-strong',
  'faint',
] as const;
type Colours = Readonly<Record<(typeof TOKENS)[number], string>>;

const AXIS_PX = 56;
const BARS_PX = 84;
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** One hour of two measurements. */
export type ChartHour = {
  readonly at: string;
  readonly reference: string | null;
  readonly candidate: string | null;
  readonly drift: string | null;
  /** Its bar stands out. */
  readonly isOff: boolean;
};

export type HourChartProps = {
  readonly hours: readonly ChartHour[];
  /** Shaded, as under alert. */
  readonly shaded: readonly { readonly from: string; readonly to: string }[];
  /** The share that is tolerated, either way. */
  readonly tolerance: string;
  readonly height: number;
  readonly onIndex: (index: number | null) => void;
  readonly onChoose?: (index: number) => void;
};

/** Both measurements by the hour, and below how far apart they are; hours of which nothing is known are hatched. */
export function HourChart({ hours, shaded, tolerance, height, onIndex, onChoose }: HourChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const isDark = useIsDark();
  const choose = useRef(onChoose);
  choose.current = onChoose;

  // biome-ignore lint/correctness/useExhaustiveDependencies: isDark is read through the computed colours
  useEffect(() => {
    const { current } = holder;
    if (current === null) return;
    const colours = coloursOf(current, TOKENS);
    const at = hours.map((hour) => Date.parse(hour.at) / 1000);
    const numbers = (pick: (hour: ChartHour) => string | null): (number | null)[] =>
      hours.map((hour) => {
        const text = pick(hour);
        return text === null ? null : Number(text);
      });
    const drifts = numbers(({ drift }) => drift).map((share) => (share === null ? null : share * 100));
    const isOff = (index: number): boolean => hours[index]?.isOff === true;
    const unknown = hours.filter(({ reference, candidate }) => reference === null && candidate === null);
    const behind = (plot: uPlot): void => {
      for (const period of shaded) wash(plot, period, colours);
      for (const { at: hour } of unknown) hatch(plot, hour, colours);
    };
    const shared = {
      width: current.clientWidth,
      legend: { show: false },
      tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      cursor: {
        sync: { key: 'pipelines', setSeries: false },
        drag: { x: false, y: false },
        points: { size: 5 },
        y: false,
      },
    };
    const setCursor = [(plot: uPlot) => onIndex(plot.cursor.idx ?? null)];
    const ready = [
      (plot: uPlot) => {
        if (choose.current === undefined) return;
        plot.over.style.cursor = 'pointer';
        plot.over.addEventListener('click', () => {
          const { idx } = plot.cursor;
          if (idx != null) choose.current?.(idx);
        });
      },
    ];
    const lines = new uPlot(
      {
        ...shared,
        hooks: { setCursor, ready, drawClear: [behind] },
        height,
        padding: [10, 8, 6, 0],
        scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.06 : 1] } },
        axes: [
          { ...quietAxis(colours), show: false, size: 0 },
          { ...quietAxis(colours), size: AXIS_PX, values: compactLabels },
        ],
        series: [
          {},
          { label: 'reference', stroke: colours.measured, width: 1.5, points: { show: false } },
          { label: 'candidate', stroke: colours.ink, width: 1, dash: [4, 3], points: { show: false } },
        ],
      },
      [at, numbers(({ reference }) => reference), numbers(({ candidate }) => candidate)],
      current,
    );
    const bar = (label: string, colour: string): uPlot.Series => ({
      label,
      stroke: colour,
      fill: colour,
      width: 0,
      points: { show: false },
      ...(uPlot.paths.bars === undefined ? {} : { paths: uPlot.paths.bars({ size: [0.8, 24, 2] }) }),
    });
    const bound = Number(tolerance) * 100;
    const bars = new uPlot(
      {
        ...shared,
        hooks: { setCursor, ready, drawClear: [behind], draw: [(plot: uPlot) => bounds(plot, bound, colours)] },
        height: BARS_PX,
        padding: [8, 8, 0, 0],
        scales: {
          x: { time: true },
          y: {
            range: (_plot, low, high) => [
              Math.min(low ?? 0, -bound * 1.5) * 1.06,
              Math.max(high ?? 0, bound * 1.5) * 1.06,
            ],
          },
        },
        axes: [
          { ...quietAxis(colours), size: 26, values: dayLabels },
          { ...quietAxis(colours), size: AXIS_PX, space: 18, values: percentLabels },
        ],
        series: [{}, bar('within', colours['line-strong']), bar('off', colours.structural)],
      },
      [
        at,
        drifts.map((drift, index) => (isOff(index) ? null : drift)),
        drifts.map((drift, index) => (isOff(index) ? drift : null)),
      ],
      current,
    );
    const observer = new ResizeObserver(() => {
      lines.setSize({ width: current.clientWidth, height });
      bars.setSize({ width: current.clientWidth, height: BARS_PX });
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
      lines.destroy();
      bars.destroy();
      onIndex(null);
    };
  }, [hours, shaded, tolerance, height, onIndex, isDark]);

  return <div ref={holder} className="-ml-1" aria-hidden="true" />;
}

const compactLabels = (_plot: uPlot, splits: number[]): string[] => splits.map((value) => COMPACT.format(value));

const percentLabels = (_plot: uPlot, splits: number[]): string[] =>
  splits.map((value) => (value === 0 ? '0' : `${COMPACT.format(value).replace('-', MINUS)}\u202f%`));

const DAY_S = 86_400;
const dayLabels = (_plot: uPlot, splits: number[]): string[] => {
  const isFine = splits.length > 1 && (splits[1] ?? 0) - (splits[0] ?? 0) < DAY_S;
  return splits.map((seconds) => {
    const hour = formatHour(new Date(seconds * 1000).toISOString());
    return isFine && !hour.endsWith('00:00') ? hour.slice(-5) : hour.slice(0, -6);
  });
};

type Box = { readonly x: number; readonly width: number };

/** A stretch of time as pixels of the canvas, half an hour earlier: points and bars stand at the middle of theirs. */
function boxOf(plot: uPlot, from: number, to: number): Box | null {
  const { bbox } = plot;
  const left = plot.valToPos(from / 1000 - 1_800, 'x', true);
  const right = plot.valToPos(to / 1000 - 1_800, 'x', true);
  const x = Math.max(bbox.left, left);
  const width = Math.min(bbox.left + bbox.width, right) - x;
  return width > 0 ? { x, width } : null;
}

function wash(plot: uPlot, period: { readonly from: string; readonly to: string }, colours: Colours): void {
  const { ctx, bbox } = plot;
  const box = boxOf(plot, Date.parse(period.from), Date.parse(period.to));
  if (box === null) return;
  ctx.save();
  ctx.fillStyle = colours['structural-wash'];
  ctx.fillRect(box.x, bbox.top, box.width, bbox.height);
  ctx.fillStyle = colours.structural;
  ctx.fillRect(box.x, bbox.top, box.width, Math.round(2 * devicePixelRatio));
  ctx.restore();
}

const HATCH_PX = 5;

function hatch(plot: uPlot, at: string, colours: Colours): void {
  const { ctx, bbox } = plot;
  const start = Date.parse(at);
  const box = boxOf(plot, start, start + DAY_S * (1000 / 24));
  if (box === null) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.x, bbox.top, box.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colours.hover;
  ctx.fillRect(box.x, bbox.top, box.width, bbox.height);
  ctx.strokeStyle = colours['line-strong'];
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  const step = HATCH_PX * devicePixelRatio;
  for (let y = bbox.top - box.width; y < bbox.top + bbox.height + box.width; y += step) {
    ctx.moveTo(box.x, y + box.width);
    ctx.lineTo(box.x + box.width, y);
  }
  ctx.stroke();
  ctx.restore();
}

/** What is tolerated, as a dashed line on either side of nothing. */
function bounds(plot: uPlot, bound: number, colours: Colours): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colours.faint;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const value of [bound, -bound]) {
    const y = plot.valToPos(value, 'y', true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}
