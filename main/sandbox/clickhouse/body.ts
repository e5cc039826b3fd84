import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { asEngineError, exceptionTail } from './exceptions.ts';
import type { Fault } from './faults.ts';

/**
 * How long the connection stays after an exception was written into the body: a client that is still behind reads the
 * text before it sees the end. One that understands it closes the connection itself.
 */
const LINGER_MS = 1000;

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
  const gzip = sending.isGzip ? createGzip({ level: 1 }) : null;
  gzip?.pipe(response, { end: false });
  const sink: Writable = gzip ?? response;
  try {
    const end = await writeAll(sink, chunks, sending);
    if (gzip !== null) {
      gzip.end();
      await once(gzip, 'end', { signal });
    }
    if (end === 'whole') response.end();
    else setTimeout(() => response.socket?.destroySoon(), end === 'failed' ? LINGER_MS : 0);
  } catch (error) {
    gzip?.destroy();
    if (!signal.aborted) throw error;
  }
}

/** @returns `failed` where the exception stands at the end of the body, `broken` where it ends without a word */
async function writeAll(
  sink: Writable,
  chunks: AsyncIterable<Uint8Array>,
  { fault, tag, signal }: Sending,
): Promise<'whole' | 'failed' | 'broken'> {
  try {
    await writeChunks(sink, fault === null ? chunks : disturbed(chunks, fault, signal), signal);
    signal.throwIfAborted();
    return 'whole';
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof Breakage) return 'broken';
    await write(sink, exceptionTail(tag, asEngineError(error).text), signal);
    return 'failed';
  }
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
