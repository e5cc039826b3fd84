import { isTieoutError, type Problem, TieoutError } from '../shared/errors.ts';
import { sinceSentence } from '../shared/reconciliation/close/changes.ts';
import { type Instant, parseInstant } from '../shared/values/instant.ts';
import { type MonthKey, parseMonth, requireBegun } from '../shared/values/period.ts';
import { buildFrame, type MonthFrame } from './api/cells/frame.ts';
import { completenessOf, type MeterCompleteness } from './api/late/completeness.ts';
import { recordParity } from './api/pipelines/record-parity.ts';
import { type JudgedQuality, monthQuality } from './api/quality/month-quality.ts';
import { exitOf } from './api/reconcile/reconcile-month.ts';
import { type SeriesReport, seriesReports } from './api/reconcile/series-counts.ts';
import { reconcileSettings } from './api/reconcile/settings.ts';
import { readingsOf } from './api/shadow/readings.ts';
import { type Db, openCache } from './cache/open.ts';
import { openExisting } from './cache/open-for-reading.ts';
import { pipelineMeter } from './cache/pull-store.ts';
import { type KeptShadowRun, readShadowRuns, saveShadowRun } from './cache/shadow-store.ts';
import { acquireWriter } from './cache/writer-lock.ts';
import { closeRequest, recordChanges } from './close/close-status.ts';
import type { Config, MeterSettings } from './config/config.ts';
import { clickhouseConnection, stripeConnection } from './config/connection.ts';
import type { CustomerLink } from './config/customers-file.ts';
import { mappingFingerprint, seriesFingerprint, stripeFingerprint, usageFingerprint } from './config/fingerprint.ts';
import type { Environment } from './config/setting.ts';
import {
  configFrom,
  openWorkspaceFolder,
  readConfig,
  readCustomerLinks,
  requireWritable,
  type WorkspaceFolder,
} from './config/workspace.ts';
import type { ProvingEngine } from './fixtures/run.ts';
import { pullEvidence } from './pull/evidence-step.ts';
import { pullMonth } from './pull/pull-month.ts';
import type { PullMeter, PullPipeline, PullProgress, PullResult } from './pull/pull-request.ts';
import { parseSlice } from './pull/slice.ts';
import { isSample, SAMPLE_ENVIRONMENT } from './sample/record.ts';
import { SAMPLE_NOW } from './sample/world.ts';
import type { BillingSource } from './sources/billing-source.ts';
import type { ClickHouseConfig } from './sources/clickhouse/source.ts';
import type { EvidenceSource } from './sources/evidence-source.ts';
import type { UsageSource } from './sources/usage-source.ts';
import { TOOL_VERSION } from './version.ts';

/** A workspace folder, read and validated; nothing is connected yet. */
export type Workspace = {
  readonly paths: WorkspaceFolder;
  readonly config: Config;
  readonly links: readonly CustomerLink[] | null;
  /** The sample's clock stands still; every other workspace lives in the present. */
  readonly fixedNow: Instant | null;
};

/** What talks to the world is loaded when it is asked for: most commands read the cache and are done before it is there. */
const CONNECTING = {
  clickhouse: () => import('./sources/clickhouse/source.ts'),
  embedded: () => import('./sandbox/clickhouse/embedded.ts'),
  stripe: () => import('./sources/stripe/source.ts'),
  sandbox: () => import('./sandbox/stripe/server.ts'),
  sample: () => import('./sample/sandbox.ts'),
};

/** The present, as the workspace sees it. */
export const nowIn = (workspace: Workspace, now: () => Instant): Instant => workspace.fixedNow ?? now();

/** @throws TieoutError `workspace.*`, `config.*` */
export function openWorkspace(folder: string, env: Environment): Workspace {
  const paths = openWorkspaceFolder(folder);
  const sample = isSample(paths.folder);
  const config = readConfig(paths, sample ? { ...env, ...SAMPLE_ENVIRONMENT } : env);
  return { paths, config, links: readCustomerLinks(paths, config), fixedNow: sample ? SAMPLE_NOW : null };
}

/** What a text would mean as the tieout.yaml of a workspace. @throws TieoutError `config.*` */
export const configOf = ({ paths }: Pick<Workspace, 'paths'>, text: string, env: Environment): Config =>
  configFrom(paths, text, isSample(paths.folder) ? { ...env, ...SAMPLE_ENVIRONMENT } : env);

export type Sources = {
  readonly usage: UsageSource;
  readonly billing: BillingSource;
  /** Where `usage` asks, for those who read other tables there; absent: it is not told. */
  readonly server?: ClickHouseConfig;
  close(): Promise<void>;
};

/**
 * Connects what a workspace names; an embedded ClickHouse and the sample's sandbox are started and end with `close`.
 * @throws TieoutError `config.env_not_set`, `clickhouse.embedded_*`
 */
export async function openSources(workspace: Workspace): Promise<Sources> {
  const unset = workspace.config.unset.filter(({ path }) => / (clickhouse|stripe)\./.test(path ?? ''));
  if (unset.length > 0) throw problemsError(unset);
  const usage = await openUsage(workspace);
  try {
    const billing = await openBilling(workspace);
    return {
      usage: usage.source,
      billing: billing.source,
      server: usage.server,
      close: async () => {
        await billing.close();
        await usage.close();
      },
    };
  } catch (error) {
    await usage.close();
    throw error;
  }
}

export type Opened<T> = { readonly source: T; close(): Promise<void> };

/** @throws TieoutError `config.env_not_set`, `clickhouse.embedded_*` */
export async function openUsage({
  config,
  paths,
}: Pick<Workspace, 'config' | 'paths'>): Promise<Opened<UsageSource> & { readonly server: ClickHouseConfig }> {
  const server = await openUsageServer(config.clickhouse, paths.folder);
  const { createClickHouseSource } = await CONNECTING.clickhouse();
  const source = createClickHouseSource(server.source);
  return {
    source,
    server: server.source,
    close: async () => {
      await source.close();
      await server.close();
    },
  };
}

/**
 * Where usage is asked for; an embedded engine is started and ends with `close`.
 * @throws TieoutError `config.env_not_set`, `clickhouse.embedded_*`
 */
export async function openUsageServer(
  settings: Config['clickhouse'],
  folder: string,
): Promise<Opened<ClickHouseConfig>> {
  const connection = clickhouseConnection(settings, folder);
  if (connection.kind === 'server') {
    return { source: { ...connection, password: connection.password.reveal() }, close: async () => {} };
  }
  const { startOnUsageFolder } = await CONNECTING.embedded();
  const engine = await startOnUsageFolder(connection.folder);
  const { url, username, password } = engine;
  return { source: { url, username, password, database: connection.database }, close: () => engine.stop() };
}

/** Connects to where a pipeline, or the workspace's own ClickHouse, keeps its books. @throws TieoutError `clickhouse.embedded_*` */
async function openEvidence(
  { config, paths }: Workspace,
  { server: known }: Sources,
  place: 'workspace' | { readonly pipeline: string },
): Promise<Opened<EvidenceSource>> {
  const own = place === 'workspace' ? undefined : config.pipelines.find(({ key }) => key === place.pipeline);
  const settings = own?.clickhouse ?? config.clickhouse;
  // An engine of one's own data folder runs once.
  const isOpen = known !== undefined && settings === config.clickhouse;
  const server = isOpen ? { source: known, close: async () => {} } : await openUsageServer(settings, paths.folder);
  const { createEvidenceSource } = await import('./sources/clickhouse/evidence.ts');
  const source = createEvidenceSource(server.source);
  return {
    source,
    close: async () => {
      await source.close();
      await server.close();
    },
  };
}

/**
 * An embedded ClickHouse of its own, empty, on which queries are proven.
 * @throws TieoutError `clickhouse.embedded_*`
 */
export async function openScratchEngine(signal: AbortSignal): Promise<ProvingEngine & { close(): Promise<void> }> {
  const { startEmbeddedClickHouse } = await CONNECTING.embedded();
  const { createClickHouseSource } = await CONNECTING.clickhouse();
  const server = await startEmbeddedClickHouse({ dataFolder: null, signal });
  const { url, username, password } = server;
  const source = createClickHouseSource({ url, username, password, database: 'default' });
  const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password };
  return {
    source,
    async execute(sql) {
      const response = await fetch(url, { method: 'POST', headers, body: sql, signal });
      const words = await response.text();
      if (response.ok) return;
      throw new TieoutError('clickhouse.query_failed', {
        message: `The table of a case cannot be made: ${words.split('\n')[0]}`,
        remedy: 'Check the types and values of its rows.',
      });
    },
    async close() {
      await source.close();
      await server.stop();
    },
  };
}

/** @throws TieoutError `config.env_not_set`, `sandbox.failed` */
export async function openBilling(workspace: Workspace): Promise<Opened<BillingSource>> {
  const connection = stripeConnection(workspace.config.stripe);
  const { createStripeSource } = await CONNECTING.stripe();
  const sandbox =
    workspace.fixedNow !== null ? await (await CONNECTING.sample()).openSampleSandbox(workspace.paths.folder) : null;
  const source = createStripeSource({
    apiKey: sandbox?.keys.restricted ?? connection.apiKey.reveal(),
    apiBase: sandbox?.url ?? connection.apiBase,
    requestsPerSecond: connection.requestsPerSecond,
    testClocks: connection.testClocks,
    random: Math.random,
  });
  return {
    source,
    close: async () => {
      await source.close();
      await sandbox?.stop();
    },
  };
}

export type PullOptions = {
  readonly month: string;
  readonly meters?: readonly string[] | undefined;
  readonly customers?: readonly string[] | undefined;
  readonly skipIdle: boolean;
  readonly hourly: 'drifting' | 'all';
  /** Whole hours to compute anew from ClickHouse, ISO-8601; both or neither. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Stripe is not asked: what it holds stays as it was pulled. */
  readonly usageOnly?: boolean;
};

/** What a pull says, with what its rows say about themselves. */
export type PulledMonth = PullResult & { readonly quality: JudgedQuality };

/**
 * Pulls one month into the workspace's cache, as its one writer.
 * @throws TieoutError of the source that failed; what was there before is still in force
 */
export async function pull(
  workspace: Workspace,
  options: PullOptions,
  run: {
    readonly now: () => Instant;
    readonly signal: AbortSignal;
    readonly command: string;
    readonly onProgress?: (progress: PullProgress) => void;
    /** Sources that are open already; by default the workspace's own are opened and closed. */
    readonly sources?: Sources;
  },
): Promise<PulledMonth> {
  const month = parseMonth(options.month, '--month');
  const now = nowIn(workspace, run.now);
  requireBegun(month, now);
  const slice = parseSlice(options, month);
  requireWritable(workspace.paths);
  const meters = selectMeters(workspace.config, options.meters);
  return withWriter(workspace, run, async (db) => {
    const sources = run.sources ?? (await openSources(workspace));
    try {
      const result = await pullMonth({
        db,
        usage: sources.usage,
        billing: sources.billing,
        meters: meters.map((meter) => pullMeter(workspace.config, meter)),
        pipelines: pullPipelines(workspace, sources.usage),
        usageOnly: options.usageOnly === true,
        customers: {
          match: workspace.config.customers,
          links: workspace.links,
          fingerprint: mappingFingerprint(workspace.config.customers, workspace.links),
        },
        testClocks: workspace.config.stripe.testClocks,
        month,
        select: {
          ...(options.meters === undefined ? {} : { meters: options.meters }),
          ...(options.customers === undefined ? {} : { customers: options.customers }),
        },
        skipIdle: options.skipIdle,
        hourly: options.hourly,
        slice,
        clockSkewMs: workspace.config.quality.clockSkewMs,
        toolVersion: TOOL_VERSION,
        now: () => nowIn(workspace, run.now),
        signal: run.signal,
        ...(run.onProgress === undefined ? {} : { onProgress: run.onProgress }),
      });
      const books = await pullEvidence({
        db,
        month,
        pipelines: workspace.config.pipelines,
        open: (place) => openEvidence(workspace, sources, place),
        billing: options.usageOnly === true ? null : sources.billing,
        now: () => nowIn(workspace, run.now),
        signal: run.signal,
      });
      recordParity(db, { config: workspace.config, now: nowIn(workspace, run.now), month });
      const changes = closeWarnings(workspace, db, { month, now: nowIn(workspace, run.now) });
      const warnings = [...result.warnings, ...books, ...changes];
      return { ...result, warnings, quality: qualityOf(db, workspace.config, month) };
    } finally {
      if (run.sources === undefined) await sources.close();
    }
  });
}

const pullMeter = ({ clickhouse, stripe }: Config, meter: MeterSettings): PullMeter => ({
  key: meter.key,
  stripe: meter.stripe,
  usage: meter.usage,
  tolerance: meter.tolerance,
  usageFingerprint: usageFingerprint(meter.usage, clickhouse),
  stripeFingerprint: stripeFingerprint(meter, stripe),
  seriesFingerprint: seriesFingerprint(meter.usage, clickhouse),
});

/** A pipeline that names no ClickHouse of its own is read from the one that is open. */
const pullPipelines = ({ config, paths }: Workspace, shared: UsageSource): readonly PullPipeline[] =>
  config.pipelines.map(({ key, clickhouse, meters }) => ({
    key,
    meters: meters.flatMap(({ key: meterKey, usage }) => {
      const meter = config.meters.find((each) => each.key === meterKey);
      if (meter === undefined) return [];
      const own = pullMeter({ ...config, clickhouse }, { ...meter, usage });
      return [{ ...own, key: pipelineMeter(key, meterKey), seriesFingerprint: null }];
    }),
    open: async () =>
      clickhouse === config.clickhouse
        ? { source: shared, close: async () => {} }
        : openUsage({ config: { ...config, clickhouse }, paths }),
  }));

/** A locked month may be pulled; what its books say stays, and what is new is said and written down. */
function closeWarnings(
  workspace: Workspace,
  db: Db,
  at: { readonly month: MonthKey; readonly now: Instant },
): readonly Problem[] {
  const since = recordChanges(closeRequest(workspace, db, at), 'tieout pull');
  if (since === null) return [];
  return [
    {
      code: 'close.changed_since_lock',
      path: null,
      message: `${at.month} is locked. ${sinceSentence(since.changes.length)}`,
      remedy: `See what changed: \`tieout close DIR --month ${at.month}\`.`,
      severity: 'warning',
    },
  ];
}

/** Opens the cache for writing under the workspace's write lock, for the time of `work`. */
export async function withWriter<T>(
  workspace: Workspace,
  run: { readonly now: () => Instant; readonly command: string },
  work: (db: Db) => T | Promise<T>,
): Promise<T> {
  const lock = acquireWriter(workspace.paths, { pid: process.pid, startedAt: run.now(), command: run.command });
  try {
    const db = openCache(workspace.paths.databaseFile, { now: run.now() });
    try {
      return await work(db);
    } finally {
      db.close();
    }
  } finally {
    lock.release();
  }
}

/** @throws TieoutError `pull.nothing_selected` naming a meter that the file does not have */
function selectMeters(config: Config, keys: readonly string[] | undefined): readonly MeterSettings[] {
  const { meters } = config;
  const selected = meters.filter(({ key }) => keys === undefined || keys.includes(key));
  const unknown = (keys ?? []).filter((key) => !selected.some((meter) => meter.key === key));
  if (unknown.length > 0) {
    throw new TieoutError('pull.nothing_selected', {
      message: `tieout.yaml has no meter ${unknown.join(', ')}.`,
      path: '--meter',
      remedy: `Choose from: ${meters.map((meter) => meter.key).join(', ')}.`,
    });
  }
  return meters;
}

function problemsError(problems: readonly Problem[]): TieoutError {
  const [first] = problems;
  return new TieoutError(first?.code ?? 'config.invalid_value', {
    message:
      problems.length > 1
        ? `${problems.length} problems stand in the way.`
        : (first?.message ?? 'The configuration has problems.'),
    path: first?.path ?? null,
    remedy: first?.remedy ?? null,
    problems,
  });
}

/** A month with how complete its usage is, meter by meter, how good its data, and the series of the meters that keep them. */
export type ReconciledMonth = MonthFrame & {
  readonly completeness: readonly MeterCompleteness[];
  readonly quality: JudgedQuality;
  readonly series: readonly SeriesReport[];
};

const qualityOf = (db: Db, config: Config, month: MonthKey): JudgedQuality =>
  monthQuality({ db, month, meters: qualityMeters(config), settings: config.quality });

const qualityMeters = ({ meters }: Config) => meters.map(({ key, unit, usage }) => ({ key, unit, scale: usage.scale }));

/**
 * Compares a month from the cache and keeps the run. Where another process writes, or the folder can only be read, the
 * result is the same and only the run is not kept.
 * @param options.customers Stripe ids or usage ids; a result for some customers or meters alone is not kept
 * @throws TieoutError `period.in_future`, `cache.*`
 */
export async function reconcile(
  workspace: Workspace,
  options: MonthSelection,
  run: { readonly now: () => Instant; readonly command: string },
): Promise<ReconciledMonth> {
  const { month, now, settings } = monthRequest(workspace, options, run.now);
  const { customers, meters } = options;
  const compare = (db: Db, canStore: boolean): ReconciledMonth => ({
    ...buildFrame({ db, settings, month, now, toolVersion: TOOL_VERSION }, { canStore }),
    completeness: completenessOf(db, { month, meters: settings.meters, now }),
    quality: qualityOf(db, workspace.config, month),
    series: seriesReports(db, { month, meters: settings.meters }),
  });
  try {
    requireWritable(workspace.paths);
    return await withWriter(workspace, run, (db) => compare(db, customers === undefined && meters === undefined));
  } catch (error) {
    const canOnlyRead = isTieoutError(error) && ['workspace.busy', 'workspace.not_writable'].includes(error.code);
    if (!canOnlyRead) throw error;
    const db = openExisting(workspace.paths.databaseFile, run.now());
    try {
      return compare(db, false);
    } finally {
      db.close();
    }
  }
}

type MonthSelection = {
  readonly month: string;
  readonly customers?: readonly string[];
  readonly meters?: readonly string[];
};

function monthRequest(workspace: Workspace, options: MonthSelection, clock: () => Instant) {
  const month = parseMonth(options.month, '--month');
  const now = nowIn(workspace, clock);
  requireBegun(month, now);
  const { customers, meters } = options;
  const all = reconcileSettings(workspace.config, workspace.links);
  const settings = {
    ...all,
    meters: all.meters.filter(({ key }) => meters === undefined || meters.includes(key)),
    ...(customers === undefined ? {} : { customers }),
  };
  return { month, now, settings };
}

/**
 * One round of shadow mode: pulls both sides, every cell by the hour, compares them with the hours of all cells, and
 * keeps what it saw.
 * @throws TieoutError of the source that failed; `workspace.busy`, `workspace.not_writable`
 */
export async function shadowRound(
  workspace: Workspace,
  options: MonthSelection & { readonly isStrict: boolean },
  run: {
    readonly now: () => Instant;
    readonly signal: AbortSignal;
    readonly sources: Sources;
    readonly onProgress: (progress: PullProgress) => void;
  },
): Promise<ReconciledMonth> {
  const { month, now, settings } = monthRequest(workspace, options, run.now);
  await pull(workspace, { ...options, skipIdle: false, hourly: 'all' }, { ...run, command: 'shadow' });
  return withWriter(workspace, { now: run.now, command: 'shadow' }, (db) => {
    const request = { db, settings, month, now, toolVersion: TOOL_VERSION, isThorough: true };
    const frame = buildFrame(request, { canStore: false });
    const { summary } = frame;
    const { asOf, cells, structural, byVerdict } = summary;
    const at = asOf.stripe === null ? now : parseInstant(asOf.stripe);
    const exitCode = exitOf(summary, options.isStrict);
    saveShadowRun(db, { month, at, cells, structural, stale: byVerdict.stale, exitCode }, readingsOf(frame));
    const completeness = completenessOf(db, { month, meters: settings.meters, now });
    const series = seriesReports(db, { month, meters: settings.meters });
    return { ...frame, completeness, quality: qualityOf(db, workspace.config, month), series };
  });
}

/** What shadow mode saw in earlier rounds, oldest first. @throws TieoutError `cache.*`, `period.*` */
export function shadowHistory(
  workspace: Workspace,
  which: { readonly month?: string | undefined; readonly limit: number },
  now: Instant,
): readonly KeptShadowRun[] {
  const month = which.month === undefined ? null : parseMonth(which.month, '--month');
  const db = openCache(workspace.paths.databaseFile, { now, readOnly: true });
  try {
    return readShadowRuns(db, { month, limit: which.limit });
  } finally {
    db.close();
  }
}

/** A Stripe sandbox of its own, empty, with test clocks: for a scenario that is run over HTTP without an account. */
export async function startScenarioSandbox(
  now: Instant,
): Promise<{ readonly url: string; readonly apiKey: string; stop(): Promise<void> }> {
  const { startStripeSandbox } = await CONNECTING.sandbox();
  const sandbox = await startStripeSandbox({ clock: now });
  return { url: sandbox.url, apiKey: sandbox.keys.full, stop: sandbox.stop };
}
