import { TieoutError } from '../errors.ts';
import type { Brand } from './brand.ts';
import { type Decimal, decimal, formatFixed, powerOfTen } from './decimal.ts';
import { divideInteger, type RoundingMode } from './rounding.ts';

/** ISO 4217 code in lower case, as Stripe writes it. */
export type Currency = Brand<string, 'Currency'>;

/** An amount in integer minor units (cents) of one currency. */
export type Money<C extends Currency = Currency> = { readonly currency: C; readonly minor: bigint };

/** Minor currency units per unit of a meter, up to 12 places. */
export type MinorRate = Brand<Decimal, 'MinorRate'>;

/** Stripe's zero- and three-decimal currencies (stripe.md, Prices); every other one has two decimals there. */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));

/** @throws TieoutError `money.unknown_currency` unless the text is a three-letter code */
export function parseCurrency(text: string, path: string | null = null): Currency {
  const code = text.toLowerCase();
  if (!/^[a-z]{3}$/.test(code)) {
    throw new TieoutError('money.unknown_currency', {
      message: `"${text}" is not a currency code.`,
      path,
      remedy: 'Use a three-letter ISO 4217 code, such as "usd".',
    });
  }
  return code as Currency;
}

/** Decimals between the major and the minor unit in Stripe's API. */
export const minorDigits = (currency: string): 0 | 2 | 3 =>
  ZERO_DECIMAL.has(currency) ? 0 : THREE_DECIMAL.has(currency) ? 3 : 2;

export const money = <C extends Currency>(currency: C, minor: bigint): Money<C> => ({ currency, minor });

export function addMoney<C extends Currency>(a: Money<C>, b: Money<C>): Money<C> {
  requireSameCurrency(a, b);
  return { currency: a.currency, minor: a.minor + b.minor };
}

export function subtractMoney<C extends Currency>(a: Money<C>, b: Money<C>): Money<C> {
  requireSameCurrency(a, b);
  return { currency: a.currency, minor: a.minor - b.minor };
}

export const negateMoney = <C extends Currency>(value: Money<C>): Money<C> => ({
  currency: value.currency,
  minor: -value.minor,
});

/** Unrounded minor units → money. */
export const roundToMoney = <C extends Currency>(currency: C, minorUnits: Decimal, mode: RoundingMode): Money<C> => ({
  currency,
  minor: divideInteger(minorUnits.coefficient, powerOfTen(minorUnits.scale), mode),
});

/**
 * A bare integer amount in major units with all the decimals of its currency: 84 cents → `"0.84"`, 350 cents →
 * `"3.50"`, as the money of interfaces.md section 2 is written.
 */
export function formatMinorAsMajor(minor: bigint, currency: string): string {
  const digits = minorDigits(currency);
  return formatFixed(decimal(minor, digits), digits);
}

/** The same as people read it in a sentence: `1,435.76 USD`, `12 JPY`. */
export function formatMoney(minor: bigint, currency: string): string {
  const [whole = '', ...fraction] = formatMinorAsMajor(minor, currency).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${[grouped, ...fraction].join('.')} ${currency.toUpperCase()}`;
}

/**
 * Splits `total` in proportion to `weights` so that the parts add up to it: largest remainder, ties to the earlier one.
 * @param weights ≥ 0, at least one above 0
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  const whole = weights.reduce((accumulated, weight) => accumulated + weight, 0n);
  if (whole <= 0n) throw new RangeError('allocate needs a positive weight');
  const sign = total < 0n ? -1n : 1n;
  const magnitude = total * sign;
  const parts = weights.map((weight) => divideInteger(magnitude * weight, whole, 'down'));
  const remainders = weights.map((weight, index) => ({ index, remainder: (magnitude * weight) % whole }));
  remainders.sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  let left = magnitude - parts.reduce((accumulated, part) => accumulated + part, 0n);
  for (const { index } of remainders) {
    if (left === 0n) break;
    parts[index] = (parts[index] ?? 0n) + 1n;
    left -= 1n;
  }
  return parts.map((part) => part * sign);
}

function requireSameCurrency(a: Money, b: Money): void {
  if (a.currency === b.currency) return;
  throw new TieoutError('money.currency_mismatch', {
    message: `Amounts in ${a.currency} and ${b.currency} cannot be added.`,
    remedy: 'Keep totals per currency.',
  });
}
