import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Stripe from 'stripe';
import { TieoutError } from '../../shared/errors.ts';
import type { LoadedEvent } from '../../shared/simulation/meter-ledger.ts';
import { type Instant, parseInstant, toUnixSeconds } from '../../shared/values/instant.ts';
import { type StripeSandbox, startStripeSandbox } from '../sandbox/stripe/server.ts';
import { sampleCatalog, seedCustomer } from './catalog.ts';
import { sampleHistory, unpackWorkerUsage } from './history.ts';
import { heldBy, sampleInvoices } from './invoices.ts';
import { SAMPLE_METERS } from './meters.ts';
import { SAMPLE_RECORD_FILE } from './record.ts';
import type { WorkerUsage } from './usage.ts';
import { SAMPLE_FROM, SAMPLE_NOW, type SampleCustomer, sampleCustomers } from './world.ts';

/** What the sample folder remembers of how it was made. */
export type SampleRecord = { readonly seed: number; readonly scale: number };

export const SAMPLE_USAGE_FILE = 'sample-usage.gz';

/** One day of one customer travels over HTTP through the official SDK: the last of the last month. */
const POSTED_CUSTOMER = 1;
const POSTED_FROM: Instant = parseInstant('2026-05-31T00:30:00Z');

/**
 * The sample's Stripe account with its whole history.
 * @param overHttp whether the posted day really travels over HTTP; else the loader applies it too
 * @returns the sandbox, its clock at `SAMPLE_NOW`, and how many events took which way
 */
export async function startSampleSandbox(
  customers: readonly SampleCustomer[],
  usage: WorkerUsage,
  options: { readonly overHttp: boolean },
): Promise<{
  readonly sandbox: StripeSandbox;
  readonly loaded: number;
  readonly rejected: number;
  readonly posted: number;
}> {
  const sandbox = await startStripeSandbox({ clock: SAMPLE_FROM });
  try {
    sandbox.seed(sampleCatalog(customers));
    const posted: LoadedEvent[] = [];
    const { accepted, rejected } = sandbox.load(
      keepBack(sampleHistory(customers, usage), (event) => options.overHttp && isPosted(event, customers), posted),
    );
    posted.sort((a, b) => a.receivedAt - b.receivedAt);
    await post(sandbox, posted);
    sandbox.setClock(SAMPLE_NOW);
    const { invoices, balances } = sampleInvoices(customers, heldBy(sandbox));
    sandbox.seed({
      invoices,
      customers: customers.map((customer) => seedCustomer(customer, balances.get(customer.customerId) ?? 0n)),
    });
    const refused = [...rejected.values()].reduce((total, count) => total + count, 0);
    return { sandbox, loaded: accepted, rejected: refused, posted: posted.length };
  } catch (error) {
    await sandbox.stop();
    throw error;
  }
}

/** The account of an existing sample folder, as it was made. @throws TieoutError `sandbox.failed` */
export async function openSampleSandbox(folder: string): Promise<StripeSandbox> {
  try {
    const record = JSON.parse(await readFile(join(folder, SAMPLE_RECORD_FILE), 'utf8')) as SampleRecord;
    const usage = unpackWorkerUsage(await readFile(join(folder, SAMPLE_USAGE_FILE)));
    const { sandbox } = await startSampleSandbox(sampleCustomers(record), usage, { overHttp: false });
    return sandbox;
  } catch (error) {
    throw new TieoutError('sandbox.failed', {
      message: 'The Stripe account of the sample workspace cannot be set up again.',
      remedy: 'Make the sample anew in an empty folder: `tieout demo DIR`.',
      cause: error,
    });
  }
}

const isPosted = (event: LoadedEvent, customers: readonly SampleCustomer[]): boolean =>
  event.customerId === customers[POSTED_CUSTOMER]?.customerId &&
  event.receivedAt >= POSTED_FROM &&
  SAMPLE_METERS.some((meter) => meter.meterId === event.meterId);

function* keepBack(
  events: Iterable<LoadedEvent>,
  isKept: (event: LoadedEvent) => boolean,
  kept: LoadedEvent[],
): Generator<LoadedEvent> {
  for (const event of events) {
    if (isKept(event)) kept.push(event);
    else yield event;
  }
}

/** As the worker sends them: the clock stands at the moment of each push. */
async function post(sandbox: StripeSandbox, events: readonly LoadedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const stripe = new Stripe(sandbox.keys.full, { host: sandbox.host, port: sandbox.port, protocol: 'http' });
  for (const event of events) {
    sandbox.setClock(event.receivedAt);
    const meter = SAMPLE_METERS.find((candidate) => candidate.meterId === event.meterId);
    await stripe.billing.meterEvents.create({
      event_name: meter?.key ?? '',
      payload: { stripe_customer_id: event.customerId, value: event.value },
      timestamp: toUnixSeconds(event.timestamp),
      ...(event.identifier === undefined ? {} : { identifier: event.identifier }),
    });
  }
}
