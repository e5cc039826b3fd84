import { httpLink, httpSubscriptionLink, splitLink, type TRPCLink } from '@trpc/client';
import type { Bridge } from '../../shared/contract/bridge.ts';
import type { AppRouter } from '../../shared/contract/router.ts';
import { bridgeLink } from './bridge-link.ts';

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
