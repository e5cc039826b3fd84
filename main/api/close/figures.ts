import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../shared/values/canonical-json.ts';
import type { Db } from '../../cache/open.ts';
import { readPullsInForce } from '../../cache/pull-store.ts';
import { digestOf } from '../../cache/run-digest.ts';
import { CsvBytes } from '../cells/csv-bytes.ts';
import { csvHead, csvLines } from '../cells/csv-lines.ts';
import type { MonthFrame } from '../cells/frame.ts';
import { DEFAULT_SORT, orderCells } from '../cells/order.ts';
import type { ReconcileSettings } from '../reconcile/settings.ts';

/** What a sign-off is for: everything that is said of a month, but for when it was pulled and what people wrote. */
export type Figures = {
  /** SHA-256 of all that follows. */
  readonly hash: string;
  /** Of the settings that the figures rest on. */
  readonly settings: string;
  /** All cells as CSV, in the published order, without notes. */
  readonly cells: { readonly count: number; readonly sha256: string };
};

/** Hands on all cells of a month as CSV; the pieces are written over once `write` returns. */
export function writeCells(frame: MonthFrame, write: (piece: Uint8Array) => void): void {
  const bytes = new CsvBytes(write);
  bytes.text(csvHead());
  const line = csvLines(frame, frame.summary.month, bytes);
  for (const id of orderCells(frame, {}, DEFAULT_SORT)) line(id);
  bytes.end();
}

/** Equal figures have an equal hash, whenever they were pulled. */
export function figuresOf(frame: MonthFrame, settings: ReconcileSettings): Figures {
  const hash = createHash('sha256');
  writeCells(frame, (piece) => hash.update(piece));
  const cells = { count: frame.length, sha256: hash.digest('hex') };
  const fingerprint = digestOf('settings', settings);
  const { workspace, month, byVerdict, byBilling, money, meters, unconfiguredMeters, skippedIdle } = frame.summary;
  const totals = { workspace, month, byVerdict, byBilling, money, meters, unconfiguredMeters, skippedIdle };
  const plain = { settings: fingerprint, cells, totals, billing: billingOf(frame) };
  return { hash: digestOf('figures', plain), settings: fingerprint, cells };
}

/** What the invoices say of a cell stands in no column of the CSV. */
function billingOf(frame: MonthFrame): string {
  const hash = createHash('sha256');
  for (const block of frame.blocks) {
    const { meter, billing, customerKeys, identity, billingLines } = block;
    hash.update(`${meter.key}\n`);
    for (let position = 0; position < block.length; position += 1) {
      const verdict = billing[position] as number;
      if (verdict === 0) continue;
      const line = billingLines.get(position) ?? '';
      hash.update(`${identity.customerIds[customerKeys[position] as number] ?? ''} ${verdict} ${line}\n`);
    }
  }
  return hash.digest('hex');
}

/** The pulls that a month is made of, as they are recorded with its snapshot. */
export const pullsOf = (db: Db, month: string) =>
  readPullsInForce(db, month).map(({ meter, source, startedAt, fingerprint, query, contentHash }) => ({
    meter,
    source,
    startedAt,
    fingerprint,
    queryHash: query === null ? null : createHash('sha256').update(query).digest('hex'),
    contentHash,
  }));

/** 32 hexadecimal digits that tell what a note is about: other figures have others. */
export const itemDigest = (value: Parameters<typeof canonicalJson>[0]): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 32);
