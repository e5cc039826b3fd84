import { type Decimal, decimal, divide, formatDecimal, round } from '../values/decimal.ts';
import { printExactJson } from '../values/exact-json.ts';
import { formatMinorAsMajor } from '../values/money.ts';
import { QUANTITY_PLACES } from '../values/quantity.ts';
import { layout } from './layout.ts';

/** What one customer pays for a month: now, and under another price. Minor units of the currency. */
export type WhatIfRow = {
  readonly customer: string;
  readonly name: string | null;
  readonly currency: string;
  readonly quantity: Decimal;
  readonly nowMinor: bigint;
  readonly insteadMinor: bigint;
  readonly changeMinor: bigint;
};

export type WhatIfTotal = {
  readonly currency: string;
  readonly customers: number;
  readonly nowMinor: bigint;
  readonly insteadMinor: bigint;
  readonly changeMinor: bigint;
  /** Customers who would pay more, less, the same. */
  readonly more: number;
  readonly less: number;
  readonly same: number;
};

export const LEFT_OUT_WORDS = {
  no_item: 'no subscription item on this meter',
  other_currency: 'the price has no amounts in their currency',
  several_currencies: 'subscription items in several currencies',
  not_ratable: 'their own price cannot be rated',
  not_pulled: 'their usage is not in the cache',
  no_usage_id: 'no usage id belongs to them, so nothing is known to be measured',
} as const;

export type LeftOutReason = keyof typeof LEFT_OUT_WORDS;

/** A customer that takes no part, and why; `currency` is what it pays in, where that is known. */
export type LeftOut = {
  readonly customer: string;
  readonly name: string | null;
  readonly currency: string | null;
  readonly reason: LeftOutReason;
};

export type WhatIf = {
  /** By currency, then the largest |change| first, then by customer; byte order. */
  readonly rows: readonly WhatIfRow[];
  readonly totals: readonly WhatIfTotal[];
  readonly leftOut: readonly LeftOut[];
};

/** What was asked: named in the document and in the heading. */
export type WhatIfHead = {
  readonly month: string;
  readonly meter: string;
  readonly unit: string;
  readonly quantities: 'metered' | 'measured';
  readonly price: string;
};

/** change ÷ now, 12 places, half away from zero; null where nothing is paid now. */
export const relativeChange = (of: { readonly nowMinor: bigint; readonly changeMinor: bigint }): Decimal | null =>
  of.nowMinor === 0n ? null : divide(decimal(of.changeMinor), decimal(of.nowMinor), QUANTITY_PLACES, 'half_up');

const FLUSH_CHARACTERS = 256 * 1024;

/**
 * The document of `tieout rate --month … --price … --json` in pieces: integer minor units with all their digits, the
 * currency beside, one row a line.
 */
export function* whatIfJson(head: WhatIfHead, result: WhatIf, exit: number): Generator<string> {
  const { month, meter, quantities, price } = head;
  const fields = { month, meter, quantities, price };
  const lines = Object.entries(fields).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  let text = `{\n  "tieout": 1,\n  "kind": "what_if",\n${lines.join('\n')}\n`;
  text += `  "totals": [${list(result.totals.map((total) => printExactJson(totalFields(total))))}],\n  "rows": [`;
  let isFirst = true;
  for (const row of result.rows) {
    text += `${isFirst ? '\n' : ',\n'}    ${printExactJson(rowFields(row))}`;
    isFirst = false;
    if (text.length < FLUSH_CHARACTERS) continue;
    yield text;
    text = '';
  }
  const leftOut = result.leftOut.map(({ customer, name, currency, reason }) =>
    JSON.stringify({ customer, name, currency, reason }),
  );
  yield `${text}${isFirst ? '' : '\n  '}],\n  "leftOut": [${list(leftOut)}],\n  "exit": ${exit}\n}\n`;
}

const list = (lines: readonly string[]): string => (lines.length === 0 ? '' : `\n    ${lines.join(',\n    ')}\n  `);

type Amounts = { readonly nowMinor: bigint; readonly insteadMinor: bigint; readonly changeMinor: bigint };

const amountFields = (of: Amounts) => ({
  now: of.nowMinor,
  instead: of.insteadMinor,
  change: of.changeMinor,
  relative: relativeText(of),
});

const relativeText = (of: { readonly nowMinor: bigint; readonly changeMinor: bigint }): string | null => {
  const relative = relativeChange(of);
  return relative === null ? null : formatDecimal(relative);
};

const totalFields = (total: WhatIfTotal) => ({
  currency: total.currency,
  customers: total.customers,
  ...amountFields(total),
  more: total.more,
  less: total.less,
  same: total.same,
});

const rowFields = (row: WhatIfRow) => ({
  customer: row.customer,
  name: row.name,
  currency: row.currency,
  quantity: formatDecimal(row.quantity),
  ...amountFields(row),
});

/** What the terminal shows: the sum of each currency in a sentence, then the customers with the largest change. */
export function whatIfTable(head: WhatIfHead, result: WhatIf, options: { readonly limit: number }): string {
  const shown = result.rows.slice(0, options.limit);
  const parts = [
    `${head.month} of ${head.meter} as ${head.quantities} under ${head.price}:`,
    ...result.totals.map(totalSentence),
  ];
  if (result.totals.length === 0) parts.push('  no customer could be rated');
  if (shown.length > 0) parts.push('', ...rowTable(head, shown));
  if (result.rows.length > shown.length) {
    parts.push(`and ${result.rows.length - shown.length} more; --limit or --json gives all`);
  }
  if (result.leftOut.length > 0) parts.push('', ...leftOutLines(result.leftOut));
  return `${parts.join('\n')}\n`;
}

function totalSentence(total: WhatIfTotal): string {
  const of = (minor: bigint): string => formatMinorAsMajor(minor, total.currency);
  const relative = relativePercent(total);
  const change = `${total.changeMinor > 0n ? '+' : ''}${of(total.changeMinor)}${relative === '' ? '' : ` (${relative})`}`;
  return `  ${total.currency.toUpperCase()}  ${of(total.nowMinor)} → ${of(total.insteadMinor)}, ${change}: ${total.more} of ${total.customers} pay more, ${total.less} less`;
}

function relativePercent(of: { readonly nowMinor: bigint; readonly changeMinor: bigint }): string {
  const relative = relativeChange(of);
  if (relative === null) return '';
  const percent = round({ coefficient: relative.coefficient * 100n, scale: relative.scale }, 2, 'half_up');
  return `${percent.coefficient > 0n ? '+' : ''}${formatDecimal(percent)} %`;
}

const rowTable = (head: WhatIfHead, rows: readonly WhatIfRow[]): string[] =>
  layout(
    ['customer', head.unit, 'now', 'instead', 'change', '', ''],
    rows.map((row) => [
      row.name ?? row.customer,
      formatDecimal(row.quantity),
      formatMinorAsMajor(row.nowMinor, row.currency),
      formatMinorAsMajor(row.insteadMinor, row.currency),
      `${row.changeMinor > 0n ? '+' : ''}${formatMinorAsMajor(row.changeMinor, row.currency)}`,
      row.currency.toUpperCase(),
      relativePercent(row),
    ]),
    'lrrrrlr',
  );

const NAMED = 5;

function leftOutLines(leftOut: readonly LeftOut[]): string[] {
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const those = leftOut.filter((one) => one.reason === reason);
    const named = those
      .slice(0, NAMED)
      .map(({ customer, currency }) => (currency === null ? customer : `${customer} (${currency})`));
    const more = those.length > NAMED ? ` and ${those.length - NAMED} more` : '';
    return `left out, ${LEFT_OUT_WORDS[reason]}: ${named.join(', ')}${more}`;
  });
}
