import { decimal } from '../../values/decimal.ts';
import type { ParitySettings } from './parity.ts';

/** What two measurements of one usage are held to (`parity:` of tieout.yaml). */
export type ParityRules = ParitySettings & {
  /** So many systemic hours in a row raise the alert. */
  readonly consecutive: number;
  /** An hour is due this long after its end. */
  readonly graceMs: number;
  /** So many of the newest due hours must be checked and clean before a switch. */
  readonly requiredHours: number;
  /** Whose usage is compared; null: everyone's. A customer of whom it is not known takes part. */
  readonly only: { readonly metadata: string; readonly values: readonly string[] } | null;
};

/** @see metering.md section 4 */
export const DEFAULT_PARITY: ParityRules = {
  tolerance: decimal(2n, 2),
  alertShare: decimal(1n, 1),
  floor: decimal(100n),
  minimumCustomers: 3,
  consecutive: 2,
  graceMs: 600_000,
  requiredHours: 24,
  only: null,
};
