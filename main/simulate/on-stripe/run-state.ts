import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { TieoutError } from '../../../shared/errors.ts';

/** What a run makes on Stripe. The order is that in which it is taken away again. */
export const MADE_KINDS = ['clock', 'coupon', 'taxRate', 'price', 'product', 'meter'] as const;
export type MadeKind = (typeof MADE_KINDS)[number] | 'customer' | 'subscription' | 'item' | 'grant';

/** `id` null: it was asked for, and no answer came yet. `isOwn` false: it was there before and stays. */
export type Made = { readonly kind: MadeKind; readonly id: string | null; readonly isOwn: boolean };

/** One that is there, or a coupon of the scenario to be added. */
export type DiscountWish = { readonly discountId: string; readonly couponId: string } | { readonly couponId: string };

/**
 * How far a run has come, on disk before every creation: whoever finds the file can go on, or clean up.
 * Holds ids alone, no key.
 */
export type RunState = {
  readonly runId: string;
  /** Of the scenario: another scenario cannot go on with this run. */
  readonly digest: string;
  readonly host: string;
  /** Steps of the plan that are done. */
  done: number;
  /** It is being cleaned up: nobody goes on with it. */
  isOver: boolean;
  /** By `kind/id of the scenario`. */
  readonly made: Record<string, Made>;
  /** Of each subscription of the scenario, in order. */
  readonly discounts: Record<string, readonly { readonly couponId: string; readonly discountId: string }[]>;
  /**
   * The discounts that a step asks for, decided once: a repeat must ask for the same. Null: the subscription is over.
   */
  readonly changes: Record<string, readonly DiscountWish[] | null>;
  /** Usage that Stripe refused, by its place in the scenario. */
  readonly refused: Record<string, string>;
};

export const newState = (of: Pick<RunState, 'runId' | 'digest' | 'host'>): RunState => ({
  ...of,
  done: 0,
  isOver: false,
  made: {},
  discounts: {},
  changes: {},
  refused: {},
});

export class StateFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** @returns null where there is none. @throws TieoutError `stripe.record_malformed` where it is no state */
  async load(): Promise<RunState | null> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    const state = parsed(text);
    if (state !== null) return state;
    throw new TieoutError('stripe.record_malformed', {
      message: `${this.path} is not the state of a run on Stripe.`,
      path: this.path,
      remedy: 'Move it away; what an earlier run left on Stripe is named tieout-… there.',
    });
  }

  /** As a whole or not at all. */
  async save(state: RunState): Promise<void> {
    const next = `${this.path}.next`;
    await writeFile(next, `${JSON.stringify({ tieout: 1, kind: 'stripe-run', ...state }, null, 1)}\n`, { mode: 0o600 });
    await rename(next, this.path);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

function parsed(text: string): RunState | null {
  try {
    const value = JSON.parse(text) as Partial<RunState> & { readonly kind?: unknown };
    const isState =
      value.kind === 'stripe-run' &&
      typeof value.runId === 'string' &&
      typeof value.digest === 'string' &&
      typeof value.host === 'string' &&
      Number.isSafeInteger(value.done) &&
      typeof value.isOver === 'boolean' &&
      [value.made, value.discounts, value.changes, value.refused].every(
        (map) => typeof map === 'object' && map !== null,
      );
    return isState ? (value as RunState) : null;
  } catch {
    return null;
  }
}
