import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  type MenuItemConstructorOptions,
  net,
  protocol,
  safeStorage,
  screen,
  session,
  shell as system,
} from 'electron';
import { instant } from '../shared/values/instant.ts';
import { createApplication } from './application.ts';
import { writeCrash } from './desktop/crash-log.ts';
import type { MenuItem } from './desktop/menu.ts';
import { openDesktop, type Shell, type ShellWindow, type WindowOptions } from './desktop.ts';
import { TOOL_VERSION } from './version.ts';

// The desktop's way in: hands Electron's parts to the shell, and knows nothing else.
const logFile = join(app.getPath('userData'), 'tieout.log');
const log = (what: string, error: unknown): void => writeCrash(logFile, what, error, new Date());
process.on('uncaughtException', (error) => {
  // Our own broken assumption: nothing may go on from a state that nobody meant.
  log('uncaught', error);
  dialog.showErrorBox(
    'Tieout has to close',
    'Something went wrong that should not. Nothing that was pulled or written is lost.',
  );
  app.exit(1);
});
process.on('unhandledRejection', (error) => log('unhandled', error));

const shell: Shell = {
  app,
  ipcMain,
  registerScheme: (scheme) =>
    protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true } }]),
  answerScheme: (scheme, answer) => protocol.handle(scheme, (request) => answer(request.url)),
  permit: (isGranted) => {
    session.defaultSession.setPermissionRequestHandler((_contents, permission, callback) =>
      callback(isGranted(permission)),
    );
    session.defaultSession.setPermissionCheckHandler((_contents, permission) => isGranted(permission));
  },
  safeStorage,
  displays: () => {
    const first = screen.getPrimaryDisplay();
    return [first, ...screen.getAllDisplays().filter(({ id }) => id !== first.id)];
  },
  displayOf: (place) => screen.getDisplayMatching(place),
  createWindow: (options) => shellWindow(options),
  setMenu: (items) => Menu.setApplicationMenu(Menu.buildFromTemplate(items.map(templateOf))),
  async chooseFolder() {
    const { filePaths } = await dialog.showOpenDialog({ properties: ['openDirectory', 'createDirectory'] });
    return filePaths[0] ?? null;
  },
  async chooseTarget(defaultName) {
    const { filePath, canceled } = await dialog.showSaveDialog({ defaultPath: defaultName });
    return canceled || filePath === '' ? null : filePath;
  },
  writeFile,
  async say({ message, detail, action }) {
    const buttons = action === undefined ? ['OK'] : [action, 'Close'];
    const { response } = await dialog.showMessageBox({ message, ...(detail === undefined ? {} : { detail }), buttons });
    return action !== undefined && response === 0;
  },
  async openOutside(url) {
    if (url.startsWith('https://')) await system.openExternal(url);
  },
  fetchJson: async (url) => (await net.fetch(url, { credentials: 'omit' })).json(),
  log,
};

function shellWindow(options: WindowOptions): ShellWindow {
  const window = new BrowserWindow(options);
  return {
    loadURL: (url) => window.loadURL(url),
    reload: () => window.reload(),
    once: (event, listener) => window.once(event, listener),
    on: (event, listener) => window.on(event, listener),
    show: () => window.show(),
    focus: () => {
      if (window.isMinimized()) window.restore();
      window.focus();
    },
    maximize: () => window.maximize(),
    place: () => ({ ...window.getNormalBounds(), isMaximized: window.isMaximized() }),
    printToPdf: () => window.webContents.printToPDF({ printBackground: true, landscape: true, pageSize: 'A4' }),
  };
}

function templateOf(item: MenuItem): MenuItemConstructorOptions {
  if (!('submenu' in item) || item.submenu === undefined) return item as MenuItemConstructorOptions;
  return { ...item, submenu: item.submenu.map(templateOf) };
}

try {
  const application = await openDesktop(shell, {
    rendererFolder: join(import.meta.dirname, '..', 'renderer'),
    preloadFile: join(import.meta.dirname, '..', 'preload', 'index.cjs'),
    stateFolder: app.getPath('userData'),
    env: process.env,
    platform: process.platform,
    version: TOOL_VERSION,
    args: process.argv.slice(app.isPackaged ? 1 : 2),
    cwd: process.cwd(),
    start: (secrets) =>
      createApplication({
        folder: null,
        env: process.env,
        now: () => instant(Date.now()),
        stateFolder: app.getPath('userData'),
        chooseFolder: () => shell.chooseFolder(),
        secrets,
      }),
  });
  if (application !== null) app.on('before-quit', () => void application.close());
} catch (error) {
  log('starting', error);
  dialog.showErrorBox('Tieout cannot start', error instanceof Error ? error.message : String(error));
  app.exit(1);
}
