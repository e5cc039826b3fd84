import { openWorkspace } from '../../main/compose.ts';
import { exportMonth } from '../../main/export.ts';
import { peakBytes, performTask, timed } from '../child.ts';
import { ENVIRONMENT } from '../month-workspace.ts';
import { MONTH, PULLED_AT } from '../month-world.ts';

/** The CSV of a month as `tieout export` writes it: comparison, order and every column included. */
await performTask<{ readonly folder: string; readonly file: string }>(async ({ folder, file }) => {
  const workspace = openWorkspace(folder, ENVIRONMENT);
  const { ms } = await timed(() =>
    exportMonth(workspace, { month: MONTH, file, filter: {}, now: () => PULLED_AT, onProgress: () => undefined }),
  );
  return { ms, peakBytes: peakBytes(), check: '' };
});
