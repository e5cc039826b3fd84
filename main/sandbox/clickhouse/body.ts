import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { asEngineError, exceptionTail } from './exceptions.ts';
import type { Fault } from './faults.ts';

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
    if (!(error instanceof Breakage)) await write(sink, exceptionTail(sending.tag, asEngineError(error).text), signal);
    await cutOff(response, sink);
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

/** Lets what was written reach the client, then closes the connection. */
async function cutOff(response: ServerResponse, sink: Writable): Promise<void> {
  if (sink !== response) {
    await new Promise<void>((resolve) => {
      sink.write(new Uint8Array(0), () => resolve());
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise<void>((resolve) => {
    response.write('', () => resolve());
    if (response.destroyed) resolve();
  });
  response.socket?.destroySoon();
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
