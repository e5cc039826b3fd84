import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const LARGEST = 1_000_000;
const KEYS = /\b(?:sk|rk|pk|whsec)_[A-Za-z0-9_]+/g;
const CREDENTIALS = /\/\/[^\s/@]+@/g;

/** Without what looks like a key, and without credentials in an address. */
export const withoutSecrets = (text: string): string =>
  text.replace(KEYS, '[key]').replace(CREDENTIALS, '//[credentials]@');

/** Writes what went wrong on our own side to a file; one older file is kept. It must never fail itself. */
export function writeCrash(file: string, what: string, error: unknown, at: Date): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGEST) renameSync(file, `${file}.old`);
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    appendFileSync(file, `${at.toISOString()} ${what}: ${withoutSecrets(text)}\n`, { mode: 0o600 });
  } catch {
    // There is nowhere left to say it.
  }
}
