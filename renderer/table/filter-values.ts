import { tryParseDecimal } from '../../shared/values/decimal.ts';

/** The texts of a list in an address; anything else is left out. */
export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

/** Whether the text can be a smallest difference: plain decimal, not negative. */
export const isAmount = (text: string): boolean => /^\d+(\.\d+)?$/.test(text) && tryParseDecimal(text) !== null;

/** Puts a value into a list of choices, or takes it out; an empty list is no filter. */
export function toggled<T>(list: readonly T[] | undefined, value: T): readonly T[] | undefined {
  const next = list?.includes(value) === true ? list.filter((item) => item !== value) : [...(list ?? []), value];
  return next.length === 0 ? undefined : next;
}
