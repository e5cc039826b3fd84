import { TieoutError } from '../../../shared/errors.ts';
import { idOf, isRaw } from './fields.ts';
import type { Resource } from './resources.ts';

/** The most that Stripe gives in one page. */
export const PAGE_SIZE = 100;

/** Asks for one page; `after` is the id of the last row seen. */
export type FetchPage = (cursor: { readonly limit: number; readonly starting_after?: string }) => Promise<unknown>;

/**
 * Follows a list to its end, a page at a time.
 * @param pageLimit a server that never says "no more" is stopped here
 * @throws TieoutError `stripe.page_limit_reached`, `stripe.bad_answer`
 */
export async function* followPages(
  fetchPage: FetchPage,
  { resource, pageLimit }: { readonly resource: Resource; readonly pageLimit: number },
): AsyncGenerator<readonly unknown[]> {
  let after: string | null = null;
  for (let page = 1; ; page += 1) {
    const answer = await fetchPage(after === null ? { limit: PAGE_SIZE } : { limit: PAGE_SIZE, starting_after: after });
    if (!isRaw(answer) || !Array.isArray(answer.data)) throw badPage(resource, 'it has no "data"');
    yield answer.data;
    if (answer.has_more !== true) return;
    const last: string | null = idOf(answer.data.at(-1));
    if (last === null) throw badPage(resource, 'it says that there is more, but its last row has no id');
    if (last === after) throw badPage(resource, 'the same page came twice');
    if (page >= pageLimit) {
      throw new TieoutError('stripe.page_limit_reached', {
        message: `Stopped after ${page} pages of ${resource.label}; more remain.`,
        path: resource.path,
        remedy: 'Pull a shorter period; if the account really holds that much, report this.',
      });
    }
    after = last;
  }
}

const badPage = (resource: Resource, what: string): TieoutError =>
  new TieoutError('stripe.bad_answer', {
    message: `A page of ${resource.label} cannot be used: ${what}.`,
    path: resource.path,
    remedy: 'Check that stripe.apiBase serves the Stripe API.',
  });
