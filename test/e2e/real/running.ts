import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const EXECUTABLE = fileURLToPath(new URL('../../../main/tieout.mjs', import.meta.url));

/** A folder that goes away with the suite that asked for it. */
export type Scratch = { readonly folder: string; remove(): void };

export function scratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'tieout-e2e-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs one command of the real executable to its end. */
export async function tieout(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const running = start(args, env);
  const { code } = await running.ended;
  return { code: code ?? -1, stdout: running.stdout(), stderr: running.stderr() };
}

/** The real executable, still running. */
export type Running = {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with what the process ended with. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
};

export function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [EXECUTABLE, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal }))),
  };
}

export type Served = Running & { readonly url: string; readonly pid: number; stop(): Promise<void> };

/** `tieout serve`, as a person starts it: its address is the first line that it prints. */
export async function serve(
  folder: string | null,
  options: { readonly state: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Served> {
  const args = ['serve', ...(folder === null ? [] : [folder]), '--json'];
  const running = start(args, { ...options.env, TIEOUT_STATE: options.state });
  await Promise.race([
    new Promise<void>((resolve) => {
      running.child.stdout?.on('data', () => {
        if (running.stdout().includes('\n')) resolve();
      });
    }),
    running.ended,
  ]);
  const [first = ''] = running.stdout().split('\n');
  if (first === '') throw new Error(`tieout serve printed no address: ${running.stderr()}`);
  const { url } = JSON.parse(first) as { readonly url: string };
  return {
    ...running,
    url,
    pid: running.child.pid ?? 0,
    stop: async () => {
      running.child.kill('SIGTERM');
      await running.ended;
    },
  };
}

/** A copy of the sample workspace, which the first suite that asks for one makes; another one waits for it. */
export async function sampleWorkspace(into: string): Promise<string> {
  const made = join(inject('sampleFolder'), 'sample');
  await inTurn(join(inject('sampleFolder'), 'turn'), async () => {
    if (existsSync(join(made, 'exports', '2026-05.csv'))) return;
    rmSync(made, { recursive: true, force: true });
    const { code, stderr } = await tieout(['demo', made, '--json']);
    if (code !== 0) throw new Error(`tieout demo ended with code ${code}: ${stderr}`);
  });
  const folder = join(into, 'sample');
  cpSync(made, folder, { recursive: true });
  return folder;
}

/** Does one thing at a time over all suites: whoever can make the folder has the turn. */
async function inTurn(turn: string, act: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      mkdirSync(turn);
      break;
    } catch {
      await delay(100);
    }
  }
  try {
    await act();
  } finally {
    rmdirSync(turn);
  }
}

/** Processes whose parent is this one, by id; null where the system does not tell (only Linux does it this way). */
export function childrenOf(pid: number): readonly number[] | null {
  if (process.platform !== 'linux') return null;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
}

function parentOf(pid: string): number | null {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return null;
  }
}

/** Whether a process exists; one that has ended and was not yet asked for its code does not count. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
