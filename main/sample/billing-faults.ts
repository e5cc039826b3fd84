import type { ProofCause } from '../../shared/reconciliation/proof-line.ts';
import type { BillingVerdict } from '../../shared/reconciliation/result.ts';
import type { MonthKey } from '../../shared/values/period.ts';
import { SAMPLE_METERS, type SampleMeterKey } from './meters.ts';
import { SAMPLE_MONTHS, type SampleCustomer } from './world.ts';

/** What can go wrong between Stripe's meter and the invoice; each is planted once, in April. */
export type BillingFaultKind =
  | 'line_missing'
  | 'line_twice'
  | 'late_push_left_out'
  | 'edited_amount'
  | 'former_price'
  | 'other_rate'
  | 'void_invoice'
  | 'long_service_period';

export type BillingFault = {
  readonly kind: BillingFaultKind;
  readonly month: MonthKey;
  /** Index of the customer: of the first copy of each name, so that `--scale` leaves the faults alone. */
  readonly customer: number;
  /** Null: every meter. */
  readonly meter: SampleMeterKey | null;
  readonly verdict: BillingVerdict;
  /** Why the line is not what it rates to; null where it is, or where there is no line. */
  readonly cause: ProofCause | null;
  /** The month after shows it too. */
  readonly reachesOver?: true;
  readonly story: string;
};

const [, APRIL, MAY] = SAMPLE_MONTHS;

/** None of these customers has a usage fault in April. */
export const BILLING_FAULTS: readonly BillingFault[] = [
  {
    kind: 'line_missing',
    month: APRIL,
    customer: 2,
    meter: 'memory_gib_seconds',
    verdict: 'line_missing',
    cause: null,
    story: 'the lines for memory were deleted from the draft',
  },
  {
    kind: 'line_twice',
    month: APRIL,
    customer: 13,
    meter: 'egress_public_gib',
    verdict: 'line_twice',
    cause: null,
    story: 'egress was charged again on an invoice made by hand',
  },
  {
    kind: 'late_push_left_out',
    month: APRIL,
    customer: 42,
    meter: 'cpu_seconds',
    verdict: 'quantity_differs',
    cause: null,
    story: 'the invoice was finalised before the last push came in',
  },
  {
    kind: 'edited_amount',
    month: APRIL,
    customer: 22,
    meter: 'disk_gib_seconds',
    verdict: 'amount_differs',
    cause: 'manual_edit',
    story: 'the amount was lowered by hand, by 5.00',
  },
  {
    kind: 'former_price',
    month: APRIL,
    customer: 49,
    meter: 'cpu_seconds',
    verdict: 'price_differs',
    cause: null,
    story: 'charged at the price of the year before',
  },
  {
    kind: 'other_rate',
    month: APRIL,
    customer: 57,
    meter: 'cpu_seconds',
    verdict: 'amount_differs',
    cause: 'price_changed',
    story: 'charged at a rate that the price does not have',
  },
  {
    kind: 'void_invoice',
    month: APRIL,
    customer: 50,
    meter: null,
    verdict: 'not_final',
    cause: null,
    story: 'the invoice was voided, and nothing came in its place',
  },
  {
    kind: 'long_service_period',
    month: APRIL,
    customer: 55,
    meter: 'active_keys',
    verdict: 'misaligned',
    cause: null,
    reachesOver: true,
    story: 'the service period of the line runs a day into May',
  },
];

/** The fault of one meter on the invoice of a month, if one is planted there. */
export const billingFaultOf = (customer: SampleCustomer, month: MonthKey, meter: string): BillingFaultKind | null =>
  BILLING_FAULTS.find(
    (fault) =>
      fault.customer === customer.index && fault.month === month && (fault.meter === meter || fault.meter === null),
  )?.kind ?? null;

/** A cell whose billing must come out with this verdict; every other cell of a closed month is billed as metered. */
export type PlantedBilling = {
  readonly month: string;
  readonly meter: SampleMeterKey;
  readonly customer: string;
  readonly verdict: BillingVerdict;
  readonly cause: ProofCause | null;
  readonly kind: BillingFaultKind;
  readonly story: string;
};

/** Cell by cell what the billing faults must be found as. */
export const plantedBilling = (customers: readonly SampleCustomer[]): readonly PlantedBilling[] =>
  BILLING_FAULTS.flatMap(({ kind, month, meter, verdict, cause, reachesOver, story, customer }) =>
    (meter === null ? SAMPLE_METERS.map(({ key }) => key) : [meter]).flatMap((key) =>
      (reachesOver === true ? [month, MAY] : [month]).map((shown) => ({
        month: shown,
        meter: key,
        customer: customers[customer]?.customerId ?? '',
        verdict,
        cause,
        kind,
        story,
      })),
    ),
  );
