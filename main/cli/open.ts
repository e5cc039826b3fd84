import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { desktopPackage } from './desktop-binary.ts';
import { INSTALL_LIMITS, installDesktop } from './desktop-install.ts';
import { type DesktopWorld, openDesktopWindow } from './desktop-window.ts';
import { type Io, say } from './io.ts';
import { serveApplication } from './serve.ts';

export const registerOpen = (program: Command, cli: Cli): Command =>
  program
    .command('open')
    .description('open the desktop window; where there is none to be had, serve the same application on loopback')
    .argument('[dir]', 'the workspace')
    .action(async (dir: string | undefined, options: { json?: boolean }) => {
      const obstacle = await openDesktopWindow(realWorld(cli.io, dir ?? null));
      if (obstacle === null || cli.io.signal.aborted) return;
      await say(cli.io, `The desktop window cannot be opened (${obstacle}); serving the same application instead.`);
      await serveApplication(cli, dir ?? null, { port: 0, json: options.json === true });
    });

function realWorld({ env, stderr, signal, cwd }: Io, folder: string | null): DesktopWorld {
  const entry = join(import.meta.dirname, '..', '..', 'dist', 'main', 'app.js');
  return {
    shell: desktopPackage(env),
    hasDisplay: process.platform !== 'linux' || isSet(env.DISPLAY) || isSet(env.WAYLAND_DISPLAY),
    entry: existsSync(entry) ? entry : null,
    install: (installer) => {
      stderr.write('Downloading Electron’s binary, once (about 110 MB) …\n');
      return installDesktop(installer, { env, signal, limits: INSTALL_LIMITS });
    },
    run: (binary, main) =>
      new Promise((done) => {
        const args = [main, ...(folder === null ? [] : [resolve(cwd, folder)])];
        const child = spawn(binary, args, { stdio: 'inherit', signal, killSignal: 'SIGTERM' });
        child.once('error', (error) => done(error.message));
        child.once('exit', (code, ended) => done(code === 0 ? null : `Electron ended with ${ended ?? `code ${code}`}`));
      }),
  };
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';
