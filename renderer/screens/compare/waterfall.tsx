import { useState } from 'react';
import type { FluxBasis, FluxPart, FluxTotalView } from '../../../shared/contract/compare-schemas.ts';
import { Amount } from '../../components/figure.tsx';
import { BASIS_WORDS, FLUX_PARTS, PART_WORDS } from '../../format/flux-words.ts';
import { compactAmount, currencySign, formatAmount } from '../../format/money.ts';
import { signOfText } from '../../format/number.ts';
import { formatMonth } from '../../format/time.ts';
import { type FallColumn, fallOf } from './fall.ts';

const WIDTH = 900;
const HEIGHT = 260;
/** Room left and right of a bar, as a share of its column. */
const GAP = 0.17;

/** Characters for which there is room above a bar. */
const ROOMY_TEXT = 11;

const isMonth = (key: FallColumn['key']): boolean => key === 'from' || key === 'to';

/** From one month to the other, part by part; a part narrows the rows to what it moved. */
export function Waterfall({
  total,
  from,
  to,
  basis,
  chosen,
  onChoose,
}: {
  total: FluxTotalView;
  from: string;
  to: string;
  basis: FluxBasis;
  chosen: readonly FluxPart[] | undefined;
  onChoose: (part: FluxPart) => void;
}) {
  const [isTable, setTable] = useState(false);
  const title = `${formatMonth(from)} to ${formatMonth(to)}`;
  return (
    <section aria-label={`${title} in ${total.currency.toUpperCase()}, part by part`} className="min-w-0">
      <div className="flex h-7 items-center justify-between">
        <h3 className="font-semibold">What made the difference</h3>
        <button
          type="button"
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
          className="h-7 rounded-md px-2 text-table text-muted hover:bg-hover hover:text-ink"
        >
          {isTable ? 'As a picture' : 'As a table'}
        </button>
      </div>
      {isTable ? (
        <PartsTable total={total} from={from} to={to} />
      ) : (
        <Picture total={total} from={from} to={to} basis={basis} chosen={chosen} onChoose={onChoose} />
      )}
    </section>
  );
}

function Picture({
  total,
  from,
  to,
  basis,
  chosen,
  onChoose,
}: {
  total: FluxTotalView;
  from: string;
  to: string;
  basis: FluxBasis;
  chosen: readonly FluxPart[] | undefined;
  onChoose: (part: FluxPart) => void;
}) {
  const fall = fallOf(total);
  const column = WIDTH / fall.columns.length;
  const longest = Math.max(
    ...fall.columns.map(({ key, text }) => formatAmount(text, total.currency, !isMonth(key)).length),
  );
  return (
    <figure className="mt-1">
      <div className="relative h-[220px] min-[1600px]:h-[260px]">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="absolute inset-0 size-full"
          aria-hidden="true"
        >
          {fall.zero !== null && (
            <line
              x1={0}
              x2={WIDTH}
              y1={fall.zero * HEIGHT}
              y2={fall.zero * HEIGHT}
              stroke="var(--line-strong)"
              vectorEffect="non-scaling-stroke"
            />
          )}
          {fall.columns.map((each, index) => (
            <g key={each.key}>
              <Bar each={each} x={index * column} column={column} fill={BASIS_WORDS[basis].fill} />
              {index < fall.columns.length - 1 && (
                <line
                  x1={(index + (each.sign === 0 && index > 0 ? GAP : 1 - GAP)) * column}
                  x2={(index + 1 + GAP) * column}
                  y1={each.end * HEIGHT}
                  y2={each.end * HEIGHT}
                  stroke="var(--faint)"
                  strokeDasharray="2 2"
                  vectorEffect="non-scaling-stroke"
                />
              )}
            </g>
          ))}
          {fall.isBroken &&
            [0, fall.columns.length - 1].map((index) => <Break key={index} x={index * column} column={column} />)}
        </svg>
        {fall.columns.map((each, index) => (
          <Figure
            key={each.key}
            each={each}
            index={index}
            columns={fall.columns.length}
            currency={total.currency}
            isShort={longest > ROOMY_TEXT}
          />
        ))}
      </div>
      <div className="grid grid-cols-9 border-t border-line text-table">
        <span className="py-1.5 text-center text-muted">{formatMonth(from)}</span>
        {FLUX_PARTS.map((part) => {
          const isNothing = signOfText(total.parts[part]) === 0;
          return (
            <button
              key={part}
              type="button"
              aria-pressed={chosen?.includes(part) === true}
              disabled={isNothing}
              title={`${PART_WORDS[part].short}: ${PART_WORDS[part].meaning}`}
              onClick={() => onChoose(part)}
              className={`truncate rounded-md px-0.5 py-1.5 ${isNothing ? 'text-faint' : 'hover:bg-hover aria-pressed:bg-selected aria-pressed:font-medium aria-pressed:text-accent'}`}
            >
              {PART_WORDS[part].short}
            </button>
          );
        })}
        <span className="py-1.5 text-center text-muted">{formatMonth(to)}</span>
      </div>
      <figcaption className="sr-only">
        A waterfall from {formatMonth(from)} to {formatMonth(to)}. The same figures stand in the table.
        {fall.isBroken ? ' The columns of the months do not begin at zero.' : ''}
      </figcaption>
    </figure>
  );
}

/** The months solid in the colour of what is compared; more is solid, less is an outline. */
function Bar({ each, x, column, fill }: { each: FallColumn; x: number; column: number; fill: string }) {
  const isSum = isMonth(each.key);
  const height = Math.max((each.bottom - each.top) * HEIGHT, each.sign === 0 ? 0 : 1.5);
  const colour = isSum ? fill : 'var(--accent)';
  return (
    <rect
      x={x + column * GAP}
      width={column * (1 - 2 * GAP)}
      y={each.top * HEIGHT}
      height={height}
      fill={colour}
      fillOpacity={isSum ? 0.75 : each.sign > 0 ? 0.85 : 0.14}
      stroke={isSum ? 'none' : colour}
      vectorEffect="non-scaling-stroke"
    />
  );
}

/** Two slanted lines: the column is cut. */
function Break({ x, column }: { x: number; column: number }) {
  const y = HEIGHT * 0.86;
  const [left, right] = [x + column * (GAP - 0.05), x + column * (1 - GAP + 0.05)];
  return (
    <path
      d={`M${left} ${y + 9} L${right} ${y - 3} L${right} ${y + 3} L${left} ${y + 15} Z`}
      fill="var(--page)"
      stroke="none"
    />
  );
}

function Figure({
  each,
  index,
  columns,
  currency,
  isShort,
}: {
  each: FallColumn;
  index: number;
  columns: number;
  currency: string;
  /** The amounts are wider than their columns; the table has all their digits. */
  isShort: boolean;
}) {
  const isSum = isMonth(each.key);
  if (each.sign === 0 && !isSum) return null;
  return (
    <span
      aria-hidden="true"
      className={`tabular absolute -translate-y-full px-px pb-0.5 text-center text-label whitespace-nowrap ${isSum ? 'font-semibold' : ''}`}
      style={{ left: `${(index / columns) * 100}%`, width: `${100 / columns}%`, top: `${each.top * 100}%` }}
    >
      <span className="inline-block max-w-none">
        {isShort ? compactAmount(each.text, !isSum) : formatAmount(each.text, currency, !isSum)}
      </span>
    </span>
  );
}

function PartsTable({ total, from, to }: { total: FluxTotalView; from: string; to: string }) {
  const { currency } = total;
  return (
    <table className="mt-1 w-full text-table">
      <caption className="sr-only">
        What made the difference between {formatMonth(from)} and {formatMonth(to)}, in {currency.toUpperCase()}
      </caption>
      <thead>
        <tr className="text-muted [&>th]:border-b [&>th]:border-line-strong">
          <th scope="col" className="h-7 font-medium">
            Part
          </th>
          <th scope="col" className="h-7 font-medium">
            What it is
          </th>
          <th scope="col" className="h-7 text-right font-medium">
            {currencySign(currency)}
          </th>
        </tr>
      </thead>
      <tbody>
        <Line word={formatMonth(from)} note="" text={total.from} currency={currency} isStrong />
        {FLUX_PARTS.map((part) => (
          <Line
            key={part}
            word={PART_WORDS[part].short}
            note={PART_WORDS[part].meaning}
            text={total.parts[part]}
            currency={currency}
          />
        ))}
        <Line word={formatMonth(to)} note="" text={total.to} currency={currency} isStrong />
      </tbody>
    </table>
  );
}

function Line({
  word,
  note,
  text,
  currency,
  isStrong = false,
}: {
  word: string;
  note: string;
  text: string;
  currency: string;
  isStrong?: boolean;
}) {
  const tone = isStrong ? 'font-semibold' : signOfText(text) === 0 ? 'text-faint' : '';
  return (
    <tr className="[&>*]:border-t [&>*]:border-line first:[&>*]:border-t-0">
      <th scope="row" className={`h-[26px] pr-3 whitespace-nowrap ${isStrong ? 'font-semibold' : ''}`}>
        {word}
      </th>
      <td className="pr-3 text-muted">{note}</td>
      <td className="text-right">
        <Amount text={text} currency={currency} isDifference={!isStrong} className={tone} />
      </td>
    </tr>
  );
}
