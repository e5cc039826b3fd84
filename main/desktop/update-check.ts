import { z } from 'zod';

/** What a feed answers: the newest version and where it can be had. */
const feed = z.object({ version: z.string().regex(/^\d+\.\d+\.\d+$/), url: z.url({ protocol: /^https$/ }) });

export type Update = z.infer<typeof feed>;

/** The feed to ask, or null: without one nothing is ever asked, and `off` switches off one that is built in. */
export function feedOf(env: Readonly<Record<string, string | undefined>>): string | null {
  const named = env.TIEOUT_UPDATE_FEED ?? '';
  return named === '' || named === 'off' || !/^https:\/\//.test(named) ? null : named;
}

/**
 * Asks a feed once. It is told nothing but that somebody asks; nothing is downloaded or installed.
 * @returns the newer version, null where this is the newest
 * @throws Error where the feed does not answer as one
 */
export async function newerVersion(own: string, ask: () => Promise<unknown>): Promise<Update | null> {
  const update = feed.parse(await ask());
  return isNewer(update.version, own) ? update : null;
}

function isNewer(version: string, own: string): boolean {
  const [theirs, ours] = [version, own].map((text) => text.split('-')[0]?.split('.').map(Number) ?? []);
  for (const place of [0, 1, 2]) {
    const difference = (theirs?.[place] ?? 0) - (ours?.[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
