import { expect, test } from 'vitest';
import { type MenuItem, openDesktop, type Shell, type WindowOptions } from '../../main/desktop.ts';
import { emptyApi } from './hosts/empty-api.ts';

/** A typed double of the few Electron APIs that the shell uses; it records what was asked of it. */
function doubleShell(options: { readonly isFirst: boolean; readonly chosen?: string | null }) {
  const asked = {
    windows: [] as WindowOptions[],
    menus: [] as readonly MenuItem[],
    loaded: [] as string[],
    quit: 0,
    policy: '',
    permissions: [] as boolean[],
    opened: [] as string[],
    denied: [] as unknown[],
    prevented: 0,
  };
  const shell: Shell = {
    app: {
      whenReady: async () => undefined,
      requestSingleInstanceLock: () => options.isFirst,
      quit: () => {
        asked.quit += 1;
      },
      on: (event: string, listener: (...values: never[]) => void) => {
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
      addRecentDocument: () => {},
    },
    ipcMain: { handle: () => {}, on: () => {} },
    session: {
      webRequest: {
        onHeadersReceived: (listener) =>
          listener({}, ({ responseHeaders }) => {
            asked.policy = responseHeaders['Content-Security-Policy']?.[0] ?? '';
          }),
      },
      setPermissionRequestHandler: (handler) =>
        handler({}, 'media', (granted) => {
          asked.permissions.push(granted);
        }),
    },
    createWindow: (given) => {
      asked.windows.push(given);
      return {
        loadFile: async (path) => void asked.loaded.push(path),
        once: () => {},
        show: () => {},
        focus: () => {},
      };
    },
    setMenu: (items) => {
      asked.menus = items;
    },
    chooseFolder: async () => options.chosen ?? null,
  };
  const run = () =>
    openDesktop(shell, {
      api: emptyApi,
      indexFile: '/app/renderer/index.html',
      preloadFile: '/app/preload/index.cjs',
      openFolder: async (folder) => void asked.opened.push(folder),
    });
  return { asked, run };
}

test('the window is sandboxed, isolated and shows our page', async () => {
  const { asked, run } = doubleShell({ isFirst: true });
  expect(await run()).toBe(true);
  expect(asked.windows[0]?.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
  });
  expect(asked.loaded).toEqual(['/app/renderer/index.html']);
});

test('it opens no window, navigates nowhere, embeds nothing and grants nothing', async () => {
  const { asked, run } = doubleShell({ isFirst: true });
  await run();
  expect(asked.denied).toEqual([{ action: 'deny' }]);
  expect(asked.prevented).toBe(2);
  expect(asked.permissions).toEqual([false]);
  expect(asked.policy).toContain("default-src 'none'");
});

test('a second instance ends at once', async () => {
  const { asked, run } = doubleShell({ isFirst: false });
  expect(await run()).toBe(false);
  expect(asked.quit).toBe(1);
  expect(asked.windows).toEqual([]);
});

test.each([
  ['a chosen folder is opened', '/books/acme', ['/books/acme']],
  ['a dismissed dialog opens nothing', null, []],
])('%s', async (_name, chosen, opened) => {
  const { asked, run } = doubleShell({ isFirst: true, chosen });
  await run();
  asked.menus[0]?.submenu?.[0]?.click();
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked.opened).toEqual(opened);
});
