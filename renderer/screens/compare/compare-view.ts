import type {
  FluxPart,
  FluxRowView,
  FluxSummaryView,
  FluxTotalView,
} from '../../../shared/contract/compare-schemas.ts';
import { compare, type Decimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { FLUX_PARTS, LACK_WORDS, PART_WORDS } from '../../format/flux-words.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatPercent, signOfText } from '../../format/number.ts';
import { formatMonth } from '../../format/time.ts';
import { plural } from '../../format/words.ts';
import { type CsvSheet, tabbed } from '../../table/csv.ts';

type Changed = Pick<FluxRowView, 'from' | 'to' | 'change' | 'parts'>;

export const magnitudeOf = (text: string): string => text.replace('-', '');

/** Currencies with the most rows first. */
export const byWeight = <Total extends { readonly rows: number }>(totals: readonly Total[]): readonly Total[] =>
  totals.toSorted((a, b) => b.rows - a.rows);

/** Parts that are not 0, the largest first. */
export function movedParts({ parts }: Pick<Changed, 'parts'>): readonly FluxPart[] {
  const sizes = new Map<FluxPart, Decimal>(FLUX_PARTS.map((part) => [part, parseDecimal(magnitudeOf(parts[part]))]));
  return FLUX_PARTS.filter((part) => signOfText(parts[part]) !== 0).sort((a, b) =>
    compare(sizes.get(b) ?? parseDecimal('0'), sizes.get(a) ?? parseDecimal('0')),
  );
}

/** "usage +$900.00, price +$304.11"; where there are more parts than that, the largest of them. */
function partsWords(changed: Pick<Changed, 'parts'>, currency: string, most: number): string {
  const moved = movedParts(changed);
  const told = moved
    .slice(0, most)
    .map((part) => `${PART_WORDS[part].word} ${formatMoney(changed.parts[part], currency, true)}`);
  return `${moved.length > most ? 'mostly ' : ''}${told.join(', ')}`;
}

const SAID_PARTS = 3;

/** "May 2026 is $1,204.11 above Apr 2026: usage +$900.00, new customers +$304.11." */
export function comparisonSentence(summary: FluxSummaryView): string {
  const [main, ...others] = byWeight(summary.totals);
  const [before, after] = [formatMonth(summary.from), formatMonth(summary.to)];
  if (summary.emptyMonths.length > 0) return `${after} cannot be compared with ${before} yet.`;
  if (main === undefined) return `There is nothing to compare between ${before} and ${after}.`;
  const tail =
    others.length === 0
      ? ''
      : ` ${formatCount(others.length)} other ${plural(others.length, 'currency', 'currencies')} below.`;
  return `${changeWords(main, main.currency, { before, after })}.${tail}`;
}

export function changeWords(
  changed: Changed,
  currency: string,
  { before, after }: { readonly before: string; readonly after: string },
): string {
  const sign = signOfText(changed.change);
  const parts = partsWords(changed, currency, SAID_PARTS);
  const head =
    sign === 0
      ? `${after} comes to the same as ${before}`
      : `${after} is ${formatMoney(magnitudeOf(changed.change), currency)} ${sign > 0 ? 'above' : 'below'} ${before}`;
  return parts === '' ? head : `${head}: ${parts}`;
}

/** One row in a sentence. */
export const rowSentence = (row: FluxRowView, months: { readonly before: string; readonly after: string }): string =>
  `${changeWords(row, row.currency, months)}.`;

export const customerOf = ({ name, customer }: Pick<FluxRowView, 'name' | 'customer'>): string => name ?? customer;

/** What a screen reader hears of a row while the drawer follows the keyboard. */
export const fluxLabel = (row: FluxRowView): string =>
  `${customerOf(row)}, ${row.meter}: ${formatMoney(row.change, row.currency, true)}, ${formatPercent(row.relative)}`;

/** A comparison as CSV, with exact figures. */
export const FLUX_SHEET: CsvSheet<FluxRowView> = {
  head: [
    'name',
    'customer',
    'meter',
    'unit',
    'currency',
    'from_quantity',
    'to_quantity',
    'from_amount',
    'to_amount',
    'change',
    ...FLUX_PARTS,
    'relative',
    'material',
  ],
  fields: (row) => [
    row.name,
    row.customer,
    row.meter,
    row.unit,
    row.currency,
    row.quantity.from,
    row.quantity.to,
    row.from,
    row.to,
    row.change,
    ...FLUX_PARTS.map((part) => row.parts[part]),
    row.relative,
    String(row.material),
  ],
};

export const fluxText = (row: FluxRowView): string => tabbed(FLUX_SHEET.fields(row));

/** Parts that occur at all: only they need a column. */
export const partsIn = (totals: readonly Pick<FluxTotalView, 'meters'>[]): readonly FluxPart[] =>
  FLUX_PARTS.filter((part) => totals.some(({ meters }) => meters.some(({ parts }) => signOfText(parts[part]) !== 0)));

/** "14 cells are left out, because an amount is not known: 9 due, and on no finalised invoice; 5 …" */
export function lackingSentence({ cells, byReason }: FluxSummaryView['lacking']): string {
  const reasons = byReason.map(({ reason, cells: count }) => `${formatCount(count)} ${LACK_WORDS[reason]}`);
  return `${formatCount(cells)} ${plural(cells, 'cell is', 'cells are')} in no figure here, because an amount is not known: ${reasons.join('; ')}.`;
}
