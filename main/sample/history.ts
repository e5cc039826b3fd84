import { gunzipSync, gzipSync } from 'node:zlib';
import type { LoadedEvent } from '../../shared/simulation/meter-ledger.ts';
import { instant } from '../../shared/values/instant.ts';
import { plannedFaults } from './faults.ts';
import { SAMPLE_METERS, type SampleMeterKey, UNCONFIGURED_METER } from './meters.ts';
import { monthOfPushes } from './pushes.ts';
import type { WorkerUsage } from './usage.ts';
import { hourStart, hoursOf, SAMPLE_MONTHS, type SampleCustomer } from './world.ts';

/** Every event of the sample, in order of receipt within each customer and meter. */
export function* sampleHistory(customers: readonly SampleCustomer[], usage: WorkerUsage): Generator<LoadedEvent> {
  const faults = plannedFaults(SAMPLE_MONTHS);
  for (const customer of customers) {
    const measured = usage.get(customer.usageId);
    if (measured === undefined) continue;
    for (const meter of SAMPLE_METERS) {
      for (const month of SAMPLE_MONTHS) {
        yield* monthOfPushes({ customer, meter, month, usage: measured[meter.key], faults });
      }
    }
  }
  yield* unconfiguredUsage(customers);
}

/** A pilot of two customers on a meter that tieout.yaml does not name. */
function* unconfiguredUsage(customers: readonly SampleCustomer[]): Generator<LoadedEvent> {
  for (const customer of customers.slice(1, 3)) {
    for (const month of SAMPLE_MONTHS) {
      const { first, end } = hoursOf(month);
      for (let hour = first + 11; hour < end; hour += 24) {
        const at = instant(hourStart(hour) + 30_000);
        yield {
          meterId: UNCONFIGURED_METER.meterId,
          customerId: customer.customerId,
          timestamp: at,
          receivedAt: at,
          value: '12.5',
          identifier: `${customer.usageId}:gpu:${hour}`,
        };
      }
    }
  }
}

/** The worker's hours as a file, so that the sample's Stripe account can be set up again without measuring again. */
export function packWorkerUsage(usage: WorkerUsage): Buffer {
  const lines: string[] = [];
  for (const [usageId, meters] of usage) {
    for (const { key } of SAMPLE_METERS) {
      const hours = [...meters[key]].map(([hour, value]) => [hour, value.toString()]);
      lines.push(JSON.stringify([usageId, key, hours]));
    }
  }
  return gzipSync(lines.join('\n'));
}

export function unpackWorkerUsage(packed: Buffer): WorkerUsage {
  const usage = new Map<string, Record<SampleMeterKey, ReadonlyMap<number, bigint>>>();
  for (const line of gunzipSync(packed).toString('utf8').split('\n')) {
    const [usageId, key, hours] = JSON.parse(line) as [string, SampleMeterKey, [number, string][]];
    const meters = usage.get(usageId) ?? emptyMeters();
    meters[key] = new Map(hours.map(([hour, value]) => [hour, BigInt(value)]));
    usage.set(usageId, meters);
  }
  return usage;
}

const emptyMeters = (): Record<SampleMeterKey, ReadonlyMap<number, bigint>> => ({
  cpu_seconds: new Map(),
  memory_gib_seconds: new Map(),
  disk_gib_seconds: new Map(),
  egress_public_gib: new Map(),
  active_keys: new Map(),
});
