import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Engine } from './engine.ts';
import { type Fault, FaultPlan } from './faults.ts';
import { showFiles } from './files.ts';
import { createFront } from './http.ts';
import type { FailureReason, Order, Report, StartOrder } from './protocol.ts';

/**
 * The child process of the embedded ClickHouse: takes its orders over IPC, serves HTTP on loopback, and ends with its
 * owner, however that ends.
 */
const report = (message: Report): void => {
  process.send?.(message);
};

let start: StartOrder | null = null;
let faults = new FaultPlan(null);
let engine: Engine | null = null;
let server: Server | null = null;
let port = 0;

process.on('disconnect', dieWithOwner);
process.on('message', (order: Order) => {
  if (order.kind === 'stop') stop();
  else if (order.kind === 'fault') void setFault(order.fault).then(() => report({ kind: 'fault_set', id: order.id }));
  else open(order).catch((error: unknown) => fail('other', error));
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

async function open(order: StartOrder): Promise<void> {
  start = order;
  watchOwner(order);
  const chdb = await import('chdb').catch((error: unknown) => fail('missing', error));
  if (chdb === null) return;
  engine = await Engine.open(chdb, order).catch((error: unknown) => fail('engine', error));
  if (engine === null) return;
  if (order.filesFolder !== null) {
    try {
      await showFiles(engine, order.filesFolder);
    } catch (error) {
      fail('files', error);
      return;
    }
  }
  faults = new FaultPlan(order.fault);
  server = createFront({ engine, users: order.users, faults: () => faults });
  try {
    port = await listen(server, order.port);
  } catch (error) {
    fail('port', error);
    return;
  }
  if (order.fault?.kind === 'refuse') await setFault(order.fault);
  report({ kind: 'ready', port, version: engine.version, timezone: engine.timezone });
}

function listen(on: Server, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    on.once('error', reject);
    on.listen(wanted, '127.0.0.1', () => {
      on.off('error', reject);
      const address = on.address();
      resolve(typeof address === 'object' && address !== null ? address.port : wanted);
    });
  });
}

async function setFault(fault: Fault | null): Promise<void> {
  faults = new FaultPlan(fault?.kind === 'refuse' ? null : fault);
  if (server === null) return;
  if (fault?.kind === 'refuse') {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server?.close(resolve));
    server.closeAllConnections();
    await closed;
  } else if (!server.listening) await listen(server, port);
}

function fail(reason: FailureReason, error: unknown): null {
  report({ kind: 'failed', reason, message: error instanceof Error ? error.message : String(error) });
  process.disconnect?.();
  return null;
}

/** The owner ended without a word: nothing may stay behind. The engine's threads would hold a plain exit up. */
function dieWithOwner(): void {
  if (start?.isTemporary === true) rmSync(start.dataFolder, { recursive: true, force: true });
  process.kill(process.pid, 'SIGKILL');
}

function stop(): void {
  server?.closeAllConnections();
  server?.close();
  if (engine?.isBusy === true) process.kill(process.pid, 'SIGKILL');
  engine?.close();
  process.exit(0);
}

/**
 * The engine holds this thread up while it plans a query (a scalar subquery is computed then), and the end of the owner
 * would go unnoticed for as long; so a second thread looks whether this process was handed to another parent.
 */
function watchOwner(order: StartOrder): void {
  const worker = new Worker(new URL(`./watch-owner${extname(import.meta.url)}`, import.meta.url), {
    workerData: { parent: process.ppid, folder: order.isTemporary ? order.dataFolder : null },
  });
  worker.unref();
}
