#!/usr/bin/env node
// The executable. Plain JavaScript, because it must be able to say what is wrong on a Node that cannot run the rest:
// the SQLite binding ends in a segmentation fault below Node 22, not in an error.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const REQUIRED_MAJOR = 24;
const major = Number(process.versions.node.split('.')[0]);

if (major >= REQUIRED_MAJOR) {
  // Not a named import: old versions lack it, and must get as far as the message below.
  nodeModule.enableCompileCache?.();
  const { run } = await import('./cli.ts');
  process.exitCode = await run(process.argv.slice(2));
} else {
  runWithPinnedNode();
}

function runWithPinnedNode() {
  const pinned = pinnedNode();
  if (pinned === null) {
    process.stderr.write(
      `Tieout needs Node ${REQUIRED_MAJOR} or newer; this is ${process.version}. ` +
        'Run "npm ci" in its folder, which brings the right one, or install Node 24.\n',
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(pinned, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 2;
    else process.kill(process.pid, signal);
  });
}

/** The binary of the npm package `node`, which npm ci brings along; null where it is absent. */
function pinnedNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'));
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}
