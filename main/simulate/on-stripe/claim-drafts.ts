import type { Scenario } from '../../../shared/simulation/scenario.ts';
import { type Instant, toUnixSeconds } from '../../../shared/values/instant.ts';
import { refusalOf } from '../../sources/stripe/failures.ts';
import { idOf, isRaw } from '../../sources/stripe/fields.ts';
import { planClocks } from './plan.ts';
import type { Writer } from './writer.ts';
import { WRITTEN } from './written.ts';

/** Gives the drafts of a clock the scenario's grace period in the place of Stripe's hour. */
export async function claimDrafts(writer: Writer, scenario: Scenario, clock: number): Promise<void> {
  for (const customerId of planClocks(scenario)[clock] ?? []) {
    const customer = writer.idOf('customer', customerId);
    const pages = writer.client.list(
      WRITTEN.invoices,
      (sdk, cursor) => sdk.invoices.list({ ...cursor, customer, status: 'draft' }),
      writer.signal,
    );
    for await (const rows of pages) {
      for (const row of rows) {
        const id = idOf(row);
        const created = isRaw(row) ? Number(row.created) : Number.NaN;
        if (id === null || Number.isNaN(created)) continue;
        if (scenario.gracePeriodMs === 0) {
          await finalize(writer, id);
          continue;
        }
        const at = created + Math.floor(scenario.gracePeriodMs / 1000);
        if (isRaw(row) && row.automatically_finalizes_at === at) continue;
        await writer.write(WRITTEN.invoices, `grace/${id}/${at}`, (sdk, options) =>
          sdk.invoices.update(id, { automatically_finalizes_at: at }, options),
        );
      }
    }
  }
}

/**
 * Makes final what Stripe charges at once, and keeps a draft for an hour where it is sent: the invoices of a beginning,
 * of a change that is invoiced, and of a cancellation.
 * @param cancelledAt of a cancellation, whose invoice is called as those of a period are
 */
export async function finalizeAtOnce(writer: Writer, customerId: string, cancelledAt: Instant | null): Promise<void> {
  const customer = writer.idOf('customer', customerId);
  const pages = writer.client.list(
    WRITTEN.invoices,
    (sdk, cursor) => sdk.invoices.list({ ...cursor, customer, status: 'draft' }),
    writer.signal,
  );
  for await (const rows of pages) {
    for (const row of rows) {
      const id = idOf(row);
      if (id === null || !isRaw(row)) continue;
      const isOfPeriod = row.billing_reason === 'subscription_cycle';
      const isLast = cancelledAt !== null && Number(row.created) >= toUnixSeconds(cancelledAt);
      if (!isOfPeriod || isLast) await finalize(writer, id);
    }
  }
}

/** Where nothing is waited for; one that became final meanwhile is as it must be. */
async function finalize(writer: Writer, id: string): Promise<void> {
  try {
    await writer.write(WRITTEN.invoices, `finalize/${id}`, (sdk, options) =>
      sdk.invoices.finalizeInvoice(id, { auto_advance: false }, options),
    );
  } catch (error) {
    if (refusalOf(error) === null) throw error;
    const now = await writer.read(WRITTEN.invoices, (sdk) => sdk.invoices.retrieve(id));
    if (!isRaw(now) || now.status === 'draft') throw error;
  }
}
