import type { MonthQuality } from '../../shared/contract/schemas.ts';
import { formatCount } from './number.ts';
import { meterLabel, plural } from './words.ts';

/** What a check looks at, as the head of what it found. */
const CHECK_WORDS: Readonly<Record<string, string>> = {
  expired: 'Rows that have expired',
  unmapped: 'Usage that is nobody’s',
  negative: 'Values below 0',
  future: 'Rows from the future',
  regressions: 'Counters that step back',
  gaps: 'Time without samples',
  duplicates: 'Repeated rows',
  valueless: 'Rows without a value',
};

export const checkWord = (check: string): string => CHECK_WORDS[check] ?? check;

/** The whole of it in one sentence. */
export function qualitySentence({ decision, checks, unchecked, findings }: MonthQuality): string {
  if (decision === 'pass') return `Data quality: all ${formatCount(checks)} checks passed.`;
  const unknown = unchecked.length === 0 ? '' : `${unchecked.map(meterLabel).join(', ')}`;
  if (findings.length === 0) {
    return unknown === ''
      ? 'Data quality: nothing is known of this month yet.'
      : `Data quality: nothing is known of ${unknown} yet. Pull again to check.`;
  }
  const failed = findings.filter(({ level }) => level === 'failed').length;
  const warnings = findings.length - failed;
  const parts = [
    ...(failed === 0 ? [] : [`${formatCount(failed)} ${plural(failed, 'check')} failed`]),
    ...(warnings === 0 ? [] : [`${formatCount(warnings)} ${plural(warnings, 'warning')}`]),
    ...(unknown === '' ? [] : [`${unknown} not checked`]),
  ];
  return `${parts.join(', ')}.`;
}
