import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { LoadedEvent, LoadResult } from '../../../shared/simulation/meter-ledger.ts';
import { type Instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import { accountEndpoints } from './account.ts';
import type { Seed } from './catalog.ts';
import { catalogEndpoints } from './catalog-endpoints.ts';
import { Dispatcher, type LoggedRequest } from './dispatch.ts';
import type { Endpoint } from './endpoint.ts';
import { Faults } from './faults.ts';
import { grantEndpoints } from './grant-endpoints.ts';
import { invoiceEndpoints } from './invoice-endpoints.ts';
import { DEFAULT_KEYS, FULL_KEY, READ_KEY, type SandboxKey } from './keys.ts';
import { meterEndpoints } from './meter-endpoints.ts';
import type { PlantedDifference } from './planted.ts';
import { SandboxState, type ValueWriter } from './state.ts';
import { subscriptionEndpoints } from './subscription-endpoints.ts';
import { testClockEndpoints } from './test-clock-endpoints.ts';
import { writeEndpoints } from './write-endpoints.ts';

export type StripeSandboxOptions = {
  readonly clock: Instant;
  /** A full test key and a restricted one that may read, unless given. */
  readonly keys?: readonly SandboxKey[];
  /** Requests per second above which 429 is answered; no limit unless given. */
  readonly requestsPerSecond?: number;
  /** How long after receipt a meter event counts and shows; 0 unless given. */
  readonly processingMs?: number;
  /** Whether bad meter events are refused at receipt or, as Stripe does, later (the default). */
  readonly judge?: 'later' | 'at_once';
  /** 0 (the default) is a free port. */
  readonly port?: number;
};

/** A running sandbox: Stripe's API on loopback, and the same state in process. */
export type StripeSandbox = {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The first full key and the first restricted one. */
  readonly keys: { readonly full: string; readonly restricted: string };
  readonly state: SandboxState;
  readonly faults: Faults;
  readonly requests: {
    readonly log: readonly LoggedRequest[];
    readonly counts: ReadonlyMap<string, number>;
    readonly total: number;
  };
  /** Adds objects from concise inputs. */
  readonly seed: (seed: Seed) => void;
  /** Applies a history of meter events in process. */
  readonly load: (events: Iterable<LoadedEvent>) => LoadResult;
  readonly setClock: (now: Instant) => void;
  readonly deleteCustomer: (id: string) => void;
  readonly setMeterStatus: (id: string, status: 'active' | 'inactive') => void;
  /** Spells `aggregated_value` of chosen cells in another way (exponents, noise); null: exactly again. */
  readonly writeValues: (writer: ValueWriter | null) => void;
  /** Makes the billing on test clocks go wrong from now on, so that a comparison has something to find. */
  readonly plant: (difference: PlantedDifference) => void;
  readonly stop: () => Promise<void>;
};

const ENDPOINTS: readonly Endpoint[] = [
  ...meterEndpoints,
  ...catalogEndpoints,
  ...writeEndpoints,
  ...testClockEndpoints,
  ...subscriptionEndpoints,
  ...grantEndpoints,
  ...invoiceEndpoints,
  ...accountEndpoints,
];

/** Serves on 127.0.0.1 until `stop`. The clock moves only by `setClock`. */
export async function startStripeSandbox(options: StripeSandboxOptions): Promise<StripeSandbox> {
  const keys = options.keys ?? DEFAULT_KEYS;
  const state = new SandboxState({
    clock: options.clock,
    processingMs: options.processingMs ?? 0,
    judge: options.judge ?? 'later',
  });
  const faults = new Faults();
  const dispatcher = new Dispatcher({
    state,
    keys,
    faults,
    requestsPerSecond: options.requestsPerSecond ?? null,
    nowMs: () => performance.now(),
  });
  const app = new Hono<{ Bindings: HttpBindings }>();
  for (const endpoint of ENDPOINTS) {
    app.on(endpoint.method, endpoint.path, (context) => dispatcher.answer(context, endpoint));
  }
  app.all('*', (context) => dispatcher.answer(context, null));
  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: '127.0.0.1',
    port,
    keys: {
      full: keys.find(({ permissions }) => permissions === 'all')?.key ?? FULL_KEY,
      restricted: keys.find(({ permissions }) => permissions !== 'all')?.key ?? READ_KEY,
    },
    state,
    faults,
    requests: dispatcher.requests,
    seed: (seed) => {
      state.catalog.seed(seed, state.context);
      state.syncMeters();
    },
    load: (events) => state.ledger.load(events),
    setClock: (now) => state.setClock(now),
    deleteCustomer: (id) => state.catalog.deleteCustomer(id, toUnixSeconds(state.clock)),
    setMeterStatus: (id, status) => {
      state.catalog.setMeterStatus(id, status, toUnixSeconds(state.clock));
      state.syncMeters();
    },
    writeValues: (writer) => {
      state.valueWriter = writer ?? (() => null);
    },
    plant: (difference) => {
      state.clocks.planted.push(difference);
    },
    stop: async () => {
      dispatcher.close();
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}
