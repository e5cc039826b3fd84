import { HOUR_MS } from '../../values/instant.ts';
import type { CheckInput } from './facts.ts';
import { counted, type Measured, onlyOne, percent, plural, shareOfCounts, where } from './finding.ts';

/** Time between the first and the last row of a series that no pair covers: rows are missing, and so is usage. */
export function gaps({ facts }: CheckInput): Measured | null {
  const { gapsMs, droppedPairs, observedMs } = facts;
  if (gapsMs === null || observedMs === null) return null;
  const share = shareOfCounts(gapsMs.count, observedMs);
  return {
    share,
    customer: onlyOne(gapsMs),
    sentence: `${percent(share)} of the observed time has no samples: ${plural(droppedPairs ?? 0n, 'gap')} of ${hours(gapsMs.count)} together${where(gapsMs)}. Usage in a gap is not counted.`,
    remedy: 'Send what the agents still hold and recompute the hours, or raise maxGap if samples come less often.',
  };
}

function hours(ms: bigint): string {
  const minutes = (ms + 30_000n) / 60_000n;
  return ms < BigInt(HOUR_MS) ? `${counted(minutes)} min` : `${counted(minutes / 60n)} h ${minutes % 60n} min`;
}
