import { existsSync, globSync, readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createViewThread } from '../../../main/view-thread.ts';
import { parseInstant } from '../../../shared/values/instant.ts';
import { type Scratch, sampleWorkspace, scratch } from './running.ts';

// What `npm run build` leaves in dist/, as far as plain Node can tell whether the desktop would run on it.

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const dist = (...path: string[]): string => join(ROOT, 'dist', ...path);
const NOW = parseInstant('2026-06-01T05:00:00Z');

let files: Scratch;
beforeAll(() => {
  files = scratch();
  expect(existsSync(dist('main', 'app.js')), 'run "npm run build" first').toBe(true);
});
afterAll(() => files.remove());

/** What a module of the build imports, statically or on demand. */
const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^\s*(?:import|export)\s[^'"]*?['"]([^'"]+)['"];?$|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  );

test('every module that the built main process imports is there, or comes with Node or a dependency', () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const modules = globSync('dist/{main,shared}/**/*.js', { cwd: ROOT });
  expect(modules.length).toBeGreaterThan(100);
  const missing: string[] = [];
  for (const module of modules) {
    for (const name of importsOf(readFileSync(join(ROOT, module), 'utf8'))) {
      if (name.startsWith('.')) {
        if (!existsSync(join(ROOT, dirname(module), name))) missing.push(`${module}: ${name}`);
        continue;
      }
      const own = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? '');
      const isKnown =
        name.startsWith('node:') ||
        builtinModules.includes(name) ||
        own === 'electron' ||
        own === 'chdb' ||
        own in dependencies;
      if (!isKnown) missing.push(`${module}: ${name}`);
    }
  }
  expect(missing).toEqual([]);
});

test('a package takes every folder along that the build consists of', () => {
  const { files: taken } = parse(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')) as {
    readonly files: readonly string[];
  };
  const built = new Set(globSync('dist/*/**/*.{js,cjs,html,sql}', { cwd: ROOT }).map((file) => file.split(sep)[1]));
  built.delete('packages');
  expect([...built].filter((folder) => !taken.includes(`dist/${folder}/**`))).toEqual([]);
});

test('whatever a built module looks for beside itself is there', () => {
  const missing: string[] = [];
  for (const module of globSync('dist/main/**/*.js', { cwd: ROOT })) {
    const text = readFileSync(join(ROOT, module), 'utf8');
    for (const [, path = ''] of text.matchAll(/new URL\(["'`]([^"'`$]+)["'`], import\.meta\.url\)/g)) {
      if (!existsSync(join(ROOT, dirname(module), path))) missing.push(`${module}: ${path}`);
    }
    for (const [, name = ''] of text.matchAll(/new URL\(`\.\/([\w-]+)\$\{[^}]+\}`, import\.meta\.url\)/g)) {
      if (!existsSync(join(ROOT, dirname(module), `${name}.js`))) missing.push(`${module}: ${name}.js`);
    }
  }
  expect(missing).toEqual([]);
});

test('the SQL stands beside the modules that read it', () => {
  const sources = globSync('main/**/*.sql', { cwd: ROOT });
  expect(sources.length).toBeGreaterThan(5);
  for (const source of sources) {
    expect(readFileSync(dist(source), 'utf8'), source).toBe(readFileSync(join(ROOT, source), 'utf8'));
  }
});

describe('the preload', () => {
  test('is one CommonJS file that requires electron alone', () => {
    expect(globSync('dist/preload/**/*', { cwd: ROOT })).toEqual([join('dist', 'preload', 'index.cjs')]);
    const text = readFileSync(dist('preload', 'index.cjs'), 'utf8');
    expect([...text.matchAll(/\brequire\(["']([^"']+)["']\)/g)].map(([, name]) => name)).toEqual(['electron']);
    expect(text).not.toMatch(/^\s*(?:import|export)\s/m);
  });

  test('shows the page the bridge and nothing else', () => {
    const shown: Record<string, unknown> = {};
    const electron = {
      contextBridge: { exposeInMainWorld: (name: string, value: unknown) => Object.assign(shown, { [name]: value }) },
      ipcRenderer: { invoke: async () => ({ ok: true, data: null }), on: () => {}, send: () => {} },
    };
    const load = new Function('require', 'module', 'exports', readFileSync(dist('preload', 'index.cjs'), 'utf8'));
    load(
      (name: string) => (name === 'electron' ? electron : createRequire(import.meta.url)(name)),
      { exports: {} },
      {},
    );
    expect(Object.keys(shown)).toEqual(['tieout']);
  });
});

test('the screens are those of a window without an origin: relative addresses, no inline script', () => {
  const html = readFileSync(dist('renderer', 'index.html'), 'utf8');
  expect(
    [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address).filter((a) => !a?.startsWith('./')),
  ).toEqual([]);
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
});

test('the built views answer as the sources do', async () => {
  const folder = await sampleWorkspace(files.folder);
  const answers = [];
  for (const url of [
    new URL('../../../main/view-worker.ts', import.meta.url),
    new URL(`file://${dist('main', 'view-worker.js')}`),
  ]) {
    const views = createViewThread({ url, folder, now: () => NOW });
    answers.push({
      matrix: await views.call('matrix', undefined),
      info: await views.call('workspaceInfo', undefined),
      summary: await views.call('summary', '2026-05'),
    });
    await views.close();
  }
  expect(answers[0]?.matrix.months.map(({ month }) => month)).toContain('2026-05');
  expect(answers[1]).toEqual(answers[0]);
});

test('the built worker finds its engine: a pull on the sample ends well', async () => {
  const { createJobRunner } = (await import(
    dist('main', 'jobs', 'runner.js')
  )) as typeof import('../../../main/jobs/runner.ts');
  const runner = createJobRunner({ workerUrl: new URL(`file://${dist('main', 'worker.js')}`), now: () => NOW });
  const folder = join(files.folder, 'sample');
  const { id } = runner.start(
    {
      kind: 'pull',
      folder,
      month: '2026-05',
      meters: ['active_keys'],
      customers: null,
      skipIdle: false,
      hourly: 'drifting',
      now: null,
    },
    'Pull',
  );
  await expect.poll(() => runner.list().find((job) => job.id === id)?.finishedAt, { timeout: 60_000 }).not.toBeNull();
  const job = runner.list().find((candidate) => candidate.id === id);
  expect(job?.error).toBeNull();
  expect(job?.state).toBe('done');
  await runner.stop();
});
