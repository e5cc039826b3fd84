import { type Command, InvalidArgumentError } from 'commander';
import { createApplication } from '../application.ts';
import type { Cli } from '../cli.ts';
import { startHttpHost } from '../hosts/http.ts';
import { rendererFolder, stateFolder } from '../places.ts';
import { say, write } from './io.ts';

export const registerServe = (program: Command, cli: Cli): Command =>
  program
    .command('serve')
    .description('serve the application on loopback, behind a one-time token')
    .argument('[dir]', 'the workspace; without one the application opens on Home')
    .option('--port <number>', 'a fixed port instead of a free one', parsePort, 0)
    .action(async (dir: string | undefined, options: { port: number; json?: boolean }) => {
      await serveApplication(cli, dir ?? null, options);
    });

/** Serves until Ctrl-C. The first line on stdout is the address, with --json as `{ "url": … }`. */
export async function serveApplication(
  { io }: Cli,
  folder: string | null,
  options: { readonly port: number; readonly json?: boolean },
): Promise<void> {
  const application = await createApplication({
    folder,
    env: io.env,
    now: io.now,
    stateFolder: stateFolder(io.env),
    chooseFolder: async () => null,
  });
  try {
    const host = await startHttpHost({
      api: application.api,
      rendererFolder: rendererFolder(),
      exportsFolder: application.exportsFolder,
      port: options.port,
    });
    await write(io.stdout, options.json === true ? `${JSON.stringify({ url: host.url })}\n` : `${host.url}\n`);
    await say(io, 'Open the address above in a browser; it works once. Ctrl-C ends Tieout.');
    await untilAborted(io.signal);
    await host.stop();
  } finally {
    await application.close();
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}
