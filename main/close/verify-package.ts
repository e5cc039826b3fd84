import { type AuditEvent, chainProblems } from '../../shared/reconciliation/close/audit-chain.ts';
import {
  PACKAGE_FILES,
  type PackageManifest,
  type SealedManifest,
  sealOf,
} from '../../shared/reconciliation/close/package.ts';
import { type Canonical, canonicalJson } from '../../shared/values/canonical-json.ts';
import { formatInstant, parseInstant } from '../../shared/values/instant.ts';
import { sha256 } from '../cache/audit-store.ts';
import { readPackage } from './read-package.ts';
import { added, changed, missing, unreadable, type Verification, type VerifyProblem } from './verification.ts';

/** Whether a close package is as it was exported; it needs no workspace. @param path a folder or a zip */
export function verifyPackage(path: string): Verification {
  const { files, problems: unpacking } = readPackage(path);
  const checked = { files: files.size };
  if (files.size === 0 && unpacking.length > 0) return { target: 'package', checked, problems: unpacking };
  const manifest = readCanonical<SealedManifest>(files, PACKAGE_FILES.manifest);
  if (manifest.value === null) {
    return { target: 'package', checked, problems: [...unpacking, ...manifest.problems] };
  }
  const problems = [
    ...unpacking,
    ...manifestProblems(manifest.value),
    ...fileProblems(files, manifest.value),
    ...snapshotProblems(files, manifest.value),
    ...auditProblems(files, manifest.value),
  ];
  return { target: 'package', checked, problems: unique(problems) };
}

type Files = ReadonlyMap<string, Uint8Array>;

/** A file that holds the canonical JSON of something, or what is wrong with it. */
function readCanonical<T>(
  files: Files,
  name: string,
):
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: null; readonly problems: readonly VerifyProblem[] } {
  const bytes = files.get(name);
  if (bytes === undefined) return { value: null, problems: [missing(name, `${name} is not in the package.`)] };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value = JSON.parse(text) as Canonical;
    if (canonicalJson(value) === text) return { value: value as T, problems: [] };
    return { value: null, problems: [changed(name, `${name} was changed: its text is not as it is written.`)] };
  } catch {
    // No UTF-8, no JSON, or numbers that were never written: in any case not ours any more.
    return { value: null, problems: [unreadable(name, `${name} cannot be read: its bytes were changed.`)] };
  }
}

function manifestProblems({ seal, ...manifest }: SealedManifest): readonly VerifyProblem[] {
  if (sealOf(manifest, sha256) === seal) return [];
  return [changed(PACKAGE_FILES.manifest, 'The manifest was changed: it is not the one that was sealed.')];
}

function fileProblems(files: Files, manifest: PackageManifest): readonly VerifyProblem[] {
  const listed = Array.isArray(manifest.files) ? manifest.files : [];
  const known = new Set<string>([PACKAGE_FILES.manifest, ...listed.map(({ name }) => name)]);
  const wrong = listed.flatMap(({ name, sha256: expected }): readonly VerifyProblem[] => {
    const bytes = files.get(name);
    if (bytes === undefined) return [missing(name, `${name} is not in the package.`)];
    return sha256(bytes) === expected
      ? []
      : [changed(name, `${name} is not the file whose hash stands in the manifest.`)];
  });
  const needed = [PACKAGE_FILES.snapshot, PACKAGE_FILES.audit, PACKAGE_FILES.cells]
    .filter((name) => !listed.some((file) => file.name === name))
    .map((name) => missing(name, `${name} is not in the manifest.`));
  const extra = [...files.keys()]
    .filter((name) => !known.has(name))
    .map((name) => added(name, `${name} is not in the manifest: it was put in later.`));
  return [...wrong, ...needed, ...extra];
}

type Snapshot = {
  readonly workspace: string;
  readonly month: string;
  readonly version: number;
  readonly cells: { readonly sha256: string };
};

/** The snapshot against the hash that was locked, and the cells against the snapshot. */
function snapshotProblems(files: Files, manifest: PackageManifest): readonly VerifyProblem[] {
  const name = PACKAGE_FILES.snapshot;
  const bytes = files.get(name);
  if (bytes === undefined) return [];
  if (sha256(bytes) !== manifest.contentHash) {
    return [changed(name, 'The snapshot is not the one whose hash was locked.')];
  }
  const { value, problems } = readCanonical<Snapshot>(files, name);
  if (value === null) return problems;
  const isOther =
    value.month !== manifest.month || value.version !== manifest.version || value.workspace !== manifest.workspace;
  const cells = files.get(PACKAGE_FILES.cells);
  return [
    ...(isOther ? [changed(PACKAGE_FILES.manifest, 'The manifest names another month than its snapshot.')] : []),
    ...(cells !== undefined && sha256(cells) !== value.cells.sha256
      ? [changed(PACKAGE_FILES.cells, 'The cells are not those whose hash stands in the snapshot.')]
      : []),
  ];
}

type AuditFile = { readonly events: readonly (Omit<AuditEvent, 'at'> & { readonly at: string })[] };

/** The log against itself, its end against the manifest, and the lock's entry in it. */
function auditProblems(files: Files, manifest: PackageManifest): readonly VerifyProblem[] {
  const name = PACKAGE_FILES.audit;
  const { value, problems } = readCanonical<AuditFile>(files, name);
  if (value === null) return files.has(name) ? problems : [];
  const events = readEvents(value);
  if (events === null) return [unreadable(name, 'The audit log cannot be read.')];
  const chain = chainProblems(events, sha256, manifest.auditHead?.hash ?? null).map(({ seq, problem, message }) => ({
    path: `${name} entry ${seq}`,
    problem,
    message,
  }));
  const isLogged = events.some(
    ({ action, month, body }) =>
      action === 'lock' &&
      month === manifest.month &&
      body.version === manifest.version &&
      body.contentHash === manifest.contentHash,
  );
  return isLogged ? chain : [...chain, changed(name, 'The audit log tells of no lock with the hash of the snapshot.')];
}

function readEvents({ events }: AuditFile): readonly AuditEvent[] | null {
  try {
    const read = events.map((event) => ({ ...event, at: parseInstant(event.at) }));
    return read.every(({ at }, index) => formatInstant(at) === events[index]?.at) ? read : null;
  } catch {
    return null;
  }
}

/** Two checks may find the same. */
const unique = (problems: readonly VerifyProblem[]): readonly VerifyProblem[] => [
  ...new Map(problems.map((problem) => [`${problem.path} ${problem.message}`, problem])).values(),
];
