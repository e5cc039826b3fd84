import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';
import { type ServerType, serve } from '@hono/node-server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { Context as HonoContext } from 'hono';
import { Hono } from 'hono';
import type { Api } from '../../shared/contract/api.ts';
import { appRouter } from '../../shared/contract/router.ts';
import { TieoutError } from '../../shared/errors.ts';

/** Only what the page itself brings may run; styles in attributes are what the chart and the virtual table set. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Cookies do not know ports: each server's session has a name of its own, so that two can run side by side. */
const sessionCookie = (port: string): string => `tieout_session_${port}`;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
};

export type HttpHost = {
  /** With the one-time token; the first visit exchanges it for a session. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
};

/**
 * Serves the screens and the contract on loopback. Three doors stand before every call: the Host header must be ours
 * (a page elsewhere cannot rebind its name to us), the Origin must be ours where one is sent, and the session cookie
 * must hold what the one-time token was exchanged for.
 * @throws TieoutError `renderer.not_built`, `host.port_in_use`
 */
export async function startHttpHost(options: {
  readonly api: Api;
  readonly rendererFolder: string;
  /** Finished exports that the browser may download; null while no workspace is open. */
  readonly exportsFolder: () => string | null;
  readonly port: number;
}): Promise<HttpHost> {
  await requireRenderer(options.rendererFolder);
  let oneTimeToken: string | null = randomBytes(24).toString('base64url');
  const session = randomBytes(32).toString('base64url');
  let authority = '';
  const cookieName = (): string => sessionCookie(authority.split(':')[1] ?? '');
  const app = new Hono();

  app.use('*', async (context, next) => {
    const refusal = refuse(context, authority);
    if (refusal !== null) return context.text(refusal, 403);
    await next();
    context.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cross-Origin-Opener-Policy', 'same-origin');
  });

  app.get('/', async (context, next) => {
    const given = context.req.query('token');
    if (given === undefined) return next();
    if (oneTimeToken === null || !sameText(given, oneTimeToken)) {
      if (hasSession(context, cookieName(), session)) return context.redirect('/');
      return context.html(refusalPage('This address has been used already.'), 403);
    }
    oneTimeToken = null;
    context.header('Set-Cookie', `${cookieName()}=${session}; HttpOnly; SameSite=Strict; Path=/`);
    return context.redirect('/');
  });

  app.use('*', async (context, next) => {
    if (hasSession(context, cookieName(), session)) return next();
    return context.html(refusalPage('This page is open to the person who started Tieout only.'), 403);
  });

  app.all('/trpc/*', (context) =>
    fetchRequestHandler({
      endpoint: '/trpc',
      req: context.req.raw,
      router: appRouter,
      createContext: () => ({ api: options.api }),
    }),
  );

  app.get('/exports/:file', (context) => {
    const folder = options.exportsFolder();
    return folder === null ? context.notFound() : sendFile(context, folder, context.req.param('file'), true);
  });

  app.get('*', async (context) => {
    const path = decoded(new URL(context.req.url).pathname);
    if (path === null) return context.notFound();
    return sendFile(context, options.rendererFolder, path === '/' ? 'index.html' : path, false);
  });

  const server = await listen(app, options.port);
  const { port } = server.address() as AddressInfo;
  authority = `127.0.0.1:${port}`;
  return { url: `http://${authority}/?token=${oneTimeToken}`, port, stop: () => stop(server) };
}

function refuse(context: HonoContext, authority: string): string | null {
  const port = authority.split(':')[1] ?? '';
  const allowed = new Set([authority, `localhost:${port}`]);
  const host = context.req.header('host') ?? '';
  if (!allowed.has(host)) return 'Refused: this address is not the one that Tieout serves.';
  const origin = context.req.header('origin');
  if (origin !== undefined && origin !== `http://${host}`) return 'Refused: the request comes from another page.';
  const site = context.req.header('sec-fetch-site');
  const isOwn = site === undefined || site === 'same-origin' || site === 'none';
  if (!isOwn && context.req.path !== '/') return 'Refused: the request comes from another page.';
  return null;
}

function hasSession(context: HonoContext, name: string, session: string): boolean {
  const cookies = (context.req.header('cookie') ?? '').split(';').map((part) => part.trim());
  const found = cookies.find((cookie) => cookie.startsWith(`${name}=`));
  return found !== undefined && sameText(found.slice(name.length + 1), session);
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

const refusalPage = (reason: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tieout</title><body style="font: 15px/1.5 system-ui; margin: 15vh auto; max-width: 30rem">
<h1 style="font-size: 20px">Tieout</h1><p>${reason} Open the address that <code>tieout serve</code> printed, or start it again for a new one.</p></body></html>`;

async function sendFile(context: HonoContext, folder: string, path: string, isDownload: boolean): Promise<Response> {
  const file = normalize(join(folder, path));
  if (!file.startsWith(folder + sep)) return context.notFound();
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) return context.notFound();
  const headers: Record<string, string> = {
    'Content-Type': MEDIA_TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Length': String(found.size),
    'Cache-Control': path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store',
  };
  if (isDownload) headers['Content-Disposition'] = `attachment; filename="${path.replaceAll(/[^\w.-]/g, '_')}"`;
  return new Response(Readable.toWeb(createReadStream(file)) as ReadableStream, { headers });
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

async function requireRenderer(folder: string): Promise<void> {
  const index = await stat(join(folder, 'index.html')).catch(() => null);
  if (index !== null) return;
  throw new TieoutError('renderer.not_built', {
    message: 'The screens have not been built.',
    remedy: 'Run "npm run build" once, then start again.',
  });
}

function listen(app: Hono, port: number): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port }, () => resolve(server));
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      reject(
        isTaken
          ? new TieoutError('host.port_in_use', {
              message: `Port ${port} cannot be used (${error.code}).`,
              remedy: 'Leave --port out to let the system choose a free one.',
              cause: error,
            })
          : error,
      );
    });
  });
}

function stop(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
