import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the built screens are: beside the built main process, or in dist/ when the sources run as they are. */
export function rendererFolder(): string {
  const built = join(import.meta.dirname, '..', 'renderer');
  return existsSync(join(built, 'index.html')) && !existsSync(join(built, 'tsconfig.json'))
    ? built
    : join(import.meta.dirname, '..', 'dist', 'renderer');
}

/** Where Tieout remembers what belongs to no workspace (the list of recent ones). */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const home = homedir();
  if (env.TIEOUT_STATE !== undefined && env.TIEOUT_STATE !== '') return env.TIEOUT_STATE;
  if (process.platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Tieout');
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'Tieout');
  return join(env.XDG_STATE_HOME ?? join(home, '.local', 'state'), 'tieout');
}
