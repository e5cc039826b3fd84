import type { Price, PriceAmounts, PriceTier } from '../../billing/price.ts';
import { idOf, isAbsent, isRaw, type Raw, readText, shownValue } from '../../rating/document/fields.ts';
import { readDocumentPrice } from '../../rating/document/read-price.ts';
import { ProblemList } from '../../rating/problems.ts';
import type { RatablePrice } from '../../rating/ratable-price.ts';
import { formatDecimal } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import { addMissing, choiceOf, decimalOf, fieldOf, flagOf, instantOf, type Placed, requireId } from './own-fields.ts';

/** What a price without an amount is read as; the scenario is refused then. */
const NO_AMOUNTS: Omit<PriceAmounts, 'currency'> = { unitAmount: null, tiers: null };
const CURRENCY = /^[a-z]{3}$/i;

/**
 * Reads a Stripe Price with everything that decides what it bills and when. Amounts are read as rating documents read
 * them; fields that decide nothing are not looked at.
 * @param created what a price that does not say it was made at
 */
export function readScenarioPrice({ value, path }: Placed, created: Instant, problems: ProblemList): Price | null {
  if (!isRaw(value)) {
    const remedy = 'Give the price as Stripe returns it.';
    problems.add('scenario.value_malformed', path, `${shownValue(value)} is no price.`, remedy);
    return null;
  }
  const raw = value;
  const id = requireId(fieldOf(raw, path, 'id'), 'price id', problems);
  const currency = readCurrency(raw, path, problems);
  const ratable = readDocumentPrice(raw, currency === '' ? null : currency, problems, path)?.ratable ?? null;
  const recurring = isRaw(raw.recurring) ? raw.recurring : null;
  if (recurring === null) {
    problems.add(
      'scenario.price_not_recurring',
      `${path}.recurring`,
      'The price does not recur.',
      'Give recurring with interval and usage_type: a subscription bills no one-time prices.',
    );
  }
  return {
    id,
    productId: idOf(raw.product),
    nickname: readText(raw.nickname, `${path}.nickname`, problems),
    isActive: flagOf(fieldOf(raw, path, 'active'), true, problems),
    currency,
    ...shapeOf(raw, ratable),
    ...readTerms(recurring ?? {}, `${path}.recurring`, problems),
    currencyOptions: ratable === null ? [] : readOptions(raw, { currency, path }, problems),
    taxBehavior: choiceOf(
      fieldOf(raw, path, 'tax_behavior'),
      ['inclusive', 'exclusive', 'unspecified'],
      'unspecified',
      problems,
    ),
    created: instantOf(fieldOf(raw, path, 'created'), problems) ?? created,
  };
}

function readCurrency(raw: Raw, path: string, problems: ProblemList): string {
  const { currency } = raw;
  const remedy = 'Give a three-letter ISO 4217 code, such as "usd".';
  if (isAbsent(currency)) {
    problems.add('currency-missing', `${path}.currency`, 'The price has no currency.', remedy);
  } else if (typeof currency !== 'string' || !CURRENCY.test(currency)) {
    problems.add('currency-malformed', `${path}.currency`, `${shownValue(currency)} is not a currency code.`, remedy);
  }
  return typeof currency === 'string' && CURRENCY.test(currency) ? currency.toLowerCase() : '';
}

type Shape = Pick<Price, 'billingScheme' | 'tiersMode' | 'transformQuantity' | 'unitAmount' | 'tiers'>;

/** A price that was found consistent, as it is stored: decimals are text. */
function shapeOf(raw: Raw, ratable: RatablePrice | null): Shape {
  if (ratable === null) return { billingScheme: 'per_unit', tiersMode: null, transformQuantity: null, ...NO_AMOUNTS };
  if (ratable.kind !== 'per_unit') {
    return { billingScheme: 'tiered', tiersMode: ratable.kind, transformQuantity: null, ...amountsOf(ratable) };
  }
  const { transform } = ratable;
  return {
    billingScheme: 'per_unit',
    tiersMode: null,
    transformQuantity:
      transform === null || !isRaw(raw.transform_quantity)
        ? null
        : { divideBy: formatDecimal(transform.divideBy), round: transform.round },
    ...amountsOf(ratable),
  };
}

function amountsOf(ratable: RatablePrice): Omit<PriceAmounts, 'currency'> {
  if (ratable.kind === 'per_unit') return { unitAmount: formatDecimal(ratable.unitAmount), tiers: null };
  return {
    unitAmount: null,
    tiers: ratable.tiers.map(
      ({ upTo, unitAmount, flatAmount }): PriceTier => ({
        upTo: upTo === null ? null : formatDecimal(upTo),
        unitAmount: formatDecimal(unitAmount),
        flatAmount: flatAmount === null ? null : formatDecimal(flatAmount),
      }),
    ),
  };
}

/** The other currencies; Stripe repeats the price's own among them. */
function readOptions(
  raw: Raw,
  { currency, path }: { readonly currency: string; readonly path: string },
  problems: ProblemList,
): readonly PriceAmounts[] {
  const options = isRaw(raw.currency_options) ? raw.currency_options : {};
  return Object.entries(options).flatMap(([code, option]): PriceAmounts[] => {
    const other = code.toLowerCase();
    if (other === currency || !isRaw(option)) return [];
    const own = new ProblemList();
    const ratable = readDocumentPrice(raw, other, own, path)?.ratable ?? null;
    // What is wrong with the price itself was said when its own currency was read.
    const place = `${path}.currency_options.${code}`;
    problems.addAll(own.all.filter((problem) => problem.path?.startsWith(place) === true));
    return ratable === null ? [] : [{ currency: other, ...amountsOf(ratable) }];
  });
}

type Terms = Pick<Price, 'usageType' | 'meterId' | 'interval'>;

function readTerms(recurring: Raw, path: string, problems: ProblemList): Terms {
  const meterId = isAbsent(recurring.meter)
    ? null
    : requireId({ value: recurring.meter, path: `${path}.meter` }, 'meter', problems);
  const usageType = choiceOf(
    fieldOf(recurring, path, 'usage_type'),
    ['metered', 'licensed'],
    meterId === null ? 'licensed' : 'metered',
    problems,
  );
  if (usageType === 'metered' && meterId === null) {
    addMissing(problems, `${path}.meter`, 'meter', 'Give the id of the meter that counts what a metered price bills.');
  }
  if (usageType === 'licensed' && meterId !== null) {
    const remedy = 'Make its usage_type "metered", or leave the meter out.';
    problems.add('price-contradictory', `${path}.meter`, 'The price is licensed and has a meter.', remedy);
  }
  return { usageType, meterId, interval: readInterval(recurring, path, problems) };
}

/** Stripe bills at most so far apart. */
const MOST = { day: 1095, week: 156, month: 36, year: 3 } as const;

function readInterval(recurring: Raw, path: string, problems: ProblemList): Price['interval'] {
  const unit = choiceOf(fieldOf(recurring, path, 'interval'), ['day', 'week', 'month', 'year'], 'month', problems);
  const placed = fieldOf(recurring, path, 'interval_count');
  const given = decimalOf(placed, problems);
  const count = given === null ? 1 : Number(formatDecimal(given));
  if (Number.isInteger(count) && count >= 1 && count <= MOST[unit]) return { unit, count };
  const message = `The price cannot bill every ${shownValue(placed.value)} ${unit}s.`;
  problems.add('scenario.value_malformed', placed.path, message, `Give a whole number from 1 to ${MOST[unit]}.`);
  return { unit, count: 1 };
}
