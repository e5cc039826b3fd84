/**
 * The time zone in which moments are told: when something was pulled, decided, finalised. Hours of usage, periods and
 * months are UTC in any zone, because that is what they were measured and billed by.
 */
let zone = 'UTC';
let parts: Intl.DateTimeFormat | null = null;

/** `local` is the zone of the machine. A zone that the platform does not know counts as UTC. */
export function setZone(next: string): void {
  try {
    const wanted = next === 'local' ? localZone() : next;
    parts = wanted === 'UTC' ? null : formatterOf(wanted);
    zone = wanted;
  } catch {
    zone = 'UTC';
    parts = null;
  }
}

export const zoneInForce = (): string => zone;
export const localZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

const formatterOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });

/** A moment as the clocks of the zone show it, in the shape of an instant, and how the zone is called then. */
export function inZone(instant: string): { readonly at: string; readonly zone: string } {
  if (parts === null) return { at: instant, zone: 'UTC' };
  const found: Record<string, string> = {};
  for (const { type, value } of parts.formatToParts(new Date(instant))) found[type] = value;
  const { year, month, day, hour, minute, second, timeZoneName = zone } = found;
  return { at: `${year}-${month}-${day}T${hour}:${minute}:${second}`, zone: timeZoneName };
}

/** Every zone of the platform, UTC first. */
export const zonesOfPlatform = (): readonly string[] => [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC'),
];
