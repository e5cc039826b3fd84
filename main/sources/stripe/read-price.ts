import type { Price, PriceAmounts, PriceTier, Product } from '../../../shared/billing/price.ts';
import {
  badAnswer,
  idOf,
  isRaw,
  type Owner,
  oneOf,
  optionalCount,
  optionalDecimal,
  optionalInstant,
  optionalText,
  preferDecimal,
  type Raw,
  requireObject,
  UNKNOWN_INSTANT,
} from './fields.ts';

/** @param fallbackCurrency where a compatible base leaves the currency out */
export function readPrice(value: unknown, fallbackCurrency: string): Price {
  const { raw, owner } = requireObject(value, 'price');
  const tiers = readTiers(raw.tiers, owner);
  const recurring = isRaw(raw.recurring) ? raw.recurring : null;
  const meterId = recurring === null ? null : idOf(recurring.meter);
  const currency = optionalText(raw.currency)?.toLowerCase() ?? fallbackCurrency;
  return {
    id: owner.id,
    productId: idOf(raw.product),
    nickname: optionalText(raw.nickname),
    isActive: raw.active !== false,
    billingScheme: oneOf(raw.billing_scheme, ['per_unit', 'tiered'], {
      name: 'billing_scheme',
      owner,
      fallback: tiers === null ? 'per_unit' : 'tiered',
    }),
    tiersMode: raw.tiers_mode === 'graduated' || raw.tiers_mode === 'volume' ? raw.tiers_mode : null,
    transformQuantity: isRaw(raw.transform_quantity) ? readTransform(raw.transform_quantity, owner) : null,
    usageType:
      recurring === null
        ? null
        : oneOf<'metered' | 'licensed'>(recurring.usage_type, ['metered', 'licensed'], {
            name: 'recurring.usage_type',
            owner,
            fallback: meterId === null ? 'licensed' : 'metered',
          }),
    meterId,
    interval: recurring === null ? null : readInterval(recurring, owner),
    currency,
    unitAmount: preferDecimal(raw, 'unit_amount', owner),
    tiers,
    currencyOptions: readCurrencyOptions(raw.currency_options, currency, owner),
    taxBehavior: oneOf(raw.tax_behavior, ['inclusive', 'exclusive', 'unspecified'], {
      name: 'tax_behavior',
      owner,
      fallback: 'unspecified',
    }),
    created: optionalInstant(raw.created, 'created', owner) ?? UNKNOWN_INSTANT,
  };
}

/**
 * What remains of a price whose amounts or terms cannot be read: what it is and what it meters, without an amount.
 * @throws TieoutError `stripe.bad_answer` where it has no id
 */
export function readUnratable(value: unknown, fallbackCurrency: string): Price {
  const { raw, owner } = requireObject(value, 'price');
  const { product, nickname, active, currency, recurring } = raw;
  const meter = isRaw(recurring) ? recurring.meter : null;
  const kept = { id: owner.id, product, nickname, active, currency };
  return readPrice(meter === null ? kept : { ...kept, recurring: { meter } }, fallbackCurrency);
}

/** Whether the amounts of a tiered price are still to be fetched: a list leaves tiers out unless they are expanded. */
export const lacksTiers = (price: Price): boolean => price.billingScheme === 'tiered' && price.tiers === null;

export function readProduct(value: unknown): Product {
  const { raw, owner } = requireObject(value, 'product');
  const isDeleted = raw.deleted === true;
  return {
    id: owner.id,
    name: optionalText(raw.name) ?? owner.id,
    isActive: !isDeleted && raw.active !== false,
    isDeleted,
  };
}

function readTiers(value: unknown, owner: Owner): readonly PriceTier[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.map((tier: unknown, index): PriceTier => {
    if (!isRaw(tier)) throw badAnswer(owner, `tiers[${index}]`, 'expected an object');
    const tierOwner: Owner = { kind: owner.kind, id: `${owner.id} tier ${index + 1}` };
    return {
      upTo: tier.up_to === 'inf' ? null : optionalDecimal(tier.up_to, 'up_to', tierOwner),
      unitAmount: preferDecimal(tier, 'unit_amount', tierOwner),
      flatAmount: preferDecimal(tier, 'flat_amount', tierOwner),
    };
  });
}

function readTransform(raw: Raw, owner: Owner): Price['transformQuantity'] {
  const divideBy = optionalDecimal(raw.divide_by, 'transform_quantity.divide_by', owner);
  if (divideBy === null) throw badAnswer(owner, 'transform_quantity.divide_by', 'expected a number');
  return {
    divideBy,
    round: oneOf(raw.round, ['up', 'down'], { name: 'transform_quantity.round', owner, fallback: 'up' }),
  };
}

function readInterval(recurring: Raw, owner: Owner): Price['interval'] {
  return {
    unit: oneOf(recurring.interval, ['day', 'week', 'month', 'year'], {
      name: 'recurring.interval',
      owner,
      fallback: 'month',
    }),
    count: optionalCount(recurring.interval_count, 'recurring.interval_count', owner) ?? 1,
  };
}

/** The other currencies; Stripe repeats the price's own among them. */
function readCurrencyOptions(value: unknown, currency: string, owner: Owner): readonly PriceAmounts[] {
  if (!isRaw(value)) return [];
  return Object.entries(value).flatMap(([code, option]): PriceAmounts[] => {
    if (code.toLowerCase() === currency || !isRaw(option)) return [];
    const optionOwner: Owner = { kind: owner.kind, id: `${owner.id} in ${code}` };
    return [
      {
        currency: code.toLowerCase(),
        unitAmount: preferDecimal(option, 'unit_amount', optionOwner),
        tiers: readTiers(option.tiers, optionOwner),
      },
    ];
  });
}
