import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import { TieoutError } from '../../../shared/errors.ts';
import { idOf } from '../../sources/stripe/fields.ts';
import type { Resource } from '../../sources/stripe/resources.ts';
import type { StripeClient } from '../../sources/stripe/stripe-client.ts';
import type { MadeKind, RunState, StateFile } from './run-state.ts';

export type WriteOptions = { readonly idempotencyKey: string };

/**
 * Writes to Stripe so that the same run, started again, does nothing twice: every request has an idempotency key made
 * of the run and of what it is for, and every creation is on disk before it is asked for.
 */
export class Writer {
  readonly client: StripeClient;
  readonly state: RunState;
  readonly signal: AbortSignal;
  readonly #file: StateFile;

  constructor(of: {
    readonly client: StripeClient;
    readonly state: RunState;
    readonly file: StateFile;
    readonly signal: AbortSignal;
  }) {
    this.client = of.client;
    this.state = of.state;
    this.signal = of.signal;
    this.#file = of.file;
  }

  /** The name that an object of this run has on Stripe. */
  named(suffix: string): string {
    return `tieout-${this.state.runId}-${suffix}`;
  }

  /** Carried by what can carry it, so that it can be told whose it is. */
  get metadata(): { readonly tieout_run: string } {
    return { tieout_run: this.state.runId };
  }

  async save(): Promise<void> {
    await this.#file.save(this.state);
  }

  /** A request that changes something. @param what names it within the run, the same every time */
  write(
    resource: Resource,
    what: string,
    send: (sdk: Stripe, options: WriteOptions) => Promise<unknown>,
  ): Promise<unknown> {
    const idempotencyKey = keyOf(this.state.runId, what);
    return this.client.request(resource, (sdk) => send(sdk, { idempotencyKey }), this.signal);
  }

  read(resource: Resource, send: (sdk: Stripe) => Promise<unknown>): Promise<unknown> {
    return this.client.request(resource, send, this.signal);
  }

  /** Creates an object once. @param learn takes more from the answer, before it counts as made */
  async make(
    of: { readonly kind: MadeKind; readonly id: string; readonly resource: Resource },
    send: (sdk: Stripe, options: WriteOptions) => Promise<unknown>,
    learn: (answer: unknown) => void = () => {},
  ): Promise<void> {
    const path = `${of.kind}/${of.id}`;
    const { made } = this.state;
    if (typeof made[path]?.id === 'string') return;
    made[path] = { kind: of.kind, id: null, isOwn: true };
    await this.save();
    const answer = await this.write(of.resource, path, send);
    this.note(of.kind, of.id, requireId(answer, of.resource));
    learn(answer);
    await this.save();
  }

  /** Remembers an object under its id in the scenario. */
  note(kind: MadeKind, id: string, stripeId: string, isOwn = true): void {
    this.state.made[`${kind}/${id}`] = { kind, id: stripeId, isOwn };
  }

  has(kind: MadeKind, id: string): boolean {
    return typeof this.state.made[`${kind}/${id}`]?.id === 'string';
  }

  /** Stripe's id of an object of the scenario; the scenario's own where it was never made, which Stripe refuses. */
  idOf(kind: MadeKind, id: string): string {
    return this.state.made[`${kind}/${id}`]?.id ?? id;
  }
}

function requireId(answer: unknown, resource: Resource): string {
  const id = idOf(answer);
  if (id !== null) return id;
  throw new TieoutError('stripe.bad_answer', {
    message: `Stripe answered without an id when one of the ${resource.label} was made.`,
    path: resource.path,
    remedy: 'Check that the address serves the Stripe API.',
  });
}

/** Stripe takes up to 255 characters; ids of a scenario may be long. */
const keyOf = (runId: string, what: string): string =>
  `tieout-${runId}-${createHash('sha256').update(what).digest('hex').slice(0, 32)}`;
