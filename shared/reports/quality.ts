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

/** The findings of one check, with what is to be done about them. */
export type CheckFindings = {
  readonly check: QualityFinding['check'];
  readonly level: 'failed' | 'warning';
  readonly remedy: string | null;
  readonly lines: readonly (Pick<QualityGroup, 'meters' | 'customer' | 'sentence'> & {
    readonly level: 'failed' | 'warning';
  })[];
};

/** One entry for each check that found something, worst first. */
export function findingsByCheck(findings: readonly QualityFinding[]): readonly CheckFindings[] {
  const groups = Map.groupBy(qualityGroups(findings), ({ check }) => check);
  return [...groups].map(([check, found]) => ({
    check,
    level: levelOf(found[0]?.level),
    remedy: found[0]?.remedy ?? null,
    lines: found.map(({ level, meters, customer, sentence }) => ({
      level: levelOf(level),
      meters,
      customer,
      sentence,
    })),
  }));
}

const levelOf = (level: QualityFinding['level'] | undefined): 'failed' | 'warning' =>
  level === 'failed' ? 'failed' : 'warning';

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
