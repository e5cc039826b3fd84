import { readFileSync } from 'node:fs';
import {
  type ClickHouseClient,
  type ClickHouseClientConfigOptions,
  ClickHouseLogLevel,
  createClient,
} from '@clickhouse/client';
import type { EmbeddedClickHouse } from '../../../../main/sandbox/clickhouse/embedded.ts';

/** A client of a running embedded ClickHouse that keeps its errors to itself. */
export const connect = (server: EmbeddedClickHouse, options: ClickHouseClientConfigOptions = {}): ClickHouseClient =>
  createClient({
    url: server.url,
    username: server.username,
    password: server.password,
    log: { level: ClickHouseLogLevel.OFF },
    ...options,
  });

/** Reads a stream of batches to its end. @returns the number of rows */
export async function drain(stream: AsyncIterable<readonly unknown[]>): Promise<number> {
  let count = 0;
  for await (const batch of stream) count += batch.length;
  return count;
}

/** The credentials of the handle's own user as headers. */
export const credentials = (server: EmbeddedClickHouse): Record<string, string> => ({
  'X-ClickHouse-User': server.username,
  'X-ClickHouse-Key': server.password,
});

/** What a process holds in memory now, or null where the system does not tell (no /proc). */
export function residentBytes(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until a claim holds. @throws Error naming it where it does not within `limitMs` */
export async function until(claim: string, holds: () => boolean, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Still not: ${claim}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
