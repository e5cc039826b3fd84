import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';

/** The extension of a link to a workspace: a file beside tieout.yaml, empty, or with the path of the folder in it. */
export const LINK_EXTENSION = '.tieout';
const LONGEST_LINK = 4_096;

/**
 * The folder that a path given by the system means: a folder itself, a tieout.yaml in it, or a link to it.
 * @returns null where it means none
 */
export function workspaceOf(path: string, cwd: string): string | null {
  const full = resolve(cwd, path);
  const found = statSync(full, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return full;
  if (found?.isFile() !== true) return null;
  if (/(^|[\\/])tieout\.yaml$/.test(full)) return dirname(full);
  if (extname(full).toLowerCase() !== LINK_EXTENSION || found.size > LONGEST_LINK) return null;
  const [first = ''] = readFileSync(full, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  return resolve(dirname(full), first.trim());
}

/** The workspace that a start of the program names, if any; what begins with a dash is for Electron. */
export function workspaceInArguments(args: readonly string[], cwd: string): string | null {
  const given = args.find((argument) => !argument.startsWith('-'));
  return given === undefined ? null : workspaceOf(given, cwd);
}
