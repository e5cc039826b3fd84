import { createHash } from 'node:crypto';
import { formatFraction } from '../../shared/values/fraction.ts';
import { compareBytes } from '../../shared/values/order.ts';
import type { UsageDefinition } from '../sources/usage-source.ts';
import type { ClickHouseSettings, CustomerMatch, MeterSettings, StripeSettings } from './config.ts';
import type { CustomerLink } from './customers-file.ts';

/**
 * Fingerprints tell whether "another query, scale or mapping was in force" at a pull (interfaces.md section 2,
 * `incomplete`). They cover meaning, not layout: order of keys, comments and white space at line ends do not count.
 * Addresses and credentials stay out, because moving a server does not change what a query means; references count by
 * their name, so that offline work needs no environment.
 */

/** What a measured number of this meter means: query or template settings, scale, combination, database. */
export const usageFingerprint = (usage: UsageDefinition, clickhouse: ClickHouseSettings): string =>
  digest('usage', { database: clickhouse.database.source, usage: plainUsage(usage) });

/** What the kept series of a meter mean, however they are counted; null where none are kept. */
export function seriesFingerprint(usage: UsageDefinition, clickhouse: ClickHouseSettings): string | null {
  if (usage.template !== 'active_series' || usage.keep !== true) return null;
  const { visibility: _, ...rest } = usage;
  return usageFingerprint({ ...rest, end: 'exclusive' }, clickhouse);
}

/** Which meter of Stripe is read, and whether customers on test clocks take part. */
export const stripeFingerprint = (meter: Pick<MeterSettings, 'stripe'>, stripe: StripeSettings): string =>
  digest('stripe', { meter: meter.stripe, testClocks: stripe.testClocks });

/** How usage ids find customers; with a customers file its links count too, in any order. */
export function mappingFingerprint(customers: CustomerMatch, links: readonly CustomerLink[] | null = null): string {
  if (customers.by !== 'file') return digest('mapping', customers);
  const pairs = (links ?? []).map(({ usageId, customerId }) => JSON.stringify([usageId, customerId]));
  return digest('mapping', { by: 'file', links: pairs.sort(compareBytes) });
}

function plainUsage(usage: UsageDefinition): Json {
  const { scale, ...settings } = usage;
  const query = settings.template === 'sql' ? { query: settings.query.replace(/[ \t\r]+$/gm, '').trim() } : {};
  return { ...settings, ...query, scale: formatFraction(scale) };
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const digest = (what: string, value: Json): string =>
  createHash('sha256')
    .update(`tieout/1 ${what} ${canonicalJson(value)}`)
    .digest('hex');

/** JSON with keys in byte order and no white space. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const keys = Object.keys(value).sort(compareBytes);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`).join(',')}}`;
}

const isList = (value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] =>
  Array.isArray(value);
