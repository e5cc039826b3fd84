import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * `npm test`: everything, one after another, with one summary at the end. A step that cannot be counted counts as one
 * check. Every step runs, also after a failure, so that one run tells all that is wrong.
 */
type Count = { readonly passed: number; readonly failed: number; readonly skipped: number };
type Step = {
  readonly name: string;
  readonly command: readonly string[];
  readonly count?: (output: string) => Count | null;
};

const reports = mkdtempSync(join(tmpdir(), 'tieout-test-'));
const vitest = (name: string, ...more: string[]): Step => ({
  name,
  command: [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(reports, `${name}.json`)}`,
    ...more,
  ],
  count: () => vitestCount(join(reports, `${name}.json`)),
});

const steps: readonly Step[] = [
  { name: 'types: shared', command: ['tsc', '--noEmit', '-p', 'shared/tsconfig.json'] },
  { name: 'types: main and preload', command: ['tsc', '--noEmit', '-p', 'main/tsconfig.json'] },
  { name: 'types: renderer', command: ['tsc', '--noEmit', '-p', 'renderer/tsconfig.json'] },
  { name: 'types: tests and benchmarks', command: ['tsc', '--noEmit', '-p', 'test/tsconfig.json'] },
  { name: 'format and lint', command: ['biome', 'ci', '.'] },
  {
    name: 'walls',
    command: ['depcruise', 'main', 'shared', 'renderer', 'preload', '--config', '.dependency-cruiser.cjs'],
  },
  { name: 'dead code', command: ['knip'] },
  vitest('unit, property and integration'),
  { name: 'vectors', command: ['node', 'test/vectors/run.ts'], count: lastLineCount },
  { name: 'build', command: ['npm', 'run', 'build', '--silent'] },
  vitest('browser', '--config', 'vitest.e2e.config.ts'),
];

let total: Count = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
for (const step of steps) {
  process.stdout.write(`\n── ${step.name}\n`);
  const { code, output } = await run(step.command);
  const counted = step.count?.(output) ?? null;
  const plain = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  const count = counted ?? plain;
  const failed = code !== 0 && count.failed === 0 ? 1 : count.failed;
  if (failed > 0) failures.push(step.name);
  total = {
    passed: total.passed + count.passed,
    failed: total.failed + failed,
    skipped: total.skipped + count.skipped,
  };
}
rmSync(reports, { recursive: true, force: true });

process.stdout.write(failures.length === 0 ? '\nEverything passed.\n' : `\nFailed: ${failures.join('; ')}\n`);
if (total.skipped > 0) process.stdout.write(`${total.skipped} skipped; each is named above with its reason.\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

function run(command: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const [program = '', ...rest] = command;
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });
    let output = '';
    const take = (chunk: Buffer, stream: NodeJS.WriteStream): void => {
      output = (output + chunk.toString('utf8')).slice(-20_000);
      stream.write(chunk);
    };
    child.stdout.on('data', (chunk: Buffer) => take(chunk, process.stdout));
    child.stderr.on('data', (chunk: Buffer) => take(chunk, process.stderr));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function vitestCount(file: string): Count | null {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
      numPendingTests: number;
    };
    return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests };
  } catch {
    return null;
  }
}

function lastLineCount(output: string): Count | null {
  const match = /(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(output);
  return match === null ? null : { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3]) };
}
