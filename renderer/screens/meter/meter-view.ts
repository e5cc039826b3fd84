import type { HealthCustomer, HealthReading, HealthRound } from '../../../shared/contract/meter-schemas.ts';
import { formatLag } from '../../format/meter-words.ts';
import { formatCount } from '../../format/number.ts';
import { formatHour } from '../../format/time.ts';
import { customerLabel, plural, type Tone, VERDICT_WORDS, type Verdict } from '../../format/words.ts';
import { type CsvSheet, tabbed } from '../../table/csv.ts';

export const toneOf = (verdict: Verdict): Tone => VERDICT_WORDS[verdict].tone;

/** Cells of a round by what they mean. */
export type RoundParts = Readonly<Record<Tone, number>>;

export function partsOf(round: HealthRound): RoundParts {
  const parts = { agree: 0, stale: 0, structural: 0, incomplete: 0 };
  for (const [verdict, count] of Object.entries(round.byVerdict)) parts[toneOf(verdict as Verdict)] += count;
  return parts;
}

/** How things stand, from the newest round. */
export function healthSentence(rounds: readonly HealthRound[], stalenessSeconds: number): string {
  const newest = rounds.at(-1);
  if (newest === undefined) return 'No round of shadow mode has looked at this meter.';
  const { cells, healthy, newestAgeSeconds } = newest;
  const wrong = cells - healthy;
  const first =
    wrong === 0
      ? cells === 1
        ? 'The one cell of the newest round is healthy.'
        : `All ${formatCount(cells)} cells of the newest round are healthy.`
      : `${formatCount(wrong)} of ${formatCount(cells)} ${plural(cells, 'cell')} of the newest round ${plural(wrong, 'is', 'are')} not healthy.`;
  const isSilent = newestAgeSeconds !== null && newestAgeSeconds > stalenessSeconds;
  return isSilent
    ? `${first} No customer has been pushed for ${formatLag(newestAgeSeconds)}: the pushes themselves may have stopped.`
    : first;
}

/** `58 of 60`, `96.7 %`: for the eye; the counts stand beside it. */
export const shareText = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.floor((part * 1000) / whole) / 10}\u202f%`;

export const roundLabel = ({ at }: { readonly at: string }): string => `${formatHour(at)} UTC`;

/** What a strip of verdicts says to a screen reader. */
export function stripWords(strip: HealthCustomer['strip']): string {
  const seen = strip.filter((verdict) => verdict !== null);
  const wrong = seen.filter((verdict) => toneOf(verdict) === 'structural').length;
  if (seen.length === 0) return 'not seen lately';
  return wrong === 0
    ? `healthy in ${seen.length} ${plural(seen.length, 'round')}`
    : `wrong in ${wrong} of ${seen.length} ${plural(seen.length, 'round')}`;
}

/** A row as a screen reader says it while the drawer follows. */
export const rowWords = (row: HealthCustomer): string =>
  `${customerLabel(row)}, ${VERDICT_WORDS[row.verdict].word}, value held for ${formatLag(row.ageSeconds)}`;

/** Customers of a meter with their exact figures. */
export const HEALTH_SHEET: CsvSheet<HealthCustomer> = {
  head: ['name', 'customer', 'usage_id', 'verdict', 'age_seconds', 'drift'],
  fields: (row) => [
    customerLabel(row),
    row.customer,
    row.usageId,
    row.verdict,
    row.ageSeconds === null ? null : String(row.ageSeconds),
    row.drift,
  ],
};

/** A row as text, to paste. */
export const rowText = (row: HealthCustomer): string => tabbed(HEALTH_SHEET.fields(row));

/** The newest thing to know of one customer. */
export function readingSentence(readings: readonly HealthReading[]): string {
  const newest = readings.at(-1);
  if (newest === undefined) return 'No round has looked at this customer.';
  const { verdict, ageSeconds } = newest;
  const since = sinceWhen(readings);
  const held = ageSeconds === null ? 'Stripe holds nothing' : `Stripe’s value is ${formatLag(ageSeconds)} old`;
  const lasting = since === null ? '' : `, since ${formatHour(since)} UTC`;
  return `${VERDICT_WORDS[verdict].word}${lasting}. ${held}.`;
}

/** When the newest verdict was first seen, without another in between; null where it has always been so. */
function sinceWhen(readings: readonly HealthReading[]): string | null {
  const newest = readings.at(-1);
  const before = readings.findLastIndex(({ verdict }) => verdict !== newest?.verdict);
  return before < 0 ? null : (readings[before + 1]?.at ?? null);
}
