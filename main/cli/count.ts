import { InvalidArgumentError } from 'commander';

/** The value of an option that counts something. @throws InvalidArgumentError unless it is a whole number of 0 or more */
export function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number of 0 or more.');
}
