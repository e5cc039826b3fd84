/**
 * `npm run test:vectors`: every vector file under this folder, or under the one that TIEOUT_VECTORS names, against the
 * product. Ends with `N passed, N failed, N skipped`; any failure makes the exit code 1.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CLASSES } from './classes/registry.ts';
import { runVectors, type SuiteResult } from './suite.ts';

function report({ passed, failures, skipped }: SuiteResult): string {
  const left = skipped.map(({ className, cases, reason }) => `skipped ${className}: ${cases} (${reason})`);
  const failed = failures.map((failure) => `FAILED ${failure}`);
  const skippedCases = skipped.reduce((total, { cases }) => total + cases, 0);
  const summary = `${passed} passed, ${failures.length} failed, ${skippedCases} skipped`;
  return `${[...left, ...failed, summary].join('\n')}\n`;
}

const folder = resolve(process.env.TIEOUT_VECTORS ?? import.meta.dirname);
const result: SuiteResult = existsSync(folder)
  ? await runVectors(folder, CLASSES)
  : { passed: 0, failures: [`${folder}: there is no such folder`], skipped: [] };
process.stdout.write(report(result));
process.exitCode = result.failures.length > 0 ? 1 : 0;
