import type { QualityFinding } from './finding.ts';

/** A gate of the close (interfaces.md section 6). `warn` lets a close pass that a person has looked at. */
export type QualityGate = {
  readonly gate: 'data_quality';
  readonly decision: 'pass' | 'warn' | 'blocked' | 'not_checked';
  readonly detail: string;
};

/**
 * Whether the data of a month is good enough to close it.
 * @param unchecked meters of which nothing is known; they pass no gate
 */
export function qualityGate(findings: readonly QualityFinding[], unchecked: readonly string[] = []): QualityGate {
  const gate = 'data_quality';
  const failed = findings.filter(({ level }) => level === 'failed');
  const warnings = findings.filter(({ level }) => level === 'warning');
  if (failed.length > 0) return { gate, decision: 'blocked', detail: `${named(failed)}.` };
  if (unchecked.length > 0 || findings.length === 0) {
    const meters = unchecked.length === 0 ? 'the month' : unchecked.join(', ');
    return { gate, decision: 'not_checked', detail: `Nothing is known of ${meters}: pull again.` };
  }
  if (warnings.length > 0) return { gate, decision: 'warn', detail: `${named(warnings)}.` };
  return { gate, decision: 'pass', detail: `${findings.length} checks passed.` };
}

const named = (findings: readonly QualityFinding[]): string =>
  findings.map(({ check, meter }) => `${check} in ${meter}`).join(', ');
