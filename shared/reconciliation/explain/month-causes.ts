import type { IncidentCode } from './incident-words.ts';

/** An incident as plain JSON, keys in the published order (interfaces.md section 6); money in major units. */
export type IncidentRecord = {
  readonly id: string;
  readonly code: IncidentCode;
  readonly cells: number;
  readonly meters: readonly string[];
  /** From the first hour to the end of the last, ISO-8601; null where it concerns the whole month, or no hours. */
  readonly hours: { readonly from: string; readonly to: string } | null;
  readonly factor: string | null;
  readonly money: readonly { readonly currency: string; readonly difference: string }[];
  readonly sentence: string;
  readonly remedy: string;
  readonly confidence: 'high' | 'medium' | 'low';
  readonly customers: number;
  readonly quantities: readonly { readonly meter: string; readonly unit: string; readonly worth: string }[];
};

/** Why a month is off. */
export type MonthCauses = {
  readonly incidents: readonly IncidentRecord[];
  /** Drifting cells of which no cause is known, and what they are worth without signs. */
  readonly unexplained: {
    readonly cells: number;
    readonly money: readonly { readonly currency: string; readonly difference: string }[];
  };
  /** Drifting cells that were not looked at by the hour, because there are too many. */
  readonly notAsked: number;
};

export const NO_CAUSES: MonthCauses = { incidents: [], unexplained: { cells: 0, money: [] }, notAsked: 0 };
