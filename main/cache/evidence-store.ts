import { type Instant, instant } from '../../shared/values/instant.ts';
import { bulkInsert } from './bulk-insert.ts';
import type { Db } from './open.ts';
import { allRows, eachRow, runQuery } from './query.ts';

/** What of a pipeline's books is kept; `webhooks` belong to Stripe, and to no pipeline or month. */
export type EvidenceKind = 'samples' | 'events' | 'customers' | 'billed' | 'runs' | 'webhooks';

/** One kind and month. `month` is empty where there is none. */
export type EvidenceKey = { readonly pipeline: string; readonly kind: EvidenceKind; readonly month: string };

export type EvidencePull = Omit<EvidenceKey, 'pipeline'> & {
  /** When reading began. */
  readonly asOf: Instant;
  /** Of the settings under which it was read. */
  readonly fingerprint: string;
};

/** A row as it is kept: a list of values, whose order its reader knows. */
export type EvidenceBody = readonly (string | number | null)[];

/** Replaces one kind and month. */
export function replaceEvidence(
  db: Db,
  key: EvidenceKey,
  of: { readonly asOf: Instant; readonly fingerprint: string; readonly rows: Iterable<EvidenceBody> },
): void {
  db.transaction(() => {
    runQuery(db, 'evidence-clear', key);
    runQuery(db, 'evidence-pull-insert', { ...key, asOf: of.asOf, fingerprint: of.fingerprint });
    const insert = bulkInsert(db, 'evidence_row', ['pipeline', 'kind', 'month', 'sequence', 'body']);
    let sequence = 0;
    for (const row of of.rows) {
      insert.add([key.pipeline, key.kind, key.month, sequence, JSON.stringify(row)]);
      sequence += 1;
    }
    insert.flush();
  }).immediate();
}

/** What is known of a pipeline's books, oldest month first. */
export const readEvidencePulls = (db: Db, pipeline: string): readonly EvidencePull[] =>
  allRows<{ kind: EvidenceKind; month: string; as_of: number; fingerprint: string }>(db, 'evidence-pulls', [
    pipeline,
  ]).map(({ kind, month, as_of, fingerprint }) => ({ kind, month, asOf: instant(as_of), fingerprint }));

/** In the order of the source. */
export function* readEvidenceRows(db: Db, key: EvidenceKey): Generator<EvidenceBody> {
  for (const [body] of eachRow<readonly [string]>(db, 'evidence-rows', key, 'raw')) yield JSON.parse(body);
}
