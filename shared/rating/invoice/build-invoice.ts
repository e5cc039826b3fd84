import type { SubscriptionItem } from '../../billing/subscription.ts';
import { type Problem, TieoutError } from '../../errors.ts';
import { decimal } from '../../values/decimal.ts';
import { formatDayAndHour } from '../../values/instant.ts';
import { formatMoney } from '../../values/money.ts';
import { type Net, sumNets } from '../adjust/net.ts';
import { moneyRounding } from '../options.ts';
import { applyCredits } from './apply-credits.ts';
import { applyDiscounts } from './apply-discounts.ts';
import { applyTaxes } from './apply-taxes.ts';
import { settleBalance } from './balance.ts';
import type { BuiltInvoice, BuiltLine, Step } from './built-invoice.ts';
import { type InvoiceContext, knownPrice } from './context.ts';
import type { DraftLine } from './draft-line.ts';
import type { InvoiceInput } from './input.ts';
import { endOf } from './item-spans.ts';
import { licensedLines } from './licensed-lines.ts';
import { meteredLines } from './metered-lines.ts';
import { Notes } from './notes.ts';
import { proratedChanges, prorationLines } from './proration-lines.ts';

/**
 * The whole invoice of a subscription when a period ends: metered lines for the period that ended, licensed lines for
 * the one that begins, prorations between. What cannot be known is left out and said in `notes`, never guessed.
 *
 * The order of steps is Stripe's: line amounts → discounts (item, then invoice) → billing credits → tax → balance.
 * @see stripe.md, Order on an invoice
 */
export function buildInvoice(input: InvoiceInput): BuiltInvoice {
  const { subscription, customer, period, options } = input;
  const notes = new Notes();
  const { currency } = subscription;
  const context: InvoiceContext = { input, currency, rounding: moneyRounding(options, currency), notes };
  const drafts = isBilled(context) ? draftLines(context) : [];
  const gross = drafts.map(({ exact, amountMinor }): Net => ({ exact, minor: amountMinor }));
  const discounted = applyDiscounts(context, drafts, gross);
  const credited = applyCredits(context, drafts, discounted.nets);
  const taxed = applyTaxes(context, drafts, credited.nets);
  const lines = drafts.map(
    ({ isDiscountable: _, isMeterLine: __, ...line }, index): BuiltLine => ({
      ...line,
      discounts: discounted.perLine[index] ?? [],
      credits: credited.perLine[index] ?? [],
      taxes: taxed.perLine[index] ?? [],
    }),
  );
  const subtotal = sumNets(gross);
  const taxes = lines.flatMap((line) => line.taxes);
  const inclusiveTaxMinor = sumOf(taxes.filter(({ isInclusive }) => isInclusive));
  const taxMinor = sumOf(taxes);
  const totalMinor = sumNets(credited.nets).minor + taxMinor - inclusiveTaxMinor;
  const startingBalanceMinor = customer.balanceMinor;
  const balanced = settleBalance(totalMinor, startingBalanceMinor);
  return {
    customerId: customer.id,
    subscriptionId: subscription.id,
    period,
    status: 'draft',
    currency,
    lines,
    subtotalMinor: subtotal.minor,
    discountMinor: sumOf(lines.flatMap(({ discounts }) => discounts)),
    creditMinor: sumOf(lines.flatMap(({ credits }) => credits)),
    taxMinor,
    inclusiveTaxMinor,
    totalMinor,
    startingBalanceMinor,
    endingBalanceMinor: balanced.endingMinor,
    amountDueMinor: balanced.amountDueMinor,
    steps: [
      linesStep(drafts, subtotal),
      ...discounted.steps,
      ...credited.steps,
      ...taxed.steps,
      ...balanceStep(balanced.amountDueMinor - totalMinor, balanced.endingMinor, currency),
    ],
    notes: notes.all,
    isComplete: notes.isComplete,
  };
}

/** Whether the subscription bills at all when the period ends; where not, that is said. */
function isBilled({ input, notes }: InvoiceContext): boolean {
  const { subscription, period, at } = input;
  const { status, pausedCollection } = subscription;
  const end = endOf(subscription);
  const isOver = end !== null && end <= period.from && period.from < period.to;
  if (status === 'paused' || status === 'incomplete_expired' || isOver) {
    const why = isOver ? `ended on ${formatDayAndHour(end)} UTC` : `is ${status.replace('_', ' ')}`;
    notes.warning('invoice.subscription_inactive', [subscription.id], `${subscription.id} ${why} and bills nothing.`);
    return false;
  }
  if (pausedCollection !== null && (pausedCollection.resumesAt === null || at < pausedCollection.resumesAt)) {
    notes.warning(
      'invoice.collection_paused',
      [subscription.id],
      `Collection of ${subscription.id} is paused: ${PAUSED[pausedCollection.behavior]}`,
    );
  }
  return true;
}

const PAUSED = {
  keep_as_draft: 'the invoice stays a draft.',
  mark_uncollectible: 'the invoice becomes uncollectible.',
  void: 'the invoice becomes void and bills nothing.',
} as const;

const draftLines = (context: InvoiceContext): readonly DraftLine[] => [
  ...proratedChanges(context.input).flatMap((change, index) =>
    ratable(context, change.itemId, () => prorationLines(context, change, index)),
  ),
  ...(context.input.isOnlyProrations === true ? [] : context.input.subscription.items)
    .filter(({ created }) => created <= latestItem(context))
    .flatMap((item) => ratable(context, item.id, () => linesOfItem(context, item))),
];

/** An item that came after the period is no part of it; the invoice at creation shows those made with the subscription. */
const latestItem = ({ input: { period, subscription } }: InvoiceContext): number =>
  Math.max(period.to, period.from === period.to ? subscription.created + CREATION_MS : 0);
const CREATION_MS = 60_000;

function linesOfItem(context: InvoiceContext, item: SubscriptionItem): readonly DraftLine[] {
  const known = knownPrice(context, item.id, item.priceId);
  if (known === null) return [];
  return known.price.usageType === 'metered' ? meteredLines(context, item, known) : licensedLines(context, item, known);
}

/** What cannot be rated is left out, with everything that the rater found wrong. */
function ratable(
  { input, notes }: InvoiceContext,
  about: string,
  rate: () => readonly DraftLine[],
): readonly DraftLine[] {
  try {
    return rate();
  } catch (error) {
    if (!(error instanceof TieoutError)) throw error;
    const found: readonly Pick<Problem, 'code' | 'message' | 'remedy'>[] =
      error.problems.length > 0 ? error.problems : [{ code: error.code, message: error.message }];
    for (const { code, message, remedy } of found) {
      notes.error(
        code,
        [input.subscription.id, about],
        `${about} is left out: ${message}`,
        remedy ?? error.remedy ?? 'Look at the price in Stripe.',
      );
    }
    return [];
  }
}

const linesStep = (drafts: readonly DraftLine[], subtotal: Net): Step => ({
  type: 'lines',
  id: null,
  label: 'Subtotal',
  exact: subtotal.exact,
  amountMinor: subtotal.minor,
  isIncluded: false,
  applied: drafts.map(({ key, amountMinor }) => ({ lineKey: key, amountMinor })),
  leftMinor: null,
  note: null,
});

function balanceStep(appliedMinor: bigint, endingMinor: bigint, currency: string): readonly Step[] {
  if (appliedMinor === 0n && endingMinor === 0n) return [];
  return [
    {
      type: 'balance',
      id: null,
      label: 'Customer balance',
      exact: decimal(appliedMinor),
      amountMinor: appliedMinor,
      isIncluded: false,
      applied: [],
      leftMinor: null,
      note:
        endingMinor === 0n
          ? null
          : `${formatMoney(-endingMinor, currency)} of credit is left on the balance afterwards.`,
    },
  ];
}

const sumOf = (parts: readonly { readonly amountMinor: bigint }[]): bigint =>
  parts.reduce((total, { amountMinor }) => total + amountMinor, 0n);
