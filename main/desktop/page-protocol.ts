import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { CONTENT_SECURITY_POLICY } from '../hosts/http.ts';

/**
 * Our page has a scheme of its own: a file:// page would need privileges over the whole disk, which the packaged
 * application has switched off (electronFuses).
 */
export const PAGE_SCHEME = 'tieout-app';
export const PAGE_URL = `${PAGE_SCHEME}://tieout/index.html`;

/** Whether an address is our own page, whatever stands behind its hash. */
export const isOurPage = (url: string): boolean => url.split(/[?#]/)[0] === PAGE_URL;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Answers with the files of the built screens and nothing else on the disk. */
export async function answerPage(url: string, rendererFolder: string): Promise<Response> {
  const { host, pathname } = new URL(url);
  const file = normalize(join(rendererFolder, decodeURIComponent(pathname)));
  const type = TYPES[extname(file)];
  if (host !== 'tieout' || type === undefined || !file.startsWith(`${rendererFolder}${sep}`)) return absent();
  try {
    return new Response(new Uint8Array(await readFile(file)), {
      headers: {
        'Content-Type': type,
        'Content-Security-Policy': CONTENT_SECURITY_POLICY,
        'X-Content-Type-Options': 'nosniff',
      },
    });
  } catch {
    return absent();
  }
}

const absent = (): Response => new Response(null, { status: 404 });
