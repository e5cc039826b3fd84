import type { Price } from '../../billing/price.ts';
import type { ProblemList } from '../../rating/problems.ts';
import { type Placed, textOf } from './own-fields.ts';

/** The one currency of a subscription: its own, else that of its first price; every price must have amounts in it. */
export class CurrencyOf {
  #code: string;
  readonly #problems: ProblemList;

  constructor(placed: Placed, problems: ProblemList) {
    this.#problems = problems;
    const given = textOf(placed, problems)?.toLowerCase() ?? '';
    this.#code = given;
    if (given === '' || /^[a-z]{3}$/.test(given)) return;
    const remedy = 'Give a three-letter ISO 4217 code, such as "usd".';
    problems.add('currency-malformed', placed.path, `"${given}" is not a currency code.`, remedy);
    this.#code = '';
  }

  /** Empty where nothing says it. */
  get code(): string {
    return this.#code;
  }

  take(price: Price, path: string): void {
    if (this.#code === '') this.#code = price.currency;
    if (price.currency === '' || hasCurrency(price, this.#code)) return;
    this.#problems.add(
      'scenario.two_currencies',
      path,
      `The price ${price.id} is in ${price.currency}, the subscription in ${this.#code}.`,
      `Give the price amounts in ${this.#code} (currency_options), or put it on a subscription of its own.`,
    );
  }
}

/** Whether a price can be charged in a currency. */
export const hasCurrency = (price: Price, currency: string): boolean =>
  price.currency === currency || price.currencyOptions.some((option) => option.currency === currency);
