import type { SeedPrice, SeedProduct } from '../sandbox/stripe/build-catalog.ts';
import type { SampleAmounts } from './amounts.ts';
import { SAMPLE_METERS, type SampleMeterKey, UNCONFIGURED_METER } from './meters.ts';
import { SAMPLE_CREATED, type SampleCurrency } from './world.ts';

const COMPUTE = 'prod_sample_compute';
const STORAGE = 'prod_sample_storage';
const PLAN = 'prod_sample_plan';

export const SAMPLE_PRODUCTS: readonly SeedProduct[] = [
  { id: COMPUTE, name: 'Cloud platform', created: SAMPLE_CREATED },
  { id: STORAGE, name: 'Storage', created: SAMPLE_CREATED },
  { id: PLAN, name: 'Plans', created: SAMPLE_CREATED },
];
/** What the coupon for storage applies to. */
export const STORAGE_PRODUCT = STORAGE;

export type SamplePrice = {
  readonly id: string;
  readonly nickname: string;
  readonly currency: SampleCurrency;
  readonly product: string;
  /** Null: licensed, billed in advance. */
  readonly meter: { readonly key: string; readonly meterId: string } | null;
  readonly amounts: SampleAmounts;
  readonly isActive: boolean;
};

/** What each meter costs, in minor units, in every currency: one price of every shape that an invoice meets. */
const AMOUNTS: Readonly<Record<SampleMeterKey, SampleAmounts>> = {
  cpu_seconds: { unitAmount: '0.0006944' },
  memory_gib_seconds: {
    tiersMode: 'graduated',
    tiers: [
      { upTo: 10_000_000, unitAmount: '0.0003472' },
      { upTo: 100_000_000, unitAmount: '0.0003' },
      { upTo: null, unitAmount: '0.00025' },
    ],
  },
  disk_gib_seconds: { unitAmount: '0.000006' },
  egress_public_gib: {
    tiersMode: 'graduated',
    tiers: [
      { upTo: 10, unitAmount: '0' },
      { upTo: 1000, unitAmount: '5' },
      { upTo: null, unitAmount: '4.25', flatAmount: '250' },
    ],
  },
  active_keys: {
    tiersMode: 'volume',
    tiers: [
      { upTo: 100, flatAmount: '500' },
      { upTo: 500, unitAmount: '0.5', flatAmount: '1500' },
      { upTo: null, unitAmount: '0.4', flatAmount: '2500' },
    ],
  },
};

export const meteredPrice = (meter: SampleMeterKey, currency: SampleCurrency): SamplePrice => {
  const { meterId, displayName } = meterOf(meter);
  return {
    id: `price_sample_${meter}_${currency}`,
    nickname: displayName,
    currency,
    product: meter === 'disk_gib_seconds' ? STORAGE : COMPUTE,
    meter: { key: meter, meterId },
    amounts: AMOUNTS[meter],
    isActive: true,
  };
};

/** A base fee in advance; 49.00, or as many of the smallest unit where a currency has another. */
export const basePrice = (currency: SampleCurrency): SamplePrice => ({
  id: `price_sample_base_${currency}`,
  nickname: 'Base fee',
  currency,
  product: PLAN,
  meter: null,
  amounts: { unitAmount: '4900' },
  isActive: true,
});

/** Keys in packages of 50, each begun one whole. */
export const PACKAGED_KEYS: SamplePrice = {
  ...meteredPrice('active_keys', 'usd'),
  id: 'price_sample_active_keys_packs_usd',
  nickname: 'Active keys, in packs of 50',
  amounts: { unitAmount: '149.5', packageOf: 50 },
};

/** What CPU time cost before; nobody is subscribed to it any more. */
export const FORMER_CPU: SamplePrice = {
  ...meteredPrice('cpu_seconds', 'usd'),
  id: 'price_sample_cpu_seconds_2025_usd',
  nickname: 'CPU time (2025)',
  amounts: { unitAmount: '0.00081' },
  isActive: false,
};

/** The pilot: usage on a meter that tieout.yaml does not name, and a reservation in advance. */
export const GPU_TIME: SamplePrice = {
  id: 'price_sample_gpu_seconds_usd',
  nickname: 'GPU time (pilot)',
  currency: 'usd',
  product: COMPUTE,
  meter: { key: UNCONFIGURED_METER.key, meterId: UNCONFIGURED_METER.meterId },
  amounts: { unitAmount: '3.75' },
  isActive: true,
};
export const GPU_RESERVATION: SamplePrice = {
  id: 'price_sample_gpu_reservation_usd',
  nickname: 'GPU reservation (pilot)',
  currency: 'usd',
  product: PLAN,
  meter: null,
  amounts: { unitAmount: '2500' },
  isActive: true,
};

export const samplePrices = (currencies: readonly SampleCurrency[]): readonly SamplePrice[] => [
  ...currencies.flatMap((currency) => [
    ...SAMPLE_METERS.map((meter) => meteredPrice(meter.key, currency)),
    basePrice(currency),
  ]),
  PACKAGED_KEYS,
  FORMER_CPU,
  GPU_TIME,
  GPU_RESERVATION,
];

export function seedPrice({ id, nickname, currency, product, meter, amounts, isActive }: SamplePrice): SeedPrice {
  const common = {
    id,
    nickname,
    currency,
    product,
    active: isActive,
    created: SAMPLE_CREATED,
    ...(meter === null ? {} : { meter: meter.meterId }),
  };
  if (!('unitAmount' in amounts)) return { ...common, ...amounts };
  const { unitAmount, packageOf } = amounts;
  if (packageOf === undefined) return { ...common, unitAmount };
  return { ...common, unitAmount, transformQuantity: { divideBy: packageOf, round: 'up' } };
}

function meterOf(key: SampleMeterKey): (typeof SAMPLE_METERS)[number] {
  const found = SAMPLE_METERS.find((meter) => meter.key === key);
  if (found === undefined) throw new RangeError(`no meter ${key}`);
  return found;
}
