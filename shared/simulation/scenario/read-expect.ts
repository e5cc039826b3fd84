import { isAbsent, isRaw, shownValue } from '../../rating/document/fields.ts';
import { type Decimal, isNegative, parseDecimal } from '../../values/decimal.ts';
import type { ExpectedInvoice, ScenarioCustomer, ScenarioExpectations } from '../scenario.ts';
import {
  addUnknown,
  choiceOf,
  decimalOf,
  entriesOf,
  instantOf,
  type Placed,
  readSection,
  requireId,
  requireInstant,
  type Section,
} from './own-fields.ts';
import type { Reading } from './read-owner.ts';

/** What may be expected of an invoice: the fields of the answer's. */
const AMOUNTS = [
  'subtotal',
  'discount',
  'credits',
  'tax',
  'inclusiveTax',
  'total',
  'startingBalance',
  'endingBalance',
  'amountDue',
];
const INVOICE_KEYS = [
  'customer',
  'period',
  'subscription',
  'status',
  'currency',
  'lines',
  'reason',
  'complete',
  ...AMOUNTS,
];
const STATUSES = ['draft', 'open', 'paid', 'uncollectible', 'void', 'finalized'];
const REASONS = ['creation', 'cycle', 'update', 'cancellation'];

/** Drift up to this share of what was billed passes, unless a scenario says otherwise (metering.md section 8). */
export const DEFAULT_EPSILON: Decimal = parseDecimal('0.005');

export function readExpectations(
  placed: Placed,
  customers: readonly ScenarioCustomer[],
  reading: Reading,
): ScenarioExpectations | null {
  const { problems } = reading;
  if (isAbsent(placed.value)) return null;
  const section = readSection(placed, ['invoices', 'drift'], problems, 'expectation');
  if (section === null) return null;
  return {
    invoices: entriesOf(section.get('invoices'), problems).flatMap(
      (entry) => readInvoice(entry, customers, reading) ?? [],
    ),
    epsilon: readEpsilon(section.get('drift'), reading),
  };
}

function readEpsilon(placed: Placed, { problems }: Reading): Decimal | null {
  if (isAbsent(placed.value)) return null;
  const section = readSection(placed, ['epsilon'], problems, 'expectation of drift');
  if (section === null) return null;
  const epsilon = decimalOf(section.get('epsilon'), problems) ?? DEFAULT_EPSILON;
  if (isNegative(epsilon)) {
    const { value, path } = section.get('epsilon');
    const remedy = 'Give the share of what was billed that may differ, such as "0.005".';
    problems.add('scenario.value_malformed', path, `The epsilon is ${shownValue(value)}.`, remedy);
  }
  return epsilon;
}

function readInvoice(placed: Placed, customers: readonly ScenarioCustomer[], reading: Reading): ExpectedInvoice | null {
  const { problems } = reading;
  const section = readSection(placed, INVOICE_KEYS, problems, 'expected invoice');
  if (section === null) return null;
  const customerId = requireId(section.get('customer'), 'customer', problems);
  const customer = customers.find(({ id }) => id === customerId);
  if (customer === undefined && customerId !== '') {
    const known = customers.map(({ id }) => id);
    const of = { code: 'scenario.unknown_customer', what: 'customer', id: customerId, known } as const;
    addUnknown(problems, section.get('customer').path, of);
  }
  checkSubscription(section, customer, reading);
  choiceOf(section.get('status'), STATUSES, 'open', problems);
  choiceOf(section.get('reason'), REASONS, 'cycle', problems);
  for (const name of AMOUNTS) decimalOf(section.get(name), problems);
  entriesOf(section.get('lines'), problems);
  const period = readSection(section.get('period'), ['from', 'to'], problems, 'period');
  const from = period === null ? null : requireInstant(period.get('from'), 'beginning of the period', problems);
  const to = period === null ? null : instantOf(period.get('to'), problems);
  if (from === null) return null;
  const fields = Object.fromEntries(
    INVOICE_KEYS.flatMap((key) => {
      const { value } = section.get(key);
      return value === undefined || key === 'customer' || key === 'period' ? [] : [[key, value] as const];
    }),
  );
  return {
    customerId,
    periodFrom: from,
    path: placed.path,
    fields: to === null ? fields : { period: { to }, ...fields },
  };
}

function checkSubscription(section: Section, customer: ScenarioCustomer | undefined, { problems }: Reading): void {
  const placed = section.get('subscription');
  if (isAbsent(placed.value) || customer === undefined) return;
  const id = isRaw(placed.value) ? '' : requireId(placed, 'subscription', problems);
  const known = customer.subscriptions.map((subscription) => subscription.id);
  if (id === '' || known.includes(id)) return;
  addUnknown(problems, placed.path, { code: 'scenario.unknown_subscription', what: 'subscription', id, known });
}
