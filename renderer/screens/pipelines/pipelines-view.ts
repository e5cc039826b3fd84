import type {
  ParityHourView,
  ParityRowView,
  PipelineEntry,
  RollupFinding,
  SeamPiece,
  SoakView,
} from '../../../shared/contract/pipelines-schemas.ts';
import { formatMoney } from '../../format/money.ts';
import { formatCount, formatPercent, formatQuantity, groupNumbersIn, signOfText } from '../../format/number.ts';
import { EFFECT_WORDS, PARITY_STATE_WORDS, ROLLUP_WORDS, SEAM_WORDS } from '../../format/pipeline-words.ts';
import { formatHour, formatRange } from '../../format/time.ts';
import { plural } from '../../format/words.ts';
import { type CsvSheet, tabbed } from '../../table/csv.ts';

const HOUR_MS = 3_600_000;

export const instantText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
/** End of the newest hour that is due, ms. */
export const newestDue = (now: number, graceSeconds: number): number =>
  Math.floor((now - graceSeconds * 1_000) / HOUR_MS) * HOUR_MS;
export const hourAfter = (at: string): string => instantText(Date.parse(at) + HOUR_MS);
/** `14 May 03:00–04:00 UTC`. */
export const hourWords = (at: string): string => formatRange(at, hourAfter(at));

/** How far a pipeline is on its way to be switched to. */
export function soakSentence(pipeline: string, { ready, cleanHours, requiredHours, reason }: SoakView): string {
  const required = `${formatCount(requiredHours)} ${plural(requiredHours, 'hour')}`;
  if (ready) return `${pipeline} has agreed with what is billed for the newest ${required}: it may be switched to.`;
  if (cleanHours === 0)
    return reason === 'missing_bucket'
      ? `Whether ${pipeline} agrees with what is billed was not checked for the newest hour; it needs ${required}.`
      : `${pipeline} does not agree with what is billed in the newest hour; it needs ${required} that do.`;
  return `${pipeline} has agreed with what is billed for ${formatCount(cleanHours)} of the ${required} that it needs.`;
}

/** `in 6 h 07 min`; `now` once it is past. */
export function countdown(until: string, now: number): string {
  const minutes = Math.ceil((Date.parse(until) - now) / 60_000);
  if (minutes <= 0) return 'now';
  if (minutes < 60) return `in ${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `in ${hours} h ${String(minutes % 60).padStart(2, '0')} min`
    : `in ${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The newest hours that count for the soak, oldest first. */
export const soakHours = (hours: readonly ParityHourView[], { requiredHours }: SoakView): readonly ParityHourView[] =>
  hours.slice(-requiredHours);

/** The first bucket boundary at which a switch is thinkable: once the soak is over, and after the present. */
export const soonest = ({ soak }: PipelineEntry, now: number): string =>
  instantText(Math.ceil(Math.max(Date.parse(soak.readyAt), now + 1) / HOUR_MS) * HOUR_MS);

const INSTANT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z/g;

/** A sentence of the contract with its long numbers grouped, and its instants as people write them. */
export const readable = (sentence: string): string =>
  groupNumbersIn(
    sentence.replace(INSTANT, (at) => `${formatHour(at)}${at.endsWith(':00Z') ? '' : at.slice(16, 19)} UTC`),
  );

export const whoOf = ({ name, customer }: { readonly name: string | null; readonly customer: string }): string =>
  name ?? customer;

/** Several amounts in one line, `$12.40 and €3.00`; amounts of nothing are left out where there is another. */
export const moneyWords = (
  money: readonly { readonly currency: string; readonly amount: string }[],
  isDifference = false,
): string =>
  (money.some(({ amount }) => signOfText(amount) !== 0)
    ? money.filter(({ amount }) => signOfText(amount) !== 0)
    : money.slice(0, 1)
  )
    .map(({ currency, amount }) => formatMoney(amount, currency, isDifference))
    .join(', ')
    .replace(/, ([^,]*)$/, ' and $1');

/** `1 204 GB-seconds`. */
export const quantityWords = (quantities: readonly { readonly unit: string; readonly quantity: string }[]): string =>
  quantities.map(({ unit, quantity }) => `${formatQuantity(quantity)} ${unit}`).join(', ');

/** A share of 1 as per cent without a sign: `2 %`. */
export const percentWords = (share: string): string => formatPercent(share).replace('+', '');

export const PARITY_SHEET: CsvSheet<ParityRowView> = {
  head: [
    'name',
    'customer',
    'billed_today',
    'pipeline',
    'difference',
    'drift',
    'currency',
    'worth',
    'hours_checked',
    'hours_off',
    'hours_material',
    'hours_one_sided',
    'hours_not_compared',
    'cause',
    'state',
  ],
  fields: (row) => [
    row.name,
    row.customer,
    row.reference,
    row.candidate,
    row.difference,
    row.drift,
    row.money?.currency,
    row.money?.amount,
    String(row.hours.checked),
    String(row.hours.flagged),
    String(row.hours.material),
    String(row.hours.oneSided),
    String(row.hours.unverified),
    row.cause?.code,
    row.state,
  ],
};

export const parityText = (row: ParityRowView): string => tabbed(PARITY_SHEET.fields(row));

/** What a screen reader hears of a row while the drawer follows the keyboard. */
export const parityLabel = (row: ParityRowView): string =>
  `${whoOf(row)}: ${formatPercent(row.drift)}, ${PARITY_STATE_WORDS[row.state].word}`;

export const ROLLUP_SHEET: CsvSheet<RollupFinding> = {
  head: [
    'kind',
    'effect',
    'name',
    'customer',
    'meter',
    'unit',
    'event_id',
    'bucket_from',
    'bucket_to',
    'event_at',
    'samples_make',
    'sent',
    'held',
    'at_stake',
    'currency',
    'worth',
  ],
  fields: (row) => [
    row.kind,
    row.effect,
    row.name,
    row.customer,
    row.meter,
    row.unit,
    row.eventId,
    row.bucket.from,
    row.bucket.to,
    row.eventAt,
    row.recomputed,
    row.sent,
    row.held,
    row.quantity,
    row.money?.currency,
    row.money?.amount,
  ],
};

export const rollupText = (row: RollupFinding): string => tabbed(ROLLUP_SHEET.fields(row));
export const rollupLabel = (row: RollupFinding): string =>
  `${whoOf(row)}: ${ROLLUP_WORDS[row.kind].word}, ${EFFECT_WORDS[row.effect].word}`;
/** One finding among the others. */
export const findingKey = ({ kind, customer, meter, bucket, eventId }: RollupFinding): string =>
  [kind, customer, meter, bucket.from, eventId ?? ''].join(' ');

export const SEAM_SHEET: CsvSheet<SeamPiece> = {
  head: ['kind', 'name', 'customer', 'meter', 'from', 'to', 'seconds', 'quantity', 'unit', 'currency', 'worth'],
  fields: (row) => [
    row.kind,
    row.name,
    row.customer,
    row.meter,
    row.period.from,
    row.period.to,
    String(row.seconds),
    row.quantity,
    row.unit,
    row.money?.currency,
    row.money?.amount,
  ],
};

export const seamText = (row: SeamPiece): string => tabbed(SEAM_SHEET.fields(row));
export const seamLabel = (row: SeamPiece): string => `${whoOf(row)}: ${SEAM_WORDS[row.kind].word}`;
