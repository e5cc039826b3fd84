import type { Brand } from '../values/brand.ts';

/** The customer's id in ClickHouse, as the usage rows carry it. */
export type UsageId = Brand<string, 'UsageId'>;
/** `cus_…` */
export type CustomerId = Brand<string, 'CustomerId'>;
/** The key of a meter in tieout.yaml. */
export type MeterKey = Brand<string, 'MeterKey'>;
