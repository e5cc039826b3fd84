import { createHash } from 'node:crypto';
import { formatDecimal } from '../../shared/values/decimal.ts';
import type { NewRun, PackedMonth } from './rating-run-store.ts';

/** SHA-256 of everything that a run's lines depend on: the same inputs give the same text, whoever asks and when. */
export function runDigest(run: Omit<NewRun, 'inputDigest'>, hours: readonly PackedMonth[]): string {
  const { createdAt: _createdAt, toolVersion: _toolVersion, usagePull: _usagePull, ...inputs } = run;
  const inForce = hours.map(({ month, exponent, packed }) => [month, exponent, hashOf(packed)]);
  return digestOf('run', { ...inputs, engine: ENGINE_VERSION, hours: inForce });
}

const hashOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** Goes up when the late-usage engines come to other lines. */
const ENGINE_VERSION = 1;

export const digestOf = (what: string, value: unknown): string =>
  createHash('sha256')
    .update(`tieout/1 ${what} ${JSON.stringify(plain(value))}`)
    .digest('hex');

/** Keys in order, decimals and large integers as text. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plain);
  if (isDecimal(value)) return formatDecimal(value);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, plain(each)]),
  );
}

const isDecimal = (value: object): value is { coefficient: bigint; scale: number } =>
  'coefficient' in value && 'scale' in value;
