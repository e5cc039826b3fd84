import { join } from 'node:path';
import type { Api } from '../shared/contract/api.ts';
import { isTieoutError } from '../shared/errors.ts';
import { type MenuItem, menuOf } from './desktop/menu.ts';
import { workspaceInArguments, workspaceOf } from './desktop/opened-path.ts';
import { answerPage, isOurPage, PAGE_SCHEME, PAGE_URL } from './desktop/page-protocol.ts';
import { feedOf, newerVersion } from './desktop/update-check.ts';
import { type Display, keepPlace, LEAST, placeOf, type WindowPlace } from './desktop/window-state.ts';
import { attachIpcHost, type IpcMain } from './hosts/ipc.ts';
import { openKeychain, type SafeStorage } from './keychain.ts';
import type { SecretStore } from './secrets.ts';

/** The few parts of Electron that the shell uses. `main/app.ts` hands in the real ones, the tests a typed double. */
export type Shell = {
  readonly app: {
    whenReady(): Promise<unknown>;
    requestSingleInstanceLock(): boolean;
    quit(): void;
    on(event: 'window-all-closed', listener: () => void): unknown;
    on(event: 'second-instance', listener: (event: unknown, argv: readonly string[], cwd: string) => void): unknown;
    on(event: 'open-file', listener: (event: { preventDefault(): void }, path: string) => void): unknown;
    on(event: 'web-contents-created', listener: (event: unknown, contents: WebContents) => void): unknown;
    on(
      event: 'render-process-gone',
      listener: (event: unknown, contents: unknown, details: { readonly reason: string }) => void,
    ): unknown;
    addRecentDocument(path: string): void;
  };
  readonly ipcMain: IpcMain;
  /** Before the application is ready. */
  registerScheme(scheme: string): void;
  /** Once it is ready. */
  answerScheme(scheme: string, answer: (url: string) => Promise<Response>): void;
  /** Which permissions a page is granted. */
  permit(isGranted: (permission: string) => boolean): void;
  /** There is a keychain only once the application is ready. */
  readonly safeStorage: SafeStorage;
  displays(): readonly Display[];
  displayOf(place: WindowPlace): Display;
  createWindow(options: WindowOptions): ShellWindow;
  setMenu(items: readonly MenuItem[]): void;
  /** A folder that the person chose, or null. */
  chooseFolder(): Promise<string | null>;
  /** A file to be written that the person chose, or null. */
  chooseTarget(defaultName: string): Promise<string | null>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Says something and waits until it was read. @returns whether the offered action was taken */
  say(message: { readonly message: string; readonly detail?: string; readonly action?: string }): Promise<boolean>;
  /** Opens an https address in the person's browser. */
  openOutside(url: string): Promise<void>;
  fetchJson(url: string): Promise<unknown>;
  log(what: string, error: unknown): void;
};

export type WebContents = {
  setWindowOpenHandler(handler: () => { action: 'deny' }): void;
  on(event: 'will-navigate' | 'will-attach-webview', listener: (event: { preventDefault(): void }) => void): unknown;
};

export type WindowOptions = {
  readonly title: string;
  readonly x: number;
  readonly y: number;
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
  loadURL(url: string): Promise<void>;
  reload(): void;
  once(event: 'ready-to-show', listener: () => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  show(): void;
  focus(): void;
  maximize(): void;
  /** Where it stands when it is not maximised, and whether it is. */
  place(): WindowPlace;
  printToPdf(): Promise<Uint8Array>;
};

/** What stands behind the screens, once it is started. */
export type DesktopApplication = { readonly api: Api; close(): Promise<void> };

/** A page that goes down this often in a row is not shown again. */
const MOST_CRASHES = 3;

/**
 * The desktop window around the same screens: one sandboxed, isolated window that can open nothing, navigate nowhere
 * and is granted no permission; every capability beyond it goes through the contract.
 * @returns the running application; null where another instance runs already (it opens what this one was given)
 */
export async function openDesktop(
  shell: Shell,
  options: {
    readonly rendererFolder: string;
    readonly preloadFile: string;
    readonly stateFolder: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly platform: NodeJS.Platform;
    readonly version: string;
    /** What the program was started with, after its own name. */
    readonly args: readonly string[];
    readonly cwd: string;
    readonly start: (secrets: SecretStore) => Promise<DesktopApplication>;
  },
): Promise<DesktopApplication | null> {
  const { app } = shell;
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return null;
  }
  shell.registerScheme(PAGE_SCHEME);
  // macOS names a file that was opened before there is a window to open it in.
  let wanted = workspaceInArguments(options.args, options.cwd);
  let openPath: (folder: string) => void = (folder) => {
    wanted = folder;
  };
  app.on('open-file', (event, path) => {
    event.preventDefault();
    const folder = workspaceOf(path, options.cwd);
    if (folder !== null) openPath(folder);
  });
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();
  shell.answerScheme(PAGE_SCHEME, (url) => answerPage(url, options.rendererFolder));
  // Text that a person copies with a button; nothing else is ever granted.
  shell.permit((permission) => permission === 'clipboard-sanitized-write');

  const { platform, stateFolder } = options;
  const { safeStorage } = shell;
  const secrets = await openKeychain({ safeStorage, platform, file: join(stateFolder, 'secrets.json') });
  const application = await options.start(secrets);
  const { api } = application;
  attachIpcHost(shell.ipcMain, { api, isOurs: isOurPage });
  if (wanted !== null) await openFolder(wanted);

  const placeFile = join(stateFolder, 'window.json');
  const { isMaximized, ...bounds } = placeOf(placeFile, shell.displays());
  const window = shell.createWindow({
    title: 'Tieout',
    ...bounds,
    minWidth: LEAST.width,
    minHeight: LEAST.height,
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
  window.once('ready-to-show', () => {
    if (isMaximized) window.maximize();
    window.show();
  });
  window.on('close', () => {
    const place = window.place();
    keepPlace(placeFile, shell.displayOf(place), place);
  });

  let crashes = 0;
  app.on('render-process-gone', (_event, _contents, { reason }) => {
    if (reason === 'clean-exit') return;
    crashes += 1;
    shell.log('the page went down', reason);
    void recover(crashes);
  });
  async function recover(count: number): Promise<void> {
    if (count >= MOST_CRASHES) {
      await shell.say({
        message: 'Tieout has to close.',
        detail: 'Its page went down again and again. Nothing that was pulled or written is lost.',
      });
      app.quit();
      return;
    }
    window.reload();
    await shell.say({
      message: 'The page went down and was opened again.',
      detail: 'Work in the background goes on. Nothing that was pulled or written is lost.',
    });
  }

  /** A folder that is no workspace is said to be none, and what was open stays open. */
  async function openFolder(folder: string): Promise<boolean> {
    try {
      await api.workspace.open(folder);
      app.addRecentDocument(folder);
      return true;
    } catch (error) {
      if (!isTieoutError(error)) throw error;
      await shell.say({ message: error.message, ...(error.remedy === null ? {} : { detail: error.remedy }) });
      return false;
    }
  }
  const go = async (path: string): Promise<void> => {
    await window.loadURL(`${PAGE_URL}#${path}`);
    window.focus();
  };
  async function show(folder: string): Promise<void> {
    if (await openFolder(folder)) {
      await go('/months');
      // What the page holds belongs to the workspace before.
      window.reload();
      await buildMenu();
    }
  }
  const run = (what: string, work: () => Promise<unknown>) => (): void => {
    work().catch((error: unknown) => shell.log(what, error));
  };
  openPath = (folder) => run('opening a folder', () => show(folder))();
  app.on('second-instance', (_event, argv, cwd) => {
    window.focus();
    const folder = workspaceInArguments(argv.slice(1), cwd);
    if (folder !== null) openPath(folder);
  });

  const feed = feedOf(options.env);
  async function buildMenu(): Promise<void> {
    const recent = await api.workspace.recent();
    shell.setMenu(
      menuOf(
        { platform, recent },
        {
          go: (path) => run('going to a page', () => go(path))(),
          open: openPath,
          openChosen: run('opening a folder', async () => {
            const folder = await shell.chooseFolder();
            if (folder !== null) await show(folder);
          }),
          savePdf: run('saving a PDF', async () => {
            const target = await shell.chooseTarget('tieout.pdf');
            if (target !== null) await shell.writeFile(target, await window.printToPdf());
          }),
          checkForUpdates: feed === null ? null : run('checking for updates', () => checkForUpdates(feed)),
          about: run('about', () => shell.say({ message: `Tieout ${options.version}` })),
        },
      ),
    );
  }
  async function checkForUpdates(url: string): Promise<void> {
    const update = await newerVersion(options.version, () => shell.fetchJson(url)).catch((error: unknown) => {
      shell.log('checking for updates', error);
      return undefined;
    });
    if (update === undefined) await shell.say({ message: 'The update feed does not answer.' });
    else if (update === null) await shell.say({ message: `Tieout ${options.version} is the newest version.` });
    else if (await shell.say({ message: `Tieout ${update.version} is available.`, action: 'Show it' })) {
      await shell.openOutside(update.url);
    }
  }
  await buildMenu();
  await window.loadURL(PAGE_URL);
  return application;
}
