import { mkdirSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import type { Api } from '../shared/contract/api.ts';
import type { DryRun, MeterProof, StripeMeter } from '../shared/contract/meter-schemas.ts';
import type { WorkspaceInfo } from '../shared/contract/schemas.ts';
import { assert, TieoutError } from '../shared/errors.ts';
import type { Instant } from '../shared/values/instant.ts';
import { lateRow } from './api/late/late-view.ts';
import { addNote, lockMonth, reopenMonth, signOff } from './close/close-workspace.ts';
import { openWorkspace, type Workspace } from './compose.ts';
import type { Environment } from './config/setting.ts';
import { createJobRunner } from './jobs/runner.ts';
import { decideInWorkspace } from './late.ts';
import { saveMeter } from './meter-settings.ts';
import { readPreferences, writePreference } from './preferences.ts';
import { readRecent, rememberWorkspace } from './recent.ts';
import { environmentOf, memorySecrets, type SecretStore } from './secrets.ts';
import {
  createWorkspace,
  matchInDraft,
  previewFirstMeter,
  type SetupWorld,
  secretSource,
  secretsOf,
  setupFile,
  setupFolder,
  setupStart,
  testClickHouse,
  testStripe,
} from './setup.ts';
import { removeScenario, saveScenario } from './simulate/workspace-scenarios.ts';
import { createViewThread, type ViewThread } from './view-thread.ts';

export type Application = {
  readonly api: Api;
  /** Where finished exports are; null while no workspace is open. */
  readonly exportsFolder: () => string | null;
  close(): Promise<void>;
};

const EXPORT_TITLES = {
  csv: 'Export to CSV',
  xlsx: 'Export to XLSX',
  json: 'Export to JSON',
  pdf: 'Write the close report',
  package: 'Write the close package',
} as const;

/**
 * What stands behind the screens, in whichever host: the open workspace, its views in a thread of their own, and the
 * jobs. Knows neither HTTP nor Electron.
 * @param options.folder the workspace to open; null opens on Home
 * @throws TieoutError `workspace.*`, `config.*` of that folder
 */
export async function createApplication(options: {
  readonly folder: string | null;
  readonly env: Environment;
  readonly now: () => Instant;
  readonly stateFolder: string;
  readonly chooseFolder: () => Promise<string | null>;
  /** What people typed instead of setting a variable; in memory unless given. */
  readonly secrets?: SecretStore;
}): Promise<Application> {
  const { now, stateFolder } = options;
  const secrets = options.secrets ?? memorySecrets();
  const envOf = (folder: string): Environment => environmentOf(secrets, resolve(folder), options.env);
  const setup: SetupWorld = { env: options.env, secrets, now };
  /** As the last test of Stripe found them, for the form of the first meter. */
  let foundMeters: readonly StripeMeter[] = [];
  const extension = extname(import.meta.url);
  let open: { readonly workspace: Workspace; readonly views: ViewThread } | null = null;

  const runner = createJobRunner({
    workerUrl: new URL(`./worker${extension}`, import.meta.url),
    now,
    envOf: ({ folder }) => ({ ...envOf(folder) }),
    beforeEnd: async (task, isDone) => {
      if (task.kind === 'dry_run' || task.kind === 'prove') return;
      if (task.kind !== 'demo') await open?.views.refresh();
      else if (isDone) await openFolder(task.folder);
    },
  });

  async function openFolder(folder: string): Promise<WorkspaceInfo> {
    const workspace = openWorkspace(resolve(folder), envOf(folder));
    const views = createViewThread({
      url: new URL(`./view-worker${extension}`, import.meta.url),
      folder: workspace.paths.folder,
      now,
      env: { ...envOf(folder) },
    });
    const info = await views.call('workspaceInfo', undefined).catch(async (error: unknown) => {
      await views.close();
      throw error;
    });
    await open?.views.close();
    open = { workspace, views };
    rememberWorkspace(stateFolder, { folder: workspace.paths.folder, name: workspace.config.name, openedAt: now() });
    return info;
  }

  /** A secret that was kept or forgotten is part of what an open workspace was read with. */
  async function reopenIfOpen(folder: string): Promise<void> {
    if (open !== null && open.workspace.paths.folder === resolve(folder)) await openFolder(folder);
  }

  function current(): { readonly workspace: Workspace; readonly views: ViewThread } {
    if (open !== null) return open;
    throw new TieoutError('workspace.not_found', {
      message: 'No workspace is open.',
      remedy: 'Open a folder that holds a tieout.yaml, or the sample workspace, from Home.',
    });
  }

  const api: Api = {
    workspace: {
      current: async () => (open === null ? null : open.views.call('workspaceInfo', undefined)),
      recent: async () => readRecent(stateFolder),
      open: openFolder,
      choose: options.chooseFolder,
      async openSample() {
        const folder = join(stateFolder, 'sample', new Date(now()).toISOString().replaceAll(/[^\d]/g, '').slice(0, 14));
        mkdirSync(folder, { recursive: true });
        return runner.start({ kind: 'demo', folder, now: null }, 'Make the sample workspace');
      },
    },
    preferences: {
      read: async () => readPreferences(stateFolder, open?.workspace.paths.folder ?? null),
      write: async (request) => writePreference(stateFolder, open?.workspace.paths.folder ?? null, request),
    },
    search: { customers: (request) => current().views.call('searchCustomers', request) },
    setup: {
      start: async () => setupStart(setup),
      folder: async (folder) => setupFolder(folder),
      secret: async ({ folder, name }) => secretSource(setup, folder, name),
      secrets: async () => secretsOf(setup, current().workspace.paths),
      async keepSecret({ folder, name, value }) {
        await secrets.keep(resolve(folder), name, value);
        await reopenIfOpen(folder);
        return secretSource(setup, folder, name);
      },
      async forgetSecret({ folder, name }) {
        await secrets.forget(resolve(folder), name);
        await reopenIfOpen(folder);
        return secretSource(setup, folder, name);
      },
      testClickHouse: (draft) => testClickHouse(setup, draft),
      async testStripe(draft) {
        const test = await testStripe(setup, draft);
        foundMeters = test.meters.map((meter) => ({ ...meter, configuredAs: null }));
        return test;
      },
      match: (request) => matchInDraft(setup, request),
      previewMeter: async (request) => previewFirstMeter(setup, request, foundMeters),
      file: async (request) => setupFile(setup, request),
      create: async (request) => openFolder(createWorkspace(setup, request)),
    },
    months: {
      matrix: () => current().views.call('matrix', undefined),
      summary: (month) => current().views.call('summary', month),
      cells: (request) => current().views.call('cells', request),
      async export({ month, filter, format }) {
        const { folder } = current().workspace.paths;
        return runner.start(
          { kind: 'export', folder, month, filter: JSON.stringify(filter), format, now: now() },
          EXPORT_TITLES[format],
        );
      },
    },
    cells: { detail: (key) => current().views.call('detail', key) },
    incidents: {
      list: (request) => current().views.call('incidents', request),
      cell: (key) => current().views.call('cellCause', key),
      remedy: (request) => current().views.call('incidentRemedy', request),
      async exportFile({ month, ...remedy }) {
        const { folder } = current().workspace.paths;
        return runner.start(
          { kind: 'export', folder, month, filter: '{}', remedy, now: now() },
          `Write ${remedy.file}`,
        );
      },
    },
    compare: {
      summary: (request) => current().views.call('fluxSummary', request),
      list: (request) => current().views.call('fluxList', request),
      detail: (key) => current().views.call('fluxDetail', key),
      async exportCsv({ from, ...comparison }) {
        const { folder } = current().workspace.paths;
        return runner.start(
          { kind: 'export', folder, month: from, filter: '{}', comparison, now: now() },
          'Export comparison to CSV',
        );
      },
    },
    invoices: {
      list: (request) => current().views.call('invoices', request),
      detail: (key) => current().views.call('invoice', key),
      async export({ month, ...invoices }) {
        const { folder } = current().workspace.paths;
        return runner.start(
          { kind: 'export', folder, month, filter: '{}', invoices, now: now() },
          invoices.what === 'json' ? 'Export invoices to JSON' : 'Export invoices to CSV',
        );
      },
    },
    proof: { summary: (request) => current().views.call('proof', request) },
    whatIf: {
      prices: (request) => current().views.call('whatIfPrices', request),
      run: (request) => current().views.call('whatIf', request),
    },
    close: {
      month: (month) => current().views.call('closeMonth', month),
      states: () => current().views.call('closeStates', undefined),
      cellNotes: (request) => current().views.call('cellNotes', request),
      audit: () => current().views.call('auditLog', undefined),
      verify: () => current().views.call('verifyClose', undefined),
      async addNote(request) {
        const { id } = await addNote(current().workspace, request, { now });
        return { id };
      },
      signOff: async (request) => void (await signOff(current().workspace, request, { now })),
      lock: async (request) => void (await lockMonth(current().workspace, request, { now })),
      reopen: async (request) => void (await reopenMonth(current().workspace, request, { now })),
    },
    late: {
      summary: (month) => current().views.call('lateSummary', month),
      list: (request) => current().views.call('lateList', request),
      detail: (key) => current().views.call('lateDetail', key),
      async decide({ month, engine, ...choice }) {
        const { workspace } = current();
        const choices = [{ ...choice, engine: engine ?? 'delta' }];
        const [entry] = await decideInWorkspace(workspace, { month, choices }, { now });
        assert(entry !== undefined, 'a decision answers with its row');
        return lateRow(entry);
      },
      async exportCsv({ month, engine }) {
        const { folder } = current().workspace.paths;
        return runner.start(
          { kind: 'export', folder, month, filter: '{}', lateEngine: engine, now: now() },
          'Export corrections to CSV',
        );
      },
    },
    pipelines: {
      overview: () => current().views.call('pipelinesOverview', undefined),
      parity: (request) => current().views.call('parity', request),
      customers: (request) => current().views.call('parityCustomers', request),
      customer: (key) => current().views.call('parityCustomer', key),
      rollup: (request) => current().views.call('rollup', request),
      plan: (request) => current().views.call('cutoverPlan', request),
      seam: (request) => current().views.call('cutoverSeam', request),
      async report(cutover) {
        const { folder } = current().workspace.paths;
        return runner.start(
          { kind: 'export', folder, month: cutover.at.slice(0, 7), filter: '{}', cutover, now: now() },
          'Write the report of a cutover',
        );
      },
      reservation: (request) => current().views.call('reservation', request),
    },
    meters: {
      page: (meter) => current().views.call('meterPage', meter),
      health: (request) => current().views.call('meterHealth', request),
      customers: (request) => current().views.call('meterCustomers', request),
      customer: (request) => current().views.call('meterCustomer', request),
    },
    settings: {
      meters: () => current().views.call('meterSettings', undefined),
      preview: (request) => current().views.call('meterPreview', request),
      async dryRun(request) {
        const { folder } = current().workspace.paths;
        const { month } = request;
        return runner.start({ kind: 'dry_run', folder, month, request, now: null }, `Dry run of ${request.draft.key}`);
      },
      dryRunResult: async (job) => (runner.valueOf(job, 'dry_run') as DryRun | undefined) ?? null,
      async prove(request) {
        const { folder } = current().workspace.paths;
        return runner.start({ kind: 'prove', folder, request, now: null }, `Prove ${request.draft.key}`);
      },
      proveResult: async (job) => (runner.valueOf(job, 'prove') as MeterProof | undefined) ?? null,
      async save(request) {
        const { workspace, views } = current();
        const env = envOf(workspace.paths.folder);
        const saved = saveMeter(workspace, request, { env, now });
        await views.refresh();
        open = { workspace: openWorkspace(workspace.paths.folder, env), views };
        return saved;
      },
    },
    simulate: {
      list: () => current().views.call('scenarioList', undefined),
      read: (id) => current().views.call('scenarioRead', id),
      check: (text) => current().views.call('scenarioCheck', text),
      state: (request) => current().views.call('simulationState', request),
      invoice: (request) => current().views.call('simulatedInvoice', request),
      timeline: (request) => current().views.call('simulationTimeline', request),
      compare: (request) => current().views.call('simulationCompare', request),
      fromCustomer: (request) => current().views.call('scenarioOfCustomer', request),
      save: async (request) => saveScenario(current().workspace, request),
      remove: async (request) => removeScenario(current().workspace, request),
    },
    jobs: {
      list: async () => runner.list(),
      async pull(request) {
        const { folder } = current().workspace.paths;
        return runner.start(
          {
            kind: 'pull',
            folder,
            month: request.month,
            meters: request.meters ?? null,
            customers: request.customers ?? null,
            skipIdle: request.skipIdle === true,
            hourly: request.hourly ?? 'drifting',
            ...(request.slice === undefined ? {} : { slice: request.slice }),
            now: null,
          },
          'Pull',
        );
      },
      cancel: async (id) => runner.cancel(id),
      retry: async (id) => runner.retry(id),
      watch: (signal) => runner.watch(signal),
      pulls: () => current().views.call('pulls', undefined),
    },
  };

  if (options.folder !== null) await openFolder(options.folder);
  return {
    api,
    exportsFolder: () => open?.workspace.paths.exportsFolder ?? null,
    async close() {
      await runner.stop();
      await open?.views.close();
    },
  };
}
