import { layout } from '../../shared/reports/layout.ts';
import type { SimulationAnswer, SimulationInvoice, TimelineDocument } from '../../shared/simulation/answer.ts';
import { formatDecimal, multiply, normalize, parseDecimal, powerOfTen } from '../../shared/values/decimal.ts';
import { printExactJson } from '../../shared/values/exact-json.ts';
import { formatMinorAsMajor, formatMoney, minorDigits } from '../../shared/values/money.ts';

/** Descriptions say quantity and price: longer than a name. */
const LONGEST_TEXT = 72;
/** Single usage reports that the terminal shows at most; the rest is counted. */
const SHOWN_USAGE = 40;

/** What `tieout simulate` prints: what happened, the invoices, drift, and the verdict. */
export function answerText(answer: SimulationAnswer): string {
  return [
    `${answer.name}, to ${timeText(answer.at)}`,
    '',
    ...timelineLines(answer.timeline),
    ...invoiceLines(answer.invoices),
    closingText(answer),
  ].join('\n');
}

/** What it comes to: drift, expectations and the verdict. */
export const closingText = (answer: SimulationAnswer): string =>
  [...driftLines(answer), ...expectationLines(answer), '', verdictLine(answer), ''].join('\n');

/** One stop of a run: what happened since the one before, and the invoices as they stand. */
export function stepText(
  answer: SimulationAnswer,
  of: { readonly seen: number; readonly index: number; readonly count: number },
): string {
  return [
    `── step ${of.index + 1} of ${of.count}: ${timeText(answer.at)}`,
    ...timelineLines(answer.timeline.slice(of.seen)),
    ...invoiceLines(answer.invoices),
    ...meterLines(answer),
    '',
    '',
  ].join('\n');
}

/** `2026-02-01 01:00`; seconds only where there are some. */
const timeText = (iso: string): string => iso.replace('T', ' ').replace(/(?::00)?Z$/, '');
/** Midnights are days. */
const dayText = (iso: string): string => timeText(iso).replace(' 00:00', '');

const text = (value: unknown): string => (typeof value === 'string' ? value : printExactJson(value));
const moneyOf = (entry: TimelineDocument, field: string): string =>
  formatMoney(BigInt(text(entry[field])), text(entry.currency));

function timelineLines(timeline: readonly TimelineDocument[]): readonly string[] {
  const usage = timeline.filter(({ type }) => type === 'usage_accepted');
  const onTime = usage.filter(({ late }) => late !== true);
  // Usage that simply arrives is told while there is little of it.
  const isCounted = onTime.length > SHOWN_USAGE;
  const shown = isCounted ? timeline.filter((entry) => !onTime.includes(entry)) : timeline;
  const rows = shown.map((entry) => [timeText(entry.at), MARKS[entry.type] ?? '·', sentence(entry)]);
  const lines = rows.length === 0 ? [] : layout(['', '', ''], rows, 'lll', 140).slice(1);
  if (!isCounted) return lines;
  return [...lines, `  and ${onTime.length.toLocaleString('en-US')} usage reports that arrived in time`];
}

const MARKS: Partial<Readonly<Record<TimelineDocument['type'], string>>> = {
  clock_advanced: '→',
  duplicate_dropped: '✗',
  usage_refused: '✗',
  usage_too_late: '✗',
  payment_failed: '✗',
  invoice_finalized: '✓',
  invoice_paid: '✓',
};

/** Why a meter does not count a report, in words. */
const REASONS: Readonly<Record<string, string>> = {
  timestamp_too_far_in_past: 'its timestamp is more than 35 days old',
  timestamp_in_future: 'its timestamp is more than 5 minutes ahead',
  no_meter: 'no meter has that event name',
  archived_meter: 'the meter is inactive',
  meter_event_no_customer_defined: 'it names no customer',
  meter_event_customer_not_found: 'there is no such customer',
  meter_event_value_not_found: 'it has no value',
  meter_event_invalid_value: 'its value is no number',
  meter_event_value_too_many_digits: 'its value has more than 15 digits',
};

function sentence(entry: TimelineDocument): string {
  const { type } = entry;
  const of = (field: string): string => text(entry[field]);
  switch (type) {
    case 'clock_advanced':
      return `the clock is moved to ${timeText(of('to'))}`;
    case 'subscription_created':
      return `${of('subscription')} begins`;
    case 'subscription_cancelled':
      return `${of('subscription')} is cancelled`;
    case 'trial_ended':
      return `the trial of ${of('subscription')} ends`;
    case 'action':
      return `${of('action')} ${of('about')}${of('detail') === '' ? '' : `: ${of('detail')}`}`;
    case 'usage_accepted':
      return entry.late === true
        ? `late usage, in the grace period: ${usageText(entry)}`
        : `usage: ${usageText(entry)}`;
    case 'usage_too_late':
      return `usage too late, ${of('invoice')} is final: ${usageText(entry)}`;
    case 'usage_refused':
      return `usage refused, ${REASONS[of('reason')] ?? of('reason')}: ${usageText(entry)}`;
    case 'duplicate_dropped':
      return `duplicate dropped: ${usageText(entry)}`;
    case 'usage_cancelled':
      return `usage cancelled: ${usageText(entry)}`;
    case 'period_ended':
      return `a period of ${of('subscription')} ends (${periodText(entry.period as SimulationInvoice['period'])})`;
    case 'discount_started':
      return `coupon ${of('coupon')} of ${of('about')} begins`;
    case 'discount_ended':
      return `coupon ${of('coupon')} of ${of('about')} is over`;
    case 'credit_granted':
      return `credit ${of('grant')} of ${moneyOf(entry, 'amount')} is granted`;
    case 'credit_expired':
      return `credit ${of('grant')} expires with ${moneyOf(entry, 'amount')}`;
    case 'credit_voided':
      return `credit ${of('grant')} is voided with ${moneyOf(entry, 'amount')}`;
    case 'credit_used':
      return `credit ${of('grant')} pays ${moneyOf(entry, 'amount')}`;
    default:
      return `${INVOICE_WORDS[type]} ${of('invoice')}: ${moneyOf(entry, 'total')}${dueText(entry)}`;
  }
}

const INVOICE_WORDS: Readonly<Record<string, string>> = {
  invoice_drafted: 'draft',
  invoice_finalized: 'finalised',
  invoice_paid: 'paid',
  payment_failed: 'payment failed for',
  invoice_voided: 'void',
  invoice_uncollectible: 'uncollectible',
};

const dueText = (entry: TimelineDocument): string =>
  entry.total === entry.amountDue ? '' : `, ${moneyOf(entry, 'amountDue')} due`;

function usageText(entry: TimelineDocument): string {
  const stamp = text(entry.timestamp);
  const name = entry.identifier === null ? '' : ` (${text(entry.identifier)})`;
  const used = stamp === entry.at ? '' : `, of ${timeText(stamp)}`;
  return `${text(entry.value)} ${text(entry.event)} of ${text(entry.customer)}${used}${name}`;
}

const periodText = ({ from, to }: { readonly from: string; readonly to: string }): string =>
  from === to ? `at ${dayText(from)}` : `${dayText(from)} – ${dayText(to)}`;

function invoiceLines(invoices: readonly SimulationInvoice[]): readonly string[] {
  return invoices.flatMap((invoice) => {
    const { currency } = invoice;
    const major = (minor: bigint): string => formatMinorAsMajor(minor, currency);
    const title = `${invoice.customer} · ${invoice.subscription} · ${periodText(invoice.period)} · ${currency.toUpperCase()} · ${invoice.status} ${invoice.id}`;
    const lines = invoice.lines.map((line) => [
      line.type === 'flat' ? `  flat fee, tier ${line.tier}` : (line.description ?? ''),
      line.type === 'flat' ? '' : (line.rawQuantity ?? line.quantity ?? ''),
      line.unitAmount === null || line.type === 'flat' ? '' : eachText(line.unitAmount, currency),
      major(line.amount),
    ]);
    const steps = invoice.steps
      .filter(({ type, amount }) => type !== 'lines' && type !== 'balance' && amount !== 0n)
      .map((step) => [`${step.label}${step.included ? ' (included)' : ''}`, '', '', major(step.amount)]);
    const balance = invoice.startingBalance === 0n ? [] : [['Balance before', '', '', major(invoice.startingBalance)]];
    const totals = [
      ['TOTAL', '', '', major(invoice.total)],
      ...balance,
      ['AMOUNT DUE', '', '', major(invoice.amountDue)],
    ];
    const table = layout(['', 'quantity', 'each', 'amount'], [...lines, ...steps, ...totals], 'lrrr', LONGEST_TEXT);
    const notes = invoice.notes.map(({ message, severity }) => `  ${severity === 'warning' ? '·' : '!'} ${message}`);
    return ['', title, ...table.map((line) => `  ${line}`), ...notes];
  });
}

/** Major units with at least the currency's decimals. */
function eachText(minorUnits: string, currency: string): string {
  const digits = minorDigits(currency);
  const major = normalize(multiply(parseDecimal(minorUnits), { coefficient: 1n, scale: digits }));
  const missing = Math.max(digits - major.scale, 0);
  return formatDecimal({ coefficient: major.coefficient * powerOfTen(missing), scale: major.scale + missing });
}

function meterLines({ meters }: SimulationAnswer): readonly string[] {
  if (meters.length === 0) return [];
  const rows = meters.map((one) => [
    `${one.customer} ${one.event}`,
    periodText(one.period),
    one.measured,
    one.metered,
    one.billed ?? '–',
  ]);
  return ['', ...layout(['', 'period', 'measured', 'metered', 'billed'], rows, 'llrrr', LONGEST_TEXT)];
}

function driftLines(answer: SimulationAnswer): readonly string[] {
  if (answer.drift.length === 0) return [];
  const rows = answer.drift.map((one) => [
    `${one.customer} ${one.event}`,
    one.measured,
    one.billed,
    one.drift_abs,
    percentText(one.drift_pct),
    one.pass ? '✓ within' : '✗ drifts',
  ]);
  const header = ['measured against billed', 'measured', 'billed', 'drift', 'of billed', ''];
  return ['', ...layout(header, rows, 'lrrrrl'), `  within ${percentText(answer.epsilon)} of what was billed`];
}

const percentText = (share: string): string =>
  `${formatDecimal(normalize(multiply(parseDecimal(share), parseDecimal('100'))))} %`;

function expectationLines({ expectations }: SimulationAnswer): readonly string[] {
  if (expectations.length === 0) return [];
  const rows = expectations.map(({ path, held, expected, found }) => [
    held === null ? '?' : held ? '✓' : '✗',
    path,
    held === true ? text(found) : `expected ${text(expected)}, found ${found === null ? 'nothing' : text(found)}`,
  ]);
  return ['', ...layout(['', 'expectation', ''], rows, 'lll', 100)];
}

/** In one sentence, with the mark that says it at a glance. */
export function verdictLine({ expectations, invoices, exit }: SimulationAnswer): string {
  const failed = expectations.filter(({ held }) => held === false).length;
  const open = expectations.filter(({ held }) => held === null).length;
  const incomplete = invoices.filter(({ complete }) => complete === false).length;
  if (exit === 1) return `✗ ${failed} of ${expectations.length} expectations did not hold.`;
  if (incomplete > 0) return `? ${incomplete} of ${invoices.length} invoices are incomplete.`;
  if (open > 0) return `? ${open} of ${expectations.length} expectations are not known yet.`;
  if (expectations.length === 0) return `✓ ${counted(invoices.length, 'invoice')}; nothing was expected of them.`;
  return `✓ ${expectations.length === 1 ? 'The expectation' : `All ${expectations.length} expectations`} held.`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
