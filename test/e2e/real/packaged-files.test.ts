import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

// What `npm run package` would put into the application, by electron-builder's own matching of files on the real build
// and the real dependencies. Nothing is packed and nothing downloaded.

const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/[\\/]$/, '');
const load = createRequire(import.meta.url);

type Filter = (file: string, stat: ReturnType<typeof statSync>) => boolean;
type Matcher = { createFilter(): Filter };
type FileMatching = {
  getMainFileMatchers(...given: unknown[]): readonly Matcher[];
  getNodeModuleFileMatcher(...given: unknown[]): Matcher;
  FileMatcher: new (from: string, to: string, expand: (text: string) => string, patterns: readonly string[]) => Matcher;
};
const matching = load(join(ROOT, 'node_modules/app-builder-lib/out/fileMatcher.js')) as FileMatching;

type Settings = {
  readonly files: readonly string[];
  readonly asar: boolean;
  readonly asarUnpack: readonly string[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly directories: { readonly output: string };
  readonly publish: unknown;
  readonly fileAssociations: readonly { readonly ext: string }[];
  readonly nsis: { readonly perMachine: boolean };
};
const settings = parse(readFileSync(join(ROOT, 'electron-builder.yml'), 'utf8')) as Settings;
const asIs = (text: string): string => text;

function* filesIn(folder: string, passes: Filter): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() || !passes(path, statSync(path))) continue;
    if (entry.isDirectory()) yield* filesIn(path, passes);
    else yield relative(ROOT, path).split(sep).join('/');
  }
}

let files: readonly string[];
let isUnpacked: (file: string) => boolean;

beforeAll(() => {
  const debugLogger = { isEnabled: false };
  const info = {
    projectDir: ROOT,
    buildResourcesDir: 'build',
    config: settings,
    debugLogger,
    isPrepackedAppAsar: false,
  };
  const output = join(ROOT, settings.directories.output);
  const [main] = matching.getMainFileMatchers(ROOT, '/app', asIs, {}, { info }, output, false);
  if (main === undefined) throw new Error('electron-builder matches nothing');
  const own = [...filesIn(ROOT, withoutHeavy(main.createFilter()))];
  const modules = matching.getNodeModuleFileMatcher(ROOT, '/app', asIs, {}, info).createFilter();
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<
      Record<string, { readonly dev?: boolean; readonly devOptional?: boolean; readonly optional?: boolean }>
    >;
  };
  // A dependency in the folder of another one is met on the way through that one.
  const shipped = Object.entries(packages).filter(
    ([path, of]) =>
      path !== '' && of.dev !== true && of.devOptional !== true && path.lastIndexOf('node_modules/') === 0,
  );
  const taken = shipped.flatMap(([path]) => {
    const folder = join(ROOT, path);
    return statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : [...filesIn(folder, modules)];
  });
  files = [...own, ...taken];
  const unpack = new matching.FileMatcher(ROOT, '/app', asIs, settings.asarUnpack).createFilter();
  isUnpacked = (file) => unpack(join(ROOT, file), statSync(join(ROOT, file)));
}, 60_000);

/** Folders that no pattern lets in are not walked through. */
const withoutHeavy =
  (passes: Filter): Filter =>
  (file, stat) =>
    !/[\\/](node_modules|\.git)$/.test(file) && passes(file, stat);

/** The module that `import` of a dependency finds; null where it has none of its own. */
function entryOf(name: string): string | null {
  try {
    return relative(ROOT, fileURLToPath(import.meta.resolve(name)))
      .split(sep)
      .join('/');
  } catch {
    return null;
  }
}

describe('the packaged application', () => {
  test('holds what the build consists of, and the modules beside it', () => {
    for (const file of [
      'package.json',
      'dist/main/app.js',
      'dist/main/worker.js',
      'dist/main/view-worker.js',
      'dist/preload/index.cjs',
      'dist/renderer/index.html',
      'node_modules/better-sqlite3/lib/index.js',
      'node_modules/stripe/package.json',
    ]) {
      expect(files, file).toContain(file);
    }
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: object };
    for (const name of Object.keys(dependencies)) {
      expect(files, name).toContain(`node_modules/${name}/package.json`);
      // Of the fonts only files are read, in the weights that reports are set in.
      const entry = name.startsWith('@expo-google-fonts/') ? null : entryOf(name);
      if (entry !== null) expect(files, name).toContain(entry);
    }
    expect(files.filter((file) => file.endsWith('.ttf')).length).toBeGreaterThanOrEqual(2);
    expect(files.some((file) => /^dist\/main\/cache\/migrations\/.*\.sql$/.test(file))).toBe(true);
  });

  test('holds no source, no test, no map and no notes of ours', () => {
    const wrong = files.filter(
      (file) =>
        /\.(ts|tsx|mts|cts|map|c|cc|cpp|h|gyp)$/.test(file) ||
        /(^|\/)(test|tests|__tests__|bench|docs|\.github|\.git)\//.test(file) ||
        /^(main|renderer|shared|preload|test|bench|docs)\//.test(file) ||
        /(^|\/)(\.env|\.npmrc|tieout\.ya?ml|tieout\.db)/.test(file),
    );
    expect(wrong).toEqual([]);
  });

  test('holds neither the embedded engine nor what only development needs', () => {
    const names = [
      'chdb',
      '@chdb',
      'electron',
      'electron-builder',
      'vite',
      'vitest',
      'typescript',
      'react',
      '@playwright',
    ];
    expect(files.filter((file) => names.some((name) => file.startsWith(`node_modules/${name}/`)))).toEqual([]);
    expect(files.some((file) => file.startsWith('dist/packages/'))).toBe(false);
  });

  test('has its native parts outside the archive, and nothing else', () => {
    expect(settings.asar).toBe(true);
    const native = files.filter((file) => file.endsWith('.node'));
    expect(native).toContain('node_modules/better-sqlite3/prebuilds/linux-x64.node');
    expect(files.filter(isUnpacked)).toEqual(native);
  });
});

test('the fuses are those of an application that runs nothing but its own archive', () => {
  expect(settings.electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  });
  expect([settings.publish, settings.fileAssociations[0]?.ext, settings.nsis.perMachine]).toEqual([
    null,
    'tieout',
    true,
  ]);
});

test('electron-builder knows every setting of the file', async () => {
  const schema = JSON.parse(readFileSync(join(ROOT, 'node_modules/app-builder-lib/scheme.json'), 'utf8')) as {
    readonly properties: object;
    readonly definitions: Readonly<Record<string, { readonly properties: object } | undefined>>;
  };
  expect(Object.keys(settings).filter((key) => !(key in schema.properties))).toEqual([]);
  const parts = {
    linux: 'LinuxConfiguration',
    mac: 'MacConfiguration',
    win: 'WindowsConfiguration',
    nsis: 'NsisOptions',
    deb: 'DebOptions',
    electronFuses: 'FuseOptionsV1',
  };
  for (const [part, name] of Object.entries(parts)) {
    const known = schema.definitions[name]?.properties ?? {};
    const given = Object.keys((settings as unknown as Record<string, object>)[part] ?? {});
    expect(
      given.filter((key) => !(key in known)),
      part,
    ).toEqual([]);
  }
});
