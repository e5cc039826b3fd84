import type { Coupon, TaxRate } from '../../billing/discount.ts';
import type { Meter } from '../../billing/meter.ts';
import type { Price, Product } from '../../billing/price.ts';
import { isAbsent, isRaw, type Raw, readText, shownValue } from '../../rating/document/fields.ts';
import { readCoupon, readTaxRate } from '../../rating/document/read-adjustments.ts';
import type { ProblemList } from '../../rating/problems.ts';
import { formatDecimal } from '../../values/decimal.ts';
import type { Instant } from '../../values/instant.ts';
import type { ScenarioCatalog } from '../scenario.ts';
import {
  addMissing,
  addUnknown,
  choiceOf,
  decimalOf,
  entriesOf,
  fieldOf,
  flagOf,
  Ids,
  instantOf,
  type Placed,
  readSection,
  requireId,
} from './own-fields.ts';
import { readScenarioPrice } from './read-price.ts';

/**
 * The catalog while a scenario is read. Where a scenario names an object it may also give it in full, which adds it.
 * Lookups of an id that is not there are said.
 */
export class CatalogBuilder {
  readonly meters = new Map<string, Meter>();
  readonly prices = new Map<string, Price>();
  readonly #products = new Map<string, Product>();
  readonly #coupons = new Map<string, Coupon>();
  readonly #taxRates = new Map<string, TaxRate>();
  readonly #problems: ProblemList;
  readonly #start: Instant;
  readonly #ids = {
    meter: new Ids('meter'),
    product: new Ids('product'),
    price: new Ids('price'),
    coupon: new Ids('coupon'),
    taxRate: new Ids('tax rate'),
  };
  readonly #names = new Ids('event name');

  /** @param start what objects that do not say it were made at */
  constructor(start: Instant, problems: ProblemList) {
    this.#start = start;
    this.#problems = problems;
  }

  read(placed: Placed): void {
    if (isAbsent(placed.value)) return;
    const section = readSection(placed, CATALOG_KEYS, this.#problems, 'catalog');
    if (section === null) return;
    for (const entry of entriesOf(section.get('meters'), this.#problems)) this.#addMeter(entry);
    for (const entry of entriesOf(section.get('products'), this.#problems)) this.#addProduct(entry);
    for (const entry of entriesOf(section.get('prices'), this.#problems)) this.#addPrice(entry);
    for (const entry of entriesOf(section.get('coupons'), this.#problems)) this.#addCoupon(entry);
    for (const entry of entriesOf(section.get('taxRates'), this.#problems)) this.#addTaxRate(entry);
  }

  get catalog(): ScenarioCatalog {
    return {
      meters: [...this.meters.values()],
      products: [...this.#products.values()],
      prices: [...this.prices.values()],
      coupons: [...this.#coupons.values()],
      taxRates: [...this.#taxRates.values()],
    };
  }

  /** The meter that counts events of a name, an active one before inactive ones. */
  meterNamed(eventName: string): Meter | null {
    const named = [...this.meters.values()].filter((meter) => meter.eventName === eventName);
    return named.find(({ status }) => status === 'active') ?? named[0] ?? null;
  }

  get eventNames(): readonly string[] {
    return [...this.meters.values()].map(({ eventName }) => eventName);
  }

  /** @returns the price; null where it does not exist or cannot be read, which is said */
  price(placed: Placed): Price | null {
    if (isRaw(placed.value) && isFull(placed.value)) return this.#addPrice(placed);
    const id = requireId(placed, 'price', this.#problems);
    return id === '' ? null : this.#find(this.prices, id, placed.path, 'scenario.unknown_price', 'price');
  }

  /**
   * @param madeId of a coupon that stands there in full and has none
   * @returns its id; empty where it does not exist or cannot be read, which is said
   */
  coupon(placed: Placed, madeId: string): string {
    if (isRaw(placed.value) && isFull(placed.value)) {
      return this.#addCoupon({ ...placed, value: this.#completed(placed.value, madeId) })?.id ?? '';
    }
    const id = requireId(placed, 'coupon', this.#problems);
    if (id !== '') this.#find(this.#coupons, id, placed.path, 'scenario.unknown_coupon', 'coupon');
    return id;
  }

  /** @param madeId of a rate that stands there in full and has none */
  taxRate(placed: Placed, madeId: string): string {
    if (isRaw(placed.value) && isFull(placed.value)) {
      return this.#addTaxRate({ ...placed, value: withId(placed.value, madeId) })?.id ?? '';
    }
    const id = requireId(placed, 'tax rate', this.#problems);
    if (id !== '') this.#find(this.#taxRates, id, placed.path, 'scenario.unknown_tax_rate', 'tax rate');
    return id;
  }

  /** The one currency of the prices read so far; null where there are several or none. */
  get onlyCurrency(): string | null {
    const [first, ...others] = new Set([...this.prices.values()].map(({ currency }) => currency));
    return first === undefined || first === '' || others.length > 0 ? null : first;
  }

  /** A coupon as a rating document has it: its currency goes without saying where there is but one. */
  #completed(raw: Raw, madeId: string): Raw {
    const { onlyCurrency } = this;
    const isSaid = isAbsent(raw.amount_off) || !isAbsent(raw.currency) || onlyCurrency === null;
    return withId(isSaid ? raw : { ...raw, currency: onlyCurrency }, madeId);
  }

  #find<T>(
    kept: ReadonlyMap<string, T>,
    id: string,
    path: string,
    code: 'scenario.unknown_price' | 'scenario.unknown_coupon' | 'scenario.unknown_tax_rate',
    what: string,
  ): T | null {
    const found = kept.get(id);
    if (found === undefined) addUnknown(this.#problems, path, { code, what, id, known: kept.keys() });
    return found ?? null;
  }

  #addMeter(placed: Placed): void {
    const problems = this.#problems;
    const { value: raw, path } = placed;
    if (!isRaw(raw)) {
      this.#refuse(placed, 'meter');
      return;
    }
    const id = requireId(fieldOf(raw, path, 'id'), 'meter id', problems);
    this.#ids.meter.add(id, `${path}.id`, problems);
    const eventName = requireId(fieldOf(raw, path, 'event_name'), 'event_name', problems);
    const status = choiceOf(fieldOf(raw, path, 'status'), ['active', 'inactive'], 'active', problems);
    if (status === 'active') this.#names.add(eventName, `${path}.event_name`, problems);
    const aggregation = isRaw(raw.default_aggregation) ? raw.default_aggregation : {};
    const formula = fieldOf(aggregation, `${path}.default_aggregation`, 'formula');
    if (isAbsent(formula.value)) addMissing(problems, formula.path, 'formula', 'Give "sum", "count" or "last".');
    const window = fieldOf(raw, path, 'event_time_window');
    this.meters.set(id, {
      id,
      displayName: readText(raw.display_name, `${path}.display_name`, problems) ?? eventName,
      eventName,
      formula: choiceOf(formula, ['sum', 'count', 'last'], 'sum', problems),
      status,
      eventTimeWindow: isAbsent(window.value) ? null : choiceOf(window, WINDOWS, 'hour', problems),
      customerPayloadKey: payloadKey(raw.customer_mapping) ?? 'stripe_customer_id',
      valuePayloadKey: payloadKey(raw.value_settings) ?? 'value',
      created: instantOf(fieldOf(raw, path, 'created'), problems) ?? this.#start,
    });
  }

  #addProduct(placed: Placed): void {
    const { value: raw, path } = placed;
    if (!isRaw(raw)) {
      this.#refuse(placed, 'product');
      return;
    }
    const id = requireId(fieldOf(raw, path, 'id'), 'product id', this.#problems);
    this.#ids.product.add(id, `${path}.id`, this.#problems);
    const isDeleted = flagOf(fieldOf(raw, path, 'deleted'), false, this.#problems);
    const isActive = flagOf(fieldOf(raw, path, 'active'), true, this.#problems);
    const name = readText(raw.name, `${path}.name`, this.#problems) ?? id;
    this.#products.set(id, { id, name, isActive: isActive && !isDeleted, isDeleted });
  }

  #addPrice(placed: Placed): Price | null {
    const price = readScenarioPrice(placed, this.#start, this.#problems);
    if (price === null) return null;
    const { meterId } = price;
    if (meterId !== null && meterId !== '' && !this.meters.has(meterId)) {
      addUnknown(this.#problems, `${placed.path}.recurring.meter`, {
        code: 'scenario.unknown_meter',
        what: 'meter',
        id: meterId,
        known: this.meters.keys(),
      });
    }
    this.#addProductOf(placed);
    return this.#keep(this.prices, price, { ids: this.#ids.price, path: placed.path });
  }

  /** What stands outside the catalog a second time in full, as Stripe repeats a price in every item, must be the same. */
  #keep<T extends { readonly id: string }>(
    kept: Map<string, T>,
    made: T,
    { ids, path }: { readonly ids: Ids; readonly path: string },
  ): T {
    const known = kept.get(made.id);
    const isRepeated = known !== undefined && !path.startsWith('catalog.');
    if (isRepeated && JSON.stringify(known) === JSON.stringify(made)) return known;
    ids.add(made.id, `${path}.id`, this.#problems);
    if (known === undefined) kept.set(made.id, made);
    return made;
  }

  /** A product that stands in its price, as Stripe expands it. */
  #addProductOf({ value, path }: Placed): void {
    const product = isRaw(value) ? value.product : null;
    if (!isRaw(product) || typeof product.name !== 'string') return;
    if (typeof product.id === 'string' && this.#products.has(product.id)) return;
    this.#addProduct({ value: product, path: `${path}.product` });
  }

  #addCoupon(placed: Placed): Coupon | null {
    const problems = this.#problems;
    const { value: raw, path } = placed;
    if (!isRaw(raw)) return this.#refuse(placed, 'coupon');
    const id = requireId(fieldOf(raw, path, 'id'), 'coupon id', problems);
    const read = readCoupon(raw, path, { currency: null, problems });
    if (read === null) return null;
    const currency = readText(raw.currency, `${path}.currency`, problems)?.toLowerCase() ?? null;
    if (read.amountOffMinor !== null && currency === null) {
      const remedy = 'Give the currency of amount_off.';
      problems.add(
        'currency-missing',
        `${path}.currency`,
        'The coupon takes an amount off and has no currency.',
        remedy,
      );
    }
    const duration = choiceOf(fieldOf(raw, path, 'duration'), DURATIONS, 'forever', problems);
    const coupon: Coupon = {
      id,
      name: readText(raw.name, `${path}.name`, problems),
      percentOff: read.percentOff === null ? null : formatDecimal(read.percentOff),
      amountOff: read.amountOffMinor?.toString() ?? null,
      currency,
      duration,
      durationInMonths: this.#months(fieldOf(raw, path, 'duration_in_months'), duration),
      productIds: read.productIds,
    };
    return this.#keep(this.#coupons, coupon, { ids: this.#ids.coupon, path });
  }

  #months(placed: Placed, duration: Coupon['duration']): number | null {
    const given = decimalOf(placed, this.#problems);
    const months = given === null ? null : Number(formatDecimal(given));
    if (duration !== 'repeating') return months;
    if (months !== null && Number.isInteger(months) && months > 0 && months <= MOST_MONTHS) return months;
    const remedy = `Give a whole number of months, 1 to ${MOST_MONTHS}.`;
    if (months === null) addMissing(this.#problems, placed.path, 'number of months that the coupon repeats', remedy);
    else {
      const message = `A coupon cannot repeat for ${shownValue(placed.value)} months.`;
      this.#problems.add('scenario.value_malformed', placed.path, message, remedy);
    }
    return null;
  }

  #addTaxRate(placed: Placed): TaxRate | null {
    const problems = this.#problems;
    const { value: raw, path } = placed;
    if (!isRaw(raw)) return this.#refuse(placed, 'tax rate');
    const id = requireId(fieldOf(raw, path, 'id'), 'tax rate id', problems);
    const read = readTaxRate(raw, path, problems);
    if (read === null) return null;
    const rate: TaxRate = {
      id,
      displayName: readText(raw.display_name, `${path}.display_name`, problems) ?? id,
      percentage: formatDecimal(read.percentage),
      isInclusive: read.isInclusive,
      isActive: flagOf(fieldOf(raw, path, 'active'), true, problems),
    };
    return this.#keep(this.#taxRates, rate, { ids: this.#ids.taxRate, path });
  }

  #refuse({ value, path }: Placed, what: string): null {
    const remedy = `Give the ${what} as Stripe returns it.`;
    this.#problems.add('scenario.value_malformed', path, `${shownValue(value)} is no ${what}.`, remedy);
    return null;
  }
}

const CATALOG_KEYS = ['meters', 'products', 'prices', 'coupons', 'taxRates'];
/** A hundred years. */
const MOST_MONTHS = 1200;
const WINDOWS = ['hour', 'day'] as const;
const DURATIONS = ['forever', 'once', 'repeating'] as const;

const payloadKey = (settings: unknown): string | null =>
  isRaw(settings) && typeof settings.event_payload_key === 'string' ? settings.event_payload_key : null;

const withId = (raw: Raw, id: string): Raw => (isAbsent(raw.id) ? { ...raw, id } : raw);

/** Whether an object is given in full, or stands for its id alone. */
const isFull = (raw: object): boolean => Object.keys(raw).some((key) => key !== 'id' && key !== 'object');
