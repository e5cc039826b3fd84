import type { CellRow, MonthSummary } from '../../../shared/contract/schemas.ts';
import { CSV_COLUMNS } from '../../../shared/reports/csv.ts';
import { compare, type Decimal, parseDecimal } from '../../../shared/values/decimal.ts';
import { minorDigits } from '../../../shared/values/money.ts';
import { BILLING_WORDS, type BillingVerdict } from '../../format/billing-words.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, signOfText } from '../../format/number.ts';
import { plural, VERDICT_WORDS, type Verdict } from '../../format/words.ts';
import type { CsvSheet } from '../../table/csv.ts';

const amounts = (list: MonthSummary['unbilled']): string => {
  const words = list.map(({ amount, currency }) => formatMoney(amount, currency));
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
};

/** The month in a sentence, figures as the contract gives them. */
export function monthSentence(summary: MonthSummary): string {
  const { structural, cells, unbilled, overbilled, byVerdict } = summary;
  if (cells === 0) return 'Nothing has been pulled for this month.';
  if (byVerdict.invalid > 0) {
    return `${formatCount(byVerdict.invalid)} ${plural(byVerdict.invalid, 'cell holds a value', 'cells hold values')} that cannot be used, so the month cannot be judged.`;
  }
  if (structural === 0) {
    if (byVerdict.incomplete > 0) {
      return `Nothing is known to be wrong, but ${formatCount(byVerdict.incomplete)} ${plural(byVerdict.incomplete, 'cell')} could not be compared.`;
    }
    const waiting =
      byVerdict.stale === 0
        ? ''
        : ` ${formatCount(byVerdict.stale)} ${plural(byVerdict.stale, 'waits', 'wait')} for the next push.`;
    return `Every cell ties out: ${formatCount(cells)} ${plural(cells, 'cell')} compared.${waiting}`;
  }
  const worth = [
    ...(unbilled.length === 0 ? [] : [`${amounts(unbilled)} of usage is unbilled`]),
    ...(overbilled.length === 0 ? [] : [`${amounts(overbilled)} is billed too much`]),
  ];
  const start = `${formatCount(structural)} of ${formatCount(cells)} cells ${plural(structural, 'does', 'do')} not tie out`;
  return worth.length === 0 ? `${start}.` : `${start}: ${worth.join(', ')}.`;
}

/** Currencies of the month, the main one first: that with the most cells off, then that with the most money. */
export function currenciesOf(summary: MonthSummary): readonly string[] {
  const cellsOff = (currency: string): number =>
    [...summary.unbilled, ...summary.overbilled]
      .filter((row) => row.currency === currency)
      .reduce((cells, row) => cells + row.cells, 0);
  return [...summary.money]
    .sort((a, b) => cellsOff(b.currency) - cellsOff(a.currency) || compare(sizeOf(b), sizeOf(a)))
    .map(({ currency }) => currency);
}

/** Money without a rate of exchange: a yen, which has no cents, counts as a cent. It decides on an order alone. */
function sizeOf({ currency, measured, metered }: MonthSummary['money'][number]): Decimal {
  const amount = parseDecimal(measured ?? metered ?? '0');
  return minorDigits(currency) === 0 ? { ...amount, scale: amount.scale + 2 } : amount;
}

/** The rows of money that differ; where none does, the first one says so for all. */
export function worthShowing(money: MonthSummary['money']): MonthSummary['money'] {
  const off = money.filter(({ difference }) => signOfText(difference) !== 0);
  return off.length > 0 ? off : money.slice(0, 1);
}

/** Whether any cell of the month has been invoiced. */
export const isAnyBilled = (summary: MonthSummary): boolean =>
  summary.billedAgainstMetered.length > 0 ||
  summary.meters.some((meter) => meter.billed !== null) ||
  summary.money.some(({ billed }) => billed !== null);

/** What the billed total holds, or why there is none: nothing is invoiced yet. */
export function billedNote(summary: MonthSummary, currency: string): string {
  const gap = summary.billedAgainstMetered.find((row) => row.currency === currency);
  if (gap !== undefined && gap.cells > 0)
    return `${formatCount(gap.cells)} ${plural(gap.cells, 'cell differs', 'cells differ')}`;
  if (billedTotal(summary, currency) !== null) return 'invoice lines';
  if (isAnyBilled(summary)) return 'not for every cell';
  return summary.byBilling.not_final > 0 ? 'only drafts so far' : 'no invoice yet';
}

/** The one currency that a column header may name; null where rows have to. */
export const onlyCurrency = (summary: MonthSummary | undefined): string | null =>
  summary !== undefined && summary.money.length === 1 ? (summary.money[0]?.currency ?? null) : null;

export type VerdictChip = { readonly verdict: Verdict; readonly word: string; readonly count: number };

/** Verdicts that occur, what is wrong first, what agrees last. */
export function verdictChips(byVerdict: MonthSummary['byVerdict']): readonly VerdictChip[] {
  const rank = { structural: 0, stale: 1, incomplete: 2, agree: 3 } as const;
  return (Object.keys(VERDICT_WORDS) as Verdict[])
    .filter((verdict) => byVerdict[verdict] > 0)
    .map((verdict) => ({ verdict, word: VERDICT_WORDS[verdict].word, count: byVerdict[verdict] }))
    .sort((a, b) => rank[VERDICT_WORDS[a.verdict].tone] - rank[VERDICT_WORDS[b.verdict].tone]);
}

/** What the invoices charge against what Stripe metered, in a sentence. */
export function billedGapSentence(gap: MonthSummary['billedAgainstMetered'][number]): string {
  const { currency, difference, cells } = gap;
  const where = `in ${formatCount(cells)} ${plural(cells, 'cell')}`;
  const sign = signOfText(difference);
  if (sign === 0)
    return `Invoices charge other lines than Stripe metered ${where}, though the sum in ${currency.toUpperCase()} is the same.`;
  const amount = formatMoney(difference.replace('-', ''), currency);
  return `Invoices charge ${amount} ${sign > 0 ? 'less' : 'more'} than Stripe metered, ${where}.`;
}

/** What the invoices of a currency charge: as far as there are invoices, where not every cell has one. */
export const billedTotal = (summary: MonthSummary, currency: string): string | null =>
  summary.money.find((row) => row.currency === currency)?.billed ??
  summary.billedAgainstMetered.find((row) => row.currency === currency)?.billed ??
  null;

type BillingChip = { readonly verdict: BillingVerdict; readonly word: string; readonly count: number };

/** Billing verdicts that occur, what is wrong first. */
export const billingChips = (byBilling: MonthSummary['byBilling']): readonly BillingChip[] =>
  (Object.keys(BILLING_WORDS) as BillingVerdict[])
    .filter((verdict) => byBilling[verdict] > 0)
    .map((verdict) => ({ verdict, word: BILLING_WORDS[verdict].word, count: byBilling[verdict] }));

/** The rows of a month as the export writes them (interfaces.md section 5); the notes are in the file alone. */
export const cellsSheet = (month: string): CsvSheet<CellRow> => ({
  head: CSV_COLUMNS,
  fields: (row) => [
    month,
    row.customer,
    row.usageId,
    row.name,
    row.meter,
    row.unit,
    row.measured,
    row.metered,
    row.billed,
    row.drift?.absolute,
    row.drift?.relative,
    row.verdict,
    row.cause?.code,
    row.money?.currency,
    row.money?.measured,
    row.money?.metered,
    row.money?.billed,
    row.money?.difference,
    '',
  ],
});

/** A row as tab-separated text with its exact figures, for the clipboard. */
export function rowText(row: CellRow): string {
  return [
    row.name,
    row.customer,
    row.usageIds.join(' '),
    row.meter,
    row.unit,
    row.measured,
    row.metered,
    row.billed,
    row.drift?.absolute,
    row.drift?.relative,
    row.verdict,
    row.cause?.code,
    row.money?.currency,
    row.money?.difference,
  ]
    .map((part) => part ?? '')
    .join('\t');
}

/** What a row says to a screen reader when the drawer follows the keyboard. */
export const rowLabel = (row: CellRow, name: string): string =>
  `${name}, ${row.meter}, ${VERDICT_WORDS[row.verdict].word}`;
