import type { Price } from '../../../shared/billing/price.ts';
import { isTieoutError } from '../../../shared/errors.ts';
import { DAY_MS } from '../../../shared/values/instant.ts';
import { isAbsent, refusesExpansion } from './failures.ts';
import { isRaw, optionalText } from './fields.ts';
import { lacksTiers, readPrice, readUnratable } from './read-price.ts';
import { RESOURCES } from './resources.ts';
import type { StripeClient } from './stripe-client.ts';

/** Where a base leaves a price's currency out; said aloud. */
export const FALLBACK_CURRENCY = 'usd';

const INTERVAL_DAYS = { day: 1, week: 7, month: 31, year: 366 } as const;

export type PriceLists = {
  prices(signal: AbortSignal): AsyncGenerator<readonly Price[]>;
  price(id: string, signal: AbortSignal): Promise<Price | null>;
  /** Currency of a price read before. */
  currencyOf(priceId: string): string | null;
  /** The longest interval of a metered price read before, at least a month. */
  longestMeteredMs(): number;
};

/** Asks for active and inactive ones apart, since an unfiltered list is documented to hold the active ones only. */
export function createPriceLists(client: StripeClient): PriceLists {
  const currencies = new Map<string, string>();
  let longestMs = INTERVAL_DAYS.month * DAY_MS;

  /** One odd price must not stop the month: its customers' amounts are left out, aloud. */
  const tryReadPrice = (row: unknown): Price => {
    try {
      return readPrice(row, FALLBACK_CURRENCY);
    } catch (error) {
      if (!isTieoutError(error)) throw error;
      const price = readUnratable(row, FALLBACK_CURRENCY);
      client.warnings.add({
        code: error.code,
        path: error.path,
        message: error.message,
        remedy: `Amounts at price ${price.id} are left out.`,
      });
      return price;
    }
  };

  const remember = (row: unknown): Price => {
    const price = tryReadPrice(row);
    if (isRaw(row) && optionalText(row.currency) === null) {
      client.warnings.add({
        code: 'stripe.bad_answer',
        path: `${price.id}.currency`,
        message: `Price ${price.id} has no currency; ${FALLBACK_CURRENCY} is assumed.`,
      });
    }
    currencies.set(price.id, price.currency);
    if (price.usageType === 'metered' && price.interval !== null) {
      longestMs = Math.max(longestMs, INTERVAL_DAYS[price.interval.unit] * price.interval.count * DAY_MS);
    }
    return price;
  };

  const retrieve = async (id: string, expand: string[], signal: AbortSignal): Promise<Price> =>
    remember(await client.request(RESOURCES.prices, (sdk) => sdk.prices.retrieve(id, { expand }), signal));

  /** A base that does not know other currencies of a price still gives its tiers. */
  const retrieveWhole = async (id: string, signal: AbortSignal): Promise<Price> => {
    try {
      return await retrieve(id, ['tiers', 'currency_options'], signal);
    } catch (error) {
      if (!refusesExpansion(error)) throw error;
      return retrieve(id, ['tiers'], signal);
    }
  };

  const complete = async (price: Price, signal: AbortSignal): Promise<Price> => {
    const withTiers = lacksTiers(price) ? await retrieveWhole(price.id, signal) : price;
    if (lacksTiers(withTiers)) {
      client.warnings.add({
        code: 'stripe.bad_answer',
        path: `${price.id}.tiers`,
        message: `Price ${price.id} is tiered, but its tiers are not given.`,
        remedy: 'Amounts at this price are left out.',
      });
      return withTiers;
    }
    return withOptionTiers(withTiers, signal);
  };

  /** The tiers of other currencies are expanded per currency; a base that refuses leaves those currencies unrated. */
  const withOptionTiers = async (price: Price, signal: AbortSignal): Promise<Price> => {
    const lacking = price.currencyOptions.filter((option) => price.billingScheme === 'tiered' && option.tiers === null);
    if (lacking.length === 0) return price;
    const expand = [
      'tiers',
      'currency_options',
      ...lacking.map(({ currency }) => `currency_options.${currency}.tiers`),
    ];
    try {
      const complete = await retrieve(price.id, expand, signal);
      return lacksTiers(complete) ? price : complete;
    } catch (error) {
      if (!isTieoutError(error) || !LEAVES_OPTIONS_OUT.has(error.code)) throw error;
      client.warnings.add({
        code: error.code,
        path: `${price.id}.currency_options`,
        message: `The tiers of price ${price.id} in other currencies are not given.`,
        remedy: `Amounts at this price in ${lacking.map(({ currency }) => currency).join(', ')} are left out.`,
      });
      return price;
    }
  };

  const completeAll = (rows: readonly unknown[], signal: AbortSignal): Promise<Price[]> =>
    Promise.all(rows.map((row) => complete(remember(row), signal)));

  return {
    async *prices(signal) {
      const seen = new Set<string>();
      for (const filter of [{}, { active: false }]) {
        const pages = client.list(
          RESOURCES.prices,
          (sdk, cursor, expand) => sdk.prices.list({ ...cursor, ...filter, ...expand }),
          signal,
          [['data.tiers', 'data.currency_options'], ['data.tiers']],
        );
        for await (const rows of pages) {
          const fresh = rows.filter((row) => !isRaw(row) || typeof row.id !== 'string' || !seen.has(row.id));
          const page = await completeAll(fresh, signal);
          for (const { id } of page) seen.add(id);
          if (page.length > 0) yield page;
        }
      }
    },
    price: async (id, signal) => {
      try {
        return await withOptionTiers(await retrieveWhole(id, signal), signal);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    },
    currencyOf: (priceId) => currencies.get(priceId) ?? null,
    longestMeteredMs: () => longestMs,
  };
}

const LEAVES_OPTIONS_OUT: ReadonlySet<string> = new Set(['stripe.failed', 'stripe.bad_answer', 'stripe.not_served']);
