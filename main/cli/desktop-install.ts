import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type InstallLimits = {
  /** A network that gives nothing for this long is sealed. */
  readonly firstByteMs: number;
  readonly wholeMs: number;
};

export const INSTALL_LIMITS: InstallLimits = { firstByteMs: 20_000, wholeMs: 600_000 };
const LOOK_EVERY_MS = 250;

/**
 * Runs the program of the npm package that downloads its binary, quietly. It downloads into its temporary folder, which
 * is one of ours here, so that a network that swallows everything is told from a slow one.
 * @returns null when it ended well, else why not
 */
export function installDesktop(
  installer: string,
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly signal: AbortSignal;
    readonly limits: InstallLimits;
  },
): Promise<string | null> {
  const { signal, limits } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tieout-download-'));
  return new Promise<string | null>((resolve) => {
    const child = spawn(process.execPath, [installer], {
      env: { ...options.env, TMPDIR: folder, TEMP: folder, TMP: folder, ELECTRON_GET_NO_PROGRESS: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
    });
    let noise = '';
    let complaint: string | null = null;
    const hear = (chunk: Buffer): void => {
      noise = (noise + chunk.toString('utf8')).slice(-4000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const started = performance.now();
    const timer = setInterval(() => {
      const elapsed = performance.now() - started;
      if (elapsed > limits.wholeMs) complaint = 'it takes too long';
      else if (elapsed > limits.firstByteMs && bytesIn(folder) === 0) complaint = 'the network does not answer';
      if (complaint !== null) child.kill('SIGKILL');
    }, LOOK_EVERY_MS);
    const end = (why: string | null): void => {
      clearInterval(timer);
      resolve(why);
    };
    child.once('error', (error) => end(error.message));
    child.once('close', (code) => end(code === 0 ? null : (complaint ?? installerComplaint(noise))));
  }).finally(() => rmSync(folder, { recursive: true, force: true }));
}

/** The reason of an installer that failed, out of all that it wrote: its first `Error: …` line, else its last line. */
export function installerComplaint(noise: string): string {
  const lines = noise
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at '));
  const named = lines.find((line) => /^\w*Error: /.test(line));
  return (named ?? lines.at(-1) ?? 'no reason given').replace(/^\w*Error: /, '').slice(0, 200);
}

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((total, name) => {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    return total + (found?.isFile() === true ? found.size : 0);
  }, 0);
