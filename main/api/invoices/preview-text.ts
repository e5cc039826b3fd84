import type { BuiltLine } from '../../../shared/rating/invoice/built-invoice.ts';
import { layout } from '../../../shared/reports/layout.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { majorOf } from './detail-lines.ts';
import type { Preview, PreviewState } from './preview.ts';
import type { PreviewHead, ProofCounts } from './preview-document.ts';
import { compareInvoices, type TotalField } from './stripe-invoice.ts';

/** What a person should look at comes first. */
const STATES: readonly PreviewState[] = ['differs', 'incomplete', 'no_invoice', 'matches'];

type StateWords = { readonly mark: string; readonly one: string; readonly many: string };

const STATE_WORDS: Readonly<Record<PreviewState, StateWords>> = {
  differs: { mark: '✗', one: 'differs from Stripe', many: 'differ from Stripe' },
  incomplete: { mark: '?', one: 'incomplete', many: 'incomplete' },
  no_invoice: { mark: '○', one: 'not at Stripe', many: 'not at Stripe' },
  matches: { mark: '✓', one: 'matches Stripe', many: 'match Stripe' },
};

/** Descriptions say quantity and price: longer than a name. */
const LONGEST_TEXT = 72;

/** The previews that a terminal shows, and the counts and sums of all: memory is that of those shown. */
export class PreviewDigest {
  readonly #limit: number;
  readonly #kept = new Map<PreviewState, Preview[]>();
  readonly #counts = new Map<PreviewState, number>();
  readonly #sums = new Map<string, bigint>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(preview: Preview): void {
    const { state, invoice } = preview;
    this.#counts.set(state, (this.#counts.get(state) ?? 0) + 1);
    this.#sums.set(invoice.currency, (this.#sums.get(invoice.currency) ?? 0n) + invoice.totalMinor);
    const kept = this.#kept.get(state) ?? [];
    if (kept.length < this.#limit) kept.push(preview);
    this.#kept.set(state, kept);
  }

  /** What differs first, as many as the limit allows. */
  get shown(): readonly Preview[] {
    return STATES.flatMap((state) => this.#kept.get(state) ?? []).slice(0, this.#limit);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** "2026-05: 6 invoices, USD 3.95 in all: 2 differ from Stripe, 1 incomplete." */
  sentence({ month, quantities }: PreviewHead): string {
    if (this.total === 0) return `${month}: no usage period of a subscription begins in it.`;
    const sums = [...this.#sums]
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([currency, minor]) => `${currency.toUpperCase()} ${formatMinorAsMajor(minor, currency)}`);
    const counts = STATES.flatMap((state) => {
      const count = this.#counts.get(state) ?? 0;
      return count === 0 ? [] : [`${count} ${STATE_WORDS[state][count === 1 ? 'one' : 'many']}`];
    });
    const invoices = `${this.total} ${this.total === 1 ? 'invoice' : 'invoices'}`;
    return `${month} as ${quantities}: ${invoices}, ${sums.join(', ')} in all: ${counts.join(', ')}.`;
  }
}

/** What `tieout preview` prints: the sum in a sentence, the invoices, and what the engine proved. */
export function previewText(head: PreviewHead, digest: PreviewDigest, proof: ProofCounts | null): string {
  const { shown, total } = digest;
  const parts = [digest.sentence(head), ...shown.map((preview) => `\n${invoiceText(preview)}`)];
  if (total > shown.length) parts.push('', `and ${total - shown.length} more; --limit or --json gives all`);
  parts.push('', proofLine(proof));
  return `${parts.join('\n')}\n`;
}

/** Stands under every preview: a preview is worth what this number says. */
export function proofLine(proof: ProofCounts | null): string {
  if (proof === null) return 'No finalised invoice in the cache to prove the engine on.';
  const lines = proof.lines + proof.licensed.lines;
  return `Rated by the engine that re-rated ${proof.exact + proof.licensed.exact} of ${lines} finalised lines exactly.`;
}

/** One invoice: its lines with every tier, what comes off and on, Stripe's figures beside, differences marked. */
function invoiceText(preview: Preview): string {
  const { customer, subscription, invoice, stripe, state, notes } = preview;
  const { mark, one: words } = STATE_WORDS[state];
  const name = customer.name === null ? customer.id : `${customer.name} (${customer.id})`;
  const period = `${dayText(invoice.period.from)} – ${dayText(invoice.period.to)}`;
  const at = stripe === null ? '' : `, ${stripe.status} ${stripe.number ?? stripe.id}`;
  const title = `${mark} ${name} · ${subscription.id} · ${period} · ${invoice.currency.toUpperCase()} · ${words}${at}`;
  const rows = [...lineRows(preview), ...stepRows(preview), ...totalRows(preview)];
  const header = ['', 'quantity', 'each', 'amount', ...(stripe === null ? [] : ['Stripe', ''])];
  const table = layout(
    header,
    rows.map((row) => row.slice(0, header.length)),
    'lrrrrl',
    LONGEST_TEXT,
  );
  const said = notes.map(({ message, remedy, severity }) => {
    const text = `  ${severity === 'warning' ? '·' : '!'} ${message}`;
    return remedy === undefined ? text : `${text}\n    → ${remedy}`;
  });
  return [printable(title), ...table.map((line) => `  ${line}`), ...said.map(printable)].join('\n');
}

/** Midnights are days; other instants keep their time. */
const dayText = (at: Instant): string => formatInstant(at).replace('T00:00:00Z', '');

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences in a customer's name are what this removes
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;
const printable = (text: string): string => text.replace(CONTROL, '·');

const marked = (isDifferent: boolean): string => (isDifferent ? '✗' : '');

function lineRows(preview: Preview): string[][] {
  const { invoice, stripe, comparison } = preview;
  const major = (minor: bigint): string => formatMinorAsMajor(minor, invoice.currency);
  if (stripe === null) return invoice.lines.map((line) => [...ourCells(line, invoice.currency), '', '']);
  const { pairs } = comparison ?? compareInvoices(invoice, stripe);
  return pairs.flatMap((pair) => {
    const theirs = pair.stripe.reduce((sum, index) => sum + (stripe.lines[index]?.amountMinor ?? 0n), 0n);
    const amount = pair.stripe.length === 0 ? '–' : major(theirs);
    const fields = pair.differences.map(({ field }) => field);
    const mark = comparison === null || fields.length === 0 ? '' : `✗ ${fields.join(', ')}`;
    if (pair.ours.length === 0) {
      return pair.stripe.map((index) => {
        const line = stripe.lines[index];
        return [
          line?.description ?? line?.priceId ?? line?.id ?? '',
          '',
          '',
          '–',
          major(line?.amountMinor ?? 0n),
          mark,
        ];
      });
    }
    return pair.ours.map((index, place) => {
      const line = invoice.lines[index] as BuiltLine;
      return [...ourCells(line, invoice.currency), place === 0 ? amount : '', place === 0 ? mark : ''];
    });
  });
}

const ourCells = (line: BuiltLine, currency: string): string[] => [
  line.type === 'flat' ? `  flat fee, tier ${line.tier}` : line.description,
  line.type === 'flat' ? '' : formatDecimal(line.rawQuantity ?? line.quantity),
  line.unitAmount === null || line.type === 'flat' ? '' : majorOf(line.unitAmount, currency),
  formatMinorAsMajor(line.amountMinor, currency),
];

/** Between the lines and the total: each with its own amount. Stripe's stand beside their sums below. */
function stepRows({ invoice }: Preview): string[][] {
  return invoice.steps
    .filter(({ type, amountMinor }) => type !== 'lines' && type !== 'balance' && amountMinor !== 0n)
    .map((step) => [
      `${step.label}${step.isIncluded ? ' (included)' : ''}`,
      '',
      '',
      formatMinorAsMajor(step.amountMinor, invoice.currency),
      '',
      '',
    ]);
}

const TOTAL_WORDS: Readonly<Record<TotalField, string>> = {
  subtotal: 'Subtotal',
  discount: 'Discounts',
  credits: 'Credits',
  tax: 'Tax',
  total: 'TOTAL',
  startingBalance: 'Balance before',
  amountDue: 'AMOUNT DUE',
};
const ALWAYS: ReadonlySet<TotalField> = new Set(['subtotal', 'total', 'amountDue']);

function totalRows({ invoice, stripe, comparison }: Preview): string[][] {
  const major = (minor: bigint): string => formatMinorAsMajor(minor, invoice.currency);
  const ours: Readonly<Record<TotalField, bigint>> = {
    subtotal: invoice.subtotalMinor,
    discount: -invoice.discountMinor,
    credits: -invoice.creditMinor,
    tax: invoice.taxMinor,
    total: invoice.totalMinor,
    startingBalance: invoice.startingBalanceMinor,
    amountDue: invoice.amountDueMinor,
  };
  const totals = stripe === null ? [] : (comparison ?? compareInvoices(invoice, stripe)).totals;
  return (Object.keys(TOTAL_WORDS) as TotalField[]).flatMap((field) => {
    const compared = totals.find((total) => total.field === field);
    const theirs =
      compared === undefined ? null : field === 'discount' || field === 'credits' ? -compared.stripe : compared.stripe;
    if (!ALWAYS.has(field) && ours[field] === 0n && (theirs ?? 0n) === 0n) return [];
    const isDifferent = comparison !== null && (compared?.difference ?? 0n) !== 0n;
    return [
      [TOTAL_WORDS[field], '', '', major(ours[field]), theirs === null ? '' : major(theirs), marked(isDifferent)],
    ];
  });
}
