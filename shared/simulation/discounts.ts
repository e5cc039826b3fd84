import type { Discount } from '../billing/discount.ts';
import { discountEnd } from '../rating/invoice/active-discounts.ts';
import type { Instant } from '../values/instant.ts';
import { DUE_RANK } from './due-queue.ts';
import type { ScenarioDiscount } from './scenario.ts';
import type { World } from './world.ts';

/**
 * A discount of an owner, as a noun; when it begins and when it ends are noted as they come.
 * @param of `begins`: where it does not say when it starts. `current`: the owner's discount as it is then
 */
export function beginDiscount(
  world: World,
  given: ScenarioDiscount,
  of: { readonly about: string; readonly begins: Instant; readonly current: () => readonly Discount[] },
): Discount {
  const coupon = world.catalog.coupons.get(given.couponId) ?? null;
  const discount: Discount = { id: given.id, coupon, start: given.start ?? of.begins, end: given.end };
  world.discountIds.add(given.id);
  const note = (type: 'discount_started' | 'discount_ended'): void =>
    world.timeline.add(world.now, { type, couponId: given.couponId, about: of.about });
  const isPending = (): boolean => {
    const now = of.current().find(({ id }) => id === given.id);
    return now !== undefined && now.end === given.end && !world.usedDiscountIds.has(given.id);
  };
  const end = discountEnd(discount);
  if (end === null || end > world.now) {
    if (discount.start <= world.now) note('discount_started');
    else
      world.due.add({
        at: discount.start,
        rank: DUE_RANK.discountOrGrantBegins,
        run: () => isPending() && note('discount_started'),
      });
  }
  if (end !== null && end > world.now) {
    world.due.add({ at: end, rank: DUE_RANK.discountOrGrantEnds, run: () => isPending() && note('discount_ended') });
  }
  return discount;
}

/** Those of the coupon, or all, end now; those that are over stay as they are. */
export function endDiscounts(
  world: World,
  of: { readonly discounts: readonly Discount[]; readonly couponId: string | null; readonly about: string },
): readonly Discount[] {
  const { now } = world;
  return of.discounts.map((discount) => {
    const end = discountEnd(discount);
    const isOther = of.couponId !== null && discount.coupon?.id !== of.couponId;
    if (isOther || (end !== null && end <= now) || world.usedDiscountIds.has(discount.id)) return discount;
    world.timeline.add(now, { type: 'discount_ended', couponId: discount.coupon?.id ?? '', about: of.about });
    return { ...discount, end: now };
  });
}
