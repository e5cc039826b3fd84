import { formatMoney } from '../../../shared/values/money.ts';
import type { ComparedInvoice, ComparedUsage, Difference, StripeComparison } from './compare.ts';

/** A comparison for the terminal: every invoice in one line, and below it what differs. */
export function comparisonText(comparison: StripeComparison): string {
  const { invoices, meters, host, ranAt, runId, refused } = comparison;
  const lines = [
    `Beside ${host.startsWith('127.0.0.1:') ? 'the sandbox' : host}, run ${runId} of ${ranAt}:`,
    ...invoices.flatMap(invoiceLines),
    ...meters.filter(({ differences }) => differences.length > 0).flatMap(usageLines),
    '',
    verdict(comparison),
  ];
  if (refused.length > 0) {
    lines.push(
      `${refused.length} usage ${refused.length === 1 ? 'report' : 'reports'} refused by Stripe: ${refusedText(refused)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** One sentence. */
export function verdict({ invoices, meters, differences }: StripeComparison): string {
  const lines = invoices.reduce((sum, invoice) => sum + invoice.lines, 0);
  const what = `${counted(invoices.length, 'invoice')} with ${counted(lines, 'line')} and ${counted(meters.length, 'meter total')}`;
  return differences === 0 ? `✓ ${what}: no differences` : `✗ ${what}: ${counted(differences, 'difference')}`;
}

const counted = (count: number, word: string): string =>
  `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`;

function invoiceLines(invoice: ComparedInvoice): readonly string[] {
  const { customer, subscription, period, currency, ours, stripe, differences } = invoice;
  const side = (of: ComparedInvoice['ours']): string =>
    of === null ? 'no invoice' : `${formatMoney(of.total, currency)} ${of.status}`;
  const head = `${differences.length === 0 ? '✓' : '✗'} ${customer} ${subscription ?? ''} ${period.from} to ${period.to}: ${side(ours)}`;
  return differences.length === 0
    ? [head]
    : [`${head}, on Stripe ${side(stripe)}`, ...differences.map((difference) => `    ${differenceText(difference)}`)];
}

const usageLines = ({ customer, meter, period, differences }: ComparedUsage): readonly string[] => [
  `✗ ${customer} ${meter} ${period.from} to ${period.to}`,
  ...differences.map((difference) => `    ${differenceText(difference)}`),
];

const differenceText = ({ line, field, ours, stripe }: Difference): string =>
  `${line === null ? '' : `line ${line}, `}${field}: ours ${shown(ours)}, Stripe ${shown(stripe)}`;

const shown = (value: bigint | string | null): string => (value === null ? 'none' : String(value));

function refusedText(refused: StripeComparison['refused']): string {
  const counts = new Map<string, number>();
  for (const { reason } of refused) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count} × ${reason}`).join(', ');
}
