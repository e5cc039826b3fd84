import { join } from 'node:path';
import { DAY_MS, type Instant, instant } from '../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../shared/values/period.ts';

export const MONTH = parseMonth('2026-04');
export const METERS = 10;
export const PULLED_AT: Instant = instant(monthPeriod(MONTH).to + 2 * DAY_MS);
export const customersOf = (cells: number): number => Math.max(1, Math.round(cells / METERS));

export const meterName = (meter: number): string => `meter_${String(meter).padStart(2, '0')}`;
export const customerId = (customer: number): string => `cus_${String(customer).padStart(8, '0')}`;
export const usageId = (customer: number): string => `ws_${String(customer).padStart(8, '0')}`;

/** Every eighth name needs quotes in a CSV. */
export const customerName = (customer: number): string =>
  customer % 8 === 0 ? `Widgets, Gears & Sons ${customer}` : `Company ${customer}`;

/** The rows of both sides as CSV without a head, for other tools: meter, customer, whole, frac. */
export const sideFiles = (folder: string) => ({
  usage: join(folder, 'usage.csv'),
  summary: join(folder, 'summary.csv'),
});

/** Verdicts that occur, with their cells, and the sum of all drifts in 10^-12: what any comparison must find. */
export function comparisonCheck(counts: ReadonlyMap<string, number>, drift: bigint): string {
  const found = [...counts].filter(([, cells]) => cells > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${found.map(([verdict, cells]) => `${verdict} ${cells}`).join(', ')}; drift ${drift}`;
}

export const CONFIG = `version: 1
name: bench
clickhouse: { url: "http://127.0.0.1:9", database: default, username: default, password: "\${CLICKHOUSE_PASSWORD}" }
stripe: { apiKey: "\${STRIPE_API_KEY}" }
customers: { match: metadata.workspace_id }
tolerance: { relative: "0", absolute: "0", staleness: 2h }
meters:
${Array.from(
  { length: METERS },
  (_, index) => `  - key: ${meterName(index + 1)}
    stripe: { eventName: ${meterName(index + 1)} }
    unit: units
    usage:
      template: sql
      query: SELECT customer, quantity FROM totals
`,
).join('')}`;
