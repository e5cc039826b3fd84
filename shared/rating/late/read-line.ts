import { type Decimal, normalize } from '../../values/decimal.ts';
import type { Period } from '../../values/period.ts';
import { isAbsent, type Raw, readList, readNumber, readObject, readText, shownValue } from '../document/fields.ts';
import type { ProblemList } from '../problems.ts';
import { bookDefaults } from './book.ts';
import type { ChargeCurrency } from './charge.ts';
import { type DetailedLine, type LineCredit, type LineDiscount, roundMajor, type Totals } from './line.ts';
import { readCount, readPeriod, refuseUnknownKeys, requireNumber, requireText } from './read-fields.ts';

const LINE_KEYS: readonly string[] = [
  'id',
  'index',
  'key',
  'component',
  'category',
  'paymentTerm',
  'servicePeriod',
  'currency',
  'unitAmount',
  'quantity',
  'discounts',
  'creditsApplied',
  'totals',
  'correctsRun',
  'reversesLine',
  'reversesLines',
];

/** Where lines are read: what they are booked with if they do not say so. */
export type LineContext = {
  readonly currency: ChargeCurrency;
  readonly servicePeriod: Period;
  readonly problems: ProblemList;
};

/** Lines as an answer writes them; most fields have the defaults that booking gives. */
export const readLines = (value: unknown, path: string, context: LineContext): readonly DetailedLine[] =>
  readList(value, path, context.problems).map((line, index) => readLine(line, `${path}[${index}]`, context));

function readLine(value: unknown, path: string, context: LineContext): DetailedLine {
  const { problems, currency } = context;
  const raw = readObject(value ?? {}, path, problems) ?? {};
  refuseUnknownKeys(raw, LINE_KEYS, path, problems);
  const component = requireText(raw.component, `${path}.component`, problems);
  const reversesLine = readText(raw.reversesLine, `${path}.reversesLine`, problems);
  const line = {
    id: readText(raw.id, `${path}.id`, problems),
    component,
    key: readText(raw.key, `${path}.key`, problems) ?? component,
    // Text until the line is checked: an unknown one has a code of its own.
    category: readText(raw.category, `${path}.category`, problems) as DetailedLine['category'] | null,
    paymentTerm: readText(raw.paymentTerm, `${path}.paymentTerm`, problems) as DetailedLine['paymentTerm'] | null,
    servicePeriod: readPeriod(raw.servicePeriod, `${path}.servicePeriod`, problems),
    currency: readText(raw.currency, `${path}.currency`, problems)?.toLowerCase() ?? currency.code,
    unitAmount: requireNumber(raw.unitAmount, `${path}.unitAmount`, problems),
    quantity: requireNumber(raw.quantity, `${path}.quantity`, problems),
    discounts: readList(raw.discounts, `${path}.discounts`, problems).map((item, index) =>
      readDiscount(item, `${path}.discounts[${index}]`, context),
    ),
    credits: readList(raw.creditsApplied, `${path}.creditsApplied`, problems).map((item, index) =>
      readCredit(item, `${path}.creditsApplied[${index}]`, context),
    ),
    totals: readTotals(raw.totals, `${path}.totals`, context),
    correctsRun: readText(raw.correctsRun, `${path}.correctsRun`, problems),
    reversesLine,
    reversesLines: isAbsent(raw.reversesLines)
      ? reversesLine === null
        ? []
        : [reversesLine]
      : readList(raw.reversesLines, `${path}.reversesLines`, problems).map((id, index) =>
          requireText(id, `${path}.reversesLines[${index}]`, problems),
        ),
    index: readCount(raw.index, `${path}.index`, problems),
  };
  return bookDefaults(line, context.servicePeriod);
}

function readDiscount(value: unknown, path: string, context: LineContext): LineDiscount {
  const raw = readObject(value ?? {}, path, context.problems) ?? {};
  refuseUnknownKeys(raw, ['kind', 'id', 'amount'], path, context.problems);
  if (raw.kind !== 'percentage' && raw.kind !== 'maximum') {
    const message = `There are no discounts of the kind ${shownValue(raw.kind)}.`;
    context.problems.add('value-malformed', `${path}.kind`, message, 'Give "percentage" or "maximum".');
  }
  return {
    kind: raw.kind === 'maximum' ? 'maximum' : 'percentage',
    id: readText(raw.id, `${path}.id`, context.problems),
    amountMinor: readAmount(raw, 'amount', path, context) ?? 0n,
  };
}

function readCredit(value: unknown, path: string, context: LineContext): LineCredit {
  const raw = readObject(value ?? {}, path, context.problems) ?? {};
  refuseUnknownKeys(raw, ['amount', 'label'], path, context.problems);
  return {
    label: readText(raw.label, `${path}.label`, context.problems),
    amountMinor: readAmount(raw, 'amount', path, context) ?? 0n,
  };
}

/** What is left out is 0, and the total what the others come to. */
function readTotals(value: unknown, path: string, context: LineContext): Totals {
  if (isAbsent(value)) {
    context.problems.add('value-malformed', path, 'A line has no totals.', 'Give the totals that it was booked with.');
  }
  const raw = readObject(value, path, context.problems) ?? {};
  refuseUnknownKeys(raw, ['amount', 'charges', 'discounts', 'credits', 'total'], path, context.problems);
  const amountMinor = readAmount(raw, 'amount', path, context) ?? 0n;
  const chargesMinor = readAmount(raw, 'charges', path, context) ?? 0n;
  const discountsMinor = readAmount(raw, 'discounts', path, context) ?? 0n;
  const creditsMinor = readAmount(raw, 'credits', path, context) ?? 0n;
  const totalMinor =
    readAmount(raw, 'total', path, context) ?? amountMinor + chargesMinor - discountsMinor - creditsMinor;
  return { amountMinor, chargesMinor, discountsMinor, creditsMinor, totalMinor };
}

/** Money in major units, with at most the digits of its currency; null where it is absent. */
export function readAmount(raw: Raw, key: string, path: string, context: LineContext): bigint | null {
  const place = `${path}.${key}`;
  const value = readNumber(raw[key], place, context.problems)?.value ?? null;
  if (value === null) return null;
  const { digits } = context.currency;
  if (!fits(value, digits)) {
    const message = `${shownValue(raw[key])} has more decimals than the currency.`;
    context.problems.add('number-not-whole', place, message, `Give at most ${digits} decimals, as it was booked.`);
  }
  return roundMajor(value, digits);
}

const fits = (value: Decimal, digits: number): boolean => normalize(value).scale <= digits;
