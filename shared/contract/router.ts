import { initTRPC } from '@trpc/server';
import { z } from 'zod';
import { type ErrorDocument, errorDocument as toErrorDocument } from '../errors.ts';
import type { Api } from './api.ts';
import * as close from './close-schemas.ts';
import * as compare from './compare-schemas.ts';
import * as incident from './incident-schemas.ts';
import * as invoice from './invoice-schemas.ts';
import * as late from './late-schemas.ts';
import * as meter from './meter-schemas.ts';
import * as pipeline from './pipelines-schemas.ts';
import * as preference from './preference-schemas.ts';
import * as proof from './proof-schemas.ts';
import * as schema from './schemas.ts';
import * as search from './search-schemas.ts';
import * as setup from './setup-schemas.ts';
import * as simulate from './simulate-schemas.ts';
import * as whatIf from './what-if-schemas.ts';

/** What a host gives every call. */
export type Context = { readonly api: Api };

const t = initTRPC.context<Context>().create({
  errorFormatter: ({ shape, error }): typeof shape & { tieout: ErrorDocument } => ({
    ...shape,
    tieout: toErrorDocument(error.cause ?? error),
  }),
});

const { procedure } = t;

/** The contract as tRPC procedures: validates, dispatches to the api, and knows nothing about billing. */
export const appRouter = t.router({
  workspace: t.router({
    current: procedure.output(schema.workspaceInfo.nullable()).query(({ ctx }) => ctx.api.workspace.current()),
    recent: procedure.output(z.array(schema.recentWorkspace).readonly()).query(({ ctx }) => ctx.api.workspace.recent()),
    open: procedure
      .input(z.object({ folder: z.string().min(1) }))
      .output(schema.workspaceInfo)
      .mutation(({ ctx, input }) => ctx.api.workspace.open(input.folder)),
    choose: procedure.output(z.string().nullable()).mutation(({ ctx }) => ctx.api.workspace.choose()),
    openSample: procedure.output(schema.job).mutation(({ ctx }) => ctx.api.workspace.openSample()),
  }),
  preferences: t.router({
    read: procedure.output(preference.preferences).query(({ ctx }) => ctx.api.preferences.read()),
    write: procedure
      .input(preference.preferenceWrite)
      .output(z.void())
      .mutation(({ ctx, input }) => ctx.api.preferences.write(input)),
  }),
  search: t.router({
    customers: procedure
      .input(search.customerSearchRequest)
      .output(search.customerSearchAnswer)
      .query(({ ctx, input }) => ctx.api.search.customers(input)),
  }),
  setup: t.router({
    start: procedure.output(setup.setupStart).query(({ ctx }) => ctx.api.setup.start()),
    folder: procedure
      .input(z.object({ folder: z.string().max(1_000) }))
      .output(setup.setupFolder)
      .query(({ ctx, input }) => ctx.api.setup.folder(input.folder)),
    secret: procedure
      .input(setup.setupSecretRequest)
      .output(setup.setupSecret)
      .query(({ ctx, input }) => ctx.api.setup.secret(input)),
    secrets: procedure.output(z.array(setup.setupSecret).readonly()).query(({ ctx }) => ctx.api.setup.secrets()),
    keepSecret: procedure
      .input(setup.setupKeepRequest)
      .output(setup.setupSecret)
      .mutation(({ ctx, input }) => ctx.api.setup.keepSecret(input)),
    forgetSecret: procedure
      .input(setup.setupSecretRequest)
      .output(setup.setupSecret)
      .mutation(({ ctx, input }) => ctx.api.setup.forgetSecret(input)),
    testClickHouse: procedure
      .input(setup.setupDraft)
      .output(setup.clickhouseTest)
      // It opens connections: not to be repeated because a window came back into view.
      .mutation(({ ctx, input }) => ctx.api.setup.testClickHouse(input)),
    testStripe: procedure
      .input(setup.setupDraft)
      .output(setup.stripeTest)
      .mutation(({ ctx, input }) => ctx.api.setup.testStripe(input)),
    match: procedure
      .input(setup.setupMatchRequest)
      .output(setup.setupMatch)
      .mutation(({ ctx, input }) => ctx.api.setup.match(input)),
    previewMeter: procedure
      .input(setup.setupPreviewRequest)
      .output(meter.meterPreview)
      .mutation(({ ctx, input }) => ctx.api.setup.previewMeter(input)),
    file: procedure
      .input(setup.setupCreateRequest)
      .output(setup.setupFile)
      .mutation(({ ctx, input }) => ctx.api.setup.file(input)),
    create: procedure
      .input(setup.setupCreateRequest)
      .output(schema.workspaceInfo)
      .mutation(({ ctx, input }) => ctx.api.setup.create(input)),
  }),
  months: t.router({
    matrix: procedure.output(schema.monthsMatrix).query(({ ctx }) => ctx.api.months.matrix()),
    summary: procedure
      .input(z.object({ month: schema.monthText }))
      .output(schema.monthSummary)
      .query(({ ctx, input }) => ctx.api.months.summary(input.month)),
    cells: procedure
      .input(schema.cellsRequest)
      .output(schema.cellsWindow)
      .query(({ ctx, input }) => ctx.api.months.cells(input)),
    export: procedure
      .input(schema.exportRequest)
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.months.export(input)),
  }),
  cells: t.router({
    detail: procedure
      .input(schema.cellKey)
      .output(schema.cellDetail)
      .query(({ ctx, input }) => ctx.api.cells.detail(input)),
  }),
  incidents: t.router({
    list: procedure
      .input(incident.incidentsRequest)
      .output(incident.monthIncidents)
      .query(({ ctx, input }) => ctx.api.incidents.list(input)),
    cell: procedure
      .input(schema.cellKey)
      .output(incident.cellCause.nullable())
      .query(({ ctx, input }) => ctx.api.incidents.cell(input)),
    remedy: procedure
      .input(incident.remedyRequest)
      .output(incident.incidentRemedy)
      .query(({ ctx, input }) => ctx.api.incidents.remedy(input)),
    exportFile: procedure
      .input(incident.remedyFileRequest)
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.incidents.exportFile(input)),
  }),
  compare: t.router({
    summary: procedure
      .input(compare.fluxSummaryRequest)
      .output(compare.fluxSummary)
      .query(({ ctx, input }) => ctx.api.compare.summary(input)),
    list: procedure
      .input(compare.fluxListRequest)
      .output(compare.fluxWindow)
      .query(({ ctx, input }) => ctx.api.compare.list(input)),
    detail: procedure
      .input(compare.fluxKey)
      .output(compare.fluxDetail)
      .query(({ ctx, input }) => ctx.api.compare.detail(input)),
    exportCsv: procedure
      .input(compare.fluxListRequest.omit({ sort: true, offset: true, limit: true }))
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.compare.exportCsv(input)),
  }),
  invoices: t.router({
    list: procedure
      .input(invoice.invoicesRequest)
      .output(invoice.invoicesWindow)
      .query(({ ctx, input }) => ctx.api.invoices.list(input)),
    detail: procedure
      .input(invoice.invoiceKey)
      .output(invoice.invoiceDetail)
      .query(({ ctx, input }) => ctx.api.invoices.detail(input)),
    export: procedure
      .input(invoice.invoicesExportRequest)
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.invoices.export(input)),
  }),
  proof: t.router({
    summary: procedure
      .input(proof.proofRequest)
      .output(proof.proofSummary)
      .query(({ ctx, input }) => ctx.api.proof.summary(input)),
  }),
  whatIf: t.router({
    prices: procedure
      .input(whatIf.whatIfPricesRequest)
      .output(z.array(whatIf.whatIfPrice).readonly())
      .query(({ ctx, input }) => ctx.api.whatIf.prices(input)),
    run: procedure
      .input(whatIf.whatIfRequest)
      .output(whatIf.whatIfResult)
      .query(({ ctx, input }) => ctx.api.whatIf.run(input)),
  }),
  close: t.router({
    month: procedure
      .input(z.object({ month: schema.monthText }))
      .output(close.closeMonth)
      .query(({ ctx, input }) => ctx.api.close.month(input.month)),
    states: procedure.output(close.closeStates).query(({ ctx }) => ctx.api.close.states()),
    cellNotes: procedure
      .input(close.cellNotesRequest)
      .output(close.cellNotes)
      .query(({ ctx, input }) => ctx.api.close.cellNotes(input)),
    audit: procedure.output(z.array(close.auditRecord).readonly()).query(({ ctx }) => ctx.api.close.audit()),
    verify: procedure.output(close.verification).query(({ ctx }) => ctx.api.close.verify()),
    addNote: procedure
      .input(close.noteRequest)
      .output(z.object({ id: z.number().int() }))
      .mutation(({ ctx, input }) => ctx.api.close.addNote(input)),
    signOff: procedure.input(close.signOffRequest).mutation(({ ctx, input }) => ctx.api.close.signOff(input)),
    lock: procedure.input(close.lockRequest).mutation(({ ctx, input }) => ctx.api.close.lock(input)),
    reopen: procedure.input(close.reopenRequest).mutation(({ ctx, input }) => ctx.api.close.reopen(input)),
  }),
  late: t.router({
    summary: procedure
      .input(z.object({ month: schema.monthText }))
      .output(late.lateSummary)
      .query(({ ctx, input }) => ctx.api.late.summary(input.month)),
    list: procedure
      .input(late.lateListRequest)
      .output(late.lateWindow)
      .query(({ ctx, input }) => ctx.api.late.list(input)),
    detail: procedure
      .input(late.lateKey)
      .output(late.lateDetail)
      .query(({ ctx, input }) => ctx.api.late.detail(input)),
    decide: procedure
      .input(late.lateDecideRequest)
      .output(late.lateRow)
      .mutation(({ ctx, input }) => ctx.api.late.decide(input)),
    exportCsv: procedure
      .input(z.object({ month: schema.monthText, engine: late.lateEngine }))
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.late.exportCsv(input)),
  }),
  pipelines: t.router({
    overview: procedure.output(pipeline.pipelinesOverview).query(({ ctx }) => ctx.api.pipelines.overview()),
    parity: procedure
      .input(pipeline.parityRequest)
      .output(pipeline.parityView)
      .query(({ ctx, input }) => ctx.api.pipelines.parity(input)),
    customers: procedure
      .input(pipeline.parityListRequest)
      .output(pipeline.parityWindow)
      .query(({ ctx, input }) => ctx.api.pipelines.customers(input)),
    customer: procedure
      .input(pipeline.parityKey)
      .output(pipeline.parityDetail)
      .query(({ ctx, input }) => ctx.api.pipelines.customer(input)),
    rollup: procedure
      .input(pipeline.rollupRequest)
      .output(pipeline.rollupWindow)
      .query(({ ctx, input }) => ctx.api.pipelines.rollup(input)),
    plan: procedure
      .input(pipeline.cutoverRequest)
      .output(pipeline.cutoverPlan)
      .query(({ ctx, input }) => ctx.api.pipelines.plan(input)),
    seam: procedure
      .input(pipeline.seamRequest)
      .output(pipeline.seamWindow)
      .query(({ ctx, input }) => ctx.api.pipelines.seam(input)),
    report: procedure
      .input(pipeline.cutoverReportRequest)
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.pipelines.report(input)),
    reservation: procedure
      .input(pipeline.reservationRequest)
      .output(pipeline.reservationAnswer)
      .query(({ ctx, input }) => ctx.api.pipelines.reservation(input)),
  }),
  meters: t.router({
    page: procedure
      .input(meter.meterRequest)
      .output(meter.meterPage)
      .query(({ ctx, input }) => ctx.api.meters.page(input.meter)),
    health: procedure
      .input(meter.healthRequest)
      .output(z.array(meter.healthRound).readonly())
      .query(({ ctx, input }) => ctx.api.meters.health(input)),
    customers: procedure
      .input(meter.healthCustomersRequest)
      .output(meter.healthCustomers)
      .query(({ ctx, input }) => ctx.api.meters.customers(input)),
    customer: procedure
      .input(meter.healthOfCustomerRequest)
      .output(meter.customerHealth)
      .query(({ ctx, input }) => ctx.api.meters.customer(input)),
  }),
  settings: t.router({
    meters: procedure.output(meter.meterSettings).query(({ ctx }) => ctx.api.settings.meters()),
    preview: procedure
      .input(meter.meterPreviewRequest)
      .output(meter.meterPreview)
      // A draft with a long query is more than an address holds.
      .mutation(({ ctx, input }) => ctx.api.settings.preview(input)),
    dryRun: procedure
      .input(meter.dryRunRequest)
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.settings.dryRun(input)),
    dryRunResult: procedure
      .input(z.object({ job: z.string() }))
      .output(meter.dryRun.nullable())
      .query(({ ctx, input }) => ctx.api.settings.dryRunResult(input.job)),
    prove: procedure
      .input(meter.proveRequest)
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.settings.prove(input)),
    proveResult: procedure
      .input(z.object({ job: z.string() }))
      .output(meter.meterProof.nullable())
      .query(({ ctx, input }) => ctx.api.settings.proveResult(input.job)),
    save: procedure
      .input(meter.meterSaveRequest)
      .output(meter.meterSaved)
      .mutation(({ ctx, input }) => ctx.api.settings.save(input)),
  }),
  simulate: t.router({
    list: procedure.output(z.array(simulate.scenarioEntry).readonly()).query(({ ctx }) => ctx.api.simulate.list()),
    read: procedure
      .input(z.object({ id: simulate.scenarioId }))
      .output(simulate.scenarioText)
      .query(({ ctx, input }) => ctx.api.simulate.read(input.id)),
    check: procedure
      .input(z.object({ text: z.string() }))
      .output(simulate.scenarioCheck)
      // A scenario is more than an address holds.
      .mutation(({ ctx, input }) => ctx.api.simulate.check(input.text)),
    state: procedure
      .input(simulate.stateRequest)
      .output(simulate.simulationState)
      .query(({ ctx, input }) => ctx.api.simulate.state(input)),
    invoice: procedure
      .input(simulate.simulatedInvoiceRequest)
      .output(simulate.simulatedInvoice)
      .query(({ ctx, input }) => ctx.api.simulate.invoice(input)),
    timeline: procedure
      .input(simulate.timelineRequest)
      .output(simulate.timelineWindow)
      .query(({ ctx, input }) => ctx.api.simulate.timeline(input)),
    compare: procedure
      .input(simulate.compareRequest)
      .output(simulate.runComparison)
      .query(({ ctx, input }) => ctx.api.simulate.compare(input)),
    fromCustomer: procedure
      .input(simulate.fromCustomerRequest)
      .output(simulate.scenarioDraft)
      .query(({ ctx, input }) => ctx.api.simulate.fromCustomer(input)),
    save: procedure
      .input(simulate.scenarioSaveRequest)
      .output(simulate.scenarioText)
      .mutation(({ ctx, input }) => ctx.api.simulate.save(input)),
    remove: procedure
      .input(simulate.scenarioRemoveRequest)
      .output(z.void())
      .mutation(({ ctx, input }) => ctx.api.simulate.remove(input)),
  }),
  jobs: t.router({
    list: procedure.output(z.array(schema.job).readonly()).query(({ ctx }) => ctx.api.jobs.list()),
    pull: procedure
      .input(schema.pullRequest)
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.jobs.pull(input)),
    cancel: procedure
      .input(z.object({ id: z.string() }))
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.jobs.cancel(input.id)),
    retry: procedure
      .input(z.object({ id: z.string() }))
      .output(schema.job)
      .mutation(({ ctx, input }) => ctx.api.jobs.retry(input.id)),
    watch: procedure.subscription(async function* ({ ctx, signal }) {
      yield* ctx.api.jobs.watch(signal);
    }),
    pulls: procedure.output(z.array(schema.pullRecord).readonly()).query(({ ctx }) => ctx.api.jobs.pulls()),
  }),
});

export type AppRouter = typeof appRouter;
