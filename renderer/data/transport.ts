import { httpLink, httpSubscriptionLink, splitLink, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { Bridge } from '../../shared/contract/bridge.ts';
import type { AppRouter } from '../../shared/contract/router.ts';
import type { ErrorDocument } from '../../shared/errors.ts';

declare global {
  interface Window {
    readonly tieout?: Bridge;
  }
}

/** Whether the application runs in the desktop shell, which can show a folder dialog. */
export const isDesktop = (): boolean => window.tieout !== undefined;

/** The desktop's bridge where there is one, else the loopback host that served this page. */
export const links = (): TRPCLink<AppRouter>[] =>
  window.tieout === undefined ? httpLinks() : [bridgeLink(window.tieout)];

/** One request per call: a slow window of rows must not hold up the quick answers that a batch would tie to it. */
function httpLinks(): TRPCLink<AppRouter>[] {
  const url = new URL('/trpc', window.location.origin).href;
  return [
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      true: httpSubscriptionLink({ url }),
      false: httpLink({ url }),
    }),
  ];
}

/** tRPC over the bridge: the same procedures and JSON values as over HTTP. */
export function bridgeLink(bridge: Bridge): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        if (op.type === 'subscription') {
          return bridge.listen({ path: op.path, input: op.input }, (event) => {
            if (event.kind === 'data') observer.next({ result: { type: 'data', data: event.data } });
            else if (event.kind === 'error') observer.error(failure(event.error));
            else observer.complete();
          });
        }
        let isOver = false;
        bridge.call({ path: op.path, type: op.type, input: op.input }).then(
          (reply) => {
            if (isOver) return;
            if (reply.ok) {
              observer.next({ result: { type: 'data', data: reply.data } });
              observer.complete();
            } else {
              observer.error(failure(reply.error));
            }
          },
          (error: Error) => {
            if (!isOver) observer.error(TRPCClientError.from(error));
          },
        );
        return () => {
          isOver = true;
        };
      });
}

/** The error as tRPC's own link would build it from the host's error shape. */
const failure = (document: ErrorDocument): TRPCClientError<AppRouter> =>
  TRPCClientError.from({
    error: {
      code: -32603,
      message: document.message,
      data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 },
      tieout: document,
    },
  });
