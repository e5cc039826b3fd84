import type { Environment } from './config/setting.ts';

/**
 * Secrets that the application keeps for a workspace, by the name of the variable that tieout.yaml refers to. Each
 * folder has its own, so that a file from elsewhere cannot ask for the key of another workspace.
 */
export type SecretStore = {
  readonly keeps: 'keychain' | 'memory';
  /** Why there is no keychain, where somebody might expect one. */
  readonly noKeychain: string | null;
  /** What is kept for a workspace. @param folder absolute */
  of(folder: string): Environment;
  /** @throws TieoutError `desktop.keychain_unavailable` where it cannot be kept; nothing is written in the clear */
  keep(folder: string, name: string, value: string): Promise<void>;
  forget(folder: string, name: string): Promise<void>;
};

/** Holds what was typed until the program ends, and writes it nowhere. */
export function memorySecrets(noKeychain: string | null = null): SecretStore {
  const kept = new Map<string, Record<string, string>>();
  return {
    keeps: 'memory',
    noKeychain,
    of: (folder) => ({ ...kept.get(folder) }),
    async keep(folder, name, value) {
      kept.set(folder, { ...kept.get(folder), [name]: value });
    },
    async forget(folder, name) {
      const { [name]: _gone, ...others } = kept.get(folder) ?? {};
      kept.set(folder, others);
    },
  };
}

/** The environment first, then what is kept; a variable that is set to nothing counts as unset. */
export const environmentOf = (secrets: SecretStore, folder: string, env: Environment): Environment => {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  return { ...env, ...secrets.of(folder), ...set };
};
