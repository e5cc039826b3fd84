import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpHost, startHttpHost } from '../../../main/hosts/http.ts';
import { TieoutError } from '../../../shared/errors.ts';
import { emptyApi } from './empty-api.ts';

let folder: string;
let host: HttpHost;
let cookie: string;

type Answer = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: string };

/** A raw request, because fetch would not let a test forge the Host header. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: host.port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    call.on('error', reject);
    call.end();
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tieout-host-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Tieout</title>');
  writeFileSync(join(folder, 'secret.txt'), 'no');
  host = await startHttpHost({ api: emptyApi, rendererFolder: folder, exportsFolder: () => folder, port: 0 });
  const first = await ask(new URL(host.url).pathname + new URL(host.url).search);
  expect(first.status).toBe(302);
  cookie = String(first.headers['set-cookie']).split(';')[0] ?? '';
});

afterAll(async () => {
  await host.stop();
  rmSync(folder, { recursive: true });
});

test('the token opens a session once', async () => {
  expect(cookie).toMatch(/^tieout_session_\d+=.{40,}/);
  const { pathname, search } = new URL(host.url);
  expect((await ask(pathname + search)).status).toBe(403);
});

test('the session cookie is out of reach of scripts and of other sites', async () => {
  const other = await startHttpHost({ api: emptyApi, rendererFolder: folder, exportsFolder: () => null, port: 0 });
  const answer = await fetch(other.url, { redirect: 'manual' });
  expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/);
  await other.stop();
});

test('nothing is served without the session', async () => {
  expect((await ask('/')).status).toBe(403);
  expect((await ask('/trpc/workspace.current')).status).toBe(403);
});

test('a wrong token is refused', async () => {
  expect((await ask('/?token=guess')).status).toBe(403);
});

test('another Host is refused, even with the session (DNS rebinding)', async () => {
  const answer = await ask('/trpc/workspace.current', { cookie, host: `tieout.example:${host.port}` });
  expect(answer.status).toBe(403);
});

test('another Origin is refused, even with the session', async () => {
  const answer = await ask('/trpc/workspace.current', { cookie, origin: 'http://evil.example' });
  expect(answer.status).toBe(403);
});

test('a request that the browser marks as cross-site is refused', async () => {
  const answer = await ask('/trpc/workspace.current', { cookie, 'sec-fetch-site': 'cross-site' });
  expect(answer.status).toBe(403);
});

test('with the session the page and the contract answer, under a strict policy', async () => {
  const page = await ask('/', { cookie });
  expect(page.status).toBe(200);
  expect(page.headers['content-security-policy']).toContain("script-src 'self'");
  const call = await ask('/trpc/workspace.current', { cookie });
  expect(JSON.parse(call.body)).toEqual({ result: { data: null } });
});

test.each([
  '/../../etc/passwd.txt',
  '/%2e%2e/%2e%2e/etc/hosts.txt',
  '/exports/..%2f..%2fetc%2fhosts.txt',
  '/%E0%A4%A.txt',
])('no path leads out of the served folder: %s', async (path) => {
  expect((await ask(path, { cookie })).status).toBe(404);
});

test('an error crosses as its public document', async () => {
  const call = await ask(`/trpc/months.summary?input=${encodeURIComponent('{"month":"2026-05"}')}`, { cookie });
  expect(JSON.parse(call.body).error.tieout).toMatchObject({ code: 'workspace.not_found', remedy: 'Open one.' });
});

test('bad input is refused before the api is asked', async () => {
  const call = await ask(`/trpc/months.summary?input=${encodeURIComponent('{"month":"May"}')}`, { cookie });
  expect(call.status).toBe(400);
});

test('a taken port is said so', async () => {
  const start = startHttpHost({ api: emptyApi, rendererFolder: folder, exportsFolder: () => null, port: host.port });
  await expect(start).rejects.toMatchObject({ code: 'host.port_in_use' });
});

test('screens that were not built are said so', async () => {
  const start = startHttpHost({ api: emptyApi, rendererFolder: join(folder, 'x'), exportsFolder: () => null, port: 0 });
  await expect(start).rejects.toBeInstanceOf(TieoutError);
});
