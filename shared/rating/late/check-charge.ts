import { compare, type Decimal, formatDecimal, isNegative, isZero, parseDecimal } from '../../values/decimal.ts';
import type { Charge, ChargeDiscounts, ChargePrice, Commitments, PricedTier } from './charge.ts';
import { CONVERSION_OPERATIONS, CONVERSION_ROUNDINGS, type UnitConversion } from './convert-units.ts';
import { type LateProblem, lateProblem, within } from './problems.ts';

/** Everything that is wrong with a charge itself (section 6), whatever is rated with it. */
export const problemsOfCharge = (charge: Charge): readonly LateProblem[] => [
  ...within('chargePeriod', problemsOfPeriod(charge)),
  ...within('discounts', problemsOfDiscounts(charge.discounts)),
  ...within('price', problemsOfPrice(charge.price)),
  ...within('commitments', problemsOfCommitments(charge.commitments)),
  ...within('unitConversion', problemsOfUse(charge)),
];

const problemsOfPeriod = ({ period }: Charge): readonly LateProblem[] =>
  period.from < period.to
    ? []
    : [
        lateProblem(
          'charge-period-empty',
          'The charge ends before or where it begins.',
          'Give a charge period whose end lies after its start.',
        ),
      ];

export function problemsOfDiscounts({ percentage, usage }: ChargeDiscounts): readonly LateProblem[] {
  const problems: LateProblem[] = [];
  if (percentage !== null && (isNegative(percentage.value) || compare(percentage.value, HUNDRED) > 0)) {
    problems.push(
      lateProblem(
        'percentage-out-of-range',
        `A discount of ${formatDecimal(percentage.value)} % cannot be taken.`,
        'Give a percentage from 0 to 100.',
      ),
    );
  }
  if (usage !== null && isNegative(usage.quantity)) {
    problems.push(
      lateProblem(
        'usage-discount-negative',
        `${formatDecimal(usage.quantity)} units cannot be free.`,
        'Give a quantity of at least 0.',
      ),
    );
  }
  return problems;
}

const HUNDRED = parseDecimal('100');

export function problemsOfPrice(price: ChargePrice): readonly LateProblem[] {
  switch (price.type) {
    case 'unit':
      return amountProblems(price.amount, 'The unit amount');
    case 'flat':
      return [...amountProblems(price.amount, 'The fee'), ...termProblems(price.paymentTerm)];
    case 'package': {
      const isSizePositive = !isNegative(price.packageSize) && !isZero(price.packageSize);
      return [
        ...amountProblems(price.amount, 'The amount of a package'),
        ...(isSizePositive ? [] : [PACKAGE_SIZE_NOT_POSITIVE]),
      ];
    }
    case 'dynamic':
      return isNegative(price.multiplier) ? [MULTIPLIER_NEGATIVE] : [];
    case 'tiered':
      return [...modeProblems(price.mode), ...tierProblems(price.tiers)];
  }
}

const PACKAGE_SIZE_NOT_POSITIVE = lateProblem(
  'package-size-not-positive',
  'A package holds no units.',
  'Give a package size above 0.',
);

const MULTIPLIER_NEGATIVE = lateProblem(
  'multiplier-negative',
  'A dynamic price multiplies by less than 0.',
  'Give a multiplier of at least 0.',
);

const amountProblems = (amount: Decimal, what: string): readonly LateProblem[] =>
  isNegative(amount)
    ? [lateProblem('amount-negative', `${what} is ${formatDecimal(amount)}.`, 'Give an amount of at least 0.')]
    : [];

const termProblems = (paymentTerm: string): readonly LateProblem[] =>
  paymentTerm === 'advance' || paymentTerm === 'arrears'
    ? []
    : [
        lateProblem(
          'payment-term-invalid',
          `A fee is due in advance or in arrears, not "${paymentTerm}".`,
          'Give "advance" or "arrears".',
        ),
      ];

const modeProblems = (mode: string): readonly LateProblem[] =>
  mode === 'volume' || mode === 'graduated'
    ? []
    : [
        lateProblem(
          'tier-mode-invalid',
          `There is no tier mode "${mode}".`,
          'Give "volume" (one tier prices everything) or "graduated" (each unit at its own tier).',
        ),
      ];

function tierProblems(tiers: readonly PricedTier[]): readonly LateProblem[] {
  if (tiers.length === 0) {
    return [lateProblem('tiers-missing', 'The price has no tiers.', 'Give at least one tier, without a bound.')];
  }
  const problems: LateProblem[] = [];
  if (tiers.every(({ upTo }) => upTo !== null)) {
    problems.push(
      lateProblem('tier-open-end-missing', 'Every tier has a bound.', 'Leave the bound of one tier open (null).'),
    );
  }
  for (const [index, tier] of tiers.entries()) {
    problems.push(...within(`price.tiers[${index}]`, problemsOfTier(tier, index, tiers)));
  }
  return problems;
}

function problemsOfTier(tier: PricedTier, index: number, tiers: readonly PricedTier[]): readonly LateProblem[] {
  const name = `Tier ${index + 1}`;
  const problems: LateProblem[] = [];
  if (tier.upTo !== null && isNegative(tier.upTo)) {
    problems.push(
      lateProblem('tier-bound-negative', `${name} ends at ${formatDecimal(tier.upTo)}.`, 'Give a bound of at least 0.'),
    );
  }
  const twin = tiers.findIndex((other) => hasSameBound(other, tier));
  if (twin < index) {
    problems.push(
      lateProblem(
        'tier-bound-repeated',
        `${name} ends where tier ${twin + 1} does.`,
        'Give every tier a bound of its own, and leave one open.',
      ),
    );
  }
  if (tier.flat === null && tier.unit === null) {
    problems.push(
      lateProblem('tier-price-missing', `${name} has no price.`, 'Give a flat amount, a unit amount or both.'),
    );
  }
  if (tier.flat !== null) problems.push(...amountProblems(tier.flat, `The flat amount of tier ${index + 1}`));
  if (tier.unit !== null) problems.push(...amountProblems(tier.unit, `The unit amount of tier ${index + 1}`));
  return problems;
}

const hasSameBound = (a: PricedTier, b: PricedTier): boolean =>
  a.upTo === null || b.upTo === null ? a.upTo === b.upTo : compare(a.upTo, b.upTo) === 0;

export function problemsOfCommitments({ minimum, maximum }: Commitments): readonly LateProblem[] {
  const problems: LateProblem[] = [];
  if (minimum !== null && isNegative(minimum)) {
    problems.push(
      lateProblem('minimum-negative', `The minimum is ${formatDecimal(minimum)}.`, 'Give a minimum of at least 0.'),
    );
  }
  if (maximum !== null && isNegative(maximum)) {
    problems.push(
      lateProblem('maximum-negative', `The maximum is ${formatDecimal(maximum)}.`, 'Give a maximum of at least 0.'),
    );
  }
  const areBothSet = minimum !== null && maximum !== null && !isZero(minimum) && !isZero(maximum);
  if (areBothSet && compare(minimum, maximum) > 0) {
    problems.push(
      lateProblem(
        'minimum-above-maximum',
        `The minimum ${formatDecimal(minimum)} lies above the maximum ${formatDecimal(maximum)}.`,
        'Give a minimum up to the maximum.',
      ),
    );
  }
  return problems;
}

const LARGEST_PRECISION = 2 ** 31 - 1;

/** What is wrong with a conversion itself; its precision matters only where it rounds. */
export function problemsOfConversion(conversion: UnitConversion | null): readonly LateProblem[] {
  if (conversion === null) return [];
  const { operation, factor, rounding, precision } = conversion;
  const problems: LateProblem[] = [];
  if (!CONVERSION_OPERATIONS.includes(operation)) {
    problems.push(
      lateProblem(
        'conversion-operation-invalid',
        `Units cannot be converted by "${operation}".`,
        'Give "multiply" or "divide".',
      ),
    );
  }
  if (!CONVERSION_ROUNDINGS.includes(rounding)) {
    problems.push(
      lateProblem(
        'conversion-rounding-invalid',
        `Converted units cannot be rounded by "${rounding}".`,
        'Give "none", "ceiling", "floor" or "half-up".',
      ),
    );
  }
  const isPrecise = Number.isSafeInteger(precision) && precision >= 0 && precision <= LARGEST_PRECISION;
  if (rounding !== 'none' && !isPrecise) {
    problems.push(
      lateProblem(
        'conversion-precision-invalid',
        `Converted units cannot be rounded to ${precision} digits.`,
        'Give a whole number of digits, at least 0.',
      ),
    );
  }
  if (isNegative(factor) || isZero(factor)) {
    problems.push(
      lateProblem(
        'conversion-factor-not-positive',
        `Units cannot be converted with the factor ${formatDecimal(factor)}.`,
        'Give a factor above 0.',
      ),
    );
  }
  return problems;
}

/** A conversion where conversions are off, or with a price that counts no units. */
export function problemsOfUse({
  conversion,
  isConversionEnabled,
  price,
}: Pick<Charge, 'conversion' | 'isConversionEnabled'> & {
  readonly price: Pick<ChargePrice, 'type'>;
}): readonly LateProblem[] {
  if (conversion === null) return [];
  const problems = [...problemsOfConversion(conversion)];
  if (!isConversionEnabled) {
    problems.push(
      lateProblem(
        'unit-conversion-disabled',
        'The charge converts units, and conversions are off.',
        'Switch conversions on, or leave the conversion out and price raw units.',
      ),
    );
  }
  if (price.type !== 'unit' && price.type !== 'tiered') {
    problems.push(
      lateProblem(
        'unit-conversion-unsupported-price',
        `Units cannot be converted for a ${price.type} price.`,
        'Convert units for unit and tiered prices only.',
      ),
    );
  }
  return problems;
}
