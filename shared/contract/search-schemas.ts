import { z } from 'zod';
import { monthText } from './schemas.ts';

/** At most so many customers answer one search. */
export const MOST_FOUND = 50;

export const customerSearchRequest = z.object({
  /** Part of a name, a customer's id or a usage id; upper and lower case alike. Empty only makes the search ready. */
  text: z.string().max(400),
  limit: z.number().int().min(1).max(MOST_FOUND),
});

/** A customer, or a usage id that no customer carries. */
export const foundCustomer = z.object({
  customer: z.string().nullable(),
  name: z.string().nullable(),
  usageIds: z.array(z.string()).readonly(),
  /** The pulled months in which there is anything of it; ascending. */
  months: z.array(monthText).readonly(),
});

/** What fits best first: whole fields, beginnings of fields, beginnings of words, the rest. */
export const customerSearchAnswer = z.object({
  customers: z.array(foundCustomer).readonly(),
  /** Others fit too, and are not told. */
  isMore: z.boolean(),
});

export type CustomerSearchRequest = z.infer<typeof customerSearchRequest>;
export type FoundCustomer = z.infer<typeof foundCustomer>;
export type CustomerSearchAnswer = z.infer<typeof customerSearchAnswer>;
