import { idOf, isRaw } from './fields.ts';
import { RESOURCES } from './resources.ts';
import type { StripeClient } from './stripe-client.ts';

/**
 * Customers on test clocks: lists hide them unless a clock is named, so each clock is asked for its own; where the
 * workspace does not want them, what hangs on any that appear all the same is left out; who they are stays known, so that
 * their usage is not taken for nobody's.
 */
export type ClockedCustomers = {
  /** Null (customers on no clock) and each clock that takes part. */
  groups(signal: AbortSignal): Promise<readonly (string | null)[]>;
  /** Remembers a customer; false where it takes no part. */
  admit(customerId: string, testClock: string | null): boolean;
  /** Ids of the customers on clocks that take part, for lists that cannot be asked by clock. */
  customerIds(signal: AbortSignal): Promise<readonly string[]>;
};

export function createClockedCustomers(client: StripeClient, takePart: boolean): ClockedCustomers {
  const clocked = new Set<string>();

  const clocks = async (signal: AbortSignal): Promise<readonly string[]> => {
    if (!takePart) return [];
    if (client.keyKind.mode === 'live') {
      client.warnings.add({
        code: 'stripe.not_test_mode',
        path: RESOURCES.testClocks.path,
        message: 'stripe.testClocks is true, but the key is a live key: test clocks exist in test mode only.',
        remedy: 'Set stripe.testClocks to false, or use a test key.',
      });
      return [];
    }
    const ids: string[] = [];
    const pages = client.list(RESOURCES.testClocks, (sdk, cursor) => sdk.testHelpers.testClocks.list(cursor), signal);
    for await (const rows of pages) ids.push(...rows.flatMap((row) => idOf(row) ?? []));
    return ids;
  };

  return {
    groups: async (signal) => [null, ...(await clocks(signal))],
    admit: (customerId, testClock) => {
      if (testClock !== null) clocked.add(customerId);
      return takePart || !clocked.has(customerId);
    },
    customerIds: async (signal) => {
      const ids = new Set<string>();
      for (const clock of await clocks(signal)) {
        const pages = client.list(
          RESOURCES.customers,
          (sdk, cursor) => sdk.customers.list({ ...cursor, test_clock: clock }),
          signal,
        );
        for await (const rows of pages) {
          for (const row of rows) {
            const id = idOf(row);
            if (id !== null && isRaw(row) && idOf(row.test_clock) !== null) ids.add(id);
          }
        }
      }
      return [...ids];
    },
  };
}
