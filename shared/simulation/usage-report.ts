import { add, ZERO } from '../values/decimal.ts';
import type { Period } from '../values/period.ts';
import { shownInvoice } from './invoices.ts';
import { totalOf } from './measured-usage.ts';
import type { SimulatedUsage } from './run.ts';
import { meterOf, meterUseOf } from './usage-book.ts';
import type { CustomerState, EndedUse, InvoiceState, MeterUse, RatedInvoice, World } from './world.ts';

/**
 * Measured against metered and billed: customers and meters in the order of the scenario, periods ascending. A
 * period that still runs is there too, billed by nothing yet.
 */
export function usageReport(world: World): readonly SimulatedUsage[] {
  const shown = new Map<InvoiceState, RatedInvoice>();
  const shownOf = (invoice: InvoiceState): RatedInvoice => {
    const found = shown.get(invoice) ?? shownInvoice(world, invoice);
    shown.set(invoice, found);
    return found;
  };
  const running = runningUses(world);
  const meters = [...world.catalog.meters.values()];
  return [...world.customers.values()].flatMap((customer) =>
    meters.flatMap(({ id }) => {
      const use = customer.usage.get(id);
      if (use === undefined) return [];
      const all = [...use.ended, ...(running.get(use) ?? [])];
      return periodsOf(all).map((period): SimulatedUsage => {
        const billed = all.flatMap(({ period: { from, to }, itemId, invoice }) =>
          from !== period.from || to !== period.to || invoice === null
            ? []
            : [invoice.status === 'void' ? ZERO : (shownOf(invoice).billed.get(itemId) ?? ZERO)],
        );
        return {
          customerId: customer.id,
          meterId: use.meter.id,
          period,
          measured: use.measured.total(use.meter.formula, period),
          metered: totalOf(use.metered, use.meter.formula, period),
          billed: billed.length === 0 ? null : billed.reduce(add),
        };
      });
    }),
  );
}

/** Usage periods that no period end has closed. */
function runningUses(world: World): ReadonlyMap<MeterUse, readonly EndedUse[]> {
  const running = new Map<MeterUse, EndedUse[]>();
  for (const { phase, customer, items } of world.subscriptions.values()) {
    if (phase !== 'running') continue;
    for (const item of items) addRunning(world, customer, running, item);
  }
  return running;
}

function addRunning(
  world: World,
  customer: CustomerState,
  running: Map<MeterUse, EndedUse[]>,
  item: { readonly id: string; readonly priceId: string; readonly usedFrom: Period['from']; readonly current: Period },
): void {
  const meter = meterOf(world, item.priceId);
  if (meter === null || item.usedFrom >= item.current.to) return;
  const use = meterUseOf(world, customer, meter);
  const uses = running.get(use) ?? [];
  uses.push({ period: { from: item.usedFrom, to: item.current.to }, itemId: item.id, invoice: null });
  running.set(use, uses);
}

function periodsOf(uses: readonly EndedUse[]): readonly Period[] {
  const found = new Map(uses.map(({ period }) => [`${period.from}/${period.to}`, period]));
  return [...found.values()].toSorted((a, b) => a.from - b.from || a.to - b.to);
}
