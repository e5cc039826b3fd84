import { closeSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RemedyFileKind } from '../shared/contract/incident-schemas.ts';
import type { CellKey } from '../shared/contract/schemas.ts';
import type { Instant } from '../shared/values/instant.ts';
import { parseMonth } from '../shared/values/period.ts';
import { buildFrame } from './api/cells/frame.ts';
import { type RemedyContext, writeRemedies } from './api/explain/remedy-files.ts';
import { reconcileSettings } from './api/reconcile/settings.ts';
import type { Db } from './cache/open.ts';
import { openForReading } from './cache/open-for-reading.ts';
import { nowIn, type Workspace } from './compose.ts';
import { exportError, removePartial } from './export/partial-file.ts';
import { lateCsvLines } from './late.ts';
import { TOOL_VERSION } from './version.ts';

/** A file that mends something, as it was written. */
export type WrittenRemedy = {
  readonly name: string;
  readonly kind: RemedyFileKind;
  readonly incident: string;
  readonly entries: number;
};

/**
 * Writes the files that mend incidents of a month into a folder; each appears under its name only when it is whole.
 * Nothing is sent anywhere.
 * @param options.incidents their ids, absent: all @param options.file only this one
 * @throws TieoutError `host.not_found`, `export.failed`, `workspace.disk_full`
 */
export function writeRemedyFiles(
  workspace: Workspace,
  options: {
    readonly month: string;
    readonly folder: string;
    readonly incidents?: readonly string[];
    readonly cell?: CellKey | undefined;
    readonly file?: string;
    /** Stripe ids or usage ids; absent: everybody. */
    readonly customers?: ReadonlySet<string>;
  },
  run: { readonly now: () => Instant },
): readonly WrittenRemedy[] {
  const now = nowIn(workspace, run.now);
  const db = openForReading(workspace.paths.databaseFile, now);
  db.exec('BEGIN DEFERRED');
  try {
    const context = {
      ...remedyContext(workspace, db, { month: options.month, now }),
      ...(options.customers === undefined ? {} : { customers: options.customers }),
    };
    const ids = options.incidents ?? context.frame.summary.causes.incidents.map(({ id }) => id);
    const { month, file, cell } = options;
    return ids.flatMap((incident) => {
      const files = new Files(options.folder);
      const request = {
        month,
        incident,
        ...(cell === undefined ? {} : { cell }),
        ...(file === undefined ? {} : { file }),
      };
      try {
        const written = writeRemedies(context, request, (name, line) => files.write(name, line));
        files.finish();
        return written.map((one) => ({ ...one, incident }));
      } catch (error) {
        files.abandon();
        throw error;
      }
    });
  } finally {
    db.exec('ROLLBACK');
    db.close();
  }
}

function remedyContext(
  workspace: Workspace,
  db: Db,
  { month, now }: { readonly month: string; readonly now: Instant },
): RemedyContext {
  const settings = reconcileSettings(workspace.config, workspace.links);
  const frame = buildFrame(
    { db, settings, month: parseMonth(month, '--month'), now, toolVersion: TOOL_VERSION },
    { canStore: false },
  );
  return { frame, now, lateCsv: (customers) => lateCsvLines(workspace, db, { month, now, customers }) };
}

/** Files that grow side by side. */
class Files {
  readonly #folder: string;
  readonly #handles = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws TieoutError `export.failed`, `workspace.disk_full` */
  write(name: string, line: string): void {
    const path = this.#partial(name);
    try {
      let handle = this.#handles.get(name);
      if (handle === undefined) {
        mkdirSync(this.#folder, { recursive: true });
        handle = openSync(path, 'w');
        this.#handles.set(name, handle);
      }
      writeFileSync(handle, `${line}\n`);
    } catch (error) {
      throw exportError(join(this.#folder, name), error);
    }
  }

  finish(): void {
    for (const [name, handle] of this.#handles) {
      closeSync(handle);
      renameSync(this.#partial(name), join(this.#folder, name));
    }
    this.#handles.clear();
  }

  abandon(): void {
    for (const [name, handle] of this.#handles) {
      closeSync(handle);
      removePartial(this.#partial(name));
    }
    this.#handles.clear();
  }

  #partial(name: string): string {
    return join(this.#folder, `${name}.part`);
  }
}
