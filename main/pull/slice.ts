import { TieoutError } from '../../shared/errors.ts';
import { formatInstant, HOUR_MS, type Instant, parseInstant } from '../../shared/values/instant.ts';
import { type MonthKey, monthPeriod, type Period } from '../../shared/values/period.ts';

/**
 * The hours of `--from` and `--to`: whole UTC hours of the month, half-open; null where neither is given.
 * @throws TieoutError `instant.malformed`, `pull.slice_invalid`
 */
export function parseSlice(
  options: { readonly from?: string | undefined; readonly to?: string | undefined },
  month: MonthKey,
): Period | null {
  const { from, to } = options;
  if (from === undefined && to === undefined) return null;
  if (from === undefined || to === undefined) {
    throw invalid('Hours need a start and an end.', from === undefined ? '--from' : '--to');
  }
  const period = monthPeriod(month);
  const slice = { from: parseInstant(from, '--from'), to: parseInstant(to, '--to') };
  const places: readonly (readonly [string, Instant])[] = [
    ['--from', slice.from],
    ['--to', slice.to],
  ];
  for (const [path, at] of places) {
    if (at % HOUR_MS !== 0) throw invalid(`${formatInstant(at)} is not a whole hour in UTC.`, path);
    if (at < period.from || at > period.to) throw invalid(`${formatInstant(at)} is not in ${month}.`, path);
  }
  if (slice.from >= slice.to) throw invalid('The hours end before they begin.', '--to');
  return slice;
}

const invalid = (message: string, path: string): TieoutError =>
  new TieoutError('pull.slice_invalid', {
    message,
    path,
    remedy:
      'Write whole hours of the month, such as --from 2026-05-14T03:00Z --to 2026-05-14T07:00Z; the end is not part of them.',
  });
