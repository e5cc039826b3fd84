import { assert } from '../../shared/errors.ts';
import { type AuditEvent, CHAIN_START } from '../../shared/reconciliation/close/audit-chain.ts';
import { auditText, PACKAGE_FILES } from '../../shared/reconciliation/close/package.ts';
import { bodyOf, readStoredAudit } from '../cache/audit-store.ts';
import { type CloseLock, readContent } from '../cache/close-store.ts';
import type { Db } from '../cache/open.ts';

/** The files of a package that are copies of what is stored, and the end of the log that it holds. */
export type PackageCopies = {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly auditHead: { readonly seq: number; readonly hash: string };
};

/** What a package holds of a lock, byte by byte; the manifest, the workbook and the report are made from it. */
export function packageCopies(db: Db, lock: CloseLock): PackageCopies {
  const content = readContent(db, lock);
  assert(content !== null, 'a lock holds what it locked');
  const events = readStoredAudit(db).map((event): AuditEvent => ({ ...event, body: bodyOf(event.body) ?? {} }));
  const last = events.at(-1);
  return {
    files: new Map<string, Uint8Array>([
      [PACKAGE_FILES.snapshot, content.snapshot],
      [PACKAGE_FILES.audit, Buffer.from(auditText(events), 'utf8')],
      [PACKAGE_FILES.cells, content.cells],
    ]),
    auditHead: { seq: last?.seq ?? 0, hash: last?.hash ?? CHAIN_START },
  };
}
