import type { CloseGate, CloseGateName, CloseMonthView, CloseNote } from '../../shared/contract/close-schemas.ts';
import { formatCount } from './number.ts';
import { formatMonth } from './time.ts';
import { meterLabel } from './words.ts';

/** A gate as people say it; short: as it stands in a row of gates. */
export const GATE_WORDS: Readonly<Record<CloseGateName, { readonly title: string; readonly short: string }>> = {
  pull_complete: { title: 'Everything is pulled', short: 'pulled' },
  pull_recent: { title: 'Pulled after the month had settled', short: 'settled' },
  unconfigured_meters: { title: 'No meter is left out', short: 'meters' },
  incomplete_cells: { title: 'Every cell could be compared', short: 'compared' },
  structural_drift: { title: 'Usage and Stripe tie out', short: 'ties out' },
  data_quality: { title: 'The data is good', short: 'data' },
  late_usage: { title: 'Late usage is in and decided', short: 'late usage' },
  engine_proof: { title: 'The engine is proven', short: 'engine proof' },
  invoices_aligned: { title: 'Invoices are in line', short: 'invoices' },
};

export const ROLE_WORDS = {
  preparer: { word: 'Preparer', act: 'Sign as preparer' },
  reviewer: { word: 'Reviewer', act: 'Sign as reviewer' },
} as const;

export const passedOf = (gates: readonly CloseGate[]): number =>
  gates.filter(({ decision }) => decision === 'pass').length;

/** "open · 3 of 9 gates pass", "locked". */
export function closeStateText({ state, gates, preparer, reviewer }: CloseMonthView): string {
  if (state === 'locked') return 'locked';
  const passed = passedOf(gates);
  const word = state === 'reopened' ? 'open again' : 'open';
  if (passed < gates.length) return `${word} · ${passed} of ${gates.length} gates pass`;
  if (reviewer !== null) return `${word} · ready to be locked`;
  return preparer === null ? `${word} · all gates pass` : `${word} · prepared`;
}

/** What stands between the month and its lock, in a sentence. */
export function closeSentence(close: CloseMonthView): string {
  const { state, gates, preparer, reviewer, lock, month } = close;
  const name = formatMonth(month);
  if (state === 'locked' && lock !== null) {
    return `${name} is locked: its books are kept as ${lock.actor} locked them.`;
  }
  const open = gates.length - passedOf(gates);
  if (open > 0) {
    return `${open === 1 ? 'One gate stands' : `${formatCount(open)} gates stand`} in the way of the close.`;
  }
  if (preparer === null) return 'Every gate passes. The preparer can sign.';
  if (reviewer === null) return `Prepared by ${preparer.name}. The reviewer can sign.`;
  return `Prepared by ${preparer.name} and reviewed by ${reviewer.name}. The month can be locked.`;
}

/** What a note is about. */
export function noteSubject({ customer, usageId, meter, gate, name }: CloseNote): string {
  const parts = [
    ...(gate === null ? [] : [GATE_WORDS[gate].title]),
    ...(customer === null && usageId === null ? [] : [name ?? customer ?? usageId ?? '']),
    ...(meter === null ? [] : [meterLabel(meter)]),
  ];
  return parts.length === 0 ? 'The month' : parts.join(' · ');
}

/** What became of what a note explained; null where it explains nothing. */
export function noteEffect({ explains, covers, current }: CloseNote): string | null {
  if (!explains) return null;
  if (current === covers) return covers === 1 ? 'explains it' : `explains ${formatCount(covers)} open points`;
  if (current === 0) return 'explained figures that are others now';
  return `explains ${formatCount(current)} of ${formatCount(covers)} points; the others changed since`;
}

/** The first twelve digits of a hash: enough to compare by eye. */
export const shortHash = (hash: string): string => hash.slice(0, 12);
