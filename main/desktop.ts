import { pathToFileURL } from 'node:url';
import type { Api } from '../shared/contract/api.ts';
import { CONTENT_SECURITY_POLICY } from './hosts/http.ts';
import { attachIpcHost, type IpcMain } from './hosts/ipc.ts';

/** The few parts of Electron that the shell uses. `main/app.ts` hands in the real ones, the tests a typed double. */
export type Shell = {
  readonly app: {
    whenReady(): Promise<unknown>;
    requestSingleInstanceLock(): boolean;
    quit(): void;
    on(event: 'window-all-closed' | 'second-instance' | 'activate', listener: () => void): unknown;
    on(event: 'web-contents-created', listener: (event: unknown, contents: WebContents) => void): unknown;
    addRecentDocument(path: string): void;
  };
  readonly ipcMain: IpcMain;
  readonly session: {
    readonly webRequest: {
      onHeadersReceived(
        listener: (
          details: { readonly responseHeaders?: Record<string, string[]> },
          callback: (answer: { responseHeaders: Record<string, string[]> }) => void,
        ) => void,
      ): void;
    };
    setPermissionRequestHandler(
      handler: (contents: unknown, permission: string, callback: (granted: boolean) => void) => void,
    ): void;
  };
  createWindow(options: WindowOptions): ShellWindow;
  setMenu(items: readonly MenuItem[]): void;
  /** A folder that the person chose, or null. */
  chooseFolder(): Promise<string | null>;
};

export type WebContents = {
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
  on(event: 'will-navigate' | 'will-attach-webview', listener: (event: { preventDefault(): void }) => void): unknown;
};

export type WindowOptions = {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly minWidth: number;
  readonly minHeight: number;
  readonly show: boolean;
  readonly webPreferences: {
    readonly preload: string;
    readonly sandbox: true;
    readonly contextIsolation: true;
    readonly nodeIntegration: false;
    readonly webSecurity: true;
    readonly spellcheck: false;
  };
};

export type ShellWindow = {
  loadFile(path: string): Promise<void>;
  once(event: 'ready-to-show', listener: () => void): unknown;
  show(): void;
  focus(): void;
};

export type MenuItem = {
  readonly label: string;
  readonly role?: 'fileMenu' | 'editMenu' | 'viewMenu' | 'windowMenu' | 'appMenu';
  readonly submenu?: readonly { readonly label: string; readonly accelerator?: string; click(): void }[];
};

/**
 * The desktop window around the same screens: one sandboxed, isolated window that can open nothing, navigate nowhere
 * and is granted no permission; every capability beyond it goes through the contract.
 * @returns false where another instance runs already (it is brought to the front instead)
 */
export async function openDesktop(
  shell: Shell,
  options: {
    readonly api: Api;
    readonly indexFile: string;
    readonly preloadFile: string;
    readonly openFolder: (folder: string) => Promise<void>;
  },
): Promise<boolean> {
  if (!shell.app.requestSingleInstanceLock()) {
    shell.app.quit();
    return false;
  }
  shell.app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
  shell.app.on('window-all-closed', () => shell.app.quit());
  await shell.app.whenReady();
  shell.session.webRequest.onHeadersReceived((details, callback) =>
    callback({ responseHeaders: { ...details.responseHeaders, 'Content-Security-Policy': [CONTENT_SECURITY_POLICY] } }),
  );
  shell.session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  const ours = pathToFileURL(options.indexFile).href;
  attachIpcHost(shell.ipcMain, { api: options.api, isOurs: (url) => url.split(/[?#]/)[0] === ours });

  const window = shell.createWindow({
    title: 'Tieout',
    width: 1280,
    height: 800,
    minWidth: 960,
    minHeight: 600,
    show: false,
    webPreferences: {
      preload: options.preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  });
  shell.app.on('second-instance', () => window.focus());
  window.once('ready-to-show', () => window.show());
  shell.setMenu(menu(shell, options.openFolder));
  await window.loadFile(options.indexFile);
  return true;
}

function menu(shell: Shell, openFolder: (folder: string) => Promise<void>): readonly MenuItem[] {
  const open = async (): Promise<void> => {
    const folder = await shell.chooseFolder();
    if (folder === null) return;
    shell.app.addRecentDocument(folder);
    await openFolder(folder);
  };
  return [
    {
      label: 'Workspace',
      submenu: [{ label: 'Open workspace…', accelerator: 'CmdOrCtrl+O', click: () => void open() }],
    },
    { label: 'Edit', role: 'editMenu' },
    { label: 'View', role: 'viewMenu' },
    { label: 'Window', role: 'windowMenu' },
  ];
}
