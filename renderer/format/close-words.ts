import type { CloseGate, CloseGateName, CloseMonthView, CloseNote } from '../../shared/contract/close-schemas.ts';
import { formatCount } from './number.ts';
import { formatMonth } from './time.ts';
import { meterLabel } from './words.ts';

type GateWords = {
  readonly title: string;
  /** As it stands in a row of gates: where it passes, and where it does not, with how much stands in its way. */
  readonly pass: string;
  readonly stop: readonly [one: string, many: string] | null;
};

/** A gate as people say it. */
export const GATE_WORDS: Readonly<Record<CloseGateName, GateWords>> = {
  pull_complete: { title: 'Everything is pulled', pass: 'pulled', stop: ['meter not pulled', 'meters not pulled'] },
  pull_recent: { title: 'Pulled after the month had settled', pass: 'settled', stop: ['not settled', 'not settled'] },
  unconfigured_meters: { title: 'No meter is left out', pass: 'meters', stop: ['meter left out', 'meters left out'] },
  incomplete_cells: {
    title: 'Every cell could be compared',
    pass: 'compared',
    stop: ['cell not compared', 'cells not compared'],
  },
  structural_drift: { title: 'Usage and Stripe tie out', pass: 'ties out', stop: ['cell drifts', 'cells drift'] },
  data_quality: { title: 'The data is good', pass: 'data', stop: ['check failed', 'checks failed'] },
  late_usage: { title: 'Late usage is in and decided', pass: 'late usage', stop: null },
  engine_proof: { title: 'The engine is proven', pass: 'engine proof', stop: ['line not exact', 'lines not exact'] },
  invoices_aligned: { title: 'Invoices are in line', pass: 'invoices', stop: ['invoice not in line', 'not in line'] },
};

/** "pulled", "22 cells drift". */
export function gateShort({ gate, decision, open }: CloseGate): string {
  const { pass, stop } = GATE_WORDS[gate];
  if (decision === 'pass') return pass;
  if (stop === null) return pass;
  return gate === 'pull_recent' ? stop[0] : `${formatCount(open)} ${open === 1 ? stop[0] : stop[1]}`;
}

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
