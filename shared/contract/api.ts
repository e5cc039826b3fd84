import type {
  AuditRecord,
  CellNotes,
  CellNotesRequest,
  CloseMonthView,
  CloseStates,
  LockRequest,
  NoteRequest,
  ReopenRequest,
  SignOffRequest,
  VerificationResult,
} from './close-schemas.ts';
import type {
  FluxDetail,
  FluxKey,
  FluxListRequest,
  FluxSummaryRequest,
  FluxSummaryView,
  FluxWindow,
} from './compare-schemas.ts';
import type {
  CellCause,
  IncidentRemedy,
  IncidentsRequest,
  MonthIncidents,
  RemedyFileRequest,
  RemedyRequest,
} from './incident-schemas.ts';
import type {
  InvoiceDetail,
  InvoiceKey,
  InvoicesExportRequest,
  InvoicesRequest,
  InvoicesWindow,
} from './invoice-schemas.ts';
import type {
  LateDecideRequest,
  LateDetail,
  LateEngine,
  LateKey,
  LateListRequest,
  LateRow,
  LateSummary,
  LateWindow,
} from './late-schemas.ts';
import type {
  CustomerHealth,
  DryRun,
  DryRunRequest,
  HealthCustomers,
  HealthCustomersRequest,
  HealthOfCustomerRequest,
  HealthRequest,
  HealthRound,
  MeterPage,
  MeterPreview,
  MeterPreviewRequest,
  MeterProof,
  MeterSaved,
  MeterSaveRequest,
  MeterSettingsList,
  ProveRequest,
} from './meter-schemas.ts';
import type {
  CutoverPlan,
  CutoverReportRequest,
  CutoverRequest,
  ParityDetail,
  ParityKey,
  ParityListRequest,
  ParityRequest,
  ParityView,
  ParityWindow,
  PipelinesOverview,
  ReservationAnswer,
  ReservationRequest,
  RollupRequest,
  RollupWindow,
  SeamRequest,
  SeamWindow,
} from './pipelines-schemas.ts';
import type { Preferences, PreferenceWrite } from './preference-schemas.ts';
import type { ProofRequest, ProofSummary } from './proof-schemas.ts';
import type {
  CellDetail,
  CellKey,
  CellsRequest,
  CellsWindow,
  ExportRequest,
  Job,
  MonthSummary,
  MonthsMatrix,
  PullRecord,
  PullRequest,
  RecentWorkspace,
  WorkspaceInfo,
} from './schemas.ts';
import type { CustomerSearchAnswer, CustomerSearchRequest } from './search-schemas.ts';
import type {
  ClickHouseTest,
  SetupCreateRequest,
  SetupDraft,
  SetupFile,
  SetupFolder,
  SetupKeepRequest,
  SetupMatch,
  SetupMatchRequest,
  SetupPreviewRequest,
  SetupSecret,
  SetupSecretRequest,
  SetupStart,
  StripeTest,
} from './setup-schemas.ts';
import type {
  CompareRequest,
  FromCustomerRequest,
  RunComparison,
  ScenarioCheck,
  ScenarioDraft,
  ScenarioEntry,
  ScenarioFile,
  ScenarioRemoveRequest,
  ScenarioSaveRequest,
  SimulatedInvoiceRequest,
  SimulatedInvoiceView,
  SimulationState,
  StateRequest,
  TimelineRequest,
  TimelineWindow,
} from './simulate-schemas.ts';
import type { WhatIfPrice, WhatIfPricesRequest, WhatIfRequest, WhatIfResult } from './what-if-schemas.ts';

/** The part of an AbortSignal that the contract needs; the platform's own type does not exist in `shared/`. */
export type CancelSignal = {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
};

/** Every operation that Tieout offers its screens. `main/api` implements it; hosts carry the calls. */
export interface Api {
  readonly workspace: {
    /** Null where no workspace is open (the desktop's Home screen). */
    current(): Promise<WorkspaceInfo | null>;
    recent(): Promise<readonly RecentWorkspace[]>;
    /** Opens a folder that holds a tieout.yaml. @throws TieoutError `workspace.*`, `config.*` */
    open(folder: string): Promise<WorkspaceInfo>;
    /** Asks the person for a folder (desktop); null where they dismissed the dialog or no dialog exists. */
    choose(): Promise<string | null>;
    /** Makes the sample workspace (a job) and opens it when done. */
    openSample(): Promise<Job>;
  };
  readonly preferences: {
    /** What was chosen at this machine, for the workspace that is open and for all. */
    read(): Promise<Preferences>;
    write(request: PreferenceWrite): Promise<void>;
  };
  readonly search: {
    /** Customers of every pulled month, by name, id or usage id. */
    customers(request: CustomerSearchRequest): Promise<CustomerSearchAnswer>;
  };
  readonly setup: {
    /** What a new workspace can be begun with. */
    start(): Promise<SetupStart>;
    /** What a folder is, and whether a workspace can be made in it. Nothing is written. */
    folder(folder: string): Promise<SetupFolder>;
    /** Where the value of a variable comes from; never the value. */
    secret(request: SetupSecretRequest): Promise<SetupSecret>;
    /** The variables that the open workspace's tieout.yaml refers to. @throws TieoutError `config.unreadable` */
    secrets(): Promise<readonly SetupSecret[]>;
    /** Keeps a secret for the workspace of a folder. @throws TieoutError `desktop.keychain_unavailable` */
    keepSecret(request: SetupKeepRequest): Promise<SetupSecret>;
    forgetSecret(request: SetupSecretRequest): Promise<SetupSecret>;
    /** Asks ClickHouse what it is, who we are there and what can be seen. What is wrong comes back as problems. */
    testClickHouse(draft: SetupDraft): Promise<ClickHouseTest>;
    testStripe(draft: SetupDraft): Promise<StripeTest>;
    /** How many usage ids find their customer. @throws TieoutError `clickhouse.*`, `stripe.*`, `config.*` */
    match(request: SetupMatchRequest): Promise<SetupMatch>;
    /** What the first meter means, as `settings.preview` tells it. */
    previewMeter(request: SetupPreviewRequest): Promise<MeterPreview>;
    /** The file as it would be written, and what is wrong with it. */
    file(request: SetupCreateRequest): Promise<SetupFile>;
    /** Makes the workspace and opens it. @throws TieoutError `config.*`, `workspace.*`; then nothing was written */
    create(request: SetupCreateRequest): Promise<WorkspaceInfo>;
  };
  readonly months: {
    matrix(): Promise<MonthsMatrix>;
    summary(month: string): Promise<MonthSummary>;
    cells(request: CellsRequest): Promise<CellsWindow>;
    /** Writes the filtered rows, or what is said of the whole month, to `exports/`. */
    export(request: ExportRequest): Promise<Job>;
  };
  readonly cells: { detail(key: CellKey): Promise<CellDetail> };
  readonly incidents: {
    /** Why a month is off: cells that one thing went wrong for are one incident. */
    list(request: IncidentsRequest): Promise<MonthIncidents>;
    /** Why a cell is off; null where nothing is. @throws TieoutError `host.not_found` */
    cell(key: CellKey): Promise<CellCause | null>;
    /** What to do about an incident, and the files that mend it. @throws TieoutError `host.not_found` */
    remedy(request: RemedyRequest): Promise<IncidentRemedy>;
    /** Writes such a file to `exports/`; it is never sent. @throws TieoutError `host.not_found` */
    exportFile(request: RemedyFileRequest): Promise<Job>;
  };
  readonly compare: {
    /** Two months side by side: totals, who moved most, and what is not known. @throws TieoutError `period.in_future` */
    summary(request: FluxSummaryRequest): Promise<FluxSummaryView>;
    list(request: FluxListRequest): Promise<FluxWindow>;
    /** @throws TieoutError `host.not_found` */
    detail(key: FluxKey): Promise<FluxDetail>;
    /** Writes the filtered rows to `exports/` as CSV. */
    exportCsv(request: Omit<FluxListRequest, 'sort' | 'offset' | 'limit'>): Promise<Job>;
  };
  readonly invoices: {
    list(request: InvoicesRequest): Promise<InvoicesWindow>;
    /** @throws TieoutError `input.malformed` where no such invoice is to be made */
    detail(key: InvoiceKey): Promise<InvoiceDetail>;
    /** Writes what passes the filter into `exports`. */
    export(request: InvoicesExportRequest): Promise<Job>;
  };
  readonly proof: {
    /** Rates every finalised invoice line of the cache again. */
    summary(request: ProofRequest): Promise<ProofSummary>;
  };
  readonly whatIf: {
    /** Prices of the catalog on a meter, those with subscriptions first. */
    prices(request: WhatIfPricesRequest): Promise<readonly WhatIfPrice[]>;
    /** A month of one meter under another price. What is wrong with a pasted price comes back as its problems. */
    run(request: WhatIfRequest): Promise<WhatIfResult>;
  };
  readonly close: {
    /** How far a month is on its way to be locked, and what changed since it was. */
    month(month: string): Promise<CloseMonthView>;
    /** Months that were ever locked. */
    states(): Promise<CloseStates>;
    /** @throws TieoutError `host.not_found` where the month has no such cell */
    cellNotes(request: CellNotesRequest): Promise<CellNotes>;
    /** The newest entries of the audit log, of every month. */
    audit(): Promise<readonly AuditRecord[]>;
    /** Whether what was written, signed and locked is as it was left. */
    verify(): Promise<VerificationResult>;
    /**
     * @throws TieoutError `close.locked`, `close.not_found`; `close.nothing_to_explain` where it should explain and
     *   nothing that is open there can be
     */
    addNote(request: NoteRequest): Promise<{ readonly id: number }>;
    /**
     * @throws TieoutError `close.changed` where the figures are others than those that were shown; `close.locked`,
     *   `close.gate_blocks`, `close.already_signed`, `close.preparer_first`, `close.same_person`
     */
    signOff(request: SignOffRequest): Promise<void>;
    /** @throws TieoutError `close.changed`, `close.locked`, `close.gate_blocks`, `close.not_signed` */
    lock(request: LockRequest): Promise<void>;
    /** @throws TieoutError `close.not_locked`, `close.reason_missing` */
    reopen(request: ReopenRequest): Promise<void>;
  };
  readonly late: {
    /** Usage that arrived after the month was invoiced, and how complete the month is expected to be. */
    summary(month: string): Promise<LateSummary>;
    list(request: LateListRequest): Promise<LateWindow>;
    /** @throws TieoutError `late.not_found` where nothing was billed for the customer and meter */
    detail(key: LateKey): Promise<LateDetail>;
    /**
     * Adds a decision; an earlier one stays on record.
     * @throws TieoutError `late.not_found`; `late.changed` where the digest is no longer that of the correction;
     *   `late.final` where there is nothing left to decide
     */
    decide(request: LateDecideRequest): Promise<LateRow>;
    /** Writes the corrections that an engine books to `exports/` as CSV. */
    exportCsv(request: { month: string; engine: LateEngine }): Promise<Job>;
  };
  readonly pipelines: {
    /** The pipelines of tieout.yaml beside the one that bills, and how long each has agreed with it. */
    overview(): Promise<PipelinesOverview>;
    /**
     * One meter of a pipeline against the measurement that bills, hour by hour.
     * @throws TieoutError `host.not_found` where tieout.yaml names no such pipeline or meter;
     *   `reconcile.nothing_pulled`
     */
    parity(request: ParityRequest): Promise<ParityView>;
    customers(request: ParityListRequest): Promise<ParityWindow>;
    customer(key: ParityKey): Promise<ParityDetail>;
    /** What the pipeline made of its samples, against what it says that it sent and what Stripe holds. */
    rollup(request: RollupRequest): Promise<RollupWindow>;
    /** What stands against a switch at an instant, what to set in which order, and the way back. */
    plan(request: CutoverRequest): Promise<CutoverPlan>;
    /** What a switch left unbilled or billed twice. */
    seam(request: SeamRequest): Promise<SeamWindow>;
    /** Writes plan and seam to `exports/`. */
    report(request: CutoverReportRequest): Promise<Job>;
    /** A customer's usage under several sizes of a reservation. */
    reservation(request: ReservationRequest): Promise<ReservationAnswer>;
  };
  readonly meters: {
    /** One meter: its Stripe meter, and what was left out of its numbers month by month. */
    page(meter: string): Promise<MeterPage>;
    /** How its pushes fared, round by round of shadow mode. */
    health(request: HealthRequest): Promise<readonly HealthRound[]>;
    customers(request: HealthCustomersRequest): Promise<HealthCustomers>;
    customer(request: HealthOfCustomerRequest): Promise<CustomerHealth>;
  };
  readonly settings: {
    /** The meters of tieout.yaml as it stands on disk now. @throws TieoutError `config.*` */
    meters(): Promise<MeterSettingsList>;
    /** What a draft means: its query, its units, or its problems. Nothing is asked and nothing written. */
    preview(request: MeterPreviewRequest): Promise<MeterPreview>;
    /** Measures one customer and month by a draft, on the real source; a job, whose result is asked for by its id. */
    dryRun(request: DryRunRequest): Promise<Job>;
    /** Null while the job goes on, or where it did not end well. */
    dryRunResult(job: string): Promise<DryRun | null>;
    /** Runs the cases of a meter by a draft, on the embedded engine. */
    prove(request: ProveRequest): Promise<Job>;
    proveResult(job: string): Promise<MeterProof | null>;
    /**
     * Adds, changes or removes a meter of tieout.yaml; the rest of the file stays as it is.
     * @throws TieoutError `config.changed` where the file changed since it was read; `config.*` with the problems;
     *   `workspace.busy`, `workspace.not_writable`
     */
    save(request: MeterSaveRequest): Promise<MeterSaved>;
  };
  readonly simulate: {
    /** Scenarios of the workspace's folder and those that come with Tieout. */
    list(): Promise<readonly ScenarioEntry[]>;
    /** @throws TieoutError `scenario.not_found`, `input.unreadable` */
    read(id: string): Promise<ScenarioFile>;
    /** Reads and plays a scenario. What is wrong with it comes back as its problems, each with its place. */
    check(text: string): Promise<ScenarioCheck>;
    /** How things stand with the clock at an instant. @throws TieoutError `scenario.text_gone`: check it again */
    state(request: StateRequest): Promise<SimulationState>;
    /** @throws TieoutError `scenario.text_gone`; `invoice.not_found` where there is none yet */
    invoice(request: SimulatedInvoiceRequest): Promise<SimulatedInvoiceView>;
    /** All that happens, usage by the day where there is much of it. @throws TieoutError `scenario.text_gone` */
    timeline(request: TimelineRequest): Promise<TimelineWindow>;
    /** Two whole runs, line by line. @throws TieoutError `scenario.text_gone` */
    compare(request: CompareRequest): Promise<RunComparison>;
    /** A scenario of what the cache holds of a customer's month. @throws TieoutError as `tieout simulate --from` */
    fromCustomer(request: FromCustomerRequest): Promise<ScenarioDraft>;
    /**
     * Writes into the workspace's scenarios folder.
     * @throws TieoutError `scenario.name_malformed`; `scenario.changed` where the file is another one by now, or is there
     *   already; `workspace.not_writable`, `workspace.disk_full`
     */
    save(request: ScenarioSaveRequest): Promise<ScenarioFile>;
    /** @throws TieoutError `scenario.changed`, `scenario.not_found`, `workspace.not_writable` */
    remove(request: ScenarioRemoveRequest): Promise<void>;
  };
  readonly jobs: {
    list(): Promise<readonly Job[]>;
    pull(request: PullRequest): Promise<Job>;
    cancel(id: string): Promise<Job>;
    /** Starts the work of an ended job once more, as a job of its own. */
    retry(id: string): Promise<Job>;
    /** Yields every change of any job, at most 10 a second each, until the signal aborts. */
    watch(signal?: CancelSignal): AsyncIterable<Job>;
    pulls(): Promise<readonly PullRecord[]>;
  };
}
