import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { say } from './io.ts';
import { serveApplication } from './serve.ts';

export const registerOpen = (program: Command, cli: Cli): Command =>
  program
    .command('open')
    .description('open the desktop window; where there is none to be had, serve the same application on loopback')
    .argument('[dir]', 'the workspace')
    .action(async (dir: string | undefined, options: { json?: boolean }) => {
      const obstacle = await openDesktopWindow(dir ?? null, cli.io.env);
      if (obstacle === null) return;
      await say(cli.io, `The desktop window cannot be opened (${obstacle}); serving the same application instead.`);
      await serveApplication(cli, dir ?? null, { port: 0, json: options.json === true });
    });

/** @returns null when the window was opened and closed again, else why it could not be */
async function openDesktopWindow(
  folder: string | null,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | null> {
  const binary = electronBinary(env);
  if (binary === null) return "Electron's binary is not installed";
  const hasDisplay = process.platform !== 'linux' || env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined;
  if (!hasDisplay) return 'there is no display';
  const entry = join(import.meta.dirname, '..', '..', 'dist', 'main', 'app.js');
  if (!existsSync(entry)) return 'the desktop application has not been built; run "npm run build"';
  return new Promise((done) => {
    const child = spawn(binary, [entry, ...(folder === null ? [] : [resolve(folder)])], { stdio: 'inherit' });
    child.once('error', (error) => done(error.message));
    child.once('exit', (code) => done(code === 0 ? null : `Electron ended with code ${code}`));
  });
}

/** The binary that the npm package downloaded, or the one that ELECTRON_OVERRIDE_DIST_PATH names. */
function electronBinary(env: Readonly<Record<string, string | undefined>>): string | null {
  const names = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' } as Partial<
    Record<string, string>
  >;
  const name = names[process.platform] ?? 'electron';
  const folders = [env.ELECTRON_OVERRIDE_DIST_PATH];
  try {
    folders.push(join(dirname(createRequire(import.meta.url).resolve('electron/package.json')), 'dist'));
  } catch {
    // Not installed: the answer below says so.
  }
  const found = folders.filter((folder) => folder !== undefined).map((folder) => join(folder, name));
  return found.find((path) => existsSync(path)) ?? null;
}
