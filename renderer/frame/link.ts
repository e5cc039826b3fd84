/** The name of the workspace, in an address that is passed on. */
const WORKSPACE = 'workspace';

/**
 * A view as a link that can be passed on: the address of the page with the name of its workspace, and without any
 * token. In a browser it is the loopback address, which works for whoever has this Tieout open on this machine; the
 * desktop writes `tieout://open/#…`, which the palette of any Tieout takes, too.
 * @param path of the page, with its filters: `/months/2026-05?structural=true`
 * @param origin of the browser's page; null on the desktop
 */
export function linkTo(path: string, workspace: string | null, origin: string | null): string {
  const [page = '', search = ''] = path.split('?');
  const parameters = search.split('&').filter((part) => part !== '' && !part.startsWith(`${WORKSPACE}=`));
  if (workspace !== null) parameters.push(`${WORKSPACE}=${encodeURIComponent(JSON.stringify(workspace))}`);
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  return `${origin ?? 'tieout://open'}/#${page}${query}`;
}

/** The page that a pasted link shows, with its filters; null where the text is no link of Tieout. */
export function pathOfLink(text: string): string | null {
  const found = /^(?:https?:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?|tieout:\/\/open)\/?#(\/\S*)$/.exec(text.trim());
  return found?.[1] ?? null;
}

/** The workspace that an address names; null where it names none. */
export function workspaceIn(search: unknown): string | null {
  if (typeof search !== 'object' || search === null || !(WORKSPACE in search)) return null;
  const name = search[WORKSPACE];
  return typeof name === 'string' || typeof name === 'number' ? String(name) : null;
}
