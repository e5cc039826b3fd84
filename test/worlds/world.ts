import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type EmbeddedClickHouse,
  type EmbeddedOptions,
  startEmbeddedClickHouse,
} from '../../main/sandbox/clickhouse/embedded.ts';
import { programInFewFiles } from './program.ts';
import { type Manners, type StripeData, type StripeDouble, startStripeDouble } from './stripe-double.ts';

export const STRIPE_KEY = 'rk_test_worldsecret';

/** The engine of a test file; every world gets a database of its own in it. */
export type Engine = {
  readonly handle: EmbeddedClickHouse;
  run(sql: string): Promise<void>;
  stop(): Promise<void>;
};

export async function startEngine(options: Partial<EmbeddedOptions> = {}): Promise<Engine> {
  const handle = await startEmbeddedClickHouse({ dataFolder: null, timezone: 'Asia/Kolkata', ...options });
  return {
    handle,
    run: async (sql) => {
      const response = await fetch(`${handle.url}/?session_timezone=UTC`, {
        method: 'POST',
        headers: { 'X-ClickHouse-User': handle.username, 'X-ClickHouse-Key': handle.password },
        body: sql,
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${sql}\n${text}`);
    },
    stop: () => handle.stop(),
  };
}

/** What a command line left behind. */
export type Ran = {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The one document on stdout. */
  readonly json: Document;
};

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Document = { [key: string]: Json };

export type World = {
  readonly folder: string;
  readonly stripe: StripeDouble;
  readonly database: string;
  readonly env: Record<string, string>;
  yaml(text: string): void;
  /** Runs `tieout ARGS`, with the folder in the place of DIR. */
  tieout(...args: readonly string[]): Promise<Ran>;
  /** Starts it, for those who send signals. */
  start(...args: readonly string[]): Running;
  end(): Promise<void>;
};

export type Running = { readonly pid: number; readonly done: Promise<Ran>; kill(signal: NodeJS.Signals): void };

export type WorldPlan = {
  /** Statements that make the tables; a name after ` @` is one of the world's own database. */
  readonly sql: readonly string[];
  readonly stripe: StripeData;
  readonly manners?: Manners;
  /** What follows the `clickhouse` and `stripe` sections of tieout.yaml. */
  readonly yaml: string;
  /** More lines of the `stripe` section. */
  readonly stripeYaml?: string;
  readonly env?: Record<string, string>;
};

let databases = 0;

export async function makeWorld(engine: Engine, plan: WorldPlan): Promise<World> {
  const program = await programInFewFiles();
  databases += 1;
  const database = `world_${databases}`;
  await engine.run(`CREATE DATABASE ${database}`);
  for (const statement of plan.sql) await engine.run(statement.replaceAll(' @', ` ${database}.`));
  const stripe = await startStripeDouble(plan.stripe, { apiKey: STRIPE_KEY, ...plan.manners });
  const folder = mkdtempSync(path.join(tmpdir(), 'tieout-world-'));
  const env: Record<string, string> = {
    CH_PASSWORD: engine.handle.password,
    STRIPE_KEY,
    CH_URL: engine.handle.url,
    ...plan.env,
  };
  const yaml = (text: string): void => writeFileSync(path.join(folder, 'tieout.yaml'), text);
  yaml(
    [
      'version: 1',
      'name: World',
      `clickhouse: { url: "${engine.handle.url}", database: ${database}, username: ${engine.handle.username}, password: "\${CH_PASSWORD}" }`,
      'stripe:',
      `  apiKey: "\${STRIPE_KEY}"`,
      `  apiBase: ${stripe.url}${plan.manners?.prefix ?? ''}`,
      '  requestsPerSecond: 2000',
      ...(plan.stripeYaml === undefined ? [] : [`  ${plan.stripeYaml}`]),
      plan.yaml,
      '',
    ].join('\n'),
  );
  const start = (...args: readonly string[]): Running => {
    const child = spawn(process.execPath, [program, ...args.map((arg) => (arg === 'DIR' ? folder : arg))], {
      env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const done = new Promise<Ran>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exit) => resolve({ exit, stdout, stderr, json: parsed(stdout, stderr) }));
    });
    return { pid: child.pid ?? 0, done, kill: (signal) => void child.kill(signal) };
  };
  return {
    folder,
    stripe,
    database,
    env,
    yaml,
    start,
    tieout: (...args) => start(...args).done,
    end: async () => {
      await stripe.stop();
      await engine.run(`DROP DATABASE ${database}`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function parsed(stdout: string, stderr: string): Document {
  try {
    return JSON.parse(stdout) as Document;
  } catch {
    return { notJson: stdout, stderr };
  }
}

/** Pulls and ties out one month as seen at an instant; both answers. */
export async function tieOut(
  world: World,
  month: string,
  options: { readonly now: string; readonly pull?: readonly string[]; readonly reconcile?: readonly string[] },
): Promise<{ readonly pull: Ran; readonly reconcile: Ran }> {
  const common = ['--month', month, '--json', '--now', options.now];
  const pull = await world.tieout('pull', 'DIR', ...common, ...(options.pull ?? []));
  const reconcile = await world.tieout('reconcile', 'DIR', ...common, ...(options.reconcile ?? []));
  for (const { json } of [pull, reconcile]) {
    if ('notJson' in json) throw new Error(`no JSON on stdout: ${JSON.stringify(json)}`);
  }
  return { pull, reconcile };
}
