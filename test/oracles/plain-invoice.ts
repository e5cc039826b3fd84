import type { CreditGrant } from '../../shared/billing/credit-grant.ts';
import type { Coupon, TaxRate } from '../../shared/billing/discount.ts';
import { addQ, addUp, Q, whole } from './plain-fraction.ts';

/** How the steps after the price may be made wrong on purpose. */
export type StepRules = {
  readonly amountOffIsInOrder: boolean;
  readonly creditsTakeEveryLine: boolean;
  readonly creditsByPriority: boolean;
  readonly creditsExpire: boolean;
  readonly creditsKeepScope: boolean;
  readonly taxesBeforeCredits: boolean;
  readonly inclusiveIsExclusive: boolean;
  readonly stacksOnWhatIsLeft: boolean;
};

/** A line on its way through the steps. */
export type Row = {
  readonly itemId: string;
  readonly priceId: string;
  readonly productId: string | null;
  readonly isPart: boolean;
  readonly isMetered: boolean;
  readonly amount: bigint;
  readonly rates: readonly TaxRate[];
  left: bigint;
  tax: bigint;
  inclusive: bigint;
};

/** Coupon by coupon; `itemId` null is for the whole invoice. */
export type Turn = { readonly coupon: Coupon; readonly itemId: string | null };

/** @returns what each turn took */
export function takeDiscounts(rows: readonly Row[], turns: readonly Turn[], rules: StepRules): bigint[] {
  return turns.map(({ coupon, itemId }) => {
    const meant = rows.filter(
      (row) =>
        !row.isPart &&
        row.left > 0n &&
        (itemId === null || row.itemId === itemId) &&
        (coupon.productIds === null || (row.productId !== null && coupon.productIds.includes(row.productId))),
    );
    const rooms = meant.map(({ left }) => left);
    const taken =
      coupon.percentOff === null
        ? spread(BigInt(coupon.amountOff ?? '0'), rooms, rules)
        : meant.map(({ left, amount }) =>
            atMost(
              left,
              whole(rules.stacksOnWhatIsLeft ? left : amount)
                .times(Q.of(coupon.percentOff ?? '0'))
                .over(whole(100))
                .rounded(),
            ),
          );
    for (const [index, row] of meant.entries()) row.left -= taken[index] ?? 0n;
    return addUp(taken);
  });
}

const atMost = (limit: bigint, value: bigint): bigint => (value > limit ? limit : value);

/** A fixed amount in proportion to what is left; the units over go to those who lack most, the earlier of equals. */
function spread(amount: bigint, rooms: readonly bigint[], rules: StepRules): bigint[] {
  const all = addUp(rooms);
  const units = atMost(all, amount);
  if (rules.amountOffIsInOrder) {
    let rest = units;
    return rooms.map((room) => {
      const own = atMost(rest, room);
      rest -= own;
      return own;
    });
  }
  if (all === 0n) return rooms.map(() => 0n);
  const given = rooms.map((room) => (units * room) / all);
  const lacking = rooms
    .map((room, index) => ({ index, rest: (units * room) % all }))
    .sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const { index } of lacking.slice(0, Number(units - addUp(given)))) given[index] = (given[index] ?? 0n) + 1n;
  return given;
}

/** A grant and what is left of it. `voided` is when it was, or never. */
export type Purse = { readonly grant: CreditGrant; left: bigint; isVoided: boolean };

/** @returns what each purse paid, by the id of its grant */
export function takeCredits(
  rows: readonly Row[],
  purses: readonly Purse[],
  { at, currency }: { readonly at: number; readonly currency: string },
  rules: StepRules,
): Map<string, bigint> {
  const never = Number.MAX_SAFE_INTEGER;
  const start = ({ grant }: Purse): number => grant.effectiveAt ?? grant.created;
  const paid = new Map<string, bigint>();
  const usable = purses
    .filter(
      (purse) =>
        purse.grant.currency === currency &&
        !purse.isVoided &&
        start(purse) <= at &&
        (!rules.creditsExpire || at < (purse.grant.expiresAt ?? never)),
    )
    .sort(
      (a, b) =>
        (rules.creditsByPriority ? a.grant.priority - b.grant.priority : 0) ||
        (a.grant.expiresAt ?? never) - (b.grant.expiresAt ?? never) ||
        Number(a.grant.category === 'paid') - Number(b.grant.category === 'paid') ||
        start(a) - start(b) ||
        a.grant.created - b.grant.created ||
        (a.grant.id < b.grant.id ? -1 : 1),
    );
  for (const purse of usable) {
    for (const row of rows) {
      const { priceIds } = purse.grant;
      const isMeant = priceIds === null || !rules.creditsKeepScope || priceIds.includes(row.priceId);
      if (!isMeant || row.left <= 0n || !(row.isMetered || rules.creditsTakeEveryLine)) continue;
      const own = atMost(purse.left, row.left);
      purse.left -= own;
      row.left -= own;
      paid.set(purse.grant.id, (paid.get(purse.grant.id) ?? 0n) + own);
    }
  }
  return paid;
}

/** Inclusive tax lies in what is left of a line, exclusive tax comes on top of what inclusive tax leaves. */
export function addTaxes(rows: readonly Row[], rules: StepRules): void {
  for (const row of rows) {
    const isIn = (rate: TaxRate): boolean => rate.isInclusive && !rules.inclusiveIsExclusive;
    const inclusive = row.rates.filter(isIn);
    const percents = addQ(inclusive.map(({ percentage }) => Q.of(percentage)));
    for (const { percentage } of inclusive) {
      row.inclusive += whole(row.left).times(Q.of(percentage)).over(whole(100).plus(percents)).rounded();
    }
    const base = row.left - row.inclusive;
    row.tax = row.inclusive;
    for (const rate of row.rates) {
      if (!isIn(rate)) row.tax += whole(base).times(Q.of(rate.percentage)).over(whole(100)).rounded();
    }
  }
}
