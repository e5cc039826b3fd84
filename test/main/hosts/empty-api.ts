import type { Api } from '../../../shared/contract/api.ts';
import type { Job } from '../../../shared/contract/schemas.ts';
import { TieoutError } from '../../../shared/errors.ts';

const nothingOpen = (): never => {
  throw new TieoutError('workspace.not_found', { message: 'No workspace is open.', remedy: 'Open one.' });
};

export const someJob: Job = {
  id: 'job-1',
  kind: 'pull',
  title: 'Pull 2026-05',
  month: '2026-05',
  state: 'running',
  step: 'asking Stripe',
  done: 1,
  total: 2,
  unit: 'cells',
  ratePerSecond: null,
  secondsLeft: null,
  startedAt: '2026-06-01T00:00:00Z',
  finishedAt: null,
  error: null,
  summary: null,
  output: null,
};

/** An application with no workspace open and one job under way. */
export const emptyApi: Api = {
  workspace: {
    current: async () => null,
    recent: async () => [],
    open: async () => nothingOpen(),
    choose: async () => null,
    openSample: async () => someJob,
  },
  preferences: { read: async () => ({ everywhere: {}, workspace: {} }), write: async () => {} },
  search: { customers: async () => nothingOpen() },
  setup: {
    start: async () => nothingOpen(),
    folder: async () => nothingOpen(),
    secret: async ({ name }) => ({ name, source: null }),
    secrets: async () => [],
    keepSecret: async ({ name }) => ({ name, source: 'memory' }),
    forgetSecret: async ({ name }) => ({ name, source: null }),
    testClickHouse: async () => nothingOpen(),
    testStripe: async () => nothingOpen(),
    match: async () => nothingOpen(),
    previewMeter: async () => nothingOpen(),
    file: async () => nothingOpen(),
    create: async () => nothingOpen(),
  },
  months: {
    matrix: async () => nothingOpen(),
    summary: async () => nothingOpen(),
    cells: async () => nothingOpen(),
    export: async () => nothingOpen(),
  },
  cells: { detail: async () => nothingOpen() },
  incidents: {
    list: async () => nothingOpen(),
    cell: async () => nothingOpen(),
    remedy: async () => nothingOpen(),
    exportFile: async () => nothingOpen(),
  },
  compare: {
    summary: async () => nothingOpen(),
    list: async () => nothingOpen(),
    detail: async () => nothingOpen(),
    exportCsv: async () => nothingOpen(),
  },
  invoices: {
    list: async () => nothingOpen(),
    detail: async () => nothingOpen(),
    export: async () => nothingOpen(),
  },
  proof: { summary: async () => nothingOpen() },
  whatIf: { prices: async () => nothingOpen(), run: async () => nothingOpen() },
  close: {
    month: async () => nothingOpen(),
    states: async () => nothingOpen(),
    cellNotes: async () => nothingOpen(),
    audit: async () => nothingOpen(),
    verify: async () => nothingOpen(),
    addNote: async () => nothingOpen(),
    signOff: async () => nothingOpen(),
    lock: async () => nothingOpen(),
    reopen: async () => nothingOpen(),
  },
  late: {
    summary: async () => nothingOpen(),
    list: async () => nothingOpen(),
    detail: async () => nothingOpen(),
    decide: async () => nothingOpen(),
    exportCsv: async () => nothingOpen(),
  },
  simulate: {
    list: async () => nothingOpen(),
    read: async () => nothingOpen(),
    check: async () => nothingOpen(),
    state: async () => nothingOpen(),
    invoice: async () => nothingOpen(),
    timeline: async () => nothingOpen(),
    compare: async () => nothingOpen(),
    fromCustomer: async () => nothingOpen(),
    save: async () => nothingOpen(),
    remove: async () => nothingOpen(),
  },
  pipelines: {
    overview: async () => nothingOpen(),
    parity: async () => nothingOpen(),
    customers: async () => nothingOpen(),
    customer: async () => nothingOpen(),
    rollup: async () => nothingOpen(),
    plan: async () => nothingOpen(),
    seam: async () => nothingOpen(),
    report: async () => someJob,
    reservation: async () => nothingOpen(),
  },
  meters: {
    page: async () => nothingOpen(),
    health: async () => nothingOpen(),
    customers: async () => nothingOpen(),
    customer: async () => nothingOpen(),
  },
  settings: {
    meters: async () => nothingOpen(),
    preview: async () => nothingOpen(),
    dryRun: async () => someJob,
    dryRunResult: async () => null,
    prove: async () => someJob,
    proveResult: async () => null,
    save: async () => nothingOpen(),
  },
  jobs: {
    list: async () => [someJob],
    pull: async () => someJob,
    cancel: async () => someJob,
    retry: async () => someJob,
    async *watch() {
      yield someJob;
    },
    pulls: async () => [],
  },
};
