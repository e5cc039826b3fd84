import type { RecentWorkspace } from '../../shared/contract/schemas.ts';

/** An entry of the menu bar. Roles are the system's own entries, which it names and runs itself. */
export type MenuItem =
  | { readonly type: 'separator' }
  | { readonly role: MenuRole }
  | {
      readonly label: string;
      readonly accelerator?: string;
      /** Shown beside the entry only: the page itself listens to the keys. */
      readonly registerAccelerator?: false;
      readonly enabled?: boolean;
      readonly click?: () => void;
      readonly submenu?: readonly MenuItem[];
    };

export type MenuRole =
  | 'appMenu'
  | 'editMenu'
  | 'windowMenu'
  | 'quit'
  | 'close'
  | 'reload'
  | 'resetZoom'
  | 'zoomIn'
  | 'zoomOut'
  | 'togglefullscreen';

export type MenuActions = {
  /** Shows a page of ours: `/months`. */
  go(path: string): void;
  openChosen(): void;
  open(folder: string): void;
  savePdf(): void;
  /** Null where no feed is configured or checks are switched off. */
  readonly checkForUpdates: (() => void) | null;
  about(): void;
};

const MOST_RECENT = 8;

/** Pages with the keys that lead to them inside the page. */
const PAGES = [
  ['Home', '/home', 'g h'],
  ['Months', '/months', 'g m'],
  ['Invoices', '/invoices', 'g i'],
  ['Late usage', '/late', 'g l'],
  ['Simulate', '/simulate', 'g s'],
  ['Engine proof', '/proof', 'g e'],
  ['Activity', '/activity', 'g a'],
  ['Settings', '/settings', 'g ,'],
] as const;

/** The menu bar: everything in it can be reached in the page, too. */
export function menuOf(
  world: { readonly platform: NodeJS.Platform; readonly recent: readonly RecentWorkspace[] },
  actions: MenuActions,
): readonly MenuItem[] {
  const isMac = world.platform === 'darwin';
  const recent = world.recent.filter(({ exists }) => exists).slice(0, MOST_RECENT);
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [
        { label: 'New workspace…', accelerator: 'CmdOrCtrl+N', click: () => actions.go('/new') },
        { label: 'Open workspace…', accelerator: 'CmdOrCtrl+O', click: () => actions.openChosen() },
        {
          label: 'Open recent',
          enabled: recent.length > 0,
          submenu: recent.map(({ name, folder }) => ({
            label: `${name}  (${folder})`.replaceAll('&', '&&'),
            click: () => actions.open(folder),
          })),
        },
        { type: 'separator' },
        { label: 'Save page as PDF…', accelerator: 'CmdOrCtrl+P', click: () => actions.savePdf() },
        { type: 'separator' },
        { role: isMac ? 'close' : 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'reload' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: 'Go',
      // Two keys in a row are no accelerator of a menu, so they are told beside the name.
      submenu: PAGES.map(([label, path, keys]) => ({ label: `${label}  [${keys}]`, click: () => actions.go(path) })),
    },
    { role: 'windowMenu' },
    {
      label: 'Help',
      submenu: [
        ...(actions.checkForUpdates === null ? [] : [{ label: 'Check for updates…', click: actions.checkForUpdates }]),
        { label: 'About Tieout', click: () => actions.about() },
      ],
    },
  ];
}
