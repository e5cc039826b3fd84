import { isAbsent, isRaw, shownValue } from '../../rating/document/fields.ts';
import { formatInstant } from '../../values/instant.ts';
import type { ScenarioCustomer, ScenarioEvent } from '../scenario.ts';
import {
  addMissing,
  addUnknown,
  entriesOf,
  instantOf,
  type Placed,
  readSection,
  requireId,
  requireInstant,
  type Section,
  textOf,
} from './own-fields.ts';
import type { Reading } from './read-owner.ts';

const KEYS = ['event', 'customer', 'value', 'timestamp', 'sentAt', 'identifier'];

/**
 * The usage reports of a scenario. One that Stripe would refuse (too old, no number, a duplicate) is none of the
 * reader's: it is refused in the run.
 */
export function readUsage(
  placed: Placed,
  customers: readonly ScenarioCustomer[],
  reading: Reading,
): readonly ScenarioEvent[] {
  const customerIds = new Set(customers.map(({ id }) => id));
  const names = new Set(reading.catalog.eventNames);
  return entriesOf(placed, reading.problems).flatMap(
    (entry) => readEvent(entry, { customerIds, names }, reading) ?? [],
  );
}

type Known = { readonly customerIds: ReadonlySet<string>; readonly names: ReadonlySet<string> };

function readEvent(placed: Placed, known: Known, reading: Reading): ScenarioEvent | null {
  const { problems, start } = reading;
  const section = readSection(placed, KEYS, problems, 'usage event');
  if (section === null) return null;
  const eventName = requireId(section.get('event'), 'event', problems);
  if (eventName !== '' && !known.names.has(eventName)) {
    const of = {
      code: 'scenario.unknown_meter',
      what: 'meter for the event',
      id: eventName,
      known: known.names,
    } as const;
    addUnknown(problems, section.get('event').path, of);
  }
  const customerId = requireId(section.get('customer'), 'customer', problems);
  if (customerId !== '' && !known.customerIds.has(customerId)) {
    const of = {
      code: 'scenario.unknown_customer',
      what: 'customer',
      id: customerId,
      known: known.customerIds,
    } as const;
    addUnknown(problems, section.get('customer').path, of);
  }
  const sent = instantOf(section.get('sentAt'), problems);
  const stamped = section.get('timestamp');
  // Stripe takes the moment of receipt for an event without a timestamp.
  const timestamp = sent === null ? requireInstant(stamped, 'timestamp', problems) : instantOf(stamped, problems);
  const sentAt = sent ?? timestamp;
  if (sentAt !== null && sentAt < start) {
    const path = sent === null ? stamped.path : section.get('sentAt').path;
    const message = `The event is sent at ${formatInstant(sentAt)}, before the clock starts.`;
    const remedy = `Send it at ${formatInstant(start)} or later (sentAt); its timestamp may be earlier.`;
    problems.add('scenario.before_start', path, message, remedy);
  }
  if (sentAt === null) return null;
  return {
    eventName,
    customerId,
    value: readValue(section, eventName, reading),
    timestamp: timestamp ?? sentAt,
    sentAt,
    identifier: textOf(section.get('identifier'), problems),
  };
}

/** Text as it is sent: whether it is a number is the meter's to say. Events that are only counted need none. */
function readValue(section: Section, eventName: string, { problems, catalog }: Reading): string {
  const { value, path } = section.get('value');
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (isAbsent(value)) {
    if (catalog.meterNamed(eventName)?.formula === 'count') return '1';
    addMissing(problems, path, 'value', 'Give the quantity as text or a number.');
  } else {
    const what =
      isRaw(value) || Array.isArray(value) ? 'A value is text or a number' : `${shownValue(value)} is no value`;
    problems.add('scenario.value_malformed', path, `${what}.`, 'Give the quantity as text or a number.');
  }
  return '';
}
