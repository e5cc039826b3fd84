import { expect, test } from 'vitest';
import { type DesktopWorld, openDesktopWindow } from '../../../main/cli/desktop-window.ts';

/** A machine on which the window opens; each test takes something away from it. */
function machine(change: Partial<DesktopWorld> & { readonly isInstalled?: boolean }): {
  readonly world: DesktopWorld;
  readonly done: string[];
} {
  const done: string[] = [];
  let isInstalled = change.isInstalled ?? true;
  const world: DesktopWorld = {
    shell: { installer: '/electron/install.js', binary: () => (isInstalled ? '/electron/dist/electron' : null) },
    hasDisplay: true,
    entry: '/dist/main/app.js',
    install: async (installer) => {
      done.push(`install ${installer}`);
      isInstalled = true;
      return null;
    },
    run: async (binary, entry) => {
      done.push(`run ${binary} ${entry}`);
      return null;
    },
    ...change,
  };
  return { world, done };
}

test('an installed binary is run, and nothing is downloaded', async () => {
  const { world, done } = machine({});
  expect(await openDesktopWindow(world)).toBeNull();
  expect(done).toEqual(['run /electron/dist/electron /dist/main/app.js']);
});

test('a missing binary is downloaded first', async () => {
  const { world, done } = machine({ isInstalled: false });
  expect(await openDesktopWindow(world)).toBeNull();
  expect(done).toEqual(['install /electron/install.js', 'run /electron/dist/electron /dist/main/app.js']);
});

test('a sealed network is said, and nothing is run', async () => {
  const { world, done } = machine({ isInstalled: false, install: async () => 'fetch failed' });
  expect(await openDesktopWindow(world)).toBe('Electron’s binary cannot be downloaded: fetch failed');
  expect(done).toEqual([]);
});

test.each([
  ['no display', { hasDisplay: false }, 'there is no display'],
  ['no build', { entry: null }, 'the desktop application has not been built; run "npm run build"'],
])('with %s nothing is downloaded', async (_name, change, reason) => {
  const { world, done } = machine({ isInstalled: false, ...change });
  expect(await openDesktopWindow(world)).toBe(reason);
  expect(done).toEqual([]);
});

test('without the package there is nothing to download with', async () => {
  const { world } = machine({ shell: { installer: null, binary: () => null } });
  expect(await openDesktopWindow(world)).toBe('Electron is not installed');
});

test('a download that leaves no binary is said', async () => {
  const { world } = machine({ isInstalled: false, install: async () => null });
  expect(await openDesktopWindow(world)).toBe('Electron’s binary was not found after its download');
});

test('a window that ends badly is said', async () => {
  const { world } = machine({ run: async () => 'Electron ended with code 1' });
  expect(await openDesktopWindow(world)).toBe('Electron ended with code 1');
});
