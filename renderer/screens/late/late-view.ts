import type {
  LateCompleteness,
  LateDetail,
  LateRow,
  LateState,
  LateSummary,
  LateTotals,
} from '../../../shared/contract/late-schemas.ts';
import { LATE_STATE_WORDS, NO_FIGURE_SHORT, NO_FIGURE_WORDS } from '../../format/late-words.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatQuantity, signOfText } from '../../format/number.ts';
import { formatHour, formatMonth } from '../../format/time.ts';
import { plural } from '../../format/words.ts';
import { type CsvSheet, tabbed } from '../../table/csv.ts';

/** Decimal text without its sign. */
export const magnitudeOf = (text: string): string => text.replace('-', '');

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const amountsOf = (totals: readonly LateTotals[], field: 'total' | 'undecided', isBare: boolean): string =>
  list(
    totals
      .filter((each) => signOfText(each[field]) !== 0)
      .map((each) => formatMoney(isBare ? magnitudeOf(each[field]) : each[field], each.currency)),
  );

/** The late usage of a month in a sentence, figures as the contract gives them. */
export function lateSentence(summary: LateSummary): string {
  const month = formatMonth(summary.month);
  if (summary.state === 'not_billed')
    return summary.isOpen
      ? `${month} is still open: nothing of it is billed, so nothing can be late.`
      : `No invoice of ${month} is finalised yet, so nothing can be late.`;
  if (summary.rows === 0) return `Nothing arrived after ${month} was billed.`;
  const { incomplete } = summary.byState;
  const tail =
    incomplete === 0
      ? ''
      : ` For ${formatCount(incomplete)} ${plural(incomplete, 'row')} it cannot be said what arrived late.`;
  return `${worthWords(summary, month)}${decidedWords(summary)}.${tail}`;
}

function worthWords({ totals, rows }: LateSummary, month: string): string {
  const signs = new Set(totals.map(({ total }) => signOfText(total)));
  if (signs.has(1) && !signs.has(-1))
    return `Usage worth ${amountsOf(totals, 'total', true)} arrived after ${month} was billed`;
  if (signs.has(-1) && !signs.has(1))
    return `After ${month} was billed, usage worth ${amountsOf(totals, 'total', true)} was taken back`;
  if (signs.has(1))
    return `Usage that arrived after ${month} was billed changes it by ${amountsOf(totals, 'total', false)}`;
  return `After ${month} was billed, usage of ${formatCount(rows)} ${plural(rows, 'customer and meter', 'customers and meters')} changed; together it comes to nothing`;
}

function decidedWords({ byState, totals }: LateSummary): string {
  if (byState.undecided === 0) return byState.incomplete === 0 ? '; all of it is decided' : '';
  const isNothingDecided = byState.carried_forward + byState.waived + byState.invoiced === 0;
  if (isNothingDecided) return '; nothing of it is decided yet';
  const open = amountsOf(totals, 'undecided', false);
  const count = `${formatCount(byState.undecided)} ${plural(byState.undecided, 'correction')}`;
  return open === ''
    ? `; ${count} ${plural(byState.undecided, 'is', 'are')} still to be decided`
    : `; ${count}, worth ${open}, ${plural(byState.undecided, 'is', 'are')} still to be decided`;
}

/** Sums in the order of the currencies of the month. */
export const inOrder = (totals: readonly LateTotals[], currencies: readonly string[]): readonly LateTotals[] =>
  [...totals].sort((a, b) => currencies.indexOf(a.currency) - currencies.indexOf(b.currency));

export type StateChip = { readonly state: LateState; readonly word: string; readonly count: number };

/** States that occur, what is to be done first. */
export const stateChips = (byState: LateSummary['byState']): readonly StateChip[] =>
  (Object.keys(LATE_STATE_WORDS) as LateState[])
    .filter((state) => byState[state] > 0)
    .map((state) => ({ state, word: LATE_STATE_WORDS[state].word, count: byState[state] }));

/** What a row stands for: what is left to book, or what was booked where nothing is left. */
export const worthOf = ({ state, correction, invoiced }: Pick<LateRow, 'state' | 'correction' | 'invoiced'>) =>
  state === 'invoiced' ? invoiced : correction;

/** Corrections with their exact figures. */
export const LATE_SHEET: CsvSheet<LateRow> = {
  head: [
    'name',
    'customer',
    'meter',
    'unit',
    'currency',
    'booked_quantity',
    'booked_amount',
    'late',
    'drift_at_billing',
    'correction',
    'invoiced',
    'state',
    'author',
    'note',
    'digest',
  ],
  fields: (row) => [
    row.name,
    row.customer,
    row.meter,
    row.unit,
    row.currency,
    row.booked.quantity,
    row.booked.amount,
    row.late,
    row.driftAtBilling,
    row.correction,
    row.invoiced,
    row.state,
    row.decision?.author,
    row.decision?.note,
    row.digest,
  ],
};

/** A row as tab-separated text with its exact figures, for the clipboard. */
export const lateText = (row: LateRow): string => tabbed(LATE_SHEET.fields(row));

export const customerOf = ({ name, customer }: Pick<LateRow, 'name' | 'customer'>): string => name ?? customer;

/** What a screen reader hears of a row while the drawer follows the keyboard. */
export const lateLabel = (row: LateRow): string =>
  `${customerOf(row)}, ${row.meter}: ${formatMoney(worthOf(row), row.currency, true)}, ${LATE_STATE_WORDS[row.state].word}`;

/** One correction in a sentence. */
export function detailSentence({ row, runs }: Pick<LateDetail, 'row' | 'runs'>): string {
  const billed = runs.filter(({ kind, voided }) => kind === 'billed' && voided === null);
  const invoice = billed.length === 1 ? (billed[0]?.invoice?.number ?? null) : null;
  const made = invoice === null ? 'after it was billed' : `after invoice ${invoice} was made`;
  const sign = signOfText(row.late);
  if (row.late === null || row.state === 'incomplete') return `What arrived ${made} cannot be said.`;
  if (sign === 0) return `Usage was moved within the period ${made}${worthTail(row)}.`;
  const amount = `${formatQuantity(magnitudeOf(row.late))} ${row.unit}`;
  return sign > 0
    ? `${amount} arrived ${made}${worthTail(row)}.`
    : `${amount} were taken back ${made}${worthTail(row)}.`;
}

function worthTail(row: LateRow): string {
  const worth = worthOf(row);
  const sign = signOfText(worth);
  if (worth === null) return '';
  if (sign === 0) return ', which changes no amount';
  const money = formatMoney(magnitudeOf(worth), row.currency);
  if (row.state === 'invoiced') return `; ${money} ${sign > 0 ? 'more' : 'less'} was invoiced for it`;
  return sign > 0 ? `, worth ${money} more` : `, worth ${money} less`;
}

/** Whether the usage of a meter is complete to the end of the month. */
export const isWhole = ({ watermark }: LateCompleteness, end: string): boolean =>
  watermark !== null && watermark >= end;

/** Up to where the usage of a meter is complete: `Whole month`, `29 Apr 08:00 UTC`; null where nothing was learned. */
export function watermarkWords(completeness: LateCompleteness, end: string): string | null {
  if (completeness.watermark === null) return null;
  return isWhole(completeness, end) ? 'Whole month' : `${formatHour(completeness.watermark)} UTC`;
}

/** What the figures about completeness rest on. */
export function basisWords({ why, basis }: LateCompleteness): string {
  if (why !== null) return `No estimate: ${NO_FIGURE_WORDS[why]}.`;
  return `From ${formatCount(basis.pulls)} ${plural(basis.pulls, 'pull')}, ${formatCount(basis.hours)} settled ${plural(basis.hours, 'hour')} of ${formatCount(basis.months)} ${plural(basis.months, 'month')}.`;
}

/** The same in a few words, for a column. */
export const basisShort = ({ why, basis }: LateCompleteness): string =>
  why === null
    ? `${formatCount(basis.pulls)} ${plural(basis.pulls, 'pull')}, ${formatCount(basis.months)} ${plural(basis.months, 'month')}`
    : NO_FIGURE_SHORT[why];
