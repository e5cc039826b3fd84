import type { FluxBasis, FluxLack } from '../../../shared/reconciliation/flux/comparison.ts';
import type { FluxRate, FluxSide } from '../../../shared/reconciliation/flux/split-change.ts';
import { type Decimal, isZero, ZERO } from '../../../shared/values/decimal.ts';
import type { Period } from '../../../shared/values/period.ts';
import { type BookedCorrection, readBookedCorrections } from '../../cache/billed-store.ts';
import type { Db } from '../../cache/open.ts';
import { LINES } from '../reconcile/billed-lines.ts';
import {
  currencyAt,
  type MeterBlock,
  measuredAt,
  measuredMinorAt,
  meteredAt,
  meteredMinorAt,
  moneyAt,
  VERDICT_INDEX,
} from '../reconcile/block.ts';
import { type ItemPrice, pricesOf } from '../reconcile/pricing.ts';
import { BilledSums } from './billed-sums.ts';
import { FluxRates } from './flux-rate.ts';

/** One month of one cell in one currency. */
export type Charge = { readonly currency: string; readonly side: FluxSide };

/** What a month says of a cell; where something is lacking, the charges are not all of it. */
export type CellCharges = { readonly charges: readonly Charge[]; readonly lack: FluxLack | null };

const NOTHING: CellCharges = { charges: [], lack: null };
const lacks = (lack: FluxLack): CellCharges => ({ charges: [], lack });

/** The cells of one month on one basis, ready to be laid beside another month's. */
export class MonthSides {
  readonly period: Period;
  readonly meters: ReadonlyMap<string, MeterSides>;
  /** 1 for the customers that had anything at all in the month: usage, an amount, or something that is not known. */
  readonly isPresent: Uint8Array;

  constructor(
    db: Db,
    of: { readonly period: Period; readonly blocks: readonly MeterBlock[]; readonly basis: FluxBasis },
  ) {
    this.period = of.period;
    const corrections = of.basis === 'billed' ? readBookedCorrections(db, of.period) : [];
    this.meters = new Map(
      of.blocks.map((block) => {
        const own = corrections.filter(({ meterKey }) => meterKey === block.meterKey);
        return [block.meter.key, new MeterSides(db, { ...of, block, corrections: own })];
      }),
    );
    this.isPresent = new Uint8Array(of.blocks[0]?.identity.customerIds.length ?? 0);
    for (const meter of this.meters.values()) meter.markPresent(this.isPresent);
  }
}

/** The cells of one meter. */
export class MeterSides {
  readonly block: MeterBlock;
  readonly #basis: FluxBasis;
  readonly #billed: BilledSums | null;
  readonly #corrections = new Map<number, BookedCorrection[]>();
  readonly #rates: FluxRates;
  /** Customer key → 1 + position in the block; 0: no cell. */
  readonly #positions: Int32Array;

  constructor(
    db: Db,
    of: {
      readonly period: Period;
      readonly block: MeterBlock;
      readonly basis: FluxBasis;
      readonly corrections: readonly BookedCorrection[];
    },
  ) {
    const { block, basis } = of;
    const { stripeMeter } = block.input;
    const customers = block.identity.customerIds.length;
    this.block = block;
    this.#basis = basis;
    this.#billed =
      basis === 'billed' && stripeMeter !== null
        ? new BilledSums(db, { period: of.period, meterId: stripeMeter.id, customers })
        : null;
    for (const each of of.corrections) {
      const own = this.#corrections.get(each.customerKey) ?? [];
      own.push(each);
      this.#corrections.set(each.customerKey, own);
    }
    this.#rates = new FluxRates(block.input.pricing);
    this.#positions = new Int32Array(customers);
    for (let position = 0; position < block.length; position += 1) {
      const key = block.customerKeys[position] as number;
      if (key > 0) this.#positions[key] = position + 1;
    }
  }

  /** Position of a customer's cell; −1: it has none. */
  positionOf(customerKey: number): number {
    return (this.#positions[customerKey] ?? 0) - 1;
  }

  /** Whether anything at all is known, or lacking, of a customer. */
  has(customerKey: number): boolean {
    return this.positionOf(customerKey) >= 0 || this.#isCharged(customerKey);
  }

  #isCharged(customerKey: number): boolean {
    return this.#billed?.has(customerKey) === true || this.#corrections.has(customerKey);
  }

  markPresent(isPresent: Uint8Array): void {
    const { block } = this;
    for (let key = 1; key < isPresent.length; key += 1) {
      if (isPresent[key] === 1 || block.identity.isLeftOut[key] === 1) continue;
      const position = this.positionOf(key);
      if (this.#isCharged(key) || (position >= 0 && isAnything(block, position))) isPresent[key] = 1;
    }
  }

  correctionsOf(customerKey: number, currency: string): readonly BookedCorrection[] {
    return this.#corrections.get(customerKey)?.filter((each) => each.currency === currency) ?? [];
  }

  chargesOf(customerKey: number): CellCharges {
    const position = this.positionOf(customerKey);
    const found =
      this.#basis === 'billed'
        ? this.#billedCharges(customerKey, position)
        : position < 0
          ? NOTHING
          : this.#ratedCharges(customerKey, position, this.#basis);
    return this.#corrections.has(customerKey) ? this.#withCorrections(found, customerKey) : found;
  }

  /** A side of a customer that was there and not charged in a currency. */
  nothingOf(customerKey: number, currency: string): FluxSide {
    return sideOf({ quantity: ZERO, rate: this.#rateOf(customerKey, currency), grossMinor: 0n });
  }

  /** The prices by which a cell is compared. */
  pricesOf(customerKey: number, currency: string): readonly ItemPrice[] {
    return this.#indicesOf(customerKey, currency).flatMap((index) => this.block.input.pricing.prices[index] ?? []);
  }

  #rateOf(customerKey: number, currency: string): FluxRate | null {
    return this.#rates.of(this.#indicesOf(customerKey, currency));
  }

  /** Of the one price that the invoice charged where it is told, else of all items in the currency. */
  #indicesOf(customerKey: number, currency: string): readonly number[] {
    const { pricing } = this.block.input;
    if (this.#basis === 'billed' && pricing.billed.kindOf(customerKey) === LINES.charged) {
      const { price } = pricing.billed.chargedAt(customerKey);
      if (price >= 0 && pricing.prices[price]?.currency === currency) return [price];
    }
    return pricesOf(pricing, customerKey).filter((index) => pricing.prices[index]?.currency === currency);
  }

  #ratedCharges(customerKey: number, position: number, basis: 'metered' | 'measured'): CellCharges {
    const { block } = this;
    const quantity = basis === 'metered' ? meteredAt(block, position) : measuredAt(block, position);
    const currency = currencyAt(block, position);
    if (currency === null) {
      if (isUnknown(block, position)) return lacks(unknownReason(block, position));
      if (quantity === null || isZero(quantity)) return NOTHING;
      return lacks(this.#isMixed(customerKey) ? 'several_currencies' : 'no_price');
    }
    const grossMinor = basis === 'metered' ? meteredMinorAt(block, position) : measuredMinorAt(block, position);
    if (grossMinor === null) {
      return lacks(isUnknown(block, position) ? unknownReason(block, position) : 'no_price');
    }
    return {
      charges: [
        {
          currency,
          side: sideOf({ quantity: quantity ?? ZERO, rate: this.#rateOf(customerKey, currency), grossMinor }),
        },
      ],
      lack: null,
    };
  }

  #billedCharges(customerKey: number, position: number): CellCharges {
    const sums = this.#billed?.of(customerKey) ?? [];
    if (sums.length === 0) return position < 0 ? NOTHING : this.#unbilled(customerKey, position);
    const main = this.block.billed.get(customerKey)?.currency ?? sums[0]?.currency;
    return {
      charges: sums.map(({ currency, grossMinor, offMinor }) => {
        // The usage of a customer that is billed in two currencies is that of the first; the other is amounts alone.
        const isMain = currency === main;
        return {
          currency,
          side: {
            quantity: isMain ? this.#billedQuantity(customerKey, position) : ZERO,
            rate: isMain ? this.#rateOf(customerKey, currency) : null,
            grossMinor,
            creditMinor: offMinor,
            correctionMinor: 0n,
          },
        };
      }),
      lack: null,
    };
  }

  /**
   * What the lines charge for. Where they say packages, or several items charge the same usage, it is what Stripe metered.
   */
  #billedQuantity(customerKey: number, position: number): Decimal {
    const { block } = this;
    const { pricing, rating } = block.input;
    const metered = position < 0 ? null : meteredAt(block, position);
    const indices = pricesOf(pricing, customerKey);
    const isPackages =
      rating.packageLine === 'transformed' &&
      indices.some((index) => pricing.prices[index]?.shape.transformQuantity != null);
    const isRepeated = pricing.billed.kindOf(customerKey) !== LINES.charged && indices.length > 1;
    const billed = block.billed.get(customerKey)?.quantity ?? null;
    return (isPackages || isRepeated ? (metered ?? billed) : (billed ?? metered)) ?? ZERO;
  }

  /** No finalised line: fine where nothing is due, else the amount is not known. */
  #unbilled(customerKey: number, position: number): CellCharges {
    const { block } = this;
    const kind = block.input.pricing.billed.kindOf(customerKey);
    if (kind === LINES.draft || kind === LINES.several) return lacks('not_final');
    if (kind === LINES.outside) return lacks('misaligned');
    const money = moneyAt(block, position);
    const quantity = meteredAt(block, position);
    if (money === null) {
      // Whoever has no price is charged nothing.
      if (!this.#isMixed(customerKey) || quantity === null || isZero(quantity)) return NOTHING;
      return lacks('not_billed');
    }
    if (money.meteredMinor === null) {
      return lacks(isUnknown(block, position) ? unknownReason(block, position) : 'no_price');
    }
    if (money.meteredMinor > 0n) return lacks('not_billed');
    const { currency } = money;
    const side = sideOf({ quantity: quantity ?? ZERO, rate: this.#rateOf(customerKey, currency), grossMinor: 0n });
    return { charges: [{ currency, side }], lack: null };
  }

  #isMixed(customerKey: number): boolean {
    return this.block.input.pricing.mixed.includes(customerKey);
  }

  #withCorrections({ charges, lack }: CellCharges, customerKey: number): CellCharges {
    const own = this.#corrections.get(customerKey) ?? [];
    const currencies = [...new Set([...charges.map(({ currency }) => currency), ...own.map((each) => each.currency)])];
    return {
      charges: currencies.map((currency) => {
        const side = charges.find((each) => each.currency === currency)?.side ?? this.nothingOf(customerKey, currency);
        const correctionMinor = this.correctionsOf(customerKey, currency).reduce((sum, { minor }) => sum + minor, 0n);
        return { currency, side: { ...side, correctionMinor } };
      }),
      lack,
    };
  }
}

const sideOf = (of: Pick<FluxSide, 'quantity' | 'rate' | 'grossMinor'>): FluxSide => ({
  ...of,
  creditMinor: 0n,
  correctionMinor: 0n,
});

/** Whether a quantity, an amount or something unknown stands in a cell. */
function isAnything(block: MeterBlock, position: number): boolean {
  return (
    isUsed(block.measuredWhole, block.measuredFrac, position) ||
    isUsed(block.meteredWhole, block.meteredFrac, position) ||
    block.exactMeasured.has(position) ||
    block.exactMetered.has(position) ||
    (block.meteredMinor[position] as number) > 0 ||
    block.bigMeteredMinor.has(position) ||
    isUnknown(block, position)
  );
}

function isUsed(wholes: Float64Array, fracs: Float64Array, position: number): boolean {
  const whole = wholes[position] as number;
  return !Number.isNaN(whole) && (whole !== 0 || fracs[position] !== 0);
}

const isUnknown = (block: MeterBlock, position: number): boolean => {
  const verdict = block.verdicts[position];
  return verdict === VERDICT_INDEX.incomplete || verdict === VERDICT_INDEX.invalid;
};

const unknownReason = (block: MeterBlock, position: number): FluxLack =>
  block.verdicts[position] === VERDICT_INDEX.invalid ? 'invalid' : 'not_pulled';
