import { resolve } from 'node:path';
import { type Problem, TieoutError } from '../../shared/errors.ts';
import type { ClickHouseSettings, StripeSettings } from './config.ts';
import { notSetMessage, notSetRemedy, type Secret } from './setting.ts';

export type ClickHouseConnection =
  | {
      readonly kind: 'server';
      readonly url: string;
      readonly database: string;
      readonly username: string;
      readonly password: Secret;
    }
  /** `folder` is absolute. */
  | { readonly kind: 'embedded'; readonly folder: string; readonly database: string };

export type StripeConnection = {
  readonly apiKey: Secret;
  readonly apiBase: string;
  readonly requestsPerSecond: number;
  readonly testClocks: boolean;
};

/** Below Stripe's read limits of about 100 a second live and 25 in test mode (stripe.md). */
const LIVE_REQUESTS_PER_SECOND = 80;
const TEST_REQUESTS_PER_SECOND = 20;

/** @throws TieoutError `config.env_not_set` naming every reference that is missing */
export function clickhouseConnection(settings: ClickHouseSettings, workspaceFolder: string): ClickHouseConnection {
  if (settings.kind === 'embedded') {
    requireSet([settings.folder, settings.database]);
    return {
      kind: 'embedded',
      folder: resolve(workspaceFolder, settings.folder.read()),
      database: settings.database.read(),
    };
  }
  requireSet([settings.url, settings.database, settings.username, settings.password]);
  return {
    kind: 'server',
    url: settings.url.read(),
    database: settings.database.read(),
    username: settings.username.read(),
    password: settings.password,
  };
}

/** @throws TieoutError `config.env_not_set` naming every reference that is missing */
export function stripeConnection(settings: StripeSettings): StripeConnection {
  requireSet([settings.apiKey, settings.apiBase]);
  const apiKey = settings.apiKey.reveal();
  if (apiKey.trim() === '') {
    throw new TieoutError('config.env_not_set', {
      message: 'The Stripe key is empty.',
      path: settings.apiKey.path,
      remedy: 'Set it to a restricted key (rk_…) with read permission.',
    });
  }
  const apiBase = settings.apiBase.read();
  const isTestMode = /^(sk|rk)_test_/.test(apiKey) && new URL(apiBase).hostname.endsWith('stripe.com');
  return {
    apiKey: settings.apiKey,
    apiBase,
    requestsPerSecond: settings.requestsPerSecond ?? (isTestMode ? TEST_REQUESTS_PER_SECOND : LIVE_REQUESTS_PER_SECOND),
    testClocks: settings.testClocks,
  };
}

function requireSet(
  settings: readonly { readonly isSet: boolean; readonly missing: readonly string[]; readonly path: string }[],
): void {
  const problems: Problem[] = settings
    .filter((setting) => !setting.isSet)
    .map(({ missing, path }) => ({
      code: 'config.env_not_set',
      path,
      message: notSetMessage(missing),
      remedy: notSetRemedy(missing),
    }));
  const [first] = problems;
  if (first === undefined) return;
  const missing = [...new Set(settings.flatMap((setting) => setting.missing))];
  throw new TieoutError('config.env_not_set', {
    message: notSetMessage(missing),
    path: first.path,
    remedy: notSetRemedy(missing),
    problems,
  });
}
