import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { formatInstant, type Instant, parseInstant } from '../../shared/values/instant.ts';
import type { MonthKey } from '../../shared/values/period.ts';
import { startEmbeddedClickHouse } from '../sandbox/clickhouse/embedded.ts';
import type { SampleMeterKey } from './meters.ts';
import { SAMPLE_DATABASE } from './usage.ts';
import { SAMPLE_MONTHS, type SampleCustomer } from './world.ts';

/**
 * Half an hour of one instance each, whose checkpoints come when April is invoiced: so little that its cells still tie
 * out within the tolerance, and money all the same.
 */
const LATE_BATCHES: readonly {
  /** Place in the list of customers. */
  readonly customer: number;
  readonly first: Instant;
  readonly cpuSecondsPerMinute: number;
  readonly memoryGib: number;
}[] = [
  { customer: 1, first: parseInstant('2026-04-17T09:10:00Z'), cpuSecondsPerMinute: 360, memoryGib: 40 },
  { customer: 18, first: parseInstant('2026-04-21T22:05:00Z'), cpuSecondsPerMinute: 0, memoryGib: 64 },
  { customer: 36, first: parseInstant('2026-04-30T23:10:00Z'), cpuSecondsPerMinute: 100, memoryGib: 0 },
  { customer: 45, first: parseInstant('2026-04-30T20:40:00Z'), cpuSecondsPerMinute: 600, memoryGib: 48 },
];

const MINUTES = 30;

export const LATE_MONTH: MonthKey = SAMPLE_MONTHS[1];
/** What they change. */
export const LATE_METERS: readonly SampleMeterKey[] = ['cpu_seconds', 'memory_gib_seconds'];

/** One cell that changes after it was invoiced. */
export type PlantedLate = {
  readonly month: string;
  readonly customer: string;
  readonly meter: string;
  /** What came late, in the billed unit. */
  readonly quantity: string;
};

/** Every cell with late usage: the list that the demo checks its result against. */
export const plantedLate = (customers: readonly SampleCustomer[]): readonly PlantedLate[] =>
  LATE_BATCHES.flatMap(({ customer: index, cpuSecondsPerMinute, memoryGib }) => {
    const customer = customers[index];
    if (customer === undefined) return [];
    const used = [
      { meter: 'cpu_seconds', quantity: cpuSecondsPerMinute * MINUTES },
      { meter: 'memory_gib_seconds', quantity: memoryGib * MINUTES * 60 },
    ];
    return used
      .filter(({ quantity }) => quantity > 0)
      .map(({ meter, quantity }) => ({
        month: LATE_MONTH,
        customer: customer.customerId,
        meter,
        quantity: String(quantity),
      }));
  });

/**
 * Writes the late checkpoints into the ClickHouse of a sample whose April was pulled already. Nobody else may have its
 * data folder open.
 * @throws TieoutError `clickhouse.embedded_*`
 */
export async function writeLateRows(
  folder: string,
  customers: readonly SampleCustomer[],
  signal: AbortSignal,
): Promise<void> {
  const engine = await startEmbeddedClickHouse({ dataFolder: join(folder, 'usage'), signal });
  try {
    const { url, username, password } = engine;
    const client = createClient({ url, username, password, database: SAMPLE_DATABASE });
    const query = readFileSync(new URL('./sql/late-checkpoints.sql', import.meta.url), 'utf8');
    for (const { customer, first, cpuSecondsPerMinute, memoryGib } of LATE_BATCHES) {
      const usageId = customers[customer]?.usageId;
      if (usageId === undefined) continue;
      await client.command({
        query,
        query_params: {
          usage_id: usageId,
          instance_id: `i-late-${customer}`,
          first: formatInstant(first).slice(0, 19).replace('T', ' '),
          minutes: MINUTES,
          cpu_seconds_per_minute: cpuSecondsPerMinute,
          memory_gib: memoryGib,
        },
      });
    }
    await client.close();
  } finally {
    await engine.stop();
  }
}
