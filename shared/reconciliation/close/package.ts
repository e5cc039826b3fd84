import { canonicalJson } from '../../values/canonical-json.ts';
import { formatInstant, type Instant } from '../../values/instant.ts';
import type { AuditEvent, Sha256 } from './audit-chain.ts';

/**
 * The package of a locked month: a zip or a folder of these files. `tieout verify` checks it years later, without the
 * workspace that it came from.
 */
export const PACKAGE_FILES = {
  manifest: 'manifest.json',
  /** The canonical text of the lock, byte by byte. */
  snapshot: 'snapshot.json',
  audit: 'audit.json',
  /** All cells as they were locked, byte by byte. */
  cells: 'cells.csv',
  workbook: 'report.xlsx',
  report: 'report.pdf',
} as const;

export type PackageManifest = {
  readonly tieout: 1;
  readonly kind: 'close_package';
  readonly workspace: string;
  readonly month: string;
  readonly version: number;
  /** Of `snapshot.json`, as it stands in the audit log. */
  readonly contentHash: string;
  /** The newest entry of `audit.json`. */
  readonly auditHead: { readonly seq: number; readonly hash: string };
  readonly toolVersion: string;
  /** Every other file, in byte order of its name. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
};

/** The manifest as it is written: `seal` is the hash of the rest, so that no word of it changes unseen. */
export type SealedManifest = PackageManifest & { readonly seal: string };

/** @param sha256 of UTF-8 text */
export const manifestText = (manifest: PackageManifest, sha256: Sha256): string =>
  canonicalJson({ ...manifest, seal: sealOf(manifest, sha256) });

export const sealOf = (manifest: PackageManifest, sha256: Sha256): string => sha256(canonicalJson(manifest));

/** The log from its first entry on: a part of it could not be checked. */
export const auditText = (events: readonly AuditEvent[]): string =>
  canonicalJson({
    tieout: 1,
    kind: 'audit_log',
    events: events.map((event) => ({ ...event, at: formatInstant(event.at as Instant) })),
  });
