import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Preferences, type PreferenceWrite, preferenceName } from '../shared/contract/preference-schemas.ts';

const FILE = 'preferences.json';
/** More than this under one scope is not kept: the screens have a few dozen. */
const MOST_NAMES = 200;

const values = z.record(preferenceName, z.string());
const stored = z.object({ everywhere: values, workspaces: z.record(z.string(), values) });
type Stored = z.infer<typeof stored>;

/**
 * What was chosen on this machine. It belongs to the person and not to the workspace, whose folder may be shared or
 * read-only. A file that cannot be read counts as empty.
 * @param folder the open workspace; null where none is
 */
export function readPreferences(stateFolder: string, folder: string | null): Preferences {
  const { everywhere, workspaces } = readStored(stateFolder);
  return { everywhere, workspace: folder === null ? {} : (workspaces[folder] ?? {}) };
}

/**
 * Keeps or forgets one choice; the last writer of a name wins. Where the file cannot be written, the choice lives as
 * long as the window.
 */
export function writePreference(
  stateFolder: string,
  folder: string | null,
  { scope, name, value }: PreferenceWrite,
): void {
  const kept = readStored(stateFolder);
  if (scope === 'workspace' && folder === null) return;
  const before = scope === 'everywhere' ? kept.everywhere : (kept.workspaces[folder ?? ''] ?? {});
  const { [name]: _, ...others } = before;
  const next = value === null ? others : { ...others, [name]: value };
  if (Object.keys(next).length > MOST_NAMES) return;
  const all: Stored =
    scope === 'everywhere'
      ? { ...kept, everywhere: next }
      : { ...kept, workspaces: { ...kept.workspaces, [folder ?? '']: next } };
  try {
    mkdirSync(stateFolder, { recursive: true });
    const partial = join(stateFolder, `${FILE}.part`);
    writeFileSync(partial, JSON.stringify(all, null, 2));
    renameSync(partial, join(stateFolder, FILE));
  } catch {
    // A convenience: nothing else is in the way of the work.
  }
}

function readStored(stateFolder: string): Stored {
  try {
    return stored.parse(JSON.parse(readFileSync(join(stateFolder, FILE), 'utf8')));
  } catch {
    return { everywhere: {}, workspaces: {} };
  }
}
