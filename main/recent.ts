import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RecentWorkspace } from '../shared/contract/schemas.ts';
import { formatInstant, type Instant } from '../shared/values/instant.ts';
import { CONFIG_FILE } from './config/workspace.ts';

const FILE = 'recent.json';
const KEPT = 12;

const stored = z.array(z.object({ folder: z.string(), name: z.string(), openedAt: z.string() }));

/** The workspaces that were open last, newest first; a list that cannot be read counts as empty. */
export const readRecent = (stateFolder: string): readonly RecentWorkspace[] =>
  readStored(stateFolder).map((entry) => ({ ...entry, exists: existsSync(join(entry.folder, CONFIG_FILE)) }));

/** Puts a workspace at the head of the list. Where the list cannot be written nothing else is in the way of the work. */
export function rememberWorkspace(
  stateFolder: string,
  opened: { readonly folder: string; readonly name: string; readonly openedAt: Instant },
): void {
  const others = readStored(stateFolder).filter(({ folder }) => folder !== opened.folder);
  const list = [{ ...opened, openedAt: formatInstant(opened.openedAt) }, ...others].slice(0, KEPT);
  try {
    mkdirSync(stateFolder, { recursive: true });
    const partial = join(stateFolder, `${FILE}.part`);
    writeFileSync(partial, JSON.stringify(list, null, 2));
    renameSync(partial, join(stateFolder, FILE));
  } catch {
    // A convenience: a folder that cannot be written to must not keep a workspace from opening.
  }
}

function readStored(stateFolder: string): z.infer<typeof stored> {
  try {
    return stored.parse(JSON.parse(readFileSync(join(stateFolder, FILE), 'utf8')));
  } catch {
    return [];
  }
}
