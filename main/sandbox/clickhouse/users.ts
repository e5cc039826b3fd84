import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { engineError } from './exceptions.ts';
import type { EmbeddedUser } from './protocol.ts';

/**
 * Who sent a request: `X-ClickHouse-User` and `-Key`, Basic authorisation, or `user` and `password` in the URL.
 * @throws EngineError 516 (AUTHENTICATION_FAILED), with status 401 where no credentials came, else 403
 */
export function authenticate(request: IncomingMessage, url: URL, users: readonly EmbeddedUser[]): EmbeddedUser {
  const given = credentials(request, url);
  const user = users.find(({ name }) => name === given?.name);
  const isRight = sameText(given?.password ?? '', user?.password ?? '');
  if (given !== null && user !== undefined && isRight) return user;
  const message = `${given?.name ?? 'default'}: Authentication failed: password is incorrect, or there is no user with such name`;
  throw engineError(516, 'AUTHENTICATION_FAILED', message, given === null ? 401 : 403);
}

function credentials(request: IncomingMessage, url: URL): { readonly name: string; readonly password: string } | null {
  const { headers } = request;
  const name = headers['x-clickhouse-user'];
  const key = headers['x-clickhouse-key'];
  if (name !== undefined || key !== undefined) return { name: String(name ?? 'default'), password: String(key ?? '') };
  const basic = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [, user, password] = /^([^:]*):?([\s\S]*)$/.exec(Buffer.from(basic, 'base64').toString('utf8')) ?? [];
    return { name: user ?? '', password: password ?? '' };
  }
  const user = url.searchParams.get('user');
  const password = url.searchParams.get('password');
  return user === null && password === null ? null : { name: user ?? 'default', password: password ?? '' };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
