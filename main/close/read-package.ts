import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type UnzipFileInfo, unzipSync } from 'fflate';
import { unreadable, type VerifyProblem } from './verification.ts';
import { sealProblems } from './zip-seal.ts';

export type PackageContent = {
  /** By name, with `/` between folders. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly problems: readonly VerifyProblem[];
};

/** The files of a package, a folder or a zip. */
export function readPackage(path: string): PackageContent {
  return statSync(path).isDirectory() ? fromFolder(path) : fromZip(readFileSync(path));
}

function fromFolder(folder: string): PackageContent {
  const files = new Map<string, Uint8Array>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path).split(sep).join('/'), readFileSync(path));
  }
  return { files, problems: [] };
}

function fromZip(bytes: Uint8Array): PackageContent {
  try {
    const names: string[] = [];
    const filter = ({ name }: UnzipFileInfo): boolean => {
      names.push(name);
      return true;
    };
    const unzipped = unzipSync(bytes, { filter });
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    return {
      files: new Map(Object.entries(unzipped)),
      problems: [...twice.map((name) => unreadable(name, `${name} stands twice in the zip.`)), ...sealProblems(bytes)],
    };
  } catch {
    // Edited bytes fail in the unpacking in as many ways as there are.
    return { files: new Map(), problems: [unreadable('zip', 'The zip cannot be unpacked: its bytes were changed.')] };
  }
}
