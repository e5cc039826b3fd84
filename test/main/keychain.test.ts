import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openKeychain, type SafeStorage } from '../../main/keychain.ts';
import { environmentOf, memorySecrets } from '../../main/secrets.ts';
import { scratchFolder } from './cache/scratch.ts';

const SECRET = 'rk_live_very_secret';

/** Turns every byte over: enough to tell plain text from what went through it. */
const turned = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0xff));
const doubleStorage = (change: Partial<SafeStorage> = {}): SafeStorage => ({
  isAsyncEncryptionAvailable: async () => true,
  encryptStringAsync: async (text) => turned(Buffer.from(text)),
  decryptStringAsync: async (bytes) => ({ result: turned(bytes).toString(), shouldReEncrypt: false }),
  getSelectedStorageBackend: () => 'gnome_libsecret',
  ...change,
});

const open = (file: string, change: Partial<SafeStorage> = {}, platform: NodeJS.Platform = 'linux') =>
  openKeychain({ safeStorage: doubleStorage(change), platform, file });

test('what is kept is there after a restart, for its own workspace alone, and the file does not show it', async () => {
  const file = join(scratchFolder(), 'state', 'secrets.json');
  const first = await open(file);
  expect(first.keeps).toBe('keychain');
  await first.keep('/books/acme', 'STRIPE_API_KEY', SECRET);
  await first.keep('/books/acme', 'CLICKHOUSE_PASSWORD', 'x');
  expect(readFileSync(file, 'utf8')).not.toContain(SECRET);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o077).toBe(0);
  const again = await open(file);
  expect(again.of('/books/acme')).toEqual({ STRIPE_API_KEY: SECRET, CLICKHOUSE_PASSWORD: 'x' });
  expect(again.of('/books/other')).toEqual({});
  await again.forget('/books/acme', 'STRIPE_API_KEY');
  expect((await open(file)).of('/books/acme')).toEqual({ CLICKHOUSE_PASSWORD: 'x' });
});

test.each<[string, Partial<SafeStorage>, RegExp]>([
  [
    'a fixed password in the place of a keychain',
    { getSelectedStorageBackend: (): string => 'basic_text' },
    /no keychain/,
  ],
  ['an unknown one', { getSelectedStorageBackend: (): string => 'unknown' }, /no keychain/],
  ['one that is locked', { isAsyncEncryptionAvailable: async () => false }, /cannot be opened/],
])('%s is refused: secrets stay in memory and nothing is written', async (_name, change, words) => {
  const file = join(scratchFolder(), 'secrets.json');
  const store = await open(file, change);
  expect(store.keeps).toBe('memory');
  expect(store.noKeychain).toMatch(words);
  await store.keep('/books/acme', 'KEY', SECRET);
  expect(store.of('/books/acme')).toEqual({ KEY: SECRET });
  expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
});

test('the backend counts on Linux alone', async () => {
  const file = join(scratchFolder(), 'secrets.json');
  expect((await open(file, { getSelectedStorageBackend: (): string => 'basic_text' }, 'darwin')).keeps).toBe(
    'keychain',
  );
});

test('a keychain that refuses keeps nothing, says so without the secret, and what was kept before stays', async () => {
  const file = join(scratchFolder(), 'secrets.json');
  await (await open(file)).keep('/books/acme', 'KEY', 'before');
  const store = await open(file, {
    encryptStringAsync: async () => {
      throw new Error(`cannot encrypt ${SECRET}`);
    },
  });
  const failure = await store.keep('/books/acme', 'KEY', SECRET).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'desktop.keychain_unavailable' });
  expect(JSON.stringify(failure) + String(failure)).not.toContain(SECRET);
  expect(store.of('/books/acme')).toEqual({ KEY: 'before' });
});

test('what another keychain encrypted reads as not kept', async () => {
  const file = join(scratchFolder(), 'secrets.json');
  await (await open(file)).keep('/books/acme', 'KEY', SECRET);
  const store = await open(file, {
    decryptStringAsync: async () => {
      throw new Error('another key');
    },
  });
  expect(store.of('/books/acme')).toEqual({});
});

test('the environment comes first; a variable that is set to nothing does not count', async () => {
  const store = memorySecrets();
  await store.keep('/w', 'A', 'kept');
  await store.keep('/w', 'B', 'kept');
  expect(environmentOf(store, '/w', { A: 'set', B: '', C: 'set' })).toMatchObject({ A: 'set', B: 'kept', C: 'set' });
});
