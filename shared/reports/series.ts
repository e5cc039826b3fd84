import { formatDayAndHour, formatInstant, type Instant } from '../values/instant.ts';

type Counting = { readonly visibility: 'all' | 'private'; readonly end: 'exclusive' | 'inclusive' };
type Counts = { readonly active: number; readonly atEnd: number | null; readonly reported: number | null };

/** What is known of the series of one meter in a month (main/api/reconcile/series-counts.ts). */
type SeriesFacts = {
  readonly meter: { readonly key: string; readonly unit: string };
  readonly counting: Counting;
  readonly readAt: Instant;
  readonly snapshot: { readonly takenAt: Instant; readonly isFinal: boolean; readonly counting: Counting } | null;
  readonly total: Counts;
  readonly differing: readonly (Counts & { readonly usageId: string })[];
};

/** One entry of `series` in the document of a reconciliation; counts as text, as every quantity. */
export const seriesDocument = ({ meter, counting, readAt, snapshot, total, differing }: SeriesFacts) => ({
  meter: meter.key,
  unit: meter.unit,
  visibility: counting.visibility,
  end: counting.end,
  readAt: formatInstant(readAt),
  snapshot:
    snapshot === null
      ? null
      : {
          takenAt: formatInstant(snapshot.takenAt),
          final: snapshot.isFinal,
          visibility: snapshot.counting.visibility,
          end: snapshot.counting.end,
        },
  total: countTexts(total),
  differing: differing.map(({ usageId, ...counts }) => ({ usageId, ...countTexts(counts) })),
});

const countTexts = ({ active, atEnd, reported }: Counts) => ({
  active: String(active),
  atEnd: atEnd === null ? null : String(atEnd),
  reported: reported === null ? null : String(reported),
});

/**
 * "series: 2 by last activity, 3 kept once the month was over (1 Dec 02:00 UTC), 4 with a report; they differ for 1 usage
 * id (all series, end exclusive)."
 * @returns null where all counts say the same
 */
export function seriesLine({ meter, counting, snapshot, total, differing }: SeriesFacts): string | null {
  if (differing.length === 0) return null;
  const kept = snapshot === null || total.atEnd === null ? [] : [`${total.atEnd} kept ${takenText(snapshot)}`];
  const reported = total.reported === null ? [] : [`${total.reported} with a report`];
  const counts = [`${total.active} by last activity`, ...kept, ...reported].join(', ');
  const ids = `${differing.length} usage ${differing.length === 1 ? 'id' : 'ids'}`;
  return `${meter.key}: ${counts}; they differ for ${ids} (${countingText(counting)}).`;
}

/** `all series, end exclusive` */
export const countingText = ({ visibility, end }: Counting): string => `${visibility} series, end ${end}`;

/** When a count was kept, and whether that was the end. */
export const takenText = (snapshot: { readonly takenAt: Instant; readonly isFinal: boolean }): string =>
  `${snapshot.isFinal ? 'once the month was over' : 'before the month was over'} (${formatDayAndHour(snapshot.takenAt)} UTC)`;
