import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { CellDetail, HourPoint } from '../../../shared/contract/schemas.ts';
import { CHART_FONT, coloursOf, quietAxis } from '../../components/chart-parts.ts';
import { formatDifference, formatQuantity, MINUS } from '../../format/number.ts';
import { formatHour } from '../../format/time.ts';
import { useIsDark } from '../../frame/theme.ts';
import { type ChartData, chartData, type Prediction, type SeriesMode } from './series.ts';

const AXIS_PX = 56;
const BARS_PX = 76;
const X_AXIS_PX = 26;
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

export type SeriesChartProps = {
  readonly detail: CellDetail;
  /** The hours that explain the drift. */
  readonly shaded: CellDetail['explainedBy'];
  /** Empty: no third line. */
  readonly prediction: Prediction;
  readonly mode: SeriesMode;
  readonly height: number;
};

/**
 * Measured and metered on one axis, their difference as bars below, the hours that explain it shaded, and what Stripe
 * would hold if the cause were true as a third line. Drag to zoom.
 */
export function SeriesChart({ detail, shaded, prediction, mode, height }: SeriesChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const [index, setIndex] = useState<number | null>(null);
  const [isPredicted, setPredicted] = useState(true);
  const isDark = useIsDark();
  const { hours, hasMeteredHours, row } = detail;
  const hasPrediction = prediction.size > 0;
  const isThird = hasPrediction && isPredicted;

  // biome-ignore lint/correctness/useExhaustiveDependencies: isDark is read through the computed colours
  useEffect(() => {
    const { current } = holder;
    if (current === null) return;
    const data = chartData(hours, mode, prediction);
    const colours = coloursOf(current, TOKENS);
    const make = { width: current.clientWidth, colours, shaded, onIndex: setIndex };
    const has = { metered: hasMeteredHours, predicted: isThird };
    const lines = new uPlot(lineOptions(make, height, has), lineColumns(data, has), current);
    const bars = hasMeteredHours ? new uPlot(barOptions(make), [data.at, data.difference], current) : null;
    const observer = new ResizeObserver(() => {
      lines.setSize({ width: current.clientWidth, height });
      bars?.setSize({ width: current.clientWidth, height: BARS_PX });
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
      lines.destroy();
      bars?.destroy();
      setIndex(null);
    };
  }, [hours, hasMeteredHours, shaded, prediction, isThird, mode, height, isDark]);

  return (
    <figure>
      <Legend
        hour={index === null ? undefined : hours[index]}
        mode={mode}
        unit={row.unit}
        hasMetered={hasMeteredHours}
      />
      <div ref={holder} className="-ml-1" aria-hidden="true" />
      {hasPrediction && (
        <PredictionSwitch
          isOn={isPredicted}
          hour={index === null ? undefined : prediction.get(hours[index]?.at ?? '')}
          mode={mode}
          onChange={setPredicted}
        />
      )}
      <figcaption className="sr-only">
        Chart of measured{hasMeteredHours ? ' against metered' : ''} {row.unit} by the hour
        {isThird ? ', and of what Stripe would hold if the cause were true' : ''}. The same figures stand in the table
        of hours.
      </figcaption>
    </figure>
  );
}

function Legend({
  hour,
  mode,
  unit,
  hasMetered,
}: {
  hour: HourPoint | undefined;
  mode: SeriesMode;
  unit: string;
  hasMetered: boolean;
}) {
  const measured = mode === 'hourly' ? hour?.measured : hour?.measuredCumulative;
  const metered = mode === 'hourly' ? hour?.metered : hour?.meteredCumulative;
  return (
    <div className="tabular flex h-6 items-center gap-4 text-table whitespace-nowrap">
      <Swatch tone="bg-measured" word="Measured" text={measured} />
      {hasMetered && <Swatch tone="bg-metered" word="Metered" text={metered} />}
      {hasMetered && <Swatch tone="bg-structural" word="Difference" text={hour?.difference} isDifference />}
      <span className="min-w-0 flex-1 truncate text-right text-faint">
        {hour === undefined
          ? mode === 'hourly'
            ? `${unit}, by the hour`
            : `${unit}, month to date`
          : `${formatHour(hour.at)} UTC`}
      </span>
    </div>
  );
}

/** The third line by name, and whether it is drawn. */
function PredictionSwitch({
  isOn,
  hour,
  mode,
  onChange,
}: {
  isOn: boolean;
  hour: ReturnType<Prediction['get']>;
  mode: SeriesMode;
  onChange: (isOn: boolean) => void;
}) {
  return (
    <label
      title="Drawn where it parts from what was measured"
      className="tabular flex min-h-6 items-center gap-2 text-table text-muted"
    >
      <input
        type="checkbox"
        checked={isOn}
        onChange={(event) => onChange(event.target.checked)}
        className="accent-(--accent-fill)"
      />
      <span className="w-4 shrink-0 border-t-2 border-dashed border-ink" />
      What Stripe would hold if this were true
      {hour !== undefined && (
        <span className="font-medium text-ink">{formatQuantity(mode === 'hourly' ? hour.value : hour.cumulative)}</span>
      )}
    </label>
  );
}

function Swatch({
  tone,
  word,
  text,
  isDifference = false,
}: {
  tone: string;
  word: string;
  text: string | null | undefined;
  isDifference?: boolean;
}) {
  return (
    <span className="flex items-center gap-1.5">
      <span className={`h-[3px] w-3 rounded-full ${tone}`} />
      <span className="text-muted">{word}</span>
      {text !== undefined && (
        <span className="font-medium">{isDifference ? formatDifference(text) : formatQuantity(text)}</span>
      )}
    </span>
  );
}

const TOKENS = [
  'ink',
  'measured',
  'metered',
  'structural',
  'structural-wash',
  'metered-fill',
  'line',
  'faint',
] as const;
type Colours = Readonly<Record<(typeof TOKENS)[number], string>>;
type Making = {
  readonly width: number;
  readonly colours: Colours;
  readonly shaded: CellDetail['explainedBy'];
  readonly onIndex: (index: number | null) => void;
};

type Lines = { readonly metered: boolean; readonly predicted: boolean };

const lineColumns = (data: ChartData, has: Lines): uPlot.AlignedData => [
  data.at,
  ...(has.metered ? [data.metered] : []),
  data.measured,
  ...(has.predicted ? [data.predicted] : []),
];

const common = ({ width, colours, shaded, onIndex }: Making) => ({
  width,
  legend: { show: false },
  tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
  cursor: {
    sync: { key: 'cell', setSeries: false },
    drag: { x: true, y: false },
    points: { size: 6 },
    y: false,
  },
  hooks: {
    drawClear: [(plot: uPlot) => shade(plot, shaded, colours)],
    setCursor: [(plot: uPlot) => onIndex(plot.cursor.idx ?? null)],
  },
});

function lineOptions(making: Making, height: number, has: Lines): uPlot.Options {
  const { colours } = making;
  const points = { show: false };
  const shared = common(making);
  return {
    ...shared,
    hooks: { ...shared.hooks, draw: [(plot: uPlot) => label(plot, making.shaded, colours)] },
    height,
    padding: [22, 8, 6, 0],
    scales: {
      x: { time: true },
      y: { range: (_plot, low, high) => [Math.min(0, low), high === low ? high + 1 : high * 1.05] },
    },
    axes: [
      { ...quietAxis(colours), show: !has.metered, size: X_AXIS_PX, values: dayLabels },
      { ...quietAxis(colours), size: AXIS_PX, values: compactLabels },
    ],
    series: [
      {},
      ...(has.metered
        ? [{ label: 'metered', stroke: colours.metered, width: 1.25, fill: colours['metered-fill'], points }]
        : []),
      { label: 'measured', stroke: colours.measured, width: 1.25, points },
      ...(has.predicted ? [{ label: 'predicted', stroke: colours.ink, width: 1.5, dash: [5, 4], points }] : []),
    ],
  };
}

function barOptions(making: Making): uPlot.Options {
  const { colours } = making;
  return {
    ...common(making),
    height: BARS_PX,
    padding: [10, 8, 0, 0],
    scales: { x: { time: true }, y: { range: (_plot, low, high) => spanOf(low, high) } },
    axes: [
      { ...quietAxis(colours), size: X_AXIS_PX, values: dayLabels },
      { ...quietAxis(colours), size: AXIS_PX, values: compactLabels, space: 18 },
    ],
    series: [
      {},
      {
        label: 'difference',
        stroke: colours.structural,
        fill: colours.structural,
        width: 0,
        points: { show: false },
        ...(uPlot.paths.bars === undefined ? {} : { paths: uPlot.paths.bars({ size: [0.8, 40, 2] }) }),
      },
    ],
  };
}

const spanOf = (low: number, high: number): [number, number] =>
  low === 0 && high === 0 ? [-1, 1] : [Math.min(0, low) * 1.1, Math.max(0, high) * 1.1];

const compactLabels = (_plot: uPlot, splits: number[]): string[] =>
  splits.map((value) => COMPACT.format(value).replace('-', MINUS));

const DAY_S = 86_400;
const dayLabels = (_plot: uPlot, splits: number[]): string[] => {
  const isFine = splits.length > 1 && (splits[1] ?? 0) - (splits[0] ?? 0) < DAY_S;
  return splits.map((seconds) => {
    const hour = formatHour(new Date(seconds * 1000).toISOString());
    return isFine ? (hour.endsWith('00:00') ? hour.slice(0, -6) : hour.slice(-5)) : hour.slice(0, -6);
  });
};

/** The hours that explain the drift, behind everything else. */
function shade(plot: uPlot, ranges: CellDetail['explainedBy'], colours: Colours): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { from, to } of ranges) {
    const left = plot.valToPos(Date.parse(from) / 1000, 'x', true);
    const right = plot.valToPos(Date.parse(to) / 1000, 'x', true);
    const x = Math.max(bbox.left, left - 2);
    const width = Math.min(bbox.left + bbox.width, Math.max(right, left + 4) + 2) - x;
    if (width <= 0) continue;
    ctx.fillStyle = colours['structural-wash'];
    ctx.fillRect(x, bbox.top, width, bbox.height);
    ctx.fillStyle = colours.structural;
    ctx.fillRect(x, bbox.top, width, Math.round(2 * devicePixelRatio));
  }
  ctx.restore();
}

const LABEL_GAP_PX = 6;

/** What the shaded hours are, above them; a label that would cover the one before it is left to the list beneath. */
function label(plot: uPlot, ranges: CellDetail['explainedBy'], colours: Colours): void {
  const { ctx, bbox } = plot;
  const dot = devicePixelRatio;
  ctx.save();
  ctx.font = CHART_FONT.replace('11px', `${11 * dot}px`);
  ctx.fillStyle = colours.structural;
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';
  let free = bbox.left;
  for (const { from, to, label: text } of ranges) {
    const middle =
      (plot.valToPos(Date.parse(from) / 1000, 'x', true) + plot.valToPos(Date.parse(to) / 1000, 'x', true)) / 2;
    if (middle < bbox.left || middle > bbox.left + bbox.width) continue;
    const { width } = ctx.measureText(text);
    const left = Math.min(Math.max(middle - width / 2, bbox.left), bbox.left + bbox.width - width);
    if (left < free) continue;
    ctx.fillText(text, left, bbox.top - 3 * dot);
    free = left + width + LABEL_GAP_PX * dot;
  }
  ctx.restore();
}
