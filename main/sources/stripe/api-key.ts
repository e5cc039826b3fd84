import type { Problem } from '../../../shared/errors.ts';

export type ApiKeyKind = {
  readonly kind: 'restricted' | 'secret' | 'publishable' | 'unknown' | 'absent';
  readonly mode: 'live' | 'test' | 'unknown';
};

/** Judged by the prefix alone; the key itself is never shown. */
export function keyKindOf(apiKey: string): ApiKeyKind {
  if (apiKey === '') return { kind: 'absent', mode: 'unknown' };
  const match = /^(rk|sk|pk)_(live|test)_/.exec(apiKey);
  if (match === null) return { kind: 'unknown', mode: 'unknown' };
  const kind = match[1] === 'rk' ? 'restricted' : match[1] === 'sk' ? 'secret' : 'publishable';
  return { kind, mode: match[2] === 'live' ? 'live' : 'test' };
}

/** What is wrong with the kind of a key, before anything is sent. */
export function keyProblem({ kind, mode }: ApiKeyKind): Problem | null {
  const path = 'stripe.apiKey';
  switch (kind) {
    case 'absent':
      return {
        code: 'stripe.unauthorized',
        path,
        message: 'There is no Stripe key.',
        remedy: 'Set the variable that stripe.apiKey names to a restricted key with read permission.',
      };
    case 'publishable':
      return {
        code: 'stripe.unauthorized',
        path,
        message: 'The Stripe key is a publishable key, which can read nothing.',
        remedy: 'Create a restricted key (rk_…) with read permission under Developers, API keys.',
      };
    case 'secret':
      return {
        code: 'stripe.full_secret_key',
        path,
        severity: 'warning',
        message: `The Stripe key is a full secret ${mode} key; Tieout only reads.`,
        remedy: 'Create a restricted key (rk_…) with read permission under Developers, API keys, and use that.',
      };
    case 'restricted':
    case 'unknown':
      return null;
  }
}
