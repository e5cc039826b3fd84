import type {
  WhatIfPrice,
  WhatIfPricesRequest,
  WhatIfRequest,
  WhatIfResult,
} from '../../../shared/contract/what-if-schemas.ts';
import { isTieoutError, type Problem, TieoutError } from '../../../shared/errors.ts';
import { LEFT_OUT_WORDS, type LeftOutReason, relativeChange, type WhatIf } from '../../../shared/reports/what-if.ts';
import { formatDecimal } from '../../../shared/values/decimal.ts';
import { formatMinorAsMajor } from '../../../shared/values/money.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import { parseMonth } from '../../../shared/values/period.ts';
import { readMeters, readPrices, readProducts } from '../../cache/catalog-store.ts';
import { readItemCounts } from '../../cache/price-store.ts';
import type { MonthsContext } from '../cells/context.ts';
import { stripeMeterOf } from '../invoices/usage-book.ts';
import { inputDigest } from '../reconcile/reconcile-month.ts';
import { catalogPrice, type OtherPrice, pastedPrice } from './other-price.ts';
import { priceJson, priceSummary } from './price-text.ts';
import { runWhatIf } from './what-if.ts';

/** What another price would change is computed once; its pages are slices of it. */
export class WhatIfCache {
  #kept: { readonly key: string; readonly result: WhatIf } | null = null;

  get(key: string, make: () => WhatIf): WhatIf {
    if (this.#kept?.key !== key) this.#kept = { key, result: make() };
    return this.#kept.result;
  }

  clear(): void {
    this.#kept = null;
  }
}

export type WhatIfContext = Pick<MonthsContext, 'db' | 'settings' | 'toolVersion' | 'now'> & {
  readonly distinctMeters: ReadonlySet<string>;
  readonly results: WhatIfCache;
};

/** Prices of the catalog on a meter: those with subscription items first, then by id. */
export function whatIfPrices(context: WhatIfContext, request: WhatIfPricesRequest): readonly WhatIfPrice[] {
  const { db } = context;
  const { meterId } = meterOf(context, request.meter);
  const items = readItemCounts(db);
  const products = new Map(readProducts(db).map(({ id, name }) => [id, name]));
  const itemsOf = (id: string): number => items.get(id) ?? 0;
  return [...readPrices(db).values()]
    .filter((price) => price.meterId === meterId)
    .filter(
      ({ currency, currencyOptions }) =>
        request.currency === undefined ||
        currency === request.currency ||
        currencyOptions.some((option) => option.currency === request.currency),
    )
    .sort((a, b) => itemsOf(b.id) - itemsOf(a.id) || compareBytes(a.id, b.id))
    .map((price) => ({
      id: price.id,
      nickname: price.nickname,
      product: products.get(price.productId ?? '') ?? price.productId,
      currency: price.currency,
      summary: priceSummary(price),
      isActive: price.isActive,
      items: itemsOf(price.id),
      json: priceJson(price),
    }));
}

/** A window of a month under another price; what is wrong with a pasted price comes back as its problems. */
export function whatIf(context: WhatIfContext, request: WhatIfRequest): WhatIfResult {
  const price = readOther(context, request.price);
  if (!('ratableIn' in price)) return { ...NOTHING, offset: request.offset, problems: price };
  const month = parseMonth(request.month);
  const { settings, db } = context;
  const { meter, quantities } = request;
  const digest = inputDigest({ db, settings, month }, context.toolVersion);
  const found = meterOf(context, meter);
  try {
    const result = context.results.get(JSON.stringify([digest, meter, request.price, quantities]), () =>
      runWhatIf({ ...context, ...found, now: context.now(), month, price, quantities }),
    );
    return windowOf(result, request);
  } catch (error) {
    if (!isTieoutError(error) || error.code !== 'currency-mismatch') throw error;
    return { ...NOTHING, offset: request.offset, problems: problemsOf(error) };
  }
}

const NOTHING: WhatIfResult = { totals: [], total: 0, offset: 0, rows: [], leftOut: [], problems: [] };

function readOther(context: WhatIfContext, given: WhatIfRequest['price']): OtherPrice | Problem[] {
  if ('id' in given) return catalogPrice(readPrices(context.db), given.id);
  try {
    return pastedPrice(given.json, 'the pasted price');
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    return problemsOf(error);
  }
}

function problemsOf(error: TieoutError): Problem[] {
  if (error.problems.length > 0) return [...error.problems];
  const remedy = error.remedy === null ? {} : { remedy: error.remedy };
  return [{ code: error.code, path: error.path, message: error.message, ...remedy }];
}

function meterOf(context: WhatIfContext, key: string) {
  const meter = context.settings.meters.find((one) => one.key === key);
  const stripeMeter = meter === undefined ? null : stripeMeterOf(readMeters(context.db), meter);
  if (meter === undefined || stripeMeter === null) {
    throw new TieoutError('stripe.meter_not_found', {
      message: meter === undefined ? `tieout.yaml has no meter ${key}.` : `Stripe has no meter for ${key}.`,
      path: 'meter',
      remedy: 'Choose a meter that both have, and pull its month.',
    });
  }
  return { meter, meterId: stripeMeter.id };
}

function windowOf(result: WhatIf, { offset, limit }: WhatIfRequest): WhatIfResult {
  const counts = new Map<LeftOutReason, number>();
  for (const { reason } of result.leftOut) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return {
    totals: result.totals.map(({ currency, customers, more, less, same, ...amounts }) => ({
      currency,
      customers,
      ...moneyTexts(amounts, currency),
      more,
      less,
      same,
    })),
    total: result.rows.length,
    offset,
    rows: result.rows.slice(offset, offset + limit).map((row) => ({
      customer: row.customer,
      name: row.name,
      currency: row.currency,
      quantity: formatDecimal(row.quantity),
      ...moneyTexts(row, row.currency),
    })),
    leftOut: [...counts].map(([reason, customers]) => ({ reason: LEFT_OUT_WORDS[reason], customers })),
    problems: [],
  };
}

function moneyTexts(
  of: { readonly nowMinor: bigint; readonly insteadMinor: bigint; readonly changeMinor: bigint },
  currency: string,
) {
  const relative = relativeChange(of);
  return {
    now: formatMinorAsMajor(of.nowMinor, currency),
    instead: formatMinorAsMajor(of.insteadMinor, currency),
    change: formatMinorAsMajor(of.changeMinor, currency),
    relative: relative === null ? null : formatDecimal(relative),
  };
}
