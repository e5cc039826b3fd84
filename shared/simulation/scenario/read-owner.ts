import type { CreditGrant } from '../../billing/credit-grant.ts';
import { isAbsent, isRaw } from '../../rating/document/fields.ts';
import { readCredit } from '../../rating/document/read-adjustments.ts';
import type { ProblemList } from '../../rating/problems.ts';
import type { Instant } from '../../values/instant.ts';
import type { ScenarioDiscount } from '../scenario.ts';
import type { CatalogBuilder } from './catalog-builder.ts';
import { addUnknown, entriesOf, fieldOf, instantOf, type Placed, requireId } from './own-fields.ts';

/** What the readers of a scenario share. */
export type Reading = {
  readonly problems: ProblemList;
  readonly catalog: CatalogBuilder;
  /** Where the clock starts; the beginning of time where that could not be read. */
  readonly start: Instant;
};

/**
 * Discounts of a customer, a subscription or an item: the id of a coupon, a coupon in full, or a discount as Stripe
 * returns it, with the coupon below `coupon` or `source.coupon`.
 */
export const readDiscounts = (placed: Placed, ownerId: string, reading: Reading): readonly ScenarioDiscount[] =>
  entriesOf(placed, reading.problems).map((entry, index) => readDiscount(entry, `di_${ownerId}_${index + 1}`, reading));

/** @param id of a discount that has none of its own */
export function readDiscount({ value, path }: Placed, id: string, { problems, catalog }: Reading): ScenarioDiscount {
  const held = isRaw(value) && isRaw(value.source) ? { raw: value.source, path: `${path}.source` } : null;
  const holder = held ?? (isRaw(value) && !isAbsent(value.coupon) ? { raw: value, path } : null);
  const madeId = `coupon_of_${id}`;
  if (holder === null || !isRaw(value))
    return { id, couponId: catalog.coupon({ value, path }, madeId), start: null, end: null };
  return {
    id: isAbsent(value.id) ? id : requireId(fieldOf(value, path, 'id'), 'discount', problems),
    couponId: catalog.coupon(fieldOf(holder.raw, holder.path, 'coupon'), madeId),
    start: instantOf(fieldOf(value, path, 'start'), problems),
    end: instantOf(fieldOf(value, path, 'end'), problems),
  };
}

/** Ids of tax rates, or tax rates in full. @param ownerId in the ids of those that have none */
export const readTaxRateIds = (placed: Placed, ownerId: string, { problems, catalog }: Reading): readonly string[] =>
  entriesOf(placed, problems).map((entry, index) => catalog.taxRate(entry, `txr_${ownerId}_${index + 1}`));

/**
 * A grant as Stripe returns it.
 * @param of whose it is, the id of one that has none, and when one that does not say was made and takes effect
 */
export function readGrant(
  { value, path }: Placed,
  of: { readonly customerId: string; readonly id: string; readonly at: Instant },
  { problems, catalog }: Reading,
): CreditGrant | null {
  const raw = isRaw(value) ? value : {};
  const id = isAbsent(raw.id) ? of.id : requireId(fieldOf(raw, path, 'id'), 'credit grant id', problems);
  const read = readCredit(value, path, { currency: null, problems });
  if (read === null) return null;
  const currency = read.grant.currency === '' ? catalog.onlyCurrency : read.grant.currency;
  if (currency === null) {
    const remedy = 'Give amount.monetary.currency.';
    problems.add('currency-missing', `${path}.amount.monetary.currency`, 'The credit grant has no currency.', remedy);
  }
  for (const [index, priceId] of (read.grant.priceIds ?? []).entries()) {
    if (catalog.prices.has(priceId)) continue;
    const place = `${path}.applicability_config.scope.prices[${index}]`;
    const known = catalog.prices.keys();
    addUnknown(problems, place, { code: 'scenario.unknown_price', what: 'price', id: priceId, known });
  }
  const created = isAbsent(raw.created) ? of.at : read.grant.created;
  const name = typeof raw.name === 'string' ? raw.name : null;
  return { ...read.grant, id, customerId: of.customerId, currency: currency ?? '', name, created };
}
