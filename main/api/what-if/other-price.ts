import type { Price } from '../../../shared/billing/price.ts';
import { isTieoutError, TieoutError } from '../../../shared/errors.ts';
import { isRaw } from '../../../shared/rating/document/fields.ts';
import { currencyOfPrice, readDocumentPrice } from '../../../shared/rating/document/read-price.ts';
import { ProblemList } from '../../../shared/rating/problems.ts';
import { amountsIn, type RatablePrice, readPrice } from '../../../shared/rating/ratable-price.ts';
import { parseExactJson } from '../../../shared/values/exact-json.ts';
import { nearestWord } from '../../../shared/values/nearest-word.ts';

/** The price that a month is rated under instead: one of the catalog, or pasted. */
export type OtherPrice = {
  readonly label: string;
  readonly currency: string;
  /** `mtr_…` where the price names one. */
  readonly meterId: string | null;
  /** Null where the price has no amounts in that currency. @throws TieoutError where they cannot be rated */
  readonly ratableIn: (currency: string) => RatablePrice | null;
};

/** @throws TieoutError `price.not_found` with the nearest id; what is wrong with the price */
export function catalogPrice(prices: ReadonlyMap<string, Price>, id: string): OtherPrice {
  const price = prices.get(id);
  if (price === undefined) {
    const near = nearestWord(id, [...prices.keys()]);
    throw new TieoutError('price.not_found', {
      message: `The catalog has no price ${id}.`,
      path: '--price',
      remedy:
        near === null
          ? 'Give the id of a price that was pulled, or a file with the JSON of one.'
          : `Did you mean ${near}? Else give a file with the JSON of a price.`,
    });
  }
  readPrice(price);
  return {
    label: price.nickname === null ? price.id : `${price.id} (${price.nickname})`,
    currency: price.currency,
    meterId: price.meterId,
    ratableIn: (currency) => {
      const shape = amountsIn(price, currency);
      return shape === null ? null : readPrice(shape);
    },
  };
}

/**
 * Reads the JSON of a Stripe price, as `tieout rate` does.
 * @throws TieoutError with everything that is wrong with it, at its place (`price.tiers[2].up_to`)
 */
export function pastedPrice(text: string, label: string): OtherPrice {
  const value = parse(text);
  const currency = currencyOfPrice(value);
  if (isRaw(value) && currency === null) {
    throw new TieoutError('currency-missing', {
      message: 'The price does not say its currency.',
      path: 'price.currency',
      remedy: 'Give `currency`, such as "usd".',
    });
  }
  const read = (wanted: string | null): RatablePrice | null => {
    const problems = new ProblemList();
    const price = readDocumentPrice(value, wanted, problems);
    problems.throwIfAny();
    return price?.ratable ?? null;
  };
  read(null);
  const recurring = isRaw(value) && isRaw(value.recurring) ? value.recurring : {};
  return {
    label,
    currency: currency ?? '',
    meterId: typeof recurring.meter === 'string' ? recurring.meter : null,
    ratableIn: (wanted) => {
      try {
        return read(wanted);
      } catch (error) {
        if (isTieoutError(error) && error.code === 'currency-mismatch') return null;
        throw error;
      }
    },
  };
}

function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch (cause) {
    const where = cause instanceof Error ? cause.message : String(cause);
    throw new TieoutError('document-malformed', {
      message: `The price is not JSON: ${where}`,
      path: 'price',
      remedy: 'Give the JSON of a price as Stripe returns it.',
      cause,
    });
  }
}
