import { ChevronRight } from 'lucide-react';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import type { LateHeat } from '../../../shared/contract/late-schemas.ts';
import { formatMoney } from '../../format/money.ts';
import { formatDifference } from '../../format/number.ts';
import { formatDay } from '../../format/time.ts';
import { meterLabel } from '../../format/words.ts';
import { useWidth } from '../../table/measures.ts';
import { type HeatLayer, type HeatSquare, heatLayer, LEVELS, layersOf, squareTowards } from './heat-view.ts';

const LABEL_PX = 52;
const AXIS_PX = 20;
const MOST_PX = 26;
const LEAST_PX = 11;
/** How strong the colour of a level is; the size says the same without it. */
const STRENGTH = [0.4, 0.55, 0.7, 0.85, 1];

/** Late usage by day of usage and day of arrival; the area of a square says how much, a hollow one was taken back. */
export function HeatMap({ heat, month }: { heat: LateHeat; month: string }) {
  const layers = layersOf(heat);
  const [chosen, setChosen] = useState<string | null>(null);
  const id = layers.some((layer) => layer.id === chosen) ? (chosen ?? '') : (layers[0]?.id ?? '');
  const layer = heatLayer(heat, id, month);
  const select = useId();
  if (layer === null) return null;
  return (
    <section aria-labelledby="arrivals" className="min-w-0">
      <div className="mb-1 flex h-[22px] items-center justify-between gap-3">
        <h2 id="arrivals" className="truncate text-lead font-semibold">
          When it arrived
        </h2>
        <label htmlFor={select} className="sr-only">
          What the map shows
        </label>
        <select
          id={select}
          value={id}
          onChange={(event) => setChosen(event.target.value)}
          className="h-7 max-w-[220px] shrink-0 rounded-md border border-line-strong bg-page px-2 text-table hover:bg-hover"
        >
          {layers.map((each) => (
            <option key={each.id} value={each.id}>
              {each.id === 'money' ? `Money, ${each.unit.toUpperCase()}` : `${meterLabel(each.id)}, ${each.unit}`}
            </option>
          ))}
        </select>
      </div>
      <Squares key={id} layer={layer} />
    </section>
  );
}

const valueWords = ({ currency, unit }: HeatLayer, text: string): string =>
  currency === null ? `${formatDifference(text)} ${unit}` : formatMoney(text, currency, true);

function Squares({ layer }: { layer: HeatLayer }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [active, setActive] = useState<number | null>(null);
  const { days, arrivals, squares } = layer;
  const size = Math.max(LEAST_PX, Math.min(MOST_PX, Math.floor((width - LABEL_PX) / days.length)));
  const shown = active === null ? undefined : squares[active];
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const next = squareTowards(squares, active ?? 0, event.key);
    if (next === null) return;
    event.preventDefault();
    setActive(active === null ? 0 : next);
  };
  return (
    <>
      <div
        ref={box}
        role="application"
        aria-label="Late usage by day of usage and day of arrival. Arrow keys move from square to square; the same figures stand in the table beneath."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the map is worked with the arrow keys
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => setActive((place) => place ?? (squares.length === 0 ? null : 0))}
        onPointerLeave={() => setActive(null)}
        className="mt-2 max-h-[240px] overflow-auto"
      >
        <svg
          width={LABEL_PX + size * days.length}
          height={AXIS_PX + size * arrivals.length}
          aria-hidden="true"
          className="block"
        >
          <Axes layer={layer} size={size} />
          {squares.map((square, place) => (
            <Square
              key={`${square.usedOn} ${square.arrivedOn}`}
              square={square}
              size={size}
              isActive={place === active}
              onPoint={() => setActive(place)}
            />
          ))}
        </svg>
      </div>
      <p aria-live="polite" className="mt-1.5 h-[18px] truncate text-table text-muted">
        {shown === undefined ? (
          <span className="text-faint">Across: the day of usage. Down: the day on which it arrived.</span>
        ) : (
          <>
            <span className="tabular font-medium text-ink">{valueWords(layer, shown.text)}</span> used{' '}
            {formatDay(shown.usedOn)}, arrived {formatDay(shown.arrivedOn)}
          </>
        )}
      </p>
      <SquaresTable layer={layer} />
    </>
  );
}

function Axes({ layer: { days, arrivals }, size }: { layer: HeatLayer; size: number }) {
  const every = size >= 15 ? 5 : 10;
  return (
    <g className="tabular fill-faint text-label">
      {days.map((day, column) => {
        const date = Number(day.slice(8, 10));
        const isNamed = date === 1 || (date % every === 0 && date < 30) || (date === 30 && size >= 15);
        return isNamed ? (
          <text key={day} x={LABEL_PX + (column + 0.5) * size} y={12} textAnchor="middle">
            {date === 1 ? formatDay(day).slice(2) : date}
          </text>
        ) : null;
      })}
      {arrivals.map((day, row) => (
        <g key={day}>
          <text x={LABEL_PX - 8} y={AXIS_PX + (row + 0.5) * size + 4} textAnchor="end">
            {formatDay(day)}
          </text>
          <rect
            x={LABEL_PX}
            y={AXIS_PX + row * size + 1}
            width={size * days.length}
            height={size - 2}
            rx={3}
            className="fill-hover"
          />
        </g>
      ))}
    </g>
  );
}

const sideOf = (level: number, size: number): number => Math.max(4, ((size - 3) * level) / LEVELS);

function Square({
  square: { column, row, level, isTakenBack },
  size,
  isActive,
  onPoint,
}: {
  square: HeatSquare;
  size: number;
  isActive: boolean;
  onPoint: () => void;
}) {
  const x = LABEL_PX + (column + 0.5) * size;
  const y = AXIS_PX + (row + 0.5) * size;
  return (
    <g onPointerEnter={onPoint}>
      <rect x={x - size / 2} y={y - size / 2} width={size} height={size} fill="transparent" />
      <Shape x={x} y={y} side={sideOf(level, size)} level={level} isTakenBack={isTakenBack} />
      {isActive && (
        <rect
          x={x - size / 2 + 0.75}
          y={y - size / 2 + 0.75}
          width={size - 1.5}
          height={size - 1.5}
          rx={3}
          fill="none"
          strokeWidth={1.5}
          className="stroke-focus"
        />
      )}
    </g>
  );
}

function Shape({
  x,
  y,
  side,
  level,
  isTakenBack,
}: {
  x: number;
  y: number;
  side: number;
  level: number;
  isTakenBack: boolean;
}) {
  const box = { x: x - side / 2, y: y - side / 2, width: side, height: side, rx: 2 };
  return isTakenBack ? (
    <rect {...box} fill="none" strokeWidth={1.5} className="stroke-structural" />
  ) : (
    <rect {...box} opacity={STRENGTH[level - 1]} className="fill-measured" />
  );
}

/** Sizes from the smallest to the largest, and what a hollow square means. */
function Legend({ layer }: { layer: HeatLayer }) {
  const hasTakenBack = layer.squares.some(({ isTakenBack }) => isTakenBack);
  return (
    <span className="flex items-center gap-3 text-label text-faint">
      <span className="flex items-center gap-1.5">
        less
        <svg width={LEVELS * 15} height={14} aria-hidden="true">
          {STRENGTH.map((strength, place) => (
            <Shape
              key={strength}
              x={place * 15 + 7.5}
              y={7}
              side={sideOf(place + 1, 16)}
              level={place + 1}
              isTakenBack={false}
            />
          ))}
        </svg>
        <span className="tabular">{valueWords(layer, layer.largest)}</span>
      </span>
      {hasTakenBack && (
        <span className="flex items-center gap-1.5">
          <svg width={14} height={14} aria-hidden="true">
            <Shape x={7} y={7} side={10} level={1} isTakenBack />
          </svg>
          taken back
        </span>
      )}
    </span>
  );
}

/** The map for those who cannot see it, and the exact figures for everybody. */
function SquaresTable({ layer }: { layer: HeatLayer }) {
  const [isOpen, setOpen] = useState(false);
  const head = 'sticky top-0 h-7 border-b border-line-strong bg-page px-2 font-medium';
  return (
    <>
      <div className="flex h-7 items-center justify-between gap-4 whitespace-nowrap">
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          className="flex h-7 items-center gap-1 text-table text-muted hover:text-ink"
        >
          <ChevronRight size={14} aria-hidden="true" className={isOpen ? 'rotate-90' : ''} />
          As a table
        </button>
        <Legend layer={layer} />
      </div>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable without a mouse
        <section tabIndex={0} aria-label="Late usage by day" className="max-h-[260px] overflow-auto">
          <table className="w-full text-table">
            <caption className="sr-only">Late usage by day of usage and day of arrival, UTC</caption>
            <thead>
              <tr className="text-muted">
                <th scope="col" className={`${head} pl-0`}>
                  Arrived
                </th>
                <th scope="col" className={head}>
                  Used
                </th>
                <th scope="col" className={`${head} pr-0 text-right`}>
                  {layer.currency === null ? layer.unit : layer.currency.toUpperCase()}
                </th>
              </tr>
            </thead>
            <tbody>
              {layer.squares.map(({ usedOn, arrivedOn, text }) => (
                <tr key={`${usedOn} ${arrivedOn}`} className="[&>*]:h-[26px] [&>*]:border-b [&>*]:border-line">
                  <th scope="row" className="tabular">
                    {formatDay(arrivedOn)}
                  </th>
                  <td className="tabular px-2">{formatDay(usedOn)}</td>
                  <td className="tabular text-right">
                    {layer.currency === null ? formatDifference(text) : formatMoney(text, layer.currency, true)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
