import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { cellsFilter } from '../shared/contract/schemas.ts';
import { errorDocument } from '../shared/errors.ts';
import { instant } from '../shared/values/instant.ts';
import { materialityOr } from './api/compare/compare-view.ts';
import { PULL_STEPS } from './cli/pull.ts';
import { compareWorkspace, writeComparisonCsv } from './compare.ts';
import { openWorkspace, pull, reconcile } from './compose.ts';
import { runDemo } from './demo.ts';
import { writeRemedyFiles } from './explain.ts';
import { exportFileName, exportReports } from './export.ts';
import { exportInvoices, invoicesFileName } from './invoices-export.ts';
import type { FromWorker, JobResult, JobTask, Progress } from './jobs/job.ts';
import { lateWorkspace, writeLateCsv } from './late.ts';
import { dryRunMeter, proveMeter } from './meter-runs.ts';
import { writeCutoverReport } from './pipelines/cutover-report.ts';
import { createViews } from './views.ts';

// What a worker thread runs: composes its own parts, tells its progress and stops when it is asked to.
const task = workerData as JobTask;
const port = parentPort;
const cancel = new AbortController();
const tell = (message: FromWorker): void => port?.postMessage(message);
const show = (progress: Progress): void => tell({ type: 'progress', progress });
const now = () => instant(task.now ?? Date.now());

port?.on('message', () => cancel.abort());
port?.unref();

try {
  tell({ type: 'done', result: await work() });
} catch (error) {
  tell({ type: 'failed', error: errorDocument(error) });
}

async function work(): Promise<JobResult> {
  switch (task.kind) {
    case 'pull': {
      const workspace = openWorkspace(task.folder, process.env);
      const result = await pull(
        workspace,
        {
          month: task.month,
          meters: task.meters ?? undefined,
          customers: task.customers ?? undefined,
          skipIdle: task.skipIdle,
          hourly: task.hourly,
          from: task.slice?.from,
          to: task.slice?.to,
        },
        {
          now,
          signal: cancel.signal,
          command: 'pull',
          onProgress: (at) => show({ step: PULL_STEPS[at.step], done: at.done, total: at.total, unit: at.unit }),
        },
      );
      show({ step: 'comparing', done: 0, total: null, unit: '' });
      await reconcile(workspace, { month: task.month }, { now, command: 'reconcile' });
      const { clickhouse, stripe } = result.sources;
      const count = (value: number): string => value.toLocaleString('en-US');
      return {
        summary: `${count(clickhouse.rows)} rows · ${count(stripe.cells)} cells · ${count(stripe.requests)} requests`,
        output: null,
      };
    }
    case 'reconcile': {
      const { summary } = await reconcile(
        openWorkspace(task.folder, process.env),
        { month: task.month },
        { now, command: 'reconcile' },
      );
      return { summary: `${summary.cells} cells, ${summary.structural} structural`, output: null };
    }
    case 'export': {
      const workspace = openWorkspace(task.folder, process.env);
      mkdirSync(workspace.paths.exportsFolder, { recursive: true });
      if (task.lateEngine !== undefined) {
        const report = lateWorkspace(workspace, { month: task.month, engine: task.lateEngine }, { now });
        const name = `late-${task.month}-${task.lateEngine}.csv`;
        const rows = writeLateCsv(report, join(workspace.paths.exportsFolder, name));
        return { summary: `${rows.toLocaleString('en-US')} rows`, output: `exports/${name}` };
      }
      if (task.comparison !== undefined) {
        const { to, basis, materiality, filter } = task.comparison;
        const report = compareWorkspace(workspace, {
          from: task.month,
          to,
          basis: basis ?? null,
          materiality: materialityOr(materiality, workspace.config.compare),
          filter,
          now,
        });
        const name = `compare-${task.month}-${to}.csv`;
        const rows = writeComparisonCsv(report, join(workspace.paths.exportsFolder, name));
        return { summary: `${rows.toLocaleString('en-US')} rows`, output: `exports/${name}` };
      }
      if (task.invoices !== undefined) {
        const request = { month: task.month, ...task.invoices };
        const name = invoicesFileName(request);
        const file = join(workspace.paths.exportsFolder, name);
        const count = await exportInvoices(workspace, {
          ...request,
          file,
          now,
          onProgress: show,
          signal: cancel.signal,
        });
        return { summary: `${count.toLocaleString('en-US')} invoices`, output: `exports/${name}` };
      }
      if (task.cutover !== undefined) {
        const views = createViews(task.folder, { env: process.env, now });
        const { name, pieces } = await writeCutoverReport(views, task.cutover, workspace.paths.exportsFolder);
        return { summary: `${pieces.toLocaleString('en-US')} gaps and overlaps`, output: `exports/${name}` };
      }
      if (task.remedy !== undefined) {
        const { incident, cell, file } = task.remedy;
        const options = { month: task.month, folder: workspace.paths.exportsFolder, incidents: [incident], cell, file };
        const [written] = writeRemedyFiles(workspace, options, { now });
        return { summary: `${(written?.entries ?? 0).toLocaleString('en-US')} lines`, output: `exports/${file}` };
      }
      const format = task.format ?? 'csv';
      const isWhole = format === 'pdf' || format === 'package';
      const filter = isWhole ? {} : cellsFilter.parse(JSON.parse(task.filter));
      const name = exportFileName(format, task.month, filter);
      const { month } = task;
      const files = [{ format, file: join(workspace.paths.exportsFolder, name) }];
      const [written] = await exportReports(workspace, {
        month,
        files,
        filter,
        now,
        onProgress: show,
        signal: cancel.signal,
      });
      const rows = written?.rows ?? 0;
      return { summary: `${rows.toLocaleString('en-US')} ${isWhole ? 'cells' : 'rows'}`, output: `exports/${name}` };
    }
    case 'dry_run': {
      const value = await dryRunMeter(openWorkspace(task.folder, process.env), task.request, {
        env: process.env,
        now,
        signal: cancel.signal,
        onProgress: (at) => show({ ...at, unit: 'hours' }),
      });
      return { summary: `${value.rows.toLocaleString('en-US')} hours in ${value.seconds} s`, output: null, value };
    }
    case 'prove': {
      const value = await proveMeter(openWorkspace(task.folder, process.env), task.request, {
        env: process.env,
        now,
        signal: cancel.signal,
        onProgress: (at) => show({ ...at, unit: 'cases' }),
      });
      const passed = value.cases.filter(({ hasPassed }) => hasPassed).length;
      return { summary: `${passed} of ${value.cases.length} cases pass`, output: null, value };
    }
    case 'demo': {
      const result = await runDemo(task.folder, { scale: 1, signal: cancel.signal, onProgress: show });
      return { summary: `${result.found} planted faults found`, output: result.folder };
    }
  }
}
