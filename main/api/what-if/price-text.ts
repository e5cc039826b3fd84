import type { Price, PriceAmounts, PriceTier } from '../../../shared/billing/price.ts';
import { formatDecimal, normalize, tryParseDecimal } from '../../../shared/values/decimal.ts';
import { minorDigits } from '../../../shared/values/money.ts';

/** A price in a few words: `Graduated, 3 tiers`, `0.0234 USD per unit`, `3.00 USD per 100, rounded up`. */
export function priceSummary(price: Price): string {
  if (price.billingScheme === 'tiered') {
    const count = price.tiers?.length ?? 0;
    const mode = price.tiersMode === 'volume' ? 'Volume' : 'Graduated';
    return `${mode}, ${count} ${count === 1 ? 'tier' : 'tiers'}`;
  }
  const amount = `${majorText(price.unitAmount, price.currency)} ${price.currency.toUpperCase()}`;
  const packages = price.transformQuantity;
  return packages === null ? `${amount} per unit` : `${amount} per ${packages.divideBy}, rounded ${packages.round}`;
}

function majorText(minor: string | null, currency: string): string {
  const value = minor === null ? null : tryParseDecimal(minor);
  if (value === null) return '–';
  return formatDecimal(normalize({ coefficient: value.coefficient, scale: value.scale + minorDigits(currency) }));
}

/** A price as Stripe's API writes it, as far as amounts go, indented: a start for one of one's own. */
export function priceJson(price: Price): string {
  const { divideBy, round } = price.transformQuantity ?? { divideBy: null, round: null };
  const options = price.currencyOptions.filter(({ currency }) => currency !== price.currency);
  return JSON.stringify(
    {
      object: 'price',
      ...amountFields(price),
      billing_scheme: price.billingScheme,
      ...(price.tiersMode === null ? {} : { tiers_mode: price.tiersMode }),
      ...(divideBy === null ? {} : { transform_quantity: { divide_by: numberOrText(divideBy), round } }),
      ...(options.length === 0
        ? {}
        : {
            currency_options: Object.fromEntries(options.map(({ currency, ...amounts }) => [currency, bare(amounts)])),
          }),
    },
    null,
    2,
  );
}

const amountFields = ({ currency, unitAmount, tiers }: PriceAmounts) => ({ currency, ...bare({ unitAmount, tiers }) });

const bare = ({ unitAmount, tiers }: Omit<PriceAmounts, 'currency'>) => ({
  ...(unitAmount === null ? {} : { unit_amount_decimal: unitAmount }),
  ...(tiers === null ? {} : { tiers: tiers.map(tierFields) }),
});

const tierFields = ({ upTo, unitAmount, flatAmount }: PriceTier) => ({
  up_to: upTo === null ? 'inf' : numberOrText(upTo),
  ...(flatAmount === null ? {} : { flat_amount_decimal: flatAmount }),
  ...(unitAmount === null ? {} : { unit_amount_decimal: unitAmount }),
});

/** Whole numbers that JSON holds exactly are written as such, as Stripe does. */
const numberOrText = (text: string): number | string => (/^\d{1,15}$/.test(text) ? Number(text) : text);
