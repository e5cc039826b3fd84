import { TieoutError } from '../../../shared/errors.ts';
import { keyKindOf } from '../../sources/stripe/api-key.ts';

/**
 * Refuses every key that is not one of a test mode, by its prefix, before anything is sent.
 * @throws TieoutError `stripe.unauthorized`, `stripe.not_test_mode`
 */
export function requireTestKey(apiKey: string, variable: string): string {
  const key = apiKey.trim();
  const { kind, mode } = keyKindOf(key);
  if (kind === 'absent') {
    throw new TieoutError('stripe.unauthorized', {
      message: `There is no Stripe key: the variable ${variable} is not set.`,
      path: variable,
      remedy: 'Set it to a test key (sk_test_… or rk_test_…), or name another variable with --key-env.',
    });
  }
  if (mode === 'test' && (kind === 'secret' || kind === 'restricted')) return key;
  throw new TieoutError('stripe.not_test_mode', {
    message: `The key in ${variable} is not a test key; nothing was sent.`,
    path: variable,
    remedy: 'A simulation writes: use a key that begins with sk_test_ or rk_test_. Live accounts are never written to.',
  });
}
