import { formatDayAndHour, formatInstant } from '../../values/instant.ts';
import { hoursIn } from '../../values/period.ts';
import type { CheckInput } from './facts.ts';
import { type Measured, plural, shareOfCounts } from './finding.ts';

/**
 * The source has dropped rows of the month: it can no longer be recomputed. Hours that an earlier pull kept stand;
 * those that nobody kept are lost. The share is that of the lost hours.
 */
export function expired({ facts, period }: CheckInput): Measured | null {
  const found = facts.expired;
  if (found === null) return null;
  const share = shareOfCounts(BigInt(found.lostHours), BigInt(hoursIn(period)));
  const until = `${formatDayAndHour(found.before)} UTC`;
  if (found.knownBy === 'first_row') {
    return {
      share,
      customer: null,
      atMost: 'warning',
      sentence: `The first row of the table is of ${until}: what was used before, if anything, can no longer be computed.`,
      remedy: 'Nothing is wrong if usage began then; otherwise restore the rows and pull again.',
    };
  }
  const reason = REASONS[found.knownBy];
  const kept = found.keptAt === null ? '' : ` as they were pulled at ${formatInstant(found.keptAt)}`;
  if (found.lostHours === 0) {
    return {
      share,
      customer: null,
      atLeast: 'warning',
      sentence: `${reason}: the hours before ${until} can no longer be recomputed and are kept${kept}.`,
      remedy:
        'Keep a copy of tieout.db: it holds what the source no longer has. If rows were removed on purpose, recompute those hours with --from and --to.',
    };
  }
  return {
    share,
    customer: null,
    sentence: `${reason}: ${plural(found.lostHours, 'hour')} before ${until} can no longer be recomputed and ${found.lostHours === 1 ? 'was' : 'were'} never kept${kept === '' ? '' : `; the others stand${kept}`}.`,
    remedy: 'Restore the rows from a backup and pull again; pull each month before its rows expire.',
  };
}

const REASONS = {
  retention: 'The table drops old rows',
  earlier_pull: 'Rows that were there are gone',
} as const;
