import { formatDecimal, isNegative } from '../../values/decimal.ts';
import type { DetailedLine } from './line.ts';
import { type LateProblem, lateProblem, type Subject } from './problems.ts';

/**
 * Whether a line can be calculated with (section 2, line validity). The sign of quantity and totals is free.
 * @param currency the charge's
 */
export const isSound = (line: DetailedLine, currency: string): boolean =>
  line.unitAmount.coefficient >= 0n &&
  line.component !== '' &&
  line.key !== '' &&
  line.correctsRun !== '' &&
  line.currency === currency &&
  (line.category === 'regular' || line.category === 'commitment') &&
  (line.paymentTerm === 'arrears' || line.paymentTerm === 'advance') &&
  line.servicePeriod.from <= line.servicePeriod.to &&
  line.totals.totalMinor === totalOf(line) &&
  (line.credits.length === 0 || line.credits.every(({ amountMinor }) => amountMinor > 0n));

const totalOf = ({ totals }: DetailedLine): bigint =>
  totals.amountMinor + totals.chargesMinor - totals.discountsMinor - totals.creditsMinor;

/** What is wrong with a line that is not sound, all of it. */
export function problemsOfLine(line: DetailedLine, currency: string): readonly LateProblem[] {
  const subject: Subject = {
    ...(line.id === null ? {} : { lineId: line.id }),
    ...(line.component === '' ? {} : { component: line.component }),
  };
  const name = `The line ${line.id ?? line.key}`;
  const found: LateProblem[] = [];
  const say = (isWrong: boolean, ...[code, message, remedy]: Parameters<typeof lateProblem>): void => {
    if (isWrong) found.push(lateProblem(code, message, remedy, subject));
  };
  say(
    isNegative(line.unitAmount),
    'unit-amount-negative',
    `${name} has the unit amount ${formatDecimal(line.unitAmount)}.`,
    'Give a unit amount of at least 0; what is taken back has a negative quantity.',
  );
  say(line.component === '', 'component-missing', `${name} has no component.`, 'Say which part of the price it is.');
  say(line.key === '', 'key-missing', `${name} has no key.`, 'Give each line of a run a key of its own.');
  say(
    line.correctsRun === '',
    'corrects-run-missing',
    `${name} corrects a run without an id.`,
    'Give the id of the run, or null.',
  );
  say(
    line.category !== 'regular' && line.category !== 'commitment',
    'category-invalid',
    `${name} has the category "${line.category}".`,
    'Give "regular" or "commitment".',
  );
  say(
    line.paymentTerm !== 'advance' && line.paymentTerm !== 'arrears',
    'payment-term-invalid',
    `${name} has the payment term "${line.paymentTerm}".`,
    'Give "advance" or "arrears".',
  );
  say(
    line.servicePeriod.from > line.servicePeriod.to,
    'line-period-reversed',
    `${name} ends before it begins.`,
    'Give a service period whose end does not lie before its start.',
  );
  say(
    line.credits.some(({ amountMinor }) => amountMinor <= 0n),
    'credit-not-positive',
    `${name} has a credit of 0 or less.`,
    'Give credits above 0.',
  );
  say(
    line.totals.totalMinor !== totalOf(line),
    'totals-contradictory',
    `${name} has a total that is not its amount and charges less discounts and credits.`,
    'Book totals as they were rated.',
  );
  say(
    line.currency !== currency,
    'currency-mismatch',
    `${name} is in ${line.currency}, its charge in ${currency}.`,
    'Rate the lines of each currency on their own.',
  );
  return found;
}
