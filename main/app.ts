import { join } from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, Menu, session } from 'electron';
import { instant } from '../shared/values/instant.ts';
import { createApplication } from './application.ts';
import { openDesktop, type Shell } from './desktop.ts';

// The desktop's way in: hands Electron's parts to the shell, and knows nothing else.
const shell: Shell = {
  app,
  ipcMain,
  session: session.defaultSession,
  createWindow: (options) => new BrowserWindow(options),
  setMenu: (items) =>
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        items.map((item) => ({
          label: item.label,
          ...(item.role === undefined ? {} : { role: item.role }),
          ...(item.submenu === undefined ? {} : { submenu: [...item.submenu] }),
        })),
      ),
    ),
  async chooseFolder() {
    const { filePaths } = await dialog.showOpenDialog({ properties: ['openDirectory'] });
    return filePaths[0] ?? null;
  },
};

const folder = process.argv.slice(app.isPackaged ? 1 : 2).find((argument) => !argument.startsWith('-')) ?? null;
const application = await createApplication({
  folder,
  env: process.env,
  now: () => instant(Date.now()),
  stateFolder: app.getPath('userData'),
  chooseFolder: () => shell.chooseFolder(),
});
const isFirst = await openDesktop(shell, {
  api: application.api,
  indexFile: join(import.meta.dirname, '..', 'renderer', 'index.html'),
  preloadFile: join(import.meta.dirname, '..', 'preload', 'index.cjs'),
  openFolder: async (path) => {
    await application.api.workspace.open(path);
  },
});
if (isFirst) app.on('before-quit', () => void application.close());
