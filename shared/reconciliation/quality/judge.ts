import { formatDecimal } from '../../values/decimal.ts';
import { compareBytes } from '../../values/order.ts';
import type { Period } from '../../values/period.ts';
import { duplicates } from './duplicates.ts';
import { expired } from './expired.ts';
import type { CheckInput, MeterFacts, QualityMeter } from './facts.ts';
import {
  levelOf,
  type Measured,
  QUALITY_CHECKS,
  QUALITY_LEVELS,
  type QualityCheck,
  type QualityFinding,
} from './finding.ts';
import { future } from './future.ts';
import { gaps } from './gaps.ts';
import { negative } from './negative.ts';
import { regressions } from './regressions.ts';
import type { QualitySettings } from './settings.ts';
import { unmapped } from './unmapped.ts';
import { valueless } from './valueless.ts';

type Check = (input: CheckInput) => Measured | null;

const CHECKS: Readonly<Record<QualityCheck, Check>> = {
  expired,
  unmapped,
  negative,
  future,
  regressions,
  gaps,
  duplicates,
  valueless,
};

/** What was judged of a month. */
export type MonthQuality = {
  /** Worst first, then by check and meter; those that pass come last. */
  readonly findings: readonly QualityFinding[];
  /** Configured meters of which nothing is known: not pulled, or by an older version. */
  readonly unchecked: readonly string[];
};

/** Holds what a pull found against what the workspace tolerates. */
export function judgeQuality(
  month: { readonly meters: readonly QualityMeter[]; readonly facts: readonly MeterFacts[]; readonly period: Period },
  settings: QualitySettings,
): MonthQuality {
  const findings: QualityFinding[] = [];
  const unchecked: string[] = [];
  for (const meter of month.meters) {
    const facts = month.facts.find((known) => known.meter === meter.key);
    if (facts === undefined) unchecked.push(meter.key);
    else findings.push(...judgeMeter({ facts, meter, period: month.period }, settings));
  }
  return { findings: findings.sort(bySeverity), unchecked };
}

function judgeMeter(input: CheckInput, settings: QualitySettings): QualityFinding[] {
  return QUALITY_CHECKS.flatMap((check) => {
    const bounds = settings.checks[check];
    const measured = bounds === null ? null : CHECKS[check](input);
    if (bounds === null || measured === null) return [];
    const { level, bound } = levelOf(measured.share, bounds);
    const { share, customer, sentence, remedy, atLeast, atMost } = measured;
    const said = level === 'ok' ? (atLeast ?? level) : level === 'failed' ? (atMost ?? level) : level;
    return [
      {
        check,
        meter: input.meter.key,
        customer,
        value: formatDecimal(share),
        threshold: formatDecimal(bound),
        level: said,
        sentence,
        remedy: said === 'ok' ? null : remedy,
      },
    ];
  });
}

function bySeverity(a: QualityFinding, b: QualityFinding): number {
  return (
    QUALITY_LEVELS.indexOf(a.level) - QUALITY_LEVELS.indexOf(b.level) ||
    QUALITY_CHECKS.indexOf(a.check) - QUALITY_CHECKS.indexOf(b.check) ||
    compareBytes(a.meter, b.meter)
  );
}
