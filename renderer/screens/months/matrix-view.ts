import type { MatrixSquare, MonthColumn, MonthsMatrix } from '../../../shared/contract/schemas.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatDifference, formatQuantity, signOfText } from '../../format/number.ts';
import { formatMonth } from '../../format/time.ts';
import { isQuiet, MONTH_STATE_WORDS, meterLabel, plural, VERDICT_WORDS } from '../../format/words.ts';

/** The currencies of the matrix: that in which the most squares differ first, then the most months, then by code. */
export function currenciesOf(matrix: MonthsMatrix): readonly string[] {
  const differing = new Map<string, number>();
  const amounts = matrix.months.flatMap(({ money, squares }) => [
    ...money,
    ...squares.flatMap((square) => square.money),
  ]);
  for (const { currency, difference } of amounts) {
    differing.set(currency, (differing.get(currency) ?? 0) + (signOfText(difference) === 0 ? 0 : 1));
  }
  return [...differing.keys()].sort((a, b) => (differing.get(b) ?? 0) - (differing.get(a) ?? 0) || (a < b ? -1 : 1));
}

export type SquareView = {
  /** What the square shows beside its mark; nothing where all is well. */
  readonly figures: readonly string[];
  /** Fainter second line. */
  readonly note: string | null;
  /** What a screen reader says before the figures. */
  readonly spoken: string;
  /** Everything, in lines, for the mouse. */
  readonly hover: string;
};

/** A difference in units, short enough for a square: the decimals of a long one stand in its hover text. */
const shortDifference = (drift: string): string =>
  formatQuantity(drift, { isDifference: true, maximumPlaces: (drift.split('.')[0] ?? '').length > 4 ? 0 : 3 });

/** What a square of the matrix says. Money where there is a price, units where there is none; silence where it agrees. */
export function squareView(square: MatrixSquare, unit: string, month: string): SquareView {
  const name = `${meterLabel(square.meter)}, ${formatMonth(month)}`;
  if (square.verdict === null)
    return { figures: [], note: null, spoken: `${name}: nothing pulled`, hover: `${name}: nothing pulled` };
  const money = square.money.filter(({ difference }) => signOfText(difference) !== 0);
  const drift = square.drift?.absolute ?? null;
  const amounts = money.map(({ difference, currency }) => formatMoney(difference, currency, true));
  const inUnits = amounts.length === 0 && signOfText(drift) !== 0 ? [shortDifference(drift ?? '')] : [];
  const figures = isQuiet(square.verdict) ? [] : [...amounts, ...inUnits];
  const words = [
    `${name}: ${VERDICT_WORDS[square.verdict].word}`,
    `measured ${formatQuantity(square.measured)} ${unit}`,
    `metered ${formatQuantity(square.metered)} ${unit}`,
    ...(drift === null ? [] : [`drift ${formatDifference(drift)} ${unit}`]),
    ...amounts.map((amount) => `difference ${amount}`),
    `${formatCount(square.structural)} of ${formatCount(square.cells)} ${plural(square.cells, 'cell')} structural`,
  ];
  return {
    figures,
    note: square.structural > 0 ? `${formatCount(square.structural)} ${plural(square.structural, 'cell')}` : null,
    spoken: `${name}: ${VERDICT_WORDS[square.verdict].word}`,
    hover: words.join('\n'),
  };
}

/** The first line of the Months page. */
export function matrixSentence(matrix: MonthsMatrix): string {
  const pulled = matrix.months.filter(({ state }) => state !== 'empty');
  const bad = pulled.filter(({ state }) => state === 'structural' || state === 'invalid');
  if (pulled.length === 0) return 'Nothing has been pulled yet.';
  const partial = pulled.filter(({ state }) => state === 'partial').length;
  const rest = partial === 0 ? '' : ` ${formatCount(partial)} ${plural(partial, 'is', 'are')} pulled in part only.`;
  const [newest] = bad.slice(-1);
  if (newest === undefined) {
    const good = pulled.length - partial;
    return good === 0
      ? rest.trim()
      : `${good === pulled.length ? 'All' : ''} ${formatCount(good)} ${plural(good, 'month ties', 'months tie')} out.${rest}`.trim();
  }
  return `${formatCount(bad.length)} of ${formatCount(pulled.length)} ${plural(pulled.length, 'month')} ${plural(bad.length, 'does', 'do')} not tie out, the newest is ${formatMonth(newest.month)}.${rest}`;
}

/** `17 cells` and the like under a month's name. */
export function columnState(column: MonthColumn): string {
  if (column.state === 'structural')
    return `${formatCount(column.structural)} ${plural(column.structural, 'cell')} off`;
  return MONTH_STATE_WORDS[column.state];
}
