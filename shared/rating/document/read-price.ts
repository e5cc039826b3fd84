import { compare } from '../../values/decimal.ts';
import { checkPrice, type Placed, type PlacedPrice, type PlacedTier } from '../check-price.ts';
import type { ProblemList } from '../problems.ts';
import type { RatablePrice } from '../ratable-price.ts';
import { idOf, isAbsent, isRaw, type Raw, readList, readNumber, readObject, readText, shownValue } from './fields.ts';

/** A price of a document: its amounts, and what decides which discounts and credits it takes. */
export type DocumentPrice = {
  readonly ratable: RatablePrice;
  readonly id: string | null;
  readonly productId: string | null;
  /** False where the price says that it bills no metered usage; such a price takes no credits. */
  readonly isMetered: boolean;
};

/**
 * Reads the JSON of a Stripe Price. Fields that do not decide amounts are not looked at.
 * @param currency the document's; null: the price's own
 * @param path where the price stands
 * @returns null where something is wrong with it, which is said
 */
export function readDocumentPrice(
  value: unknown,
  currency: string | null,
  problems: ProblemList,
  path = 'price',
): DocumentPrice | null {
  if (isAbsent(value) || typeof value === 'string') {
    const message = isAbsent(value) ? 'There is no price.' : `The price is only named (${shownValue(value)}).`;
    problems.add('price-missing', path, message, 'Give the price as Stripe returns it, as an object.');
    return null;
  }
  const price = readObject(value, path, problems);
  if (price === null) return null;
  refuseDeletedProduct(price.product, path, problems);
  const amounts = amountsIn(price, { currency, path }, problems);
  if (amounts === null) return null;
  const placed = placePrice(price, { path, amounts }, problems);
  if (placed === null) return null;
  return {
    ratable: checkPrice(placed, problems),
    id: idOf(price),
    productId: idOf(price.product),
    isMetered: isMetered(price),
  };
}

/** The currency that a price names for itself. */
export const currencyOfPrice = (price: unknown): string | null =>
  isRaw(price) && typeof price.currency === 'string' ? price.currency.toLowerCase() : null;

function refuseDeletedProduct(product: unknown, path: string, problems: ProblemList): void {
  if (!isRaw(product) || product.deleted !== true) return;
  problems.add(
    'product-deleted',
    `${path}.product`,
    `The product ${idOf(product) ?? ''} of the price was deleted.`.replace('  ', ' '),
    'Rate a price of a product that exists; Stripe bills no deleted one.',
  );
}

type Amounts = { readonly raw: Raw; readonly path: string };

/** Where the amounts of a currency stand: in the price itself or in one of its currency options. */
function amountsIn(
  price: Raw,
  { currency, path: place }: { readonly currency: string | null; readonly path: string },
  problems: ProblemList,
): Amounts | null {
  const own = readText(price.currency, `${place}.currency`, problems)?.toLowerCase() ?? null;
  if (currency === null || own === null || own === currency) return { raw: price, path: place };
  const options = readObject(price.currency_options, `${place}.currency_options`, problems);
  if (options === null && !isAbsent(price.currency_options)) return null;
  for (const [code, option] of Object.entries(options ?? {})) {
    const path = `${place}.currency_options.${code}`;
    if (code.toLowerCase() !== currency || isAbsent(option)) continue;
    const raw = readObject(option, path, problems);
    return raw === null ? null : { raw, path };
  }
  problems.add(
    'currency-mismatch',
    `${place}.currency`,
    `The price is in ${own} and has no amounts in ${currency}.`,
    'Rate it in its own currency, or expand `currency_options` when reading it from Stripe.',
  );
  return null;
}

function placePrice(
  price: Raw,
  { path, amounts }: { readonly path: string; readonly amounts: Amounts },
  problems: ProblemList,
): PlacedPrice | null {
  const tiers = placeTiers(amounts, problems);
  const scheme = readScheme(price.billing_scheme, { path, hasTiers: tiers !== null && tiers.length > 0 }, problems);
  const transform = placeTransform(price.transform_quantity, `${path}.transform_quantity`, problems);
  const unitAmount = placeAmount(amounts.raw, 'unit_amount', amounts.path, problems);
  const tiersMode = readMode(price.tiers_mode, `${path}.tiers_mode`, problems);
  if (scheme === null || tiersMode === 'unknown') return null;
  return { path, amountsPath: amounts.path, scheme, tiersMode, transform, unitAmount, tiers };
}

/** Without a scheme, a price with tiers is tiered. */
function readScheme(
  value: unknown,
  { path, hasTiers }: { readonly path: string; readonly hasTiers: boolean },
  problems: ProblemList,
): PlacedPrice['scheme'] | null {
  if (isAbsent(value)) return hasTiers ? 'tiered' : 'per_unit';
  if (value === 'per_unit' || value === 'tiered') return value;
  problems.add(
    'billing-scheme-unknown',
    `${path}.billing_scheme`,
    `The billing scheme ${shownValue(value)} is not known.`,
    'Stripe has "per_unit" and "tiered".',
  );
  return null;
}

function readMode(value: unknown, path: string, problems: ProblemList): PlacedPrice['tiersMode'] | 'unknown' {
  if (isAbsent(value)) return null;
  if (value === 'graduated' || value === 'volume') return value;
  problems.add(
    'tier-mode-invalid',
    path,
    `The tiers mode ${shownValue(value)} is not known.`,
    'Give "graduated" (each unit at its own tier) or "volume" (all units at the tier reached).',
  );
  return 'unknown';
}

function placeTransform(value: unknown, place: string, problems: ProblemList): PlacedPrice['transform'] {
  const transform = readObject(value, place, problems);
  if (transform === null) return null;
  const path = `${place}.divide_by`;
  const divideBy = readNumber(transform.divide_by, path, problems);
  if (divideBy === null) {
    const remedy = 'Give divide_by, the number of units in a package.';
    problems.add('package-size-not-positive', path, 'The size of a package is missing.', remedy);
  }
  const { round } = transform;
  if (round !== 'up' && round !== 'down') {
    problems.add(
      'transform-round-invalid',
      `${place}.round`,
      isAbsent(round)
        ? 'The price does not say how packages are rounded.'
        : `Packages cannot be rounded ${shownValue(round)}.`,
      'Give "up" (a package that was begun counts) or "down".',
    );
  }
  return { divideBy: divideBy ?? { value: null, path }, round: round === 'down' ? 'down' : 'up' };
}

function placeTiers({ raw, path }: Amounts, problems: ProblemList): readonly PlacedTier[] | null {
  if (isAbsent(raw.tiers)) return null;
  return readList(raw.tiers, `${path}.tiers`, problems).flatMap((entry, index): PlacedTier[] => {
    const place = `${path}.tiers[${index}]`;
    const tier = readObject(entry ?? 'null', place, problems);
    if (tier === null) return [];
    return [
      {
        path: place,
        upTo: placeBound(tier, `${place}.up_to`, problems),
        unitAmount: placeAmount(tier, 'unit_amount', place, problems),
        flatAmount: placeAmount(tier, 'flat_amount', place, problems),
      },
    ];
  });
}

/** A bound that is left out is not taken for the open end: it may be misspelt. */
function placeBound({ up_to: bound }: Raw, path: string, problems: ProblemList): Placed | null {
  if (bound === null || bound === 'inf') return null;
  if (bound !== undefined) return readNumber(bound, path, problems);
  problems.add(
    'tier-bound-missing',
    path,
    'The tier does not say how far it goes.',
    'Give up_to: its last quantity, or null (or "inf") for the open end.',
  );
  return { value: null, path };
}

/** The integer or the `_decimal` form; where both are given they must be the same amount. */
function placeAmount(raw: Raw, name: string, path: string, problems: ProblemList): Placed | null {
  const whole = readNumber(raw[name], `${path}.${name}`, problems);
  const exact = readNumber(raw[`${name}_decimal`], `${path}.${name}_decimal`, problems);
  if (whole === null || exact === null) return exact ?? whole;
  if (whole.value !== null && exact.value !== null && compare(whole.value, exact.value) !== 0) {
    problems.add(
      'price-contradictory',
      exact.path,
      `The amounts ${name} and ${name}_decimal differ.`,
      'Give one of them, or the same amount twice.',
    );
  }
  return exact;
}

/** A price that leaves the question open is taken for metered, as usage is what documents rate. */
function isMetered({ recurring, type }: Raw): boolean {
  if (type === 'one_time') return false;
  if (!isRaw(recurring)) return true;
  return recurring.usage_type !== 'licensed' && recurring.meter !== null;
}
