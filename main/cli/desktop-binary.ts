import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The npm package of the desktop shell, and the folder in which its binary is looked for first. */
export type DesktopPackage = {
  /** The package's own program that downloads its binary; null where the package is not installed. */
  readonly installer: string | null;
  readonly binary: () => string | null;
};

const NAMES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

/** Where Electron's binary is: in the folder that ELECTRON_OVERRIDE_DIST_PATH names, else in its package. */
export function desktopPackage(env: Readonly<Record<string, string | undefined>>): DesktopPackage {
  const name = NAMES[process.platform] ?? 'electron';
  const home = packageFolder();
  const named = env.ELECTRON_OVERRIDE_DIST_PATH ?? '';
  const folders = [...(named === '' ? [] : [named]), ...(home === null ? [] : [join(home, 'dist')])];
  const files = folders.map((folder) => join(folder, name));
  return {
    installer: home === null ? null : join(home, 'install.js'),
    binary: () => files.find((file) => existsSync(file)) ?? null,
  };
}

function packageFolder(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return null;
  }
}
