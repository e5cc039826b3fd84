import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { Bridge } from '../../shared/contract/bridge.ts';
import type { AppRouter } from '../../shared/contract/router.ts';
import type { ErrorDocument } from '../../shared/errors.ts';

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
