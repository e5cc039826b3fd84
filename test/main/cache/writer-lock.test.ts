import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireWriter } from '../../../main/cache/writer-lock.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { scratchFolder } from './scratch.ts';

const startedAt = parseInstant('2026-06-01T02:00:00Z');

test('a second writer is refused and told who writes; after the first it may', () => {
  const databaseFile = join(scratchFolder(), 'tieout.db');
  const first = acquireWriter({ databaseFile }, { pid: 4711, startedAt, command: 'pull' });
  expect(() => acquireWriter({ databaseFile }, { pid: 4712, startedAt, command: 'close' })).toThrow(
    expect.objectContaining({
      code: 'workspace.busy',
      message: `${databaseFile} is being written by process 4711 since 2026-06-01T02:00:00Z (pull).`,
    }),
  );
  first.release();
  first.release();
  acquireWriter({ databaseFile }, { pid: 4712, startedAt, command: 'close' }).release();
});

test('the lock of a killed process is gone with it', async () => {
  const databaseFile = join(scratchFolder(), 'tieout.db');
  const holder = await holdInChild(databaseFile);
  expect(() => acquireWriter({ databaseFile }, { pid: 1, startedAt, command: 'pull' })).toThrow(
    new RegExp(`process ${holder.pid} since .* \\(pull\\)`),
  );
  const exited = once(holder, 'exit');
  holder.kill('SIGKILL');
  await exited;
  acquireWriter({ databaseFile }, { pid: 1, startedAt, command: 'pull' }).release();
});

async function holdInChild(databaseFile: string): Promise<ChildProcess> {
  const module = new URL('../../../main/cache/writer-lock.ts', import.meta.url).href;
  const script = `
    import { acquireWriter } from ${JSON.stringify(module)};
    acquireWriter({ databaseFile: process.argv[1] }, { pid: process.pid, startedAt: 0, command: 'pull' });
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, databaseFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  return child;
}
