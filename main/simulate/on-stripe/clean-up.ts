import type Stripe from 'stripe';
import { refusalOf } from '../../sources/stripe/failures.ts';
import { idOf, isRaw } from '../../sources/stripe/fields.ts';
import type { Resource } from '../../sources/stripe/resources.ts';
import type { Expand, StripeClient } from '../../sources/stripe/stripe-client.ts';
import type { MadeKind } from './run-state.ts';
import type { Writer } from './writer.ts';
import { WRITTEN } from './written.ts';

/** How many objects of a run were taken away. */
export type CleanedUp = Readonly<Record<'deleted' | 'archived', number>>;

/**
 * Takes away what a run made: clocks with their customers and all that hangs on them, and coupons, are deleted; prices,
 * products, tax rates and meters, which Stripe keeps, are put out of use. What was asked for without an answer is found
 * by its name. Doing it twice does no harm.
 */
export async function cleanUp(writer: Writer): Promise<CleanedUp> {
  const { state } = writer;
  state.isOver = true;
  await writer.save();
  const counts = { deleted: 0, archived: 0 };
  const begun = (kind: MadeKind): boolean => Object.values(state.made).some((made) => made.kind === kind && made.isOwn);
  /** Ids that the run chose itself, by number. */
  const namesOf = (kind: MadeKind, letter: string): readonly string[] =>
    Object.values(state.made)
      .flatMap((made) => (made.kind === kind && made.isOwn ? [kind] : []))
      .map((_, index) => writer.named(`${letter}${index}`));
  const remove = async (resource: Resource, send: (sdk: Stripe) => Promise<unknown>, as: keyof CleanedUp) => {
    try {
      await writer.client.request(resource, send, writer.signal);
      counts[as] += 1;
    } catch (error) {
      if (refusalOf(error)?.code !== 'resource_missing') throw error;
    }
  };

  if (begun('clock')) {
    const isOwn = (row: Row): boolean => textOf(row.name).startsWith(writer.named('c'));
    for (const id of await found(
      writer,
      WRITTEN.clocks,
      (sdk, cursor) => sdk.testHelpers.testClocks.list(cursor),
      isOwn,
    ))
      await remove(WRITTEN.clocks, (sdk) => sdk.testHelpers.testClocks.del(id), 'deleted');
  }
  for (const id of namesOf('coupon', 'k')) {
    await remove(WRITTEN.coupons, (sdk) => sdk.coupons.del(id), 'deleted');
  }
  for (const product of namesOf('product', 'p')) {
    const prices = await found(
      writer,
      WRITTEN.prices,
      (sdk, cursor) => sdk.prices.list({ ...cursor, product, active: true }),
      () => true,
    );
    for (const id of prices) {
      await remove(WRITTEN.prices, (sdk) => sdk.prices.update(id, { active: false }), 'archived');
    }
    await remove(WRITTEN.products, (sdk) => sdk.products.update(product, { active: false }), 'archived');
  }
  if (begun('taxRate')) {
    const isOwn = (row: Row): boolean => isRaw(row.metadata) && row.metadata.tieout_run === state.runId;
    const rates = await found(
      writer,
      WRITTEN.taxRates,
      (sdk, cursor) => sdk.taxRates.list({ ...cursor, active: true }),
      isOwn,
    );
    for (const id of rates)
      await remove(WRITTEN.taxRates, (sdk) => sdk.taxRates.update(id, { active: false }), 'archived');
  }
  if (begun('meter')) {
    const isOwn = (row: Row): boolean => textOf(row.event_name).endsWith(`_${state.runId}`);
    const meters = await found(
      writer,
      WRITTEN.meters,
      (sdk, cursor) => sdk.billing.meters.list({ ...cursor, status: 'active' }),
      isOwn,
    );
    for (const id of meters) await remove(WRITTEN.meters, (sdk) => sdk.billing.meters.deactivate(id), 'archived');
  }
  return counts;
}

type Row = Readonly<Record<string, unknown>>;
type Cursor = { readonly limit: number; readonly starting_after?: string };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

async function found(
  { client, signal }: { readonly client: StripeClient; readonly signal: AbortSignal },
  resource: Resource,
  send: (sdk: Stripe, cursor: Cursor, expand: Expand) => Promise<unknown>,
  isOwn: (row: Row) => boolean,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const rows of client.list(resource, send, signal)) {
    for (const row of rows) {
      const id = idOf(row);
      if (id !== null && isRaw(row) && isOwn(row)) ids.push(id);
    }
  }
  return ids;
}
