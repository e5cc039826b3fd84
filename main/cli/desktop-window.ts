import type { DesktopPackage } from './desktop-binary.ts';

/** What opening the desktop window asks of the world; the tests hand in their own. */
export type DesktopWorld = {
  readonly shell: DesktopPackage;
  readonly hasDisplay: boolean;
  /** The built main process; null where it was not built. */
  readonly entry: string | null;
  /** Downloads the binary. @returns null when it ended well, else why not */
  readonly install: (installer: string) => Promise<string | null>;
  /** Runs the window until it is closed. @returns null when it ended well, else why not */
  readonly run: (binary: string, entry: string) => Promise<string | null>;
};

/**
 * Opens the desktop window. What cannot change (no display, no build) is looked at before anything is downloaded.
 * @returns null when the window was opened and closed again, else why it could not be, as part of a sentence
 */
export async function openDesktopWindow(world: DesktopWorld): Promise<string | null> {
  const { shell, entry } = world;
  if (!world.hasDisplay) return 'there is no display';
  if (entry === null) return 'the desktop application has not been built; run "npm run build"';
  if (shell.binary() === null) {
    if (shell.installer === null) return 'Electron is not installed';
    const obstacle = await world.install(shell.installer);
    if (obstacle !== null) return `Electron’s binary cannot be downloaded: ${obstacle}`;
  }
  const binary = shell.binary();
  return binary === null ? 'Electron’s binary was not found after its download' : world.run(binary, entry);
}
