import { StripeFailure } from './failure.ts';

/** What a restricted key may do, by resource; a full key may do everything. */
export type Permission = `${string}_read` | `${string}_write`;

export type SandboxKey = { readonly key: string; readonly permissions: 'all' | readonly Permission[] };

export const FULL_KEY = 'sk_test_tieoutsandbox0000000000';
export const READ_KEY = 'rk_test_tieoutsandbox0000000000';

const READ_PERMISSIONS: readonly Permission[] = [
  'billing_meter_read',
  'billing_meter_event_read',
  'coupon_read',
  'credit_balance_transaction_read',
  'credit_grant_read',
  'customer_read',
  'invoice_read',
  'plan_read',
  'product_read',
  'subscription_read',
  'tax_rate_read',
  'test_clock_read',
  'account_read',
  'webhook_endpoint_read',
];

/** A full test key, and a restricted one that may read everything. */
export const DEFAULT_KEYS: readonly SandboxKey[] = [
  { key: FULL_KEY, permissions: 'all' },
  { key: READ_KEY, permissions: READ_PERMISSIONS },
];

/**
 * Finds the key of an `Authorization` header (Bearer, or Basic with the key as user name).
 * @throws StripeFailure 401 where there is none, or it is unknown
 */
export function authenticate(header: string | undefined, keys: readonly SandboxKey[]): SandboxKey {
  const given = keyIn(header);
  if (given === null) {
    throw new StripeFailure({
      status: 401,
      message:
        'You did not provide an API key. Put the key in the Authorization header, as a Bearer token or as the user name of Basic authentication.',
    });
  }
  const found = keys.find(({ key }) => key === given);
  if (found === undefined) {
    throw new StripeFailure({ status: 401, message: `Invalid API Key provided: ${redacted(given)}` });
  }
  return found;
}

/** @throws StripeFailure 403 that names the permission, as Stripe does */
export function authorize(key: SandboxKey, permission: Permission | null, account: string): void {
  if (permission === null || key.permissions === 'all' || key.permissions.includes(permission)) return;
  if (permission.endsWith('_read') && key.permissions.includes(permission.replace(/_read$/, '_write') as Permission))
    return;
  throw new StripeFailure({
    status: 403,
    message: `The provided key '${redacted(key.key)}' does not have the required permissions for this endpoint on account '${account}'. Having the 'rak_${permission}' permission would allow this request to continue.`,
  });
}

/** `rk_test_********0000` */
const redacted = (key: string): string =>
  `${/^[a-z]{2}_(?:test|live)_/.exec(key)?.[0] ?? ''}********${key.length > 12 ? key.slice(-4) : ''}`;

function keyIn(header: string | undefined): string | null {
  const [scheme, value] = (header ?? '').split(' ');
  if (value === undefined || value === '') return null;
  if (scheme?.toLowerCase() === 'bearer') return value;
  if (scheme?.toLowerCase() !== 'basic') return null;
  const [user] = Buffer.from(value, 'base64').toString('utf8').split(':');
  return user === undefined || user === '' ? null : user;
}
