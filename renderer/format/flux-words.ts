import type { FluxBasis, FluxLack, FluxPart } from '../../shared/contract/compare-schemas.ts';

/** What made a change, in the order in which it is told. */
export const PART_WORDS: Readonly<
  Record<FluxPart, { readonly word: string; readonly short: string; readonly meaning: string }>
> = {
  usage: { word: 'usage', short: 'Usage', meaning: 'more or less was used, at the first month’s average price' },
  price: { word: 'price', short: 'Price', meaning: 'the same usage costs something else' },
  mix: { word: 'mix', short: 'Mix', meaning: 'usage moved between the tiers of its price' },
  new: { word: 'new customers', short: 'New', meaning: 'customers with nothing at all in the first month' },
  lost: { word: 'lost customers', short: 'Lost', meaning: 'customers with nothing at all in the second month' },
  credits: { word: 'credits', short: 'Credits', meaning: 'discounts and credits took off more or less' },
  corrections: {
    word: 'corrections',
    short: 'Corrections',
    meaning: 'late corrections, and what invoices bill apart from their prices',
  },
};

export const FLUX_PARTS = Object.keys(PART_WORDS) as readonly FluxPart[];

export const BASIS_WORDS: Readonly<
  Record<FluxBasis, { readonly word: string; readonly meaning: string; readonly tone: string; readonly fill: string }>
> = {
  billed: {
    word: 'Billed',
    meaning: 'lines of finalised invoices, less discounts and credits',
    tone: 'text-billed',
    fill: 'var(--billed)',
  },
  metered: {
    word: 'Metered',
    meaning: 'what Stripe holds, through the prices of each month',
    tone: 'text-metered',
    fill: 'var(--metered)',
  },
  measured: {
    word: 'Measured',
    meaning: 'usage in ClickHouse, through the prices of each month',
    tone: 'text-measured',
    fill: 'var(--measured)',
  },
};

export const LACK_WORDS: Readonly<Record<FluxLack, string>> = {
  not_pulled: 'not pulled',
  invalid: 'a value that is no number',
  unmapped: 'usage that fits no customer',
  no_price: 'no price that can be rated',
  several_currencies: 'prices in several currencies',
  not_billed: 'due, and on no finalised invoice',
  not_final: 'on a draft or void invoice only',
  misaligned: 'billed for periods that are not the month',
};
