/** What must hold before a month is locked, in the order in which it is looked at. Computed, never ticked. */
export const GATES = [
  'pull_complete',
  'pull_recent',
  'unconfigured_meters',
  'incomplete_cells',
  'structural_drift',
  'data_quality',
  'late_usage',
  'engine_proof',
  'invoices_aligned',
] as const;
export type GateName = (typeof GATES)[number];

/** Gates whose items a note may explain. The others ask for something to be done. */
export const EXPLAINABLE: ReadonlySet<GateName> = new Set<GateName>([
  'unconfigured_meters',
  'structural_drift',
  'data_quality',
  'late_usage',
  'engine_proof',
  'invoices_aligned',
]);

/** `unknown`: nothing says that it holds, and nothing that it does not; it locks no month. */
export type GateDecision = 'pass' | 'blocked' | 'unknown';

export type Gate = {
  readonly gate: GateName;
  readonly decision: GateDecision;
  /** One sentence: what was found. */
  readonly detail: string;
  /** What to do about it; null where it passes. */
  readonly remedy: string | null;
  /** Things that stand in its way, and how many of those that did are explained. */
  readonly open: number;
  readonly explained: number;
};

/** Things that a gate looks at one by one: how many stand in its way, and how many of them a note explains. */
export type Tally = { readonly all: number; readonly explained: number };

export const pass = (gate: GateName, detail: string, explained = 0): Gate => ({
  gate,
  decision: 'pass',
  detail,
  remedy: null,
  open: 0,
  explained,
});

export const stop = (
  gate: GateName,
  of: {
    readonly decision: 'blocked' | 'unknown';
    readonly detail: string;
    readonly remedy: string;
    readonly open?: number;
    readonly explained?: number;
  },
): Gate => ({ gate, ...of, open: of.open ?? 1, explained: of.explained ?? 0 });

/** Of a month: its worst gate. */
export function worstDecision(gates: readonly Gate[]): GateDecision {
  if (gates.some(({ decision }) => decision === 'blocked')) return 'blocked';
  return gates.some(({ decision }) => decision === 'unknown') ? 'unknown' : 'pass';
}

/** `3 cells`, `1,204 cells`. */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${count.toString().replace(/\B(?=(\d{3})+$)/g, ',')} ${count === 1 ? one : many}`;
