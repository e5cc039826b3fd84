import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { MenuItem } from '../../main/desktop/menu.ts';
import type { Display, WindowPlace } from '../../main/desktop/window-state.ts';
import { openDesktop, type Shell, type WindowOptions } from '../../main/desktop.ts';
import { TieoutError } from '../../shared/errors.ts';
import { scratchFolder } from './cache/scratch.ts';
import { emptyApi } from './hosts/empty-api.ts';

const PLACE: WindowPlace = { x: 40, y: 60, width: 1400, height: 900, isMaximized: false };
const DISPLAY: Display = { id: 7, workArea: { x: 0, y: 25, width: 1920, height: 1055 } };

type Options = {
  readonly isFirst?: boolean;
  readonly chosen?: string | null;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly feed?: unknown;
  readonly action?: boolean;
  readonly backend?: string;
  readonly stateFolder?: string;
  readonly isWorkspace?: (folder: string) => boolean;
};

/** A typed double of the few Electron APIs that the shell uses; it records what was asked of it. */
function doubleShell(options: Options = {}) {
  const stateFolder = options.stateFolder ?? scratchFolder();
  const asked = {
    windows: [] as WindowOptions[],
    menu: [] as readonly MenuItem[],
    loaded: [] as string[],
    reloads: 0,
    quit: 0,
    focused: 0,
    maximized: 0,
    schemes: [] as string[],
    answer: async (_url: string): Promise<Response> => new Response(),
    permit: (_permission: string): boolean => true,
    opened: [] as string[],
    recent: [] as string[],
    denied: [] as unknown[],
    prevented: 0,
    said: [] as string[],
    written: [] as { path: string; text: string }[],
    outside: [] as string[],
    fetched: [] as string[],
    logged: [] as string[],
    keeps: '',
  };
  const on = new Map<string, (...values: never[]) => void>();
  const shell: Shell = {
    app: {
      whenReady: async () => undefined,
      requestSingleInstanceLock: () => options.isFirst ?? true,
      quit: () => {
        asked.quit += 1;
      },
      on: (event: string, listener: (...values: never[]) => void) => {
        on.set(event, listener);
        if (event !== 'web-contents-created') return;
        const contents = {
          setWindowOpenHandler: (handler: () => unknown) => void asked.denied.push(handler()),
          on: (_name: string, refuse: (event: { preventDefault(): void }) => void) =>
            refuse({
              preventDefault: () => {
                asked.prevented += 1;
              },
            }),
        };
        (listener as (event: unknown, contents: unknown) => void)({}, contents);
      },
      addRecentDocument: (path) => void asked.recent.push(path),
    },
    ipcMain: { handle: () => {}, on: () => {} },
    registerScheme: (scheme) => void asked.schemes.push(scheme),
    answerScheme: (_scheme, answer) => {
      asked.answer = answer;
    },
    permit: (isGranted) => {
      asked.permit = isGranted;
    },
    safeStorage: {
      isAsyncEncryptionAvailable: async () => true,
      encryptStringAsync: async (text) => Buffer.from(text),
      decryptStringAsync: async (bytes) => ({ result: bytes.toString(), shouldReEncrypt: false }),
      getSelectedStorageBackend: () => options.backend ?? 'kwallet6',
    },
    displays: () => [DISPLAY],
    displayOf: () => DISPLAY,
    createWindow: (given) => {
      asked.windows.push(given);
      return {
        loadURL: async (url) => void asked.loaded.push(url),
        reload: () => {
          asked.reloads += 1;
        },
        once: (event, listener) => void on.set(event, listener),
        on: (event, listener) => void on.set(event, listener),
        show: () => {},
        focus: () => {
          asked.focused += 1;
        },
        maximize: () => {
          asked.maximized += 1;
        },
        place: () => PLACE,
        printToPdf: async () => Buffer.from('%PDF'),
      };
    },
    setMenu: (items) => {
      asked.menu = items;
    },
    chooseFolder: async () => options.chosen ?? null,
    chooseTarget: async () => options.chosen ?? null,
    writeFile: async (path, bytes) => void asked.written.push({ path, text: Buffer.from(bytes).toString() }),
    say: async ({ message, detail = '' }) => {
      asked.said.push(`${message} ${detail}`.trim());
      return options.action ?? false;
    },
    openOutside: async (url) => void asked.outside.push(url),
    fetchJson: async (url) => {
      asked.fetched.push(url);
      return options.feed;
    },
    log: (what) => void asked.logged.push(what),
  };
  const api: typeof emptyApi = {
    ...emptyApi,
    workspace: {
      ...emptyApi.workspace,
      recent: async () =>
        [
          ['/books/a & b', true],
          ['/books/gone', false],
        ].map(([folder, exists]) => ({
          folder: String(folder),
          name: 'Acme',
          openedAt: '2026-06-01T00:00:00Z',
          exists: exists === true,
        })),
      open: async (folder) => {
        if (options.isWorkspace?.(folder) === false) {
          throw new TieoutError('config.not_found', {
            message: `${folder} holds no tieout.yaml.`,
            remedy: 'Make one.',
          });
        }
        asked.opened.push(folder);
        return emptyApi.workspace.open(folder).catch(() => ({}) as never);
      },
    },
  };
  const run = () =>
    openDesktop(shell, {
      rendererFolder: join(stateFolder, 'renderer'),
      preloadFile: '/app/preload/index.cjs',
      stateFolder,
      env: options.env ?? {},
      platform: 'linux',
      version: '1.2.3',
      args: options.args ?? [],
      cwd: options.cwd ?? stateFolder,
      start: async (secrets) => {
        asked.keeps = secrets.keeps;
        return { api, close: async () => {} };
      },
    });
  const emit = (event: string, ...values: unknown[]): void =>
    (on.get(event) as ((...v: unknown[]) => void) | undefined)?.(...values);
  return { asked, run, emit, stateFolder };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** `File › Open workspace…` */
function press(menu: readonly MenuItem[], path: string): void {
  const [first = '', ...rest] = path.split(' › ');
  const found = menu.find((item) => 'label' in item && item.label.startsWith(first));
  if (found === undefined || !('label' in found)) throw new Error(`the menu has no ${path}`);
  if (rest.length > 0) press(found.submenu ?? [], rest.join(' › '));
  else found.click?.();
}
const labelsOf = (menu: readonly MenuItem[], name: string): readonly string[] =>
  menu.flatMap((item) =>
    'label' in item && item.label === name
      ? (item.submenu ?? []).flatMap((entry) =>
          'label' in entry ? [entry.label] : 'role' in entry ? [entry.role] : [],
        )
      : [],
  );

test('the window is sandboxed, isolated and shows our page by its own scheme', async () => {
  const { asked, run } = doubleShell();
  expect(await run()).not.toBeNull();
  expect(asked.windows[0]?.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
  });
  expect(asked.schemes).toEqual(['tieout-app']);
  expect(asked.loaded).toEqual(['tieout-app://tieout/index.html']);
});

test('it opens no window, navigates nowhere, embeds nothing and grants nothing but copying', async () => {
  const { asked, run } = doubleShell();
  await run();
  expect(asked.denied).toEqual([{ action: 'deny' }]);
  expect(asked.prevented).toBe(2);
  expect(['media', 'geolocation', 'clipboard-read', 'openExternal'].filter(asked.permit)).toEqual([]);
  expect(asked.permit('clipboard-sanitized-write')).toBe(true);
});

test('the scheme serves the screens with their policy, and nothing else of the disk', async () => {
  const { asked, run, stateFolder } = doubleShell();
  mkdirSync(join(stateFolder, 'renderer'));
  writeFileSync(join(stateFolder, 'renderer', 'index.html'), '<html>');
  writeFileSync(join(stateFolder, 'secrets.json'), '{}');
  writeFileSync(join(stateFolder, 'outside.html'), 'no');
  await run();
  const page = await asked.answer('tieout-app://tieout/index.html');
  expect([page.status, await page.text()]).toEqual([200, '<html>']);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  for (const path of ['../outside.html', '%2e%2e/outside.html', '..%2foutside.html', 'secrets.json', '', 'absent.js']) {
    expect((await asked.answer(`tieout-app://tieout/${path}`)).status, path).toBe(404);
  }
  expect((await asked.answer('tieout-app://other/index.html')).status).toBe(404);
});

test('a second instance ends at once, and the first opens what it was given', async () => {
  const second = doubleShell({ isFirst: false });
  expect(await second.run()).toBeNull();
  expect([second.asked.quit, second.asked.windows.length]).toEqual([1, 0]);

  const { asked, run, emit, stateFolder } = doubleShell();
  await run();
  const folder = join(stateFolder, 'books');
  mkdirSync(folder);
  emit('second-instance', {}, ['tieout', '--flag', 'books'], stateFolder);
  await settled();
  expect(asked.opened).toEqual([folder]);
  expect(asked.loaded.at(-1)).toBe('tieout-app://tieout/index.html#/months');
  expect(asked.reloads).toBe(1);
  emit('second-instance', {}, ['tieout'], stateFolder);
  expect(asked.focused).toBeGreaterThan(1);
});

test.each([
  ['a folder', 'books', 'books'],
  ['its tieout.yaml', 'books/tieout.yaml', 'books'],
  ['an empty link beside it', 'books/acme.tieout', 'books'],
  ['a link with the path in it', 'far.tieout', 'books'],
  ['another file', 'books/notes.txt', null],
  ['nothing that exists', 'nowhere', null],
])('started with %s it opens that workspace', async (_name, given, expected) => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'books'));
  writeFileSync(join(folder, 'books', 'tieout.yaml'), '');
  writeFileSync(join(folder, 'books', 'acme.tieout'), '');
  writeFileSync(join(folder, 'books', 'notes.txt'), 'books');
  writeFileSync(join(folder, 'far.tieout'), 'books\n');
  const { asked, run } = doubleShell({ args: ['--no-sandbox', given], cwd: folder });
  await run();
  expect(asked.opened).toEqual(expected === null ? [] : [join(folder, expected)]);
});

test('a file opened by the system before the window is there is opened once it is', async () => {
  const folder = scratchFolder();
  const double = doubleShell({ cwd: folder });
  const started = double.run();
  double.emit('open-file', { preventDefault: () => {} }, folder);
  await started;
  expect(double.asked.opened).toEqual([folder]);
});

test('a folder that is no workspace is said to be none, and the window opens all the same', async () => {
  const folder = scratchFolder();
  const { asked, run } = doubleShell({ args: [folder], isWorkspace: () => false });
  await run();
  expect(asked.said).toEqual([`${folder} holds no tieout.yaml. Make one.`]);
  expect([asked.windows.length, asked.recent]).toEqual([1, []]);
});

test('the menus lead to every page, and recent workspaces are those that exist', async () => {
  const { asked, run } = doubleShell();
  await run();
  press(asked.menu, 'Go › Late usage');
  press(asked.menu, 'File › New workspace…');
  await settled();
  expect(asked.loaded.slice(1)).toEqual([
    'tieout-app://tieout/index.html#/late',
    'tieout-app://tieout/index.html#/new',
  ]);
  expect(labelsOf(asked.menu, 'Go')).toHaveLength(8);
  press(asked.menu, 'File › Open recent › Acme  (/books/a && b)');
  await settled();
  expect(asked.opened).toEqual(['/books/a & b']);
  expect(() => press(asked.menu, 'File › Open recent › Acme  (/books/gone)')).toThrow('no');
});

test.each([
  ['a chosen folder is opened', '/books/acme', ['/books/acme']],
  ['a dismissed dialog opens nothing', null, []],
])('%s', async (_name, chosen, opened) => {
  const { asked, run } = doubleShell({ chosen });
  await run();
  press(asked.menu, 'File › Open workspace…');
  await settled();
  expect(asked.opened).toEqual(opened);
});

test('a page is saved as PDF where the person says, or nowhere', async () => {
  const { asked, run } = doubleShell({ chosen: '/books/page.pdf' });
  await run();
  press(asked.menu, 'File › Save page as PDF…');
  await settled();
  expect(asked.written).toEqual([{ path: '/books/page.pdf', text: '%PDF' }]);
  const dismissed = doubleShell();
  await dismissed.run();
  press(dismissed.asked.menu, 'File › Save page as PDF…');
  await settled();
  expect(dismissed.asked.written).toEqual([]);
});

test('the window opens where it was, on the display where it was', async () => {
  const first = doubleShell();
  await first.run();
  expect(first.asked.windows[0]).toMatchObject({ x: 320, y: 152, width: 1280, height: 800 });
  first.emit('close');
  const again = doubleShell({ stateFolder: first.stateFolder });
  await again.run();
  expect(again.asked.windows[0]).toMatchObject({ x: 40, y: 60, width: 1400, height: 900 });
});

test('secrets are kept where there is a keychain, and in memory where there is none', async () => {
  for (const [backend, keeps] of [
    ['gnome_libsecret', 'keychain'],
    ['basic_text', 'memory'],
  ] as const) {
    const { asked, run } = doubleShell({ backend });
    await run();
    expect(asked.keeps).toBe(keeps);
  }
});

test('a page that goes down is opened again with a word about it, and not for ever', async () => {
  const { asked, run, emit } = doubleShell();
  await run();
  emit('render-process-gone', {}, {}, { reason: 'crashed' });
  await settled();
  expect([asked.reloads, asked.logged]).toEqual([1, ['the page went down']]);
  expect(asked.said[0]).toContain('was opened again');
  emit('render-process-gone', {}, {}, { reason: 'clean-exit' });
  emit('render-process-gone', {}, {}, { reason: 'oom' });
  emit('render-process-gone', {}, {}, { reason: 'oom' });
  await settled();
  expect([asked.reloads, asked.quit]).toEqual([2, 1]);
});

test('no update is ever asked for without a feed, and none where it is switched off', async () => {
  for (const env of [{}, { TIEOUT_UPDATE_FEED: 'off' }, { TIEOUT_UPDATE_FEED: 'http://feed.example' }]) {
    const { asked, run } = doubleShell({ env });
    await run();
    await settled();
    expect(labelsOf(asked.menu, 'Help')).toEqual(['About Tieout']);
    expect(asked.fetched).toEqual([]);
  }
});

const UPDATE = { version: '1.3.0', url: 'https://tieout.example/1.3.0' };
test.each<[string, unknown, boolean, RegExp, readonly string[]]>([
  ['a newer version is shown on request', UPDATE, true, /1\.3\.0 is available/, [UPDATE.url]],
  ['a newer version is only told', UPDATE, false, /1\.3\.0 is available/, []],
  ['the newest is said to be', { ...UPDATE, version: '1.2.3' }, true, /is the newest/, []],
  [
    'ten comes after three',
    { ...UPDATE, version: '1.2.10', url: UPDATE.url },
    true,
    /1\.2\.10 is available/,
    [UPDATE.url],
  ],
  ['an older one is no update', { ...UPDATE, version: '1.1.9' }, true, /is the newest/, []],
  ['an address that is not https is no answer', { ...UPDATE, url: 'file:///etc/passwd' }, true, /does not answer/, []],
  ['what is no feed is no answer', '<html>', true, /does not answer/, []],
])('with a feed, asked for from the menu: %s', async (_name, feed, action, words, outside) => {
  const { asked, run } = doubleShell({ env: { TIEOUT_UPDATE_FEED: 'https://feed.example/' }, feed, action });
  await run();
  expect(asked.fetched).toEqual([]);
  press(asked.menu, 'Help › Check for updates…');
  await settled();
  expect(asked.said[0]).toMatch(words);
  expect(asked.outside).toEqual(outside);
});

test('the state of the window is written where the state belongs', async () => {
  const { run, emit, stateFolder } = doubleShell();
  await run();
  emit('close');
  expect(JSON.parse(readFileSync(join(stateFolder, 'window.json'), 'utf8'))).toEqual({
    display: 7,
    places: { 7: PLACE },
  });
});
