import { MISTYPED_CUSTOMER, type PlantedCell, plannedFaults, UNMAPPED_CUSTOMER } from './faults.ts';
import { SAMPLE_METERS } from './meters.ts';
import type { WorkerUsage } from './usage.ts';
import { hoursOf, SAMPLE_MONTHS, type SampleCustomer } from './world.ts';

/** Every cell that must not agree, and how: the list that the demo checks its result against. */
export function plantedCells(customers: readonly SampleCustomer[], usage: WorkerUsage): readonly PlantedCell[] {
  const single = plannedFaults(SAMPLE_MONTHS).map((fault) => {
    const customer = customers[fault.customer];
    return {
      month: fault.month,
      meter: fault.meter,
      customer: customer?.customerId ?? null,
      usageId: customer?.usageId ?? null,
      verdict: fault.verdict,
      kind: fault.kind,
      story: fault.story,
    };
  });
  return [...single, ...mappingFaults(customers, usage)];
}

/** Wrong mappings show in every month and meter with usage. */
function mappingFaults(customers: readonly SampleCustomer[], usage: WorkerUsage): readonly PlantedCell[] {
  const cells: PlantedCell[] = [];
  for (const index of [UNMAPPED_CUSTOMER, MISTYPED_CUSTOMER]) {
    const customer = customers[index];
    const measured = customer === undefined ? undefined : usage.get(customer.usageId);
    if (customer === undefined || measured === undefined) continue;
    for (const month of SAMPLE_MONTHS) {
      const { first, end } = hoursOf(month);
      for (const { key } of SAMPLE_METERS) {
        const isUsed = [...measured[key]].some(([hour, value]) => hour >= first && hour < end && value > 0n);
        if (!isUsed) continue;
        cells.push({
          month,
          meter: key,
          customer: null,
          usageId: customer.usageId,
          verdict: 'unmapped',
          kind: index === UNMAPPED_CUSTOMER ? 'unmapped' : 'mistyped_mapping',
          story: 'no Stripe customer names this usage id',
        });
        if (index !== MISTYPED_CUSTOMER) continue;
        cells.push({
          month,
          meter: key,
          customer: customer.customerId,
          usageId: null,
          verdict: 'missing_usage',
          kind: 'mistyped_mapping',
          story: 'the metadata of the Stripe customer names a usage id that does not exist',
        });
      }
    }
  }
  return cells;
}
