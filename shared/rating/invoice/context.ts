import type { Discount } from '../../billing/discount.ts';
import type { Price } from '../../billing/price.ts';
import type { MoneyRounding } from '../adjust/money-rounding.ts';
import { amountsIn, type PriceShape } from '../ratable-price.ts';
import type { InvoiceInput } from './input.ts';
import type { Notes } from './notes.ts';

/** What every step of one invoice works with. */
export type InvoiceContext = {
  readonly input: InvoiceInput;
  /** Of the subscription, hence of the invoice. */
  readonly currency: string;
  readonly rounding: MoneyRounding;
  readonly notes: Notes;
};

/** A price with its amounts in the invoice's currency, under the name that the customer reads. */
export type KnownPrice = { readonly price: Price; readonly shape: PriceShape; readonly name: string };

/** Looks a price up; null, with a note, where it cannot be charged in the invoice's currency. */
export function knownPrice(context: InvoiceContext, itemId: string, priceId: string): KnownPrice | null {
  const { input, currency, notes } = context;
  const about = [input.subscription.id, itemId];
  const price = input.catalog.prices.get(priceId);
  if (price === undefined) {
    notes.error(
      'price.not_in_catalog',
      about,
      `The price ${priceId} of ${itemId} was not pulled; its lines are left out.`,
      'Pull the month again, with a key that may read prices.',
    );
    return null;
  }
  const shape = amountsIn(price, currency);
  if (shape === null) {
    notes.error(
      'money.currency_mismatch',
      about,
      `The price ${priceId} has no amounts in ${currency}, the currency of ${input.subscription.id}; its lines are left out.`,
      `Give the price a currency option for ${currency}.`,
    );
    return null;
  }
  return { price, shape, name: productName(context, itemId, price) };
}

function productName({ input, notes }: InvoiceContext, itemId: string, price: Price): string {
  const product = price.productId === null ? undefined : input.catalog.products.get(price.productId);
  if (product?.isDeleted === true) {
    notes.error(
      'price.product_deleted',
      [input.subscription.id, itemId],
      `The product ${product.id} of the price ${price.id} is deleted; the price is rated as it was.`,
      'Move the subscription item to a price of a product that exists.',
    );
  }
  return product?.name ?? price.nickname ?? price.id;
}

/** The name under which a discount is shown. */
export const discountLabel = ({ id, coupon }: Discount): string => coupon?.name ?? coupon?.id ?? id;
