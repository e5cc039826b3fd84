import { bookDefaults } from '../../../shared/rating/late/book.ts';
import {
  problemsOfCommitments,
  problemsOfConversion,
  problemsOfDiscounts,
  problemsOfPrice,
  problemsOfUse,
} from '../../../shared/rating/late/check-charge.ts';
import { problemsOfLine } from '../../../shared/rating/late/check-line.ts';
import { convertUnits } from '../../../shared/rating/late/convert-units.ts';
import { applyCredits, withCredit } from '../../../shared/rating/late/credits.ts';
import { type DetailedLine, roundMajor, roundProduct } from '../../../shared/rating/late/line.ts';
import { packageCount } from '../../../shared/rating/late/packages.ts';
import { periodKey } from '../../../shared/rating/late/periods.ts';
import { type LateProblem, throwIfAny } from '../../../shared/rating/late/problems.ts';
import { overMaximum } from '../../../shared/rating/late/rate-usage.ts';
import { selectPriorRuns } from '../../../shared/rating/late/runs.ts';
import { snapshotQuantity } from '../../../shared/rating/late/snapshot.ts';
import { graduatedTotal, graduatedWalk, sortTiers, volumeTier } from '../../../shared/rating/late/tiers.ts';
import { discountUsage } from '../../../shared/rating/late/usage-discount.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant, parseInstant } from '../../../shared/values/instant.ts';
import { flag, type Json, type JsonObject, list, MalformedVector, object, text, type VectorClass } from '../vector.ts';
import {
  answerOrError,
  commitmentsOf,
  conversionOf,
  digitsOf,
  discountsOf,
  lineOf,
  minor,
  money,
  number,
  numberOrNull,
  periodOf,
  priceOf,
  tiersOf,
} from './late-values.ts';

type Context = { readonly vector: JsonObject; readonly digits: number };
type Call = (input: JsonObject, context: Context) => Json;

/** `openmeter/component`: one function of late usage at a time. */
export const lateComponent: VectorClass = {
  answer: ({ input: vector }) => {
    const fn = text(vector.fn, 'fn');
    const call = FUNCTIONS[fn];
    if (call === undefined) throw new MalformedVector(`fn ${fn} is not known`);
    const answer = answerOrError(() =>
      call(object(vector.input, 'input'), { vector, digits: digitsOf(vector.currency) }),
    );
    return withFound(answer, vector);
  },
  expected: ({ input: vector, expected }) => {
    const anyOf = object(vector.expectError ?? {}, 'expectError').anyOf;
    return anyOf === undefined ? expected : { missing: [] };
  },
};

/** Where all of several problems are to be found: those that were not. */
function withFound(answer: Json, { expectError }: JsonObject): Json {
  const anyOf = object(expectError ?? {}, 'expectError').anyOf;
  if (anyOf === undefined) return answer;
  const codes = list(object(answer, 'answer').codes ?? [], 'codes');
  return { missing: list(anyOf, 'anyOf').filter((code) => !codes.includes(code)) };
}

const FUNCTIONS: Readonly<Record<string, Call>> = {
  round: (input) => {
    const places = placesOf(input);
    return { amount: money(roundMajor(number(input.amount, 'amount'), places), places) };
  },
  smallestUnit: (input) => ({ amount: money(1n, placesOf(input)) }),
  validatePrice: ({ price, commitments }) =>
    valid([...problemsOfPrice(priceOf(price)), ...problemsOfCommitments(commitmentsOf(commitments))]),
  validateDiscounts: ({ discounts }) => valid(problemsOfDiscounts(discountsOf(discounts))),
  validateLine: (input, { vector }) => {
    const line = lineOf(input, vector, ANY_PERIOD);
    return valid(problemsOfLine(line, line.currency));
  },
  validateUnitConversion: ({ conversion }) => valid(problemsOfConversion(conversionOf(conversion))),
  sortTiers: ({ upTo }) => {
    const tiers = list(upTo, 'upTo').map((bound) => ({ upTo: numberOrNull(bound, 'upTo'), flat: null, unit: null }));
    return { upTo: sortTiers(tiers).map((tier) => (tier.upTo === null ? null : formatDecimal(tier.upTo))) };
  },
  packageCount: ({ quantity, packageSize }) => ({
    packages: formatDecimal(packageCount(number(quantity, 'quantity'), number(packageSize, 'packageSize'))),
  }),
  volumeTier: ({ tiers, quantity }) => ({
    tierIndex: volumeTier(sortTiers(tiersOf(tiers)), number(quantity, 'quantity')),
  }),
  graduatedTotal: ({ tiers, quantity }, { digits }) => ({
    total: money(graduatedTotal(sortTiers(tiersOf(tiers)), number(quantity, 'quantity'), digits), digits),
  }),
  graduatedWalk: (input, { digits }) => {
    const tiers = sortTiers(tiersOf(input.tiers));
    const range = { from: number(input.fromQuantity, 'fromQuantity'), to: number(input.toQuantity, 'toQuantity') };
    const segments = graduatedWalk(tiers, range, digits).map((segment) => ({
      tierIndex: segment.tierIndex,
      quantity: formatDecimal(segment.quantity),
      startsTier: segment.startsTier,
      totalBefore: money(segment.totalBeforeMinor, digits),
    }));
    return { segments, total: money(graduatedTotal(tiers, range.to, digits), digits) };
  },
  usageDiscount: ({ discount, ...usage }) => {
    const rest = discountUsage(usageOf(usage), number(discount, 'discount'));
    return {
      quantity: formatDecimal(rest.quantity),
      quantityBeforePeriod: formatDecimal(rest.before),
      discounted: formatDecimal(rest.discounted),
      discountedBefore: formatDecimal(rest.discountedBefore),
    };
  },
  maximumSpendDiscount: (input, { digits }) => {
    const net = roundProduct(number(input.unitAmount, 'unitAmount'), number(input.quantity, 'quantity'), digits);
    const over = overMaximum(net, minor(input.billedBefore, digits), minor(input.maximum, digits));
    return { discount: money(over ?? 0n, digits) };
  },
  applyUnitConversion: ({ conversion, quantity }) => {
    const { exact, billed } = convertUnits(number(quantity, 'quantity'), conversionOf(conversion));
    return { exact: formatDecimal(exact), billed: formatDecimal(billed) };
  },
  convertUnits: (input) => {
    const conversion = conversionOf(input.conversion);
    const type = text(input.priceType, 'priceType');
    throwIfAny(
      problemsOfUse({
        conversion,
        isConversionEnabled: flag(input.enabled, 'enabled'),
        price: {
          type: type === 'flat' || type === 'package' || type === 'dynamic' || type === 'tiered' ? type : 'unit',
        },
      }),
    );
    const { quantity, before } = usageOf(input);
    return {
      quantity: formatDecimal(convertUnits(quantity, conversion).billed),
      quantityBeforePeriod: formatDecimal(convertUnits(before, conversion).billed),
    };
  },
  applyCredits: (input, { vector, digits }) => {
    const lines = list(input.lines, 'lines').map((line) => creditedLine(object(line, 'line'), vector, digits));
    const credits = list(input.credits, 'credits').map((credit) => ({
      label: null,
      amountMinor: minor(object(credit, 'credit').amount, digits),
    }));
    return {
      creditsApplied: applyCredits(lines, credits).map((line) =>
        line.credits.map(({ amountMinor }) => money(amountMinor, digits)),
      ),
    };
  },
  periodKey: (input) => ({
    key: periodKey(text(input.key, 'key'), periodOf({ from: input.from ?? null, to: input.to ?? null })),
  }),
  snapshotQuantity: (input) => {
    const events = list(input.events, 'events').map((event) => {
      const { at, storedAt, value } = object(event, 'event');
      return {
        at: parseInstant(text(at, 'at')),
        storedAt: parseInstant(text(storedAt, 'storedAt')),
        value: number(value, 'value'),
      };
    });
    const window = periodOf({ from: input.from ?? null, to: input.to ?? null });
    const storedBefore = parseInstant(text(input.storedBefore, 'storedBefore'));
    return { quantity: formatDecimal(snapshotQuantity(events, window, storedBefore)) };
  },
  selectPriorRuns: (input) => {
    const runs = list(input.runs, 'runs').map((run) => {
      const { id, periodTo, voided, linesLoaded } = object(run, 'run');
      return {
        id: text(id, 'id'),
        periodTo: parseInstant(text(periodTo, 'periodTo')),
        isVoided: flag(voided, 'voided'),
        areLinesLoaded: flag(linesLoaded, 'linesLoaded'),
      };
    });
    const { prior, mustLoadLines } = selectPriorRuns(
      runs,
      parseInstant(text(input.currentPeriodTo, 'currentPeriodTo')),
    );
    return { prior: prior.map(({ id }) => id), mustLoadLines };
  },
  bookDefaults: (input, { vector }) => {
    const servicePeriod = periodOf(input.servicePeriod);
    const lines = list(input.ratedLines, 'ratedLines').map((value) => {
      const rated = object(value, 'line');
      const line = bookDefaults(
        {
          ...lineOf(value, vector, servicePeriod),
          servicePeriod: rated.servicePeriod === null ? null : periodOf(rated.servicePeriod),
          category: rated.category === null ? null : category(rated.category),
          paymentTerm: rated.paymentTerm === null ? null : paymentTerm(rated.paymentTerm),
        },
        servicePeriod,
      );
      return {
        servicePeriod: { from: formatInstant(line.servicePeriod.from), to: formatInstant(line.servicePeriod.to) },
        paymentTerm: line.paymentTerm,
        category: line.category,
        quantity: formatDecimal(line.quantity),
        unitAmount: formatDecimal(line.unitAmount),
      };
    });
    return { lines };
  },
};

const ANY_PERIOD = periodOf({ from: '2025-01-01T00:00:00Z', to: '2025-02-01T00:00:00Z' });

const category = (value: Json | undefined): DetailedLine['category'] =>
  value === 'commitment' ? 'commitment' : 'regular';

const paymentTerm = (value: Json | undefined): DetailedLine['paymentTerm'] =>
  value === 'advance' ? 'advance' : 'arrears';

function valid(problems: readonly LateProblem[]): Json {
  throwIfAny(problems);
  return { valid: true };
}

function placesOf({ precision }: JsonObject): number {
  if (typeof precision !== 'number') throw new MalformedVector('precision is not a number');
  return precision;
}

const usageOf = (input: JsonObject) => ({
  quantity: number(input.quantity, 'quantity'),
  before: number(input.quantityBeforePeriod, 'quantityBeforePeriod'),
});

/** A line with the credits that it had before. */
function creditedLine(value: JsonObject, vector: JsonObject, digits: number): DetailedLine {
  const amountMinor = roundProduct(number(value.unitAmount, 'unitAmount'), number(value.quantity, 'quantity'), digits);
  const line = {
    ...lineOf({ component: 'usage.unit', ...value }, vector, ANY_PERIOD),
    totals: { amountMinor, chargesMinor: 0n, discountsMinor: 0n, creditsMinor: 0n, totalMinor: amountMinor },
  };
  return list(value.creditsApplied, 'creditsApplied').reduce<DetailedLine>(
    (credited, amount) => withCredit(credited, { label: null, amountMinor: minor(amount, digits) }),
    line,
  );
}
