import { createHash } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUILDS = path.join(ROOT, 'node_modules', '.cache', 'tieout-program');
const DAY_MS = 86_400_000;

/** Read from beside themselves, or native. */
const APART = ['better-sqlite3', 'chdb', 'electron', 'pdfkit'];

/**
 * The executable in few files: the same modules from the same sources, of which a process reads twenty instead of eight
 * hundred. The tests of worlds start hundreds of them. Made once for a state of the sources; the tests of commands and
 * those in the browser start `main/tieout.mjs` itself.
 * @returns the file to run
 */
export function programInFewFiles(): Promise<string> {
  built ??= buildOnce();
  return built;
}

let built: Promise<string> | null = null;

async function buildOnce(): Promise<string> {
  const folder = path.join(BUILDS, digest());
  const program = path.join(folder, 'tieout.mjs');
  if (existsSync(program)) return program;
  const own = `${folder}-${process.pid}`;
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [besideTheSources],
    ssr: { noExternal: true, external: APART },
    build: {
      ssr: true,
      target: 'node24',
      outDir: own,
      minify: false,
      rolldownOptions: {
        input: path.join(ROOT, 'main', 'tieout.mjs'),
        output: { format: 'es', entryFileNames: 'tieout.mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  try {
    renameSync(own, folder);
  } catch (error) {
    // Another test file was first: one is as good as the other.
    rmSync(own, { recursive: true });
    if (!existsSync(program)) throw error;
  }
  removeOld();
  return program;
}

/** A module finds the SQL beside it, and the servers and workers that it starts, where its source is. */
const besideTheSources: Plugin = {
  name: 'beside-the-sources',
  transform(code, id) {
    if (!id.startsWith(path.join(ROOT, 'main')) || !code.includes('import.meta.')) return null;
    return code
      .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
      .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(id)));
  },
};

function digest(): string {
  const hash = createHash('sha256').update(ROOT);
  const files = ['main', 'shared'].flatMap((room) =>
    readdirSync(path.join(ROOT, room), { recursive: true, encoding: 'utf8' }).map((name) => path.join(room, name)),
  );
  for (const file of [...files.sort(), 'package-lock.json', path.join('test', 'worlds', 'program.ts')]) {
    const { mtimeMs, size } = statSync(path.join(ROOT, file));
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

function removeOld(): void {
  for (const name of readdirSync(BUILDS)) {
    const folder = path.join(BUILDS, name);
    if (Date.now() - statSync(folder).mtimeMs > DAY_MS) rmSync(folder, { recursive: true, force: true });
  }
}
