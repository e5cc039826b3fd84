import type { QualityFinding } from '../reconciliation/quality/finding.ts';
import type { QualityGate } from '../reconciliation/quality/gate.ts';

/** Findings in which several meters say the same: those of one table share its rows. */
export type QualityGroup = Omit<QualityFinding, 'meter'> & { readonly meters: readonly string[] };

/** What is to be said, worst first; what passes is left out. */
export function qualityGroups(findings: readonly QualityFinding[]): readonly QualityGroup[] {
  const groups = new Map<string, { -readonly [Key in keyof QualityGroup]: QualityGroup[Key] }>();
  for (const { meter, ...finding } of findings) {
    if (finding.level === 'ok') continue;
    const key = `${finding.check} ${finding.level} ${finding.sentence}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...finding, meters: [meter] });
    else group.meters = [...group.meters, meter];
  }
  return [...groups.values()];
}

/** The field `quality` of JSON answers: the gate, how much was checked, and what was found. */
export const qualityDocument = (quality: {
  readonly gate: QualityGate;
  readonly findings: readonly QualityFinding[];
  readonly unchecked: readonly string[];
}) => ({
  ...quality.gate,
  checks: quality.findings.length,
  unchecked: quality.unchecked,
  findings: quality.findings.filter(({ level }) => level !== 'ok'),
});

/** Lines for a terminal: one when all is well, else one for each finding. */
export function qualityLines(quality: Parameters<typeof qualityDocument>[0]): readonly string[] {
  const { findings, unchecked, gate } = quality;
  const groups = qualityGroups(findings);
  const lines = groups.map(
    ({ level, meters, sentence }) => `${level === 'failed' ? 'failed ' : 'warning'}  ${meters.join(', ')}: ${sentence}`,
  );
  if (unchecked.length > 0) lines.push(gate.decision === 'blocked' ? `unknown  ${unchecked.join(', ')}` : gate.detail);
  return lines.length === 0 ? [gate.detail] : lines;
}
