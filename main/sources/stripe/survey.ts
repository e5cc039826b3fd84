import { isTieoutError } from '../../../shared/errors.ts';
import { type ApiKeyKind, keyKindOf } from './api-key.ts';
import { isRaw } from './fields.ts';
import { ACCOUNT } from './resources.ts';
import { createStripeClient, type StripeSourceConfig } from './stripe-client.ts';

/** Whose key it is; a restricted key may not be told. */
export type AccountSurvey = {
  readonly key: ApiKeyKind;
  readonly account: { readonly id: string; readonly name: string | null } | null;
};

/** @returns the kind of the key by its prefix, and the account where the key may read it */
export async function surveyAccount(config: StripeSourceConfig, signal: AbortSignal): Promise<AccountSurvey> {
  const key = keyKindOf(config.apiKey.trim());
  const client = createStripeClient({ ...config, maxRetries: 1 });
  try {
    const row = await client.request(ACCOUNT, (sdk) => sdk.accounts.retrieveCurrent(), signal);
    return { key, account: accountOf(row) };
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    return { key, account: null };
  } finally {
    client.close();
  }
}

function accountOf(row: unknown): AccountSurvey['account'] {
  if (!isRaw(row) || typeof row.id !== 'string') return null;
  const profile = isRaw(row.business_profile) ? row.business_profile : {};
  return { id: row.id, name: typeof profile.name === 'string' && profile.name !== '' ? profile.name : null };
}
