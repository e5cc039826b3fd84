import type {
  InvoiceDetail,
  InvoiceItemView,
  InvoiceLineView,
  InvoiceStepView,
  InvoiceTotalView,
  ProofFooter,
} from '../../../shared/contract/invoice-schemas.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatQuantity, signOfText } from '../../format/number.ts';
import { formatPeriod } from '../../format/time.ts';
import { plural } from '../../format/words.ts';

/** The invoice in a sentence, figures as the contract gives them. */
export function invoiceSentence(detail: InvoiceDetail): string {
  const { currency, state, stripe } = detail;
  const total = totalOf(detail, 'total');
  const ours = formatMoney(total?.ours ?? null, currency);
  if (state === 'incomplete') return `So far this invoice comes to ${ours}, but something that it needs is missing.`;
  if (stripe === null || total === undefined)
    return `This invoice will come to ${ours}. Stripe holds none for the period yet.`;
  const lines = differingLines(detail);
  const worth = `${formatCount(lines)} ${plural(lines, 'line differs', 'lines differ')}`;
  if (signOfText(total.difference) === 0) {
    if (lines === 0 && state === 'matches') return `This invoice comes to ${ours}, line by line as Stripe has it.`;
    return lines === 0
      ? `This invoice comes to ${ours}, as at Stripe, but not in all of its sums.`
      : `This invoice comes to ${ours}, as at Stripe, but ${worth}.`;
  }
  const gap = formatMoney(unsigned(total.difference ?? '0'), currency);
  const side = signOfText(total.difference) > 0 ? 'less' : 'more';
  const start = `This invoice comes to ${ours}; Stripe’s says ${formatMoney(total.stripe, currency)}, ${gap} ${side}.`;
  return lines === 0 ? start : `${start} ${worth}.`;
}

const totalOf = (detail: InvoiceDetail, field: InvoiceTotalView['field']): InvoiceTotalView | undefined =>
  detail.totals.find((total) => total.field === field);

/** How many printed lines are not as Stripe has them. */
export const differingLines = ({ groups }: Pick<InvoiceDetail, 'groups'>): number =>
  groups
    .flatMap(({ items }) => items)
    .flatMap(({ lines }) => lines)
    .filter(isDiffering).length;

const isDiffering = (line: InvoiceLineView): boolean => line.differences.length > 0;

/** Items that are unfolded at first: those that hold a difference. */
export const unfoldedAtFirst = ({ groups }: Pick<InvoiceDetail, 'groups'>): ReadonlySet<string> =>
  new Set(
    groups
      .flatMap(({ items }) => items)
      .filter(({ lines }) => lines.some(isDiffering))
      .map(({ key }) => key),
  );

/** Decimal text without its sign, for a sentence that says `less` or `more`. */
export const unsigned = (text: string): string => text.replace('-', '');

/** The same amount taken off instead of added. */
export function negated(text: string): string;
export function negated(text: string | null): string | null;
export function negated(text: string | null): string | null {
  if (text === null || signOfText(text) === 0) return text;
  return text.startsWith('-') ? text.slice(1) : `-${text}`;
}

const TAKEN_OFF: readonly InvoiceTotalView['field'][] = ['discount', 'credits'];

const TOTAL_WORDS: Readonly<Record<InvoiceTotalView['field'], string>> = {
  subtotal: 'Subtotal',
  discount: 'Discounts',
  credits: 'Credits',
  tax: 'Tax',
  total: 'Total',
  startingBalance: 'Balance brought forward',
  amountDue: 'Amount due',
};

export type TotalRow = InvoiceTotalView & { readonly word: string; readonly isStrong: boolean };

/** The sums of an invoice as it prints them: what is taken off carries a minus. */
export const totalRows = (totals: InvoiceDetail['totals']): readonly TotalRow[] =>
  totals.map((total) => ({
    ...total,
    ...(TAKEN_OFF.includes(total.field)
      ? { ours: negated(total.ours), stripe: negated(total.stripe), difference: negated(total.difference) }
      : {}),
    word: TOTAL_WORDS[total.field],
    isStrong: total.field === 'total' || total.field === 'amountDue',
  }));

/** A single line's unit amount stands on the folded item; several tiers have none in common. */
export function itemUnitAmount({ lines }: InvoiceItemView): string | null {
  const [only] = lines;
  return lines.length === 1 ? (only?.ours?.unitAmount ?? only?.stripe?.unitAmount ?? null) : null;
}

/** What to call a printed line beneath its item: its tier. A proration, or a line that Stripe alone has, tells it itself. */
export function lineWord({ lines, kind }: InvoiceItemView, line: InvoiceLineView): string {
  const { tier, type, upTo } = line;
  if (line.ours === null || kind === 'proration' || kind === 'other') return line.description;
  if (tier === null) return type === 'flat' ? 'Flat fee' : 'The whole quantity';
  if (type === 'flat') return `Flat fee of tier ${tier}`;
  const before = lines.find((other) => other.tier === tier - 1)?.upTo ?? null;
  if (upTo !== null) return `Tier ${tier}, up to ${formatQuantity(upTo)}`;
  return before === null ? `Tier ${tier}` : `Tier ${tier}, above ${formatQuantity(before)}`;
}

/** What to call the lines that a step was applied to: item and tier, by the key of the line. */
export const wordsOfLines = ({ groups }: Pick<InvoiceDetail, 'groups'>): ReadonlyMap<string, string> =>
  new Map(
    groups
      .flatMap(({ items }) => items)
      .flatMap((item) =>
        item.lines.map((line) => [
          line.key,
          item.lines.length === 1 ? item.description : `${item.description}, ${lower(lineWord(item, line))}`,
        ]),
      ),
  );

const lower = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

/** Where the exact amount of a line has digits that the printed one has not: that amount, else null. */
export function exactBeyond(exact: string | null, amount: string | null): string | null {
  if (exact === null || amount === null) return null;
  const bare = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  return bare(exact) === bare(amount) ? null : exact;
}

type Difference = InvoiceLineView['differences'][number];
type Field = Difference['field'];

/** Fields that have a column of their own, where what Stripe says stands beneath ours. */
const OWN_COLUMN: readonly Field[] = ['amount', 'quantity', 'unitAmount'];

const FIELD_WORDS: Readonly<Record<Exclude<Field, 'line'>, string>> = {
  amount: 'amount',
  quantity: 'quantity',
  unitAmount: 'unit price',
  servicePeriod: 'service period',
  discount: 'discount',
  credits: 'credits',
  tax: 'tax',
};

/** What Stripe says instead in a column of its own, or null where it says the same. */
export function stripeSays(line: InvoiceLineView, field: 'quantity' | 'unitAmount', currency: string): string | null {
  const found = line.differences.find((difference) => difference.field === field);
  return found === undefined ? null : differenceValue(field, found.stripe, currency);
}

/** What else differs of a line: `service period Jun 2026 at Stripe`. */
export const differenceWords = ({ differences }: InvoiceLineView, currency: string): readonly string[] =>
  differences.flatMap(({ field, ours, stripe }) => {
    if (field === 'line') return ours === null ? 'only Stripe has this line' : 'Stripe has no such line';
    return OWN_COLUMN.includes(field)
      ? []
      : `${FIELD_WORDS[field]} ${differenceValue(field, stripe, currency)} at Stripe`;
  });

function differenceValue(field: Field, text: string | null, currency: string): string {
  if (text === null) return 'absent';
  if (field === 'quantity') return formatQuantity(text);
  if (field !== 'servicePeriod') return formatMoney(text, currency);
  const [from = '', to = ''] = text.split('/');
  return formatPeriod(from, to);
}

/** What the engine proved on history, as the footer says it. */
export function proofSentence(proof: ProofFooter | null): string {
  if (proof === null || proof.lines === 0)
    return 'No finalised invoice has been pulled yet, so the engine has not been held against history.';
  return `Rated by the engine that re-rated ${formatCount(proof.exact)} of ${formatCount(proof.lines)} finalised lines exactly.`;
}

/** Details of a step in words: of a grant, of a tax. */
export function stepDetail({ grant, tax }: InvoiceStepView, currency: string): string | null {
  if (grant !== null)
    return `${formatMoney(grant.applied, currency)} of ${formatMoney(grant.amount, currency)} applied, ${formatMoney(grant.left, currency)} left`;
  if (tax !== null)
    return `${tax.percentage} % of ${formatMoney(tax.taxable, currency)}, ${tax.isInclusive ? 'part of the prices' : 'on top'}`;
  return null;
}
