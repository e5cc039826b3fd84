import { type Decimal, parseDecimal } from '../../values/decimal.ts';
import type { QualityCheck } from './finding.ts';

/** Shares from 0 to 1: above `warning` a finding is a warning, above `failed` it stops a close. */
export type Bounds = { readonly warning: Decimal; readonly failed: Decimal };

/** What a workspace tolerates; a check that is null is switched off. */
export type QualitySettings = {
  readonly checks: Readonly<Record<QualityCheck, Bounds | null>>;
  /** How far a clock may be ahead before its rows lie in the future. */
  readonly clockSkewMs: number;
};

const bounds = (warning: string, failed: string): Bounds => ({
  warning: parseDecimal(warning),
  failed: parseDecimal(failed),
});

/** What is never right is a warning when it occurs at all; what occurs in any fleet may occur now and then. */
export const DEFAULT_QUALITY: QualitySettings = {
  checks: {
    expired: bounds('0', '0'),
    unmapped: bounds('0', '0.05'),
    negative: bounds('0', '0.001'),
    future: bounds('0', '0.001'),
    regressions: bounds('0', '0.001'),
    gaps: bounds('0.01', '0.05'),
    duplicates: bounds('0.01', '0.1'),
    valueless: bounds('0', '0.001'),
  },
  clockSkewMs: 60_000,
};
