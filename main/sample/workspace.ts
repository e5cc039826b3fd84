import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { TieoutError } from '../../shared/errors.ts';
import { monthPeriod } from '../../shared/values/period.ts';
import { CONFIG_FILE, DATABASE_FILE } from '../config/workspace.ts';
import { startEmbeddedClickHouse } from '../sandbox/clickhouse/embedded.ts';
import type { StripeSandbox } from '../sandbox/stripe/server.ts';
import { plantedBilling } from './billing-faults.ts';
import { type PlantedCell, plannedFaults } from './faults.ts';
import { packWorkerUsage } from './history.ts';
import { plantedCells } from './planted.ts';
import { isSample, SAMPLE_RECORD_FILE } from './record.ts';
import { SAMPLE_USAGE_FILE, type SampleRecord, startSampleSandbox } from './sandbox.ts';
import { expireVerifications, fillSampleUsage, measureAsWorker, SAMPLE_DATABASE } from './usage.ts';
import { SAMPLE_DAYS, SAMPLE_MONTHS, type SampleCustomer, sampleCustomers } from './world.ts';

export const PLANTED_FILE = 'planted.json';
export const PLANTED_BILLING_FILE = 'planted-billing.json';
const USAGE_FOLDER = 'usage';
/** Cases of the sample's own meters, for `tieout check --prove`. */
const CASES_FILE = join('fixtures', 'sample.yaml');

export type SampleStep = {
  readonly step: string;
  readonly done: number;
  readonly total: number | null;
  readonly unit: string;
};

export type MadeSample = {
  readonly folder: string;
  readonly customers: readonly SampleCustomer[];
  readonly planted: readonly PlantedCell[];
  readonly rows: number;
  readonly events: { readonly loaded: number; readonly rejected: number; readonly posted: number };
};

/**
 * Makes the sample workspace in an empty folder, or anew where one was made before: usage in the embedded ClickHouse, pushed to the Stripe sandbox by a
 * worker that makes the mistakes of faults.ts, invoices with those of billing-faults.ts, and the lists of what was planted.
 * @throws TieoutError `demo.folder_not_empty`, `clickhouse.embedded_*`; the signal's reason, or what it broke off
 */
export async function makeSampleWorkspace(
  folder: string,
  record: SampleRecord,
  run: { readonly signal: AbortSignal; readonly onStep: (step: SampleStep) => void },
): Promise<MadeSample> {
  const onStep = (step: SampleStep): void => {
    run.signal.throwIfAborted();
    run.onStep(step);
  };
  if (isSample(folder)) removeSample(folder);
  else if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new TieoutError('demo.folder_not_empty', {
      message: `${folder} is not empty.`,
      path: folder,
      remedy: 'Give an empty or new folder: `tieout demo DIR`.',
    });
  }
  mkdirSync(join(folder, 'exports'), { recursive: true });
  // First of all, so that a sample whose making broke off is known for one and can be made again.
  await writeFile(join(folder, SAMPLE_RECORD_FILE), `${JSON.stringify(record)}\n`);
  const customers = sampleCustomers(record);
  onStep({ step: 'starting ClickHouse', done: 0, total: null, unit: '' });
  const engine = await startEmbeddedClickHouse({ dataFolder: join(folder, USAGE_FOLDER), signal: run.signal });
  let sandbox: StripeSandbox | null = null;
  try {
    const { url, username, password } = engine;
    const bootstrap = createClient({ url, username, password });
    await bootstrap.command({ query: `CREATE DATABASE IF NOT EXISTS ${SAMPLE_DATABASE}` });
    await bootstrap.close();
    const client = createClient({ url, username, password, database: SAMPLE_DATABASE });
    const minutes = customers.reduce(
      (total, customer) => total + customer.lives.reduce((sum, life) => sum + life.toMinute - life.fromMinute, 0),
      0,
    );
    const rows = await fillSampleUsage(client, customers, (done) =>
      onStep({ step: `writing ${SAMPLE_DAYS} days of usage to ClickHouse`, done, total: minutes, unit: 'rows' }),
    );
    onStep({ step: 'measuring usage as the push worker does', done: 0, total: null, unit: '' });
    const usage = await measureAsWorker(client);
    for (const fault of plannedFaults(SAMPLE_MONTHS).filter(({ kind }) => kind === 'expired_rows')) {
      const usageId = customers[fault.customer]?.usageId ?? '';
      await expireVerifications(client, { usageId, ...monthPeriod(fault.month) });
    }
    await client.close();
    onStep({ step: 'pushing three months of meter events to Stripe', done: 0, total: null, unit: '' });
    const started = await startSampleSandbox(customers, usage, { overHttp: true });
    sandbox = started.sandbox;
    const planted = plantedCells(customers, usage);
    await writeFile(join(folder, SAMPLE_USAGE_FILE), packWorkerUsage(usage));
    await writeFile(join(folder, PLANTED_FILE), `${JSON.stringify(planted, null, 2)}\n`);
    const billing = plantedBilling(customers);
    await writeFile(join(folder, PLANTED_BILLING_FILE), `${JSON.stringify(billing, null, 2)}\n`);
    mkdirSync(dirname(join(folder, CASES_FILE)), { recursive: true });
    await writeFile(join(folder, CASES_FILE), readFileSync(new URL('./fixtures/sample.yaml', import.meta.url)));
    await writeFile(join(folder, CONFIG_FILE), SAMPLE_CONFIG);
    const { loaded, rejected, posted } = started;
    return { folder, customers, planted, rows, events: { loaded, rejected, posted } };
  } finally {
    await sandbox?.stop();
    await engine.stop();
  }
}

/** Removes what the demo itself made; what people put beside it, and the exports, stay. */
function removeSample(folder: string): void {
  const made = [USAGE_FOLDER, SAMPLE_USAGE_FILE, PLANTED_FILE, PLANTED_BILLING_FILE, CASES_FILE, CONFIG_FILE];
  const database = readdirSync(folder).filter((name) => name.startsWith(DATABASE_FILE));
  for (const name of [...made, ...database]) rmSync(join(folder, name), { recursive: true, force: true });
}

/** Its tieout.yaml. */
export const SAMPLE_CONFIG = `# The sample workspace: three months of an invented cloud company.
version: 1
name: Sample Cloud
clickhouse:
  embedded: ./usage            # a ClickHouse data folder; Tieout starts the engine for the time of a pull
  database: ${SAMPLE_DATABASE}
stripe:
  apiKey: \${TIEOUT_SAMPLE_KEY} # the sample's own sandbox stands in for Stripe; Tieout sets both
  apiBase: \${TIEOUT_SAMPLE_URL}
  requestsPerSecond: 2000
customers: { match: metadata.workspace_id }
tolerance: { relative: "0.001", absolute: "0", staleness: 4h }
meters:
  - key: cpu_seconds
    stripe: { eventName: cpu_seconds }
    unit: CPU-seconds
    usage:
      template: counter_checkpoints
      table: instance_checkpoints
      columns: { customer: workspace_id, series: [instance_id], at: ts, value: cpu_usage_usec, tiebreak: event_kind }
      scale: "0.000001"        # microseconds → seconds
      maxGap: 2m
  - key: memory_gib_seconds
    stripe: { eventName: memory_gib_seconds }
    unit: GiB-seconds
    usage:
      template: counter_checkpoints
      table: instance_checkpoints
      columns: { customer: workspace_id, series: [instance_id], at: ts, value: memory_bytes, tiebreak: event_kind }
      gauge: true              # least of two × time, in byte-milliseconds
      scale: "1/1073741824000"
      maxGap: 2m
  - key: disk_gib_seconds
    stripe: { eventName: disk_gib_seconds }
    unit: GiB-seconds
    usage:
      template: counter_checkpoints
      table: instance_checkpoints
      columns: { customer: workspace_id, series: [instance_id], at: ts, value: disk_allocated_bytes, tiebreak: event_kind }
      gauge: true
      scale: "1/1073741824000"
      maxGap: 2m
  - key: egress_public_gib
    stripe: { eventName: egress_public_gib }
    unit: GiB
    usage:
      template: counter_checkpoints
      table: instance_checkpoints
      columns:
        customer: workspace_id
        series: [instance_id]
        at: ts
        value: network_egress_public_bytes
        tiebreak: event_kind
        trusted: network_attached
      scale: "1/1073741824"
      maxGap: 2m
  - key: active_keys
    stripe: { eventName: active_keys }
    unit: keys
    usage:
      template: events
      table: key_verifications
      columns: { customer: workspace_id, at: verified_at, key: key_id }
      aggregate: distinct
pipelines:
  edge:                        # the company's new pipeline, measured beside the one that bills
    meters:
      memory_gib_seconds:
        template: interval_samples
        table: edge_ticks
        columns:
          customer: workspace_id
          at: ts
          value: memory_bytes
          interval: seconds
          id: sample_id
          series: instance_id
        scale: "1/1073741824"
`;
