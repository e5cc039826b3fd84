import { openWorkspace } from '../../main/compose.ts';
import { exportReports } from '../../main/export.ts';
import type { ExportFormat } from '../../shared/contract/schemas.ts';
import { peakBytes, performTask, timed } from '../child.ts';
import { ENVIRONMENT } from '../month-workspace.ts';
import { MONTH, PULLED_AT } from '../month-world.ts';

type Input = { readonly folder: string; readonly file: string; readonly format: ExportFormat };

/** A month as `tieout export` writes it: comparison, order and every column included. */
await performTask<Input>(async ({ folder, file, format }) => {
  const workspace = openWorkspace(folder, ENVIRONMENT);
  const { ms, result } = await timed(() =>
    exportReports(workspace, {
      month: MONTH,
      files: [{ format, file }],
      filter: {},
      now: () => PULLED_AT,
      onProgress: () => undefined,
    }),
  );
  return { ms, peakBytes: peakBytes(), check: `${result[0]?.rows} rows` };
});
