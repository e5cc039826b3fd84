import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { constants, createGzip, Gzip } from 'node:zlib';
import { asEngineError, exceptionTail } from './exceptions.ts';
import type { Fault } from './faults.ts';

/**
 * How long the connection stays after an exception was written into the body: a client that is still behind reads the
 * text before it sees the end. One that understands it closes the connection itself.
 */
const LINGER_MS = 500;

const NOTHING = new Uint8Array(0);

type Sending = {
  /** Writes the status line and headers. */
  readonly head: () => void;
  readonly fault: Fault | null;
  readonly isGzip: boolean;
  /** The value of the `X-ClickHouse-Exception-Tag` header. */
  readonly tag: string;
  readonly signal: AbortSignal;
};

/**
 * Sends an answer no faster than the client reads it. A failure after the head is out is written into the body as
 * ClickHouse does it, and the connection closed without the end mark of the body.
 */
export async function sendBody(
  response: ServerResponse,
  chunks: AsyncIterable<Uint8Array>,
  sending: Sending,
): Promise<void> {
  const { fault, signal } = sending;
  if (fault?.kind === 'slow') await wait(fault.firstByteMs, undefined, { signal });
  if (signal.aborted) return;
  if (fault?.kind === 'break' && fault.afterBytes === 0) {
    response.destroy();
    return;
  }
  sending.head();
  const sink: Writable = sending.isGzip ? createGzip({ level: 1 }) : response;
  if (sink !== response) sink.pipe(response);
  try {
    await writeChunks(sink, fault === null ? chunks : disturbed(chunks, fault, signal), signal);
  } catch (error) {
    if (signal.aborted) return;
    const isSilent = error instanceof Breakage;
    if (!isSilent) sink.write(exceptionTail(sending.tag, asEngineError(error).text));
    await flushed(response, sink);
    setTimeout(() => response.socket?.destroySoon(), isSilent ? 0 : LINGER_MS);
    return;
  }
  if (!signal.aborted) sink.end();
}

async function writeChunks(sink: Writable, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  for await (const chunk of chunks) {
    if (signal.aborted) return;
    if (chunk.length > 0) await write(sink, chunk, signal);
  }
}

async function write(sink: Writable, chunk: Uint8Array, signal: AbortSignal): Promise<void> {
  if (!sink.write(chunk)) await once(sink, 'drain', { signal });
}

/** Waits until what was written has left for the client. */
async function flushed(response: ServerResponse, sink: Writable): Promise<void> {
  if (sink instanceof Gzip) await new Promise<void>((resolve) => sink.flush(constants.Z_SYNC_FLUSH, () => resolve()));
  await new Promise((resolve) => setImmediate(resolve));
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    response.write(NOTHING, () => resolve());
    response.once('close', () => resolve());
  });
}

/** The connection breaks, without a word in the body. */
class Breakage extends Error {}

async function* disturbed(
  chunks: AsyncIterable<Uint8Array>,
  fault: Fault,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  let left = fault.kind === 'break' || fault.kind === 'error' ? fault.afterBytes : Number.POSITIVE_INFINITY;
  const fail = () => {
    throw fault.kind === 'error' ? new Error(fault.message) : new Breakage();
  };
  for await (const chunk of chunks) {
    if (fault.kind === 'slow') await wait(fault.betweenChunksMs, undefined, { signal });
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) fail();
  }
  if (Number.isFinite(left)) fail();
}
