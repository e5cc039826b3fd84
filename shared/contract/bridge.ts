import type { ErrorDocument } from '../errors.ts';

/**
 * What the desktop window may ask of its main process: one call, one subscription, nothing else. The same procedures,
 * inputs and JSON values as over HTTP, so that IPC cannot accept what HTTP would lose.
 */
export type BridgeCall = {
  /** `months.summary` */
  readonly path: string;
  readonly type: 'query' | 'mutation';
  readonly input: unknown;
};

export type BridgeReply =
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly error: ErrorDocument };

export type BridgeSubscription = { readonly path: string; readonly input: unknown };

export type BridgeEvent =
  | { readonly kind: 'data'; readonly data: unknown }
  | { readonly kind: 'error'; readonly error: ErrorDocument }
  | { readonly kind: 'end' };

/** `window.tieout` in the desktop shell; absent in a browser. */
export type Bridge = {
  call(request: BridgeCall): Promise<BridgeReply>;
  /** @returns a function that ends the subscription */
  listen(request: BridgeSubscription, onEvent: (event: BridgeEvent) => void): () => void;
};

/**
 * The IPC channels behind the bridge. `call` is `invoke`/`handle` with a BridgeCall, answered by a BridgeReply.
 * `listen` and `stop` are sent to main with `(id, BridgeSubscription)` and `(id)`; main sends `event` with `(id, BridgeEvent)`.
 */
export const BRIDGE_CHANNELS = {
  call: 'tieout:call',
  listen: 'tieout:listen',
  stop: 'tieout:stop',
  event: 'tieout:event',
} as const;
