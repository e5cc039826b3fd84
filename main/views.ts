import { existsSync } from 'node:fs';
import type {
  FluxDetail,
  FluxKey,
  FluxListRequest,
  FluxSummaryRequest,
  FluxSummaryView,
  FluxWindow,
} from '../shared/contract/compare-schemas.ts';
import type {
  CellCause,
  IncidentRemedy,
  IncidentsRequest,
  MonthIncidents,
  RemedyRequest,
} from '../shared/contract/incident-schemas.ts';
import type { InvoiceDetail, InvoiceKey, InvoicesRequest, InvoicesWindow } from '../shared/contract/invoice-schemas.ts';
import type { LateDetail, LateKey, LateListRequest, LateSummary, LateWindow } from '../shared/contract/late-schemas.ts';
import type {
  CustomerHealth,
  HealthCustomers,
  HealthCustomersRequest,
  HealthOfCustomerRequest,
  HealthRequest,
  HealthRound,
  MeterPage,
  MeterPreview,
  MeterPreviewRequest,
  MeterSettingsList,
} from '../shared/contract/meter-schemas.ts';
import type { ProofRequest, ProofSummary } from '../shared/contract/proof-schemas.ts';
import type {
  CellDetail,
  CellKey,
  CellsRequest,
  CellsWindow,
  MonthSummary,
  MonthsMatrix,
  PullRecord,
  WorkspaceInfo,
} from '../shared/contract/schemas.ts';
import type { CustomerSearchAnswer, CustomerSearchRequest } from '../shared/contract/search-schemas.ts';
import type { ScenarioEntry, ScenarioFile } from '../shared/contract/simulate-schemas.ts';
import type {
  WhatIfPrice,
  WhatIfPricesRequest,
  WhatIfRequest,
  WhatIfResult,
} from '../shared/contract/what-if-schemas.ts';
import { TieoutError } from '../shared/errors.ts';
import { formatInstant, type Instant } from '../shared/values/instant.ts';
import { monthOf, parseMonth } from '../shared/values/period.ts';
import { FrameCache, type MonthsContext } from './api/cells/context.ts';
import { cellDetail } from './api/cells/detail.ts';
import { cellsWindow, monthSummary, monthsMatrix, qualityOf } from './api/cells/months.ts';
import { CompareCache } from './api/compare/compare-cache.ts';
import { fluxDetail, fluxSummary, fluxWindow } from './api/compare/compare-view.ts';
import { cellCause } from './api/explain/cell-cause.ts';
import { monthIncidents } from './api/explain/incident-view.ts';
import { incidentRemedy } from './api/explain/remedy-files.ts';
import { invoiceDetail } from './api/invoices/detail.ts';
import { type InvoicesContext, InvoiceTables, invoicesWindow } from './api/invoices/list.ts';
import { LateCache } from './api/late/late-cache.ts';
import type { LateRequest } from './api/late/late-month.ts';
import { lateDetail, lateSummary, lateWindow } from './api/late/late-view.ts';
import { HealthCache, healthCustomers, healthOfCustomer, healthRounds } from './api/meters/health.ts';
import { EvidenceCache, meterHistory } from './api/meters/page.ts';
import { ProofCache } from './api/proof/proof-cache.ts';
import { readIdentity } from './api/reconcile/identity.ts';
import { distinctMetersOf, reconcileSettings } from './api/reconcile/settings.ts';
import { CustomerSearch } from './api/search/customers.ts';
import { WhatIfCache, type WhatIfContext, whatIf, whatIfPrices } from './api/what-if/view.ts';
import type { Db } from './cache/open.ts';
import { openForReading } from './cache/open-for-reading.ts';
import { readMonthsPulled, readPullRecords } from './cache/pull-store.ts';
import { type CloseViews, createCloseViews } from './close/close-views.ts';
import { nowIn, openWorkspace } from './compose.ts';
import type { Environment } from './config/setting.ts';
import { lateCsvLines } from './late.ts';
import { meterSettings, previewMeter, stripeMetersOf } from './meter-settings.ts';
import { type PipelineViews, pipelineViews } from './pipelines/screen-views.ts';
import { type SimulateViews, simulateViews } from './simulate/screen-views.ts';
import { listScenarios, readScenarioFile } from './simulate/workspace-scenarios.ts';
import { TOOL_VERSION } from './version.ts';

type RoomViews = CloseViews & SimulateViews & PipelineViews;

/** What the screens read of one workspace, each answered from the cache. */
export type Views = RoomViews & {
  workspaceInfo(input: undefined): WorkspaceInfo;
  searchCustomers(request: CustomerSearchRequest): CustomerSearchAnswer;
  matrix(input: undefined): MonthsMatrix;
  summary(month: string): MonthSummary;
  cells(request: CellsRequest): CellsWindow;
  detail(key: CellKey): CellDetail;
  incidents(request: IncidentsRequest): MonthIncidents;
  cellCause(key: CellKey): CellCause | null;
  incidentRemedy(request: RemedyRequest): IncidentRemedy;
  fluxSummary(request: FluxSummaryRequest): FluxSummaryView;
  fluxList(request: FluxListRequest): FluxWindow;
  fluxDetail(key: FluxKey): FluxDetail;
  invoices(request: InvoicesRequest): InvoicesWindow;
  invoice(key: InvoiceKey): InvoiceDetail;
  proof(request: ProofRequest): ProofSummary;
  whatIfPrices(request: WhatIfPricesRequest): readonly WhatIfPrice[];
  whatIf(request: WhatIfRequest): WhatIfResult;
  lateSummary(month: string): LateSummary;
  lateList(request: LateListRequest): LateWindow;
  lateDetail(key: LateKey): LateDetail;
  meterPage(meter: string): MeterPage;
  meterHealth(request: HealthRequest): readonly HealthRound[];
  meterCustomers(request: HealthCustomersRequest): HealthCustomers;
  meterCustomer(request: HealthOfCustomerRequest): CustomerHealth;
  meterSettings(input: undefined): MeterSettingsList;
  meterPreview(request: MeterPreviewRequest): MeterPreview;
  pulls(input: undefined): readonly PullRecord[];
  scenarioList(input: undefined): readonly ScenarioEntry[];
  scenarioRead(id: string): ScenarioFile;
  /** Does a part of what will be asked next, while nobody waits. False: nothing is left to do. */
  prepare(input: undefined): boolean;
  /** Reads the configuration and the cache anew: a job has changed one of them. */
  refresh(input: undefined): null;
};

const SHOWN_PULLS = 200;

/** @throws TieoutError `workspace.*`, `config.*`, `cache.*` */
export function createViews(
  folder: string,
  options: { readonly env: Environment; readonly now: () => Instant },
): Views {
  const frames = new FrameCache();
  const comparisons = new CompareCache();
  const proofs = new ProofCache();
  const tables = new InvoiceTables();
  const results = new WhatIfCache();
  const lateTables = new LateCache();
  const health = new HealthCache();
  const evidence = new EvidenceCache();
  const customers = new CustomerSearch();
  let workspace = openWorkspace(folder, options.env);
  const now = (): Instant => nowIn(workspace, options.now);
  let cache = openForReading(workspace.paths.databaseFile, now());
  /** The first pull, here or in another process, makes the file that an empty database stood for until then. */
  const db = (): Db => {
    if (cache.memory && existsSync(workspace.paths.databaseFile)) reopen();
    return cache;
  };
  const reopen = (): void => {
    cache.close();
    cache = openForReading(workspace.paths.databaseFile, now());
  };

  const context = (): MonthsContext => ({
    db: db(),
    settings: reconcileSettings(workspace.config, workspace.links),
    quality: workspace.config.quality,
    toolVersion: TOOL_VERSION,
    now,
    canStore: false,
    frames,
  });

  const proofOf = (month: string | null): ProofSummary =>
    proofs.open({
      db: db(),
      settings: context().settings,
      distinctMeters: distinctMetersOf(workspace.config),
      month: month === null ? null : parseMonth(month),
      now: now(),
    });

  const invoicesContext = (): InvoicesContext => ({
    ...context(),
    distinctMeters: distinctMetersOf(workspace.config),
    tables,
    proof: () => {
      const { lines, exact, licensed } = proofOf(null);
      return lines + licensed.lines === 0 ? null : { lines, exact, licensed };
    },
  });

  const whatIfContext = (): WhatIfContext => ({
    ...context(),
    distinctMeters: distinctMetersOf(workspace.config),
    results,
  });

  const lateRequest = (month: string): LateRequest => {
    const { db: open, settings } = context();
    const distinctMeters = distinctMetersOf(workspace.config);
    return { db: open, settings, distinctMeters, month: parseMonth(month), now: now() };
  };

  return {
    ...createCloseViews({ workspace: () => workspace, context, now }),
    ...simulateViews(() => {
      const { db: open, settings } = context();
      return { db: open, settings, distinctMeters: distinctMetersOf(workspace.config), now: now() };
    }),
    ...pipelineViews(() => ({ db: db(), config: workspace.config, now: now() })),
    scenarioList: () => listScenarios(workspace),
    scenarioRead: (id) => readScenarioFile(workspace, id),
    workspaceInfo: () => ({
      name: workspace.config.name,
      folder: workspace.paths.folder,
      meters: workspace.config.meters.map((meter) => ({
        key: meter.key,
        unit: meter.unit,
        eventName: 'eventName' in meter.stripe ? meter.stripe.eventName : null,
        template: meter.usage.template,
      })),
      months: [...new Set([...readMonthsPulled(db()), monthOf(now())])].sort(),
      currentMonth: monthOf(now()),
      now: formatInstant(now()),
      toolVersion: TOOL_VERSION,
      isSample: workspace.fixedNow !== null,
    }),
    searchCustomers: (request) =>
      customers.find(db(), () => readIdentity(db(), { testClocks: context().settings.testClocks }), request),
    matrix: () => monthsMatrix(context()),
    summary: (month) => monthSummary(context(), month),
    cells: (request) => cellsWindow(context(), request),
    detail: (key) => cellDetail(context(), key),
    incidents: ({ month }) => monthIncidents(context(), month),
    cellCause: (key) => cellCause(context(), key),
    incidentRemedy: (request) => {
      const { frame } = frames.open(context(), request.month);
      const { month } = request;
      const lateCsv = (customers: ReadonlySet<string>) =>
        lateCsvLines(workspace, db(), { month, now: now(), customers });
      return incidentRemedy({ frame, now: now(), lateCsv }, request);
    },
    fluxSummary: (request) => fluxSummary(comparisons.open(context(), request), request, workspace.config.compare),
    fluxList: (request) => fluxWindow(comparisons.open(context(), request), request, workspace.config.compare),
    fluxDetail: (key) =>
      fluxDetail(comparisons.open(context(), key), key, {
        defaults: workspace.config.compare,
        rating: workspace.config.rating,
      }),
    invoices: (request) => invoicesWindow(invoicesContext(), request),
    invoice: (key) => invoiceDetail(invoicesContext(), key),
    proof: ({ month }) => proofOf(month),
    whatIfPrices: (request) => whatIfPrices(whatIfContext(), request),
    whatIf: (request) => whatIf(whatIfContext(), request),
    lateSummary: (month) => lateSummary(lateTables.open(lateRequest(month))),
    lateList: (request) => lateWindow(lateTables.open(lateRequest(request.month)), request),
    lateDetail: (key) => {
      const request = lateRequest(key.month);
      return lateDetail(request, lateTables.open(request).month, key);
    },
    meterPage(key) {
      const meter = workspace.config.meters.find((each) => each.key === key);
      if (meter === undefined) {
        throw new TieoutError('host.not_found', {
          message: `tieout.yaml has no meter ${key}.`,
          path: 'meters',
          remedy: 'Choose one from Settings.',
        });
      }
      const history = meterHistory(db(), evidence, key);
      const { settings, ...all } = context();
      const ofMeter = { ...all, settings: { ...settings, meters: settings.meters.filter((each) => each.key === key) } };
      return {
        meter: key,
        unit: meter.unit,
        template: meter.usage.template,
        stripe: stripeMetersOf(db(), workspace.config).find(({ configuredAs }) => configuredAs === key) ?? null,
        stalenessSeconds: meter.tolerance.stalenessMs / 1000,
        ...history,
        quality: history.evidence.map(({ month }) => ({ month, quality: qualityOf(ofMeter, month) })),
      };
    },
    meterHealth: (request) => healthRounds(db(), health, request),
    meterCustomers: (request) => healthCustomers(db(), health, request),
    meterCustomer: (request) => healthOfCustomer(db(), request),
    meterSettings: () => meterSettings(workspace, { db: db(), env: options.env, now: now() }),
    meterPreview: (request) => previewMeter(workspace, request, { db: db(), env: options.env }),
    pulls: () =>
      readPullRecords(db(), SHOWN_PULLS).map(({ pull, failure: _failure, ...record }) => ({
        ...record,
        id: pull,
        startedAt: formatInstant(record.startedAt),
        finishedAt: record.finishedAt === null ? null : formatInstant(record.finishedAt),
      })),
    prepare: () => frames.prepare(),
    refresh() {
      frames.clear();
      comparisons.clear();
      proofs.clear();
      tables.clear();
      results.clear();
      lateTables.clear();
      health.clear();
      evidence.clear();
      customers.clear();
      workspace = openWorkspace(folder, options.env);
      reopen();
      return null;
    },
  };
}
