import { fork, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Sample } from './harness.ts';

/** What a program of `tasks/` measured itself; its process adds what it cost altogether. */
export type Outcome = {
  readonly ms: number;
  /** CPU of the timed part; absent: not of interest. */
  readonly cpuMs?: number;
  /** Peak memory up to the end of the timed part; absent: up to the end of the process. */
  readonly peakBytes?: number;
  readonly check: string;
  readonly figures?: Readonly<Record<string, number>>;
};

/** Runs `tasks/<name>.ts` in a process of its own, so that each side starts cold and its memory is its own. */
export function runTask(name: string, input: unknown, nodeOptions: readonly string[] = []): Promise<Sample> {
  const file = fileURLToPath(new URL(`./tasks/${name}.ts`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = fork(file, [JSON.stringify(input)], { execArgv: [...nodeOptions] });
    let sample: Sample | null = null;
    child.on('message', (message) => {
      sample = message as Sample;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (sample !== null && code === 0) resolve(sample);
      else reject(new Error(`The task ${name} ended with code ${code}.`));
    });
  });
}

/** The whole of a task program: run, measure, tell. */
export async function performTask<Input>(run: (input: Input) => Outcome | Promise<Outcome>): Promise<void> {
  const input = JSON.parse(process.argv[2] ?? 'null') as Input;
  const outcome = await run(input);
  const sample: Sample = {
    ms: outcome.ms,
    cpuMs: outcome.cpuMs ?? 0,
    peakBytes: outcome.peakBytes ?? peakBytes(),
    check: outcome.check,
    figures: outcome.figures ?? {},
  };
  await new Promise<void>((resolve, reject) => {
    process.send?.(sample, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
  process.disconnect();
}

/**
 * Peak resident memory of this process. Linux carries `maxRSS` over from the process that started this one, so its own
 * high-water mark is read where the system tells it.
 */
export function peakBytes(): number {
  return highWaterMark('self') ?? process.resourceUsage().maxRSS * 1024;
}

/** Peak resident memory of another process; NaN where the system does not tell it (only Linux does). */
export const peakBytesOf = (pid: number): number => highWaterMark(String(pid)) ?? Number.NaN;

function highWaterMark(process: string): number | null {
  try {
    const mark = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process}/status`, 'utf8'));
    return mark === null ? null : Number(mark[1]) * 1024;
  } catch {
    return null;
  }
}

/** Wall time of a stretch of work. */
export async function timed<T>(run: () => T | Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const start = performance.now();
  const result = await run();
  return { ms: performance.now() - start, result };
}

/** Why there is no `sqlite3` shell here, or null. */
export function sqliteShellObstacle(): string | null {
  const { error } = spawnSync('sqlite3', ['-version'], { stdio: 'ignore' });
  return error === undefined ? null : 'the sqlite3 shell is not installed (a system package)';
}

/** Runs the `sqlite3` shell with a script on its input. @returns what it printed, where `keep` asks for it, and the time */
export function sqliteShell(
  file: string,
  script: string,
  output: 'keep' | 'discard' = 'keep',
): Promise<{ readonly ms: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn('sqlite3', ['-batch', '-bail', file], {
      stdio: ['pipe', output === 'keep' ? 'pipe' : 'ignore', 'inherit'],
    });
    const pieces: Buffer[] = [];
    child.stdout?.on('data', (piece: Buffer) => pieces.push(piece));
    child.once('error', reject);
    child.once('close', (code) => {
      const ms = performance.now() - start;
      if (code === 0) resolve({ ms, text: Buffer.concat(pieces).toString('utf8') });
      else reject(new Error(`The sqlite3 shell ended with code ${code}.`));
    });
    child.stdin?.end(script);
  });
}
