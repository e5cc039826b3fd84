/** Something that is not as it was written, and which one. */
export type VerifyProblem = {
  /** `audit_event 7`, `close_lock 2026-03 version 1`, `cells.csv`. */
  readonly path: string;
  readonly problem: 'changed' | 'missing' | 'added' | 'detached' | 'unreadable';
  readonly message: string;
};

/** How much was looked at, by what it is. */
export type Checked = Readonly<Record<string, number>>;

export type Verification = {
  readonly target: 'workspace' | 'package';
  readonly checked: Checked;
  readonly problems: readonly VerifyProblem[];
};

export const changed = (path: string, message: string): VerifyProblem => ({ path, problem: 'changed', message });
export const missing = (path: string, message: string): VerifyProblem => ({ path, problem: 'missing', message });
export const added = (path: string, message: string): VerifyProblem => ({ path, problem: 'added', message });
export const unreadable = (path: string, message: string): VerifyProblem => ({ path, problem: 'unreadable', message });

/** The answer of `tieout verify --json` (interfaces.md section 6). */
export const verificationDocument = ({ target, checked, problems }: Verification) => ({
  tieout: 1,
  kind: 'verification',
  ok: problems.length === 0,
  target,
  checked,
  problems,
});

export function verificationText({ target, checked, problems }: Verification): string {
  const counted = Object.entries(checked).map(([what, count]) => `${count} ${what}`);
  const looked = `Checked ${counted.join(', ')}.`;
  if (problems.length === 0) return `✓  The ${target} is as it was written. ${looked}\n`;
  const heading = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map(({ path, problem, message }) => `   ${path}  ${problem}: ${message}`);
  return [`✗  The ${target} is not as it was written: ${heading}. ${looked}`, ...lines, ''].join('\n');
}
