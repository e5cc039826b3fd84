import type { InvoiceRow, InvoiceState, InvoicesWindow } from '../../../shared/contract/invoice-schemas.ts';
import { INVOICE_STATE_WORDS } from '../../format/billing-words.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, type Sign, signOfText } from '../../format/number.ts';
import { plural } from '../../format/words.ts';
import { type CsvSheet, tabbed } from '../../table/csv.ts';

type Overview = Pick<InvoicesWindow, 'all' | 'byState' | 'totals'>;

/** The invoices of a month in a sentence, figures as the contract gives them. */
export function invoicesSentence({ all, byState, totals }: Overview): string {
  if (all === 0) return 'There is nothing to invoice in this month.';
  const rest = [
    ...(byState.incomplete === 0 ? [] : [`${formatCount(byState.incomplete)} cannot be judged yet`]),
    ...(byState.no_invoice === 0
      ? []
      : [`${formatCount(byState.no_invoice)} ${plural(byState.no_invoice, 'has', 'have')} no invoice at Stripe yet`]),
  ];
  const tail = rest.length === 0 ? '' : ` ${sentenceCase(rest.join(', '))}.`;
  if (byState.differs === 0) {
    if (byState.matches === 0) return `${formatCount(all)} ${plural(all, 'invoice')} to come.${tail}`;
    return `${byState.matches === all ? 'All' : ''} ${formatCount(byState.matches)} ${plural(byState.matches, 'invoice')} that Stripe holds ${plural(byState.matches, 'matches', 'match')}, line by line.${tail}`.trim();
  }
  const start = `${formatCount(byState.differs)} of ${formatCount(all)} invoices ${plural(byState.differs, 'differs', 'differ')} from Stripe’s`;
  return `${start}${gapWords(totals)}.${tail}`;
}

/** What the invoices of Stripe come to beyond ours, and short of ours. */
function gapWords(totals: Overview['totals']): string {
  const amounts = (sign: Sign): string[] =>
    totals
      .filter(({ difference }) => signOfText(difference) === sign)
      .map(({ difference, currency }) => formatMoney((difference ?? '0').replace('-', ''), currency));
  const parts = [
    ...(amounts(-1).length === 0 ? [] : [`${list(amounts(-1))} more`]),
    ...(amounts(1).length === 0 ? [] : [`${list(amounts(1))} less`]),
  ];
  return parts.length === 0
    ? ', but not in what they come to together'
    : `; together Stripe bills ${parts.join(' and ')}`;
}

const sentenceCase = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** Sums in the order of the currencies of the month. */
export const inOrder = (totals: Overview['totals'], currencies: readonly string[]): Overview['totals'] =>
  [...totals].sort((a, b) => currencies.indexOf(a.currency) - currencies.indexOf(b.currency));

export type StateChip = { readonly state: InvoiceState; readonly word: string; readonly count: number };

/** States that occur, what differs first. */
export const stateChips = (byState: InvoicesWindow['byState']): readonly StateChip[] =>
  (Object.keys(INVOICE_STATE_WORDS) as InvoiceState[])
    .filter((state) => byState[state] > 0)
    .map((state) => ({ state, word: INVOICE_STATE_WORDS[state].word, count: byState[state] }));

/** Invoices with their exact figures. */
export const INVOICES_SHEET: CsvSheet<InvoiceRow> = {
  head: [
    'name',
    'customer',
    'subscription',
    'from',
    'to',
    'currency',
    'subtotal',
    'discount',
    'credits',
    'tax',
    'total',
    'amount_due',
    'stripe_number',
    'stripe_status',
    'stripe_total',
    'difference',
    'state',
  ],
  fields: (row) => [
    row.name,
    row.customer,
    row.subscription,
    row.period.from,
    row.period.to,
    row.currency,
    row.subtotal,
    row.discount,
    row.credits,
    row.tax,
    row.total,
    row.amountDue,
    row.stripe?.number,
    row.stripe?.status,
    row.stripe?.total,
    row.difference,
    row.state,
  ],
};

/** An invoice as tab-separated text with its exact figures, for the clipboard. */
export const invoiceText = (row: InvoiceRow): string => tabbed(INVOICES_SHEET.fields(row));
