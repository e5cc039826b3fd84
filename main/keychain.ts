import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { TieoutError } from '../shared/errors.ts';
import type { Environment } from './config/setting.ts';
import { memorySecrets, type SecretStore } from './secrets.ts';

/** The part of Electron's `safeStorage` that is used; the tests hand in a double. */
export type SafeStorage = {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  encryptStringAsync(text: string): Promise<Buffer>;
  decryptStringAsync(encrypted: Buffer): Promise<{ readonly result: string; readonly shouldReEncrypt: boolean }>;
  /** Linux alone. */
  getSelectedStorageBackend?(): string;
};

const stored = z.record(z.string(), z.record(z.string(), z.string()));
type Stored = z.infer<typeof stored>;

/** With these a fixed password, which is in everybody's hands, would stand in for a keychain. */
const NO_KEYCHAIN: ReadonlySet<string> = new Set(['basic_text', 'unknown']);

/**
 * Secrets behind the keychain of the system: the file holds what only this user's keychain can decrypt. Where there is
 * none, they are held in memory; they are never written in the clear. What can no longer be decrypted reads as not kept.
 * @param options.file where the encrypted values stand; made with permissions for its owner alone
 */
export async function openKeychain(options: {
  readonly safeStorage: SafeStorage;
  readonly platform: NodeJS.Platform;
  readonly file: string;
}): Promise<SecretStore> {
  const { safeStorage, file } = options;
  const obstacle = await obstacleOf(safeStorage, options.platform);
  if (obstacle !== null) return memorySecrets(obstacle);
  const encrypted = readStored(file);
  const plain = new Map<string, Record<string, string>>();
  for (const [folder, values] of Object.entries(encrypted)) {
    for (const [name, value] of Object.entries(values)) {
      const text = await decrypt(safeStorage, value);
      if (text !== null) plain.set(folder, { ...plain.get(folder), [name]: text });
    }
  }
  const change = async (folder: string, name: string, value: string | null): Promise<void> => {
    const { [name]: _was, ...others } = encrypted[folder] ?? {};
    const { [name]: _plain, ...othersPlain } = plain.get(folder) ?? {};
    const code = value === null ? null : await encrypt(safeStorage, value);
    encrypted[folder] = code === null ? others : { ...others, [name]: code };
    writeStored(file, encrypted);
    plain.set(folder, value === null ? othersPlain : { ...othersPlain, [name]: value });
  };
  return {
    keeps: 'keychain',
    noKeychain: null,
    of: (folder): Environment => ({ ...plain.get(folder) }),
    keep: (folder, name, value) => change(folder, name, value),
    forget: (folder, name) => change(folder, name, null),
  };
}

async function obstacleOf(safeStorage: SafeStorage, platform: NodeJS.Platform): Promise<string | null> {
  const backend = platform === 'linux' ? (safeStorage.getSelectedStorageBackend?.() ?? 'unknown') : null;
  if (backend !== null && NO_KEYCHAIN.has(backend))
    return 'This desktop session has no keychain (libsecret or KWallet).';
  const isAvailable = await safeStorage.isAsyncEncryptionAvailable().catch(() => false);
  return isAvailable ? null : 'The keychain of this system cannot be opened.';
}

async function decrypt(safeStorage: SafeStorage, value: string): Promise<string | null> {
  try {
    return (await safeStorage.decryptStringAsync(Buffer.from(value, 'base64'))).result;
  } catch {
    return null;
  }
}

async function encrypt(safeStorage: SafeStorage, value: string): Promise<string> {
  try {
    return (await safeStorage.encryptStringAsync(value)).toString('base64');
  } catch {
    throw unavailable('The keychain of the system refused to encrypt.');
  }
}

function readStored(file: string): Stored {
  try {
    return stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}

function writeStored(file: string, values: Stored): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const partial = `${file}.part`;
    writeFileSync(partial, JSON.stringify(values, null, 2), { mode: 0o600 });
    renameSync(partial, file);
  } catch {
    throw unavailable(`${file} cannot be written.`);
  }
}

const unavailable = (message: string): TieoutError =>
  new TieoutError('desktop.keychain_unavailable', {
    message: `${message} The secret was not kept.`,
    remedy: 'Unlock the keychain and try again, or set the variable in the environment.',
  });
