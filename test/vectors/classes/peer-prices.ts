import {
  isObject,
  type Json,
  type JsonObject,
  list,
  MalformedVector,
  object,
  type VectorCase,
  type VectorClass,
} from '../vector.ts';
import { answerTo, pick, sumOf } from './document.ts';

export const NO_STRIPE_PRICE = 'Stripe has no such price';

/**
 * The Stripe form of a peer's case: the mapped price and quantity as a rating document, against the exact amount and
 * the amount with every line rounded. A case that no Stripe price expresses is passed over.
 */
export const stripeForm: VectorClass = {
  skip: ({ input }) => (isObject(input.stripe) ? null : NO_STRIPE_PRICE),
  expected: ({ input }) => pick(object(input.stripe, 'stripe'), AMOUNTS),
  answer: ({ input }) => {
    const stripe = object(input.stripe, 'stripe');
    const document = { currency: 'usd', price: stripe.price ?? null };
    if (stripe.quantities === undefined) return amounts({ ...document, quantity: stripe.quantity ?? null });
    const rated = list(stripe.quantities, 'quantities').map((quantity) => amounts({ ...document, quantity }));
    return {
      amountsMinorExact: rated.map((one) => one.amountMinorExact ?? null),
      amountsMinorByLine: rated.map((one) => one.amountMinorByLine ?? null),
    };
  },
};

const AMOUNTS = ['amountMinorExact', 'amountMinorByLine', 'amountsMinorExact', 'amountsMinorByLine'] as const;

/** Constructed cases: the price is given, the quantity is `units` or the exact sum of `events`. */
export const stripeHard: VectorClass = {
  answer: ({ input }: VectorCase) => {
    const usage = object(input.input, 'input');
    const price = object(input.stripe, 'stripe').price ?? null;
    const quantity: JsonObject =
      usage.events === undefined
        ? { quantity: usage.units ?? null }
        : { quantities: list(usage.events, 'events').map(eventValue) };
    return amounts({ currency: input.currency ?? 'usd', price, ...quantity });
  },
};

function eventValue(event: Json): Json {
  const value = isObject(event) ? event.value : event;
  if (value === undefined) throw new MalformedVector('an event has no value');
  return value;
}

function amounts(document: JsonObject): JsonObject {
  const { exact, minor } = sumOf(answerTo(document), 'total');
  return { amountMinorExact: exact, amountMinorByLine: minor };
}

/** The Stripe form where there is one, else `own`: the case in other words that the product understands. */
export const stripeFormOr = (own: VectorClass): VectorClass => {
  const formOf = (vector: VectorCase): VectorClass => (isObject(vector.input.stripe) ? stripeForm : own);
  return {
    skip: (vector) => formOf(vector).skip?.(vector) ?? null,
    expected: (vector) => formOf(vector).expected?.(vector) ?? vector.expected,
    answer: (vector) => formOf(vector).answer(vector),
  };
};
