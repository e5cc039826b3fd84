import {
  FLUX_LACKS,
  type FluxBasis,
  type FluxLack,
  type FluxLacking,
  type FluxRow,
  type FluxSum,
  type FluxSummary,
  type FluxTotal,
  fluxExit,
} from '../reconciliation/flux/comparison.ts';
import { type FluxParts, PARTS, relativeChange } from '../reconciliation/flux/split-change.ts';
import { type Decimal, formatDecimal, formatFixed, multiply, parseDecimal, round } from '../values/decimal.ts';
import { formatMinorAsMajor, formatMoney } from '../values/money.ts';
import { csvText } from './csv.ts';
import { layout } from './layout.ts';

/** Two months side by side with all their rows, ready to be printed. */
export type ComparisonReport = {
  readonly summary: FluxSummary;
  readonly materiality: { readonly minAmount: Decimal; readonly minRelative: Decimal };
  readonly totals: readonly FluxTotal[];
  /** In the published order; made one at a time. */
  readonly rows: () => Iterable<FluxRow>;
  readonly lacking: () => Iterable<FluxLacking>;
};

export const BASIS_WORDS: Readonly<Record<FluxBasis, string>> = {
  billed: 'what finalised invoices billed',
  metered: 'what Stripe metered, through the prices of each month',
  measured: 'what was measured, through the prices of each month',
};

export const LACK_WORDS: Readonly<Record<FluxLack, string>> = {
  not_pulled: 'not pulled',
  invalid: 'a value that is no number',
  unmapped: 'usage that fits no customer',
  no_price: 'no price that can be rated',
  several_currencies: 'prices in several currencies',
  not_billed: 'due, and on no finalised invoice',
  not_final: 'on a draft or void invoice only',
  misaligned: 'billed for periods that are not the month',
};

/** The change, and what it is made of; amounts are major-unit text. */
export function changeJson(of: Pick<FluxSum, 'fromMinor' | 'toMinor' | 'parts'>, currency: string) {
  const change = of.toMinor - of.fromMinor;
  const relative = relativeChange(change, of.fromMinor);
  return {
    from: formatMinorAsMajor(of.fromMinor, currency),
    to: formatMinorAsMajor(of.toMinor, currency),
    change: formatMinorAsMajor(change, currency),
    parts: partsJson(of.parts, currency),
    relative: relative === null ? null : formatDecimal(relative),
  };
}

export const partsJson = (parts: FluxParts, currency: string): Record<keyof FluxParts, string> => ({
  usage: formatMinorAsMajor(parts.usage, currency),
  price: formatMinorAsMajor(parts.price, currency),
  mix: formatMinorAsMajor(parts.mix, currency),
  new: formatMinorAsMajor(parts.new, currency),
  lost: formatMinorAsMajor(parts.lost, currency),
  credits: formatMinorAsMajor(parts.credits, currency),
  corrections: formatMinorAsMajor(parts.corrections, currency),
});

const quantityText = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));

/** One row of the document (interfaces.md section 6), and what is added to it. */
export const fluxRowJson = (row: FluxRow) => ({
  customer: row.customer,
  meter: row.meter,
  currency: row.currency,
  ...changeJson(row, row.currency),
  name: row.name,
  unit: row.unit,
  quantity: { from: quantityText(row.quantity.from), to: quantityText(row.quantity.to) },
  material: row.isMaterial,
});

const sumJson = (sum: FluxSum, currency: string) => ({
  ...changeJson(sum, currency),
  rows: sum.rows,
  material: sum.material,
});

export const fluxTotalJson = (total: FluxTotal) => ({
  currency: total.currency,
  ...sumJson(total, total.currency),
  meters: total.meters.map((sum) => ({ meter: sum.meter, unit: sum.unit, ...sumJson(sum, total.currency) })),
});

/** Pieces are handed on once they are this long, so that a million rows never stand in one string. */
const FLUSH_CHARACTERS = 256 * 1024;

/** The document of `tieout compare --json` in pieces: one row a line. */
export function* comparisonJson(report: ComparisonReport): Generator<string> {
  const { summary, materiality } = report;
  const { workspace, from, to, basis, isBasisGiven, asOf, notPulled } = summary;
  const fields = {
    workspace,
    from,
    to,
    basis,
    isBasisGiven,
    asOf,
    materiality: {
      minAmount: formatDecimal(materiality.minAmount),
      minRelative: formatDecimal(materiality.minRelative),
    },
  };
  const head = Object.entries(fields).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  yield `{\n  "tieout": 1,\n  "kind": "comparison",\n${head.join('\n')}\n`;
  yield* list('rows', report.rows(), fluxRowJson);
  yield* list('totals', report.totals, fluxTotalJson);
  yield `  "notPulled": ${JSON.stringify(notPulled)},\n`;
  yield* list('lacking', report.lacking(), (each) => each);
  yield `  "exit": ${fluxExit(summary)}\n}\n`;
}

function* list<T>(name: string, items: Iterable<T>, shown: (item: T) => object): Generator<string> {
  let text = `  "${name}": [`;
  let isFirst = true;
  for (const item of items) {
    text += `${isFirst ? '\n' : ',\n'}    ${JSON.stringify(shown(item))}`;
    isFirst = false;
    if (text.length >= FLUSH_CHARACTERS) {
      yield text;
      text = '';
    }
  }
  yield `${text}${isFirst ? '' : '\n  '}],\n`;
}

const CSV_COLUMNS = [
  'from',
  'to',
  'basis',
  'customer',
  'name',
  'meter',
  'unit',
  'currency',
  'from_quantity',
  'to_quantity',
  'from_amount',
  'to_amount',
  'change',
  ...PARTS,
  'relative',
  'material',
] as const;

/** RFC 4180 as interfaces.md section 5 writes it: one row per customer, meter and currency in the published order. */
export function* comparisonCsv({ summary, rows }: Pick<ComparisonReport, 'summary' | 'rows'>): Generator<string> {
  yield `${CSV_COLUMNS.join(',')}\r\n`;
  for (const each of rows()) {
    const row = fluxRowJson(each);
    const fields = [
      summary.from,
      summary.to,
      summary.basis,
      csvText(row.customer),
      csvText(row.name),
      csvText(row.meter),
      csvText(row.unit),
      row.currency,
      row.quantity.from ?? '',
      row.quantity.to ?? '',
      row.from,
      row.to,
      row.change,
      ...PARTS.map((part) => row.parts[part]),
      row.relative ?? '',
      String(row.material),
    ];
    yield `${fields.join(',')}\r\n`;
  }
}

const PART_WORDS: Readonly<Record<keyof FluxParts, string>> = {
  usage: 'usage',
  price: 'price',
  mix: 'mix',
  new: 'new customers',
  lost: 'lost customers',
  credits: 'credits',
  corrections: 'corrections',
};

const HUNDRED = parseDecimal('100');

/** `+12.3 %`; what begins from nothing has no share. */
const percent = (value: Decimal | null): string =>
  value === null ? '–' : `${signed(formatFixed(round(multiply(value, HUNDRED), 1, 'half_up'), 1))} %`;

const signed = (text: string): string => (text.startsWith('-') || /^[0.]*$/.test(text) ? text : `+${text}`);

const signedMoney = (minor: bigint, currency: string): string => signed(formatMinorAsMajor(minor, currency));

/** "2026-05 is 1,204.11 USD above 2026-04: usage +900.00, new customers +304.11." */
export function changeSentence(
  { from, to }: Pick<FluxSummary, 'from' | 'to'>,
  total: Pick<FluxTotal, 'currency' | 'fromMinor' | 'toMinor' | 'parts'>,
): string {
  const { currency, parts } = total;
  const change = total.toMinor - total.fromMinor;
  const moved = PARTS.filter((part) => parts[part] !== 0n)
    .toSorted((a, b) => Number(size(parts[b]) - size(parts[a])))
    .map((part) => `${PART_WORDS[part]} ${signed(formatMoney(parts[part], currency).replace(/ .*$/, ''))}`);
  const head =
    change === 0n
      ? `${to} comes to the same as ${from} in ${currency.toUpperCase()}`
      : `${to} is ${formatMoney(size(change), currency)} ${change > 0n ? 'above' : 'below'} ${from}`;
  return `${head}${moved.length === 0 ? '' : `: ${moved.join(', ')}`}.`;
}

const size = (minor: bigint): bigint => (minor < 0n ? -minor : minor);

/**
 * What `tieout compare` prints: the answer in a sentence per currency, the parts and the meters, who moved most, and what
 * is not known.
 * @param options.limit most rows shown; how many more there are is said
 */
export function comparisonText(report: ComparisonReport, options: { readonly limit: number }): string {
  const { summary, totals } = report;
  const parts: string[] = [];
  for (const total of totals) parts.push(changeSentence(summary, total));
  if (totals.length === 0) parts.push(`There is nothing to compare between ${summary.from} and ${summary.to}.`);
  parts.push(`Compared by ${BASIS_WORDS[summary.basis]}.`);
  for (const total of totals) {
    parts.push('', ...meterTable(total));
    parts.push('', ...moversTable(report, total, options.limit));
  }
  const unknown = lackingLines(report);
  if (unknown.length > 0) parts.push('', ...unknown);
  return `${parts.join('\n')}\n`;
}

const SUMMED = ['from', 'to', 'change', ...PARTS] as const;

function amounts(of: Pick<FluxSum, 'fromMinor' | 'toMinor' | 'parts'>, currency: string): string[] {
  return [
    formatMinorAsMajor(of.fromMinor, currency),
    formatMinorAsMajor(of.toMinor, currency),
    signedMoney(of.toMinor - of.fromMinor, currency),
    ...PARTS.map((part) => (of.parts[part] === 0n ? '·' : signedMoney(of.parts[part], currency))),
  ];
}

const shareOf = ({ fromMinor, toMinor }: Pick<FluxSum, 'fromMinor' | 'toMinor'>): string =>
  percent(relativeChange(toMinor - fromMinor, fromMinor));

function meterTable(total: FluxTotal): string[] {
  const { currency } = total;
  const rows = [
    ...total.meters.map((sum) => [sum.meter, ...amounts(sum, currency), shareOf(sum)]),
    ...(total.meters.length > 1 ? [['all', ...amounts(total, currency), shareOf(total)]] : []),
  ];
  return layout([`by meter, ${currency.toUpperCase()}`, ...SUMMED, ''], rows, `l${'r'.repeat(SUMMED.length + 1)}`);
}

function moversTable(report: ComparisonReport, total: FluxTotal, limit: number): string[] {
  const { currency } = total;
  const shown: string[][] = [];
  for (const row of report.rows()) {
    if (shown.length >= limit) break;
    if (row.currency !== currency) continue;
    const mark = row.isMaterial ? '●' : '';
    shown.push([mark, row.name ?? row.customer, row.meter, ...amounts(row, currency), shareOf(row)]);
  }
  const rest = total.rows - shown.length;
  const { minAmount, minRelative } = report.materiality;
  const bound = `${formatDecimal(minAmount)} ${currency.toUpperCase()} and ${formatDecimal(multiply(minRelative, HUNDRED))} %`;
  return [
    ...(shown.length === 0
      ? []
      : layout(['', 'customer', 'meter', ...SUMMED, ''], shown, `lll${'r'.repeat(SUMMED.length + 1)}`)),
    ...(rest > 0 ? [`and ${grouped(rest)} more; --limit, --csv or --json gives all`] : []),
    `● ${grouped(total.material)} of ${grouped(total.rows)} changes are material: at least ${bound}`,
  ];
}

const SHOWN_LACKING = 10;

function lackingLines({ summary, lacking }: ComparisonReport): string[] {
  const { notPulled, lacking: counted } = summary;
  const months = [...new Set(notPulled.map(({ month }) => month))];
  const lines = months.map((month) => {
    const meters = notPulled.filter((each) => each.month === month).map(({ meter }) => meter);
    return `? ${month} was not pulled for ${meters.join(', ')}; pull it with: tieout pull DIR --month ${month}`;
  });
  if (counted.cells === 0) return lines;
  const reasons = FLUX_LACKS.flatMap((reason) => {
    const cells = counted.byReason.find((each) => each.reason === reason)?.cells ?? 0;
    return cells === 0 ? [] : [`${grouped(cells)} ${LACK_WORDS[reason]}`];
  });
  lines.push(
    `? ${grouped(counted.cells)} ${counted.cells === 1 ? 'cell is' : 'cells are'} left out, because an amount is not known: ${reasons.join('; ')}`,
  );
  const rows: string[][] = [];
  for (const each of lacking()) {
    if (rows.length >= SHOWN_LACKING) break;
    const reason = (lack: FluxLack | null): string => (lack === null ? '·' : LACK_WORDS[lack]);
    rows.push([each.name ?? each.customer ?? '?', each.meter, reason(each.from), reason(each.to)]);
  }
  lines.push(...layout(['left out', 'meter', summary.from, summary.to], rows, 'llll', LONGEST_REASON));
  if (counted.cells > rows.length) lines.push(`and ${grouped(counted.cells - rows.length)} more; --json names all`);
  return lines;
}

const LONGEST_REASON = 44;

/** Thousands by comma, in every locale alike. */
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
