import { isTieoutError, type Problem, type TieoutError } from '../../shared/errors.ts';
import { formatInstant, type Instant, instant } from '../../shared/values/instant.ts';
import type { MonthKey } from '../../shared/values/period.ts';
import { monthPeriod } from '../../shared/values/period.ts';
import {
  type EvidenceBody,
  type EvidenceKey,
  type EvidenceKind,
  readEvidencePulls,
  readEvidenceRows,
  replaceEvidence,
} from '../cache/evidence-store.ts';
import type { Db } from '../cache/open.ts';
import type { PipelineSettings } from '../config/config.ts';
import type { CutoverSection, RollupSection } from '../config/cutover-section.ts';
import { evidenceFingerprint, sampleTableOf } from '../config/evidence-tables.ts';
import type { BillingSource } from '../sources/billing-source.ts';
import type { EvidenceRole, EvidenceSource, EvidenceTable, SampleTable } from '../sources/evidence-source.ts';

type Opened = { readonly source: EvidenceSource; close(): Promise<void> };

export type EvidenceRequest = {
  readonly db: Db;
  readonly month: MonthKey;
  readonly pipelines: readonly Pick<PipelineSettings, 'key' | 'rollup' | 'cutover'>[];
  /** Connects to the ClickHouse of a pipeline, or to that of the workspace, where the old pipeline keeps its books. */
  readonly open: (place: 'workspace' | { readonly pipeline: string }) => Promise<Opened>;
  /** Null: Stripe is not asked. */
  readonly billing: BillingSource | null;
  readonly now: () => Instant;
  readonly signal: AbortSignal;
};

/** The columns of each kind, in the order in which they are kept. */
export const EVIDENCE_COLUMNS = {
  events: ['id', 'customer', 'meter', 'bucket', 'value', 'state', 'eventAt', 'attempted', 'sent'],
  customers: ['customer', 'mode', 'provider', 'since'],
  billed: ['customer', 'from', 'to', 'meter', 'value', 'state', 'eventAt'],
  runs: ['customer', 'from', 'to', 'memory', 'disk'],
} as const satisfies Partial<Record<EvidenceKind, readonly EvidenceRole[]>>;

/** Where the instant stands by which a source drops rows; those of other kinds are read as they are. */
const BEGINS: Partial<Record<EvidenceKind, { readonly column: number; readonly words: string }>> = {
  samples: { column: 1, words: 'samples' },
  events: { column: 3, words: 'events' },
  billed: { column: 1, words: 'billed stretches' },
};

type Work = EvidenceRequest & { readonly warn: (problem: Problem) => void };

/**
 * Copies what the books of the pipelines say about a month. What cannot be read is a warning, and what was read of it
 * before stays.
 */
export async function pullEvidence(request: EvidenceRequest): Promise<readonly Problem[]> {
  const warnings: Problem[] = [];
  const work: Work = { ...request, warn: (problem) => warnings.push(problem) };
  const told = request.pipelines.filter(({ rollup, cutover }) => rollup !== null || cutover !== null);
  for (const { key, rollup, cutover } of told) {
    if (rollup !== null) {
      await attempt(request, warnings, { pipeline: key, place: { pipeline: key }, what: 'rollup' }, (source) =>
        pullRollup(work, source, { key, rollup, table: sampleTableOf(rollup, cutover) }),
      );
    }
    if (cutover !== null) {
      await attempt(request, warnings, { pipeline: key, place: 'workspace', what: 'cutover' }, (source) =>
        pullCutover(work, source, { key, cutover }),
      );
    }
  }
  const { billing } = request;
  if (billing !== null && told.some(({ cutover }) => cutover !== null)) {
    await pullWebhooks({ ...request, billing }, warnings);
  }
  return warnings;
}

async function attempt(
  request: EvidenceRequest,
  warnings: Problem[],
  of: { readonly pipeline: string; readonly place: 'workspace' | { readonly pipeline: string }; readonly what: string },
  work: (source: EvidenceSource) => Promise<void>,
): Promise<void> {
  try {
    const opened = await request.open(of.place);
    try {
      await work(opened.source);
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (request.signal.aborted || !isOfSource(error)) throw error;
    warnings.push({
      code: error.code,
      path: `pipelines.${of.pipeline}.${of.what}`,
      message: `The books of the pipeline ${of.pipeline} were not read: ${error.message}`,
      remedy: error.remedy ?? 'What was read of them before stays in force.',
      severity: 'warning',
    });
  }
}

const isOfSource = (error: unknown): error is TieoutError =>
  isTieoutError(error) && !error.code.startsWith('workspace.') && !error.code.startsWith('cache.');

async function pullRollup(
  request: Work,
  source: EvidenceSource,
  of: { readonly key: string; readonly rollup: RollupSection; readonly table: SampleTable },
): Promise<void> {
  const { month, signal } = request;
  const { events, customers } = of.rollup;
  const { table } = of;
  const slots: EvidenceBody[] = [];
  const asOf = request.now();
  for await (const chunk of source.samples({ samples: table, period: monthPeriod(month), signal })) {
    for (const slot of chunk) {
      slots.push([slot.customer, slot.from, slot.memoryMb, slot.seconds, slot.lateSeconds]);
    }
  }
  keep(request, { pipeline: of.key, kind: 'samples', settings: table, asOf, rows: slots });
  for (const [kind, each] of [['events', events] as const, ['customers', customers] as const]) {
    if (each !== null) await pullTable(request, source, { pipeline: of.key, kind, table: each, section: 'rollup' });
  }
}

async function pullCutover(
  request: Work,
  source: EvidenceSource,
  { key, cutover: { billed, runs } }: { readonly key: string; readonly cutover: CutoverSection },
): Promise<void> {
  for (const [kind, table] of [['billed', billed] as const, ['runs', runs] as const]) {
    if (table !== null) await pullTable(request, source, { pipeline: key, kind, table, section: 'cutover' });
  }
}

async function pullTable(
  request: Work,
  source: EvidenceSource,
  of: {
    readonly pipeline: string;
    readonly kind: keyof typeof EVIDENCE_COLUMNS;
    readonly table: EvidenceTable;
    readonly section: 'rollup' | 'cutover';
  },
): Promise<void> {
  const asOf = request.now();
  const rows: EvidenceBody[] = [];
  const asked = {
    table: of.table,
    period: monthPeriod(request.month),
    signal: request.signal,
    path: `pipelines.${of.pipeline}.${of.section}.${of.kind}`,
  };
  for await (const chunk of source.rows(asked)) {
    for (const row of chunk) rows.push(EVIDENCE_COLUMNS[of.kind].map((role) => row[role] ?? null));
  }
  keep(request, { pipeline: of.pipeline, kind: of.kind, settings: of.table, asOf, rows });
}

/** How customers are billed is known at all times, whatever month was read. */
function keep(
  { db, month, warn }: Work,
  of: {
    readonly pipeline: string;
    readonly kind: EvidenceKind;
    readonly settings: SampleTable | EvidenceTable;
    readonly asOf: Instant;
    readonly rows: readonly EvidenceBody[];
  },
): void {
  const { pipeline, kind } = of;
  const key = { pipeline, kind, month: kind === 'customers' ? '' : month };
  const fingerprint = evidenceFingerprint(of.settings);
  const bucketMs = 'bucketMs' in of.settings ? of.settings.bucketMs : 1;
  const expired = expiredRows(db, key, { fingerprint, rows: of.rows, bucketMs });
  if (expired === null) {
    replaceEvidence(db, key, { asOf: of.asOf, fingerprint, rows: of.rows });
    return;
  }
  const { before, earlier, rows } = expired;
  replaceEvidence(db, key, { asOf: of.asOf, fingerprint, rows: [...earlier, ...rows] });
  const until = before === null ? `of ${month}` : `before ${formatInstant(before)}`;
  warn({
    code: 'pull.rows_expired',
    path: `pipelines.${pipeline}`,
    message: `The source no longer holds the ${BEGINS[kind]?.words} of ${pipeline} ${until}: they stay as they were read before.`,
    severity: 'warning',
  });
}

/**
 * What was read before and the source no longer has, from the beginning of the month on: it drops the oldest first, and
 * the bucket in which it stopped may be there in part.
 * @returns null where nothing of it is gone; `before` null: everything is
 */
function expiredRows(
  db: Db,
  key: EvidenceKey,
  of: { readonly fingerprint: string; readonly rows: readonly EvidenceBody[]; readonly bucketMs: number },
): {
  readonly before: Instant | null;
  readonly earlier: readonly EvidenceBody[];
  readonly rows: readonly EvidenceBody[];
} | null {
  const column = BEGINS[key.kind]?.column;
  const isSame = readEvidencePulls(db, key.pipeline).some(
    ({ kind, month, fingerprint }) => kind === key.kind && month === key.month && fingerprint === of.fingerprint,
  );
  if (column === undefined || !isSame) return null;
  const beginOf = (row: EvidenceBody): number => Number(row[column] ?? 0);
  const first = of.rows.reduce((least, row) => Math.min(least, beginOf(row)), Number.POSITIVE_INFINITY);
  const earlier = [...readEvidenceRows(db, key)];
  if (!earlier.some((row) => beginOf(row) < first)) return null;
  const before = Math.ceil(first / of.bucketMs) * of.bucketMs;
  return {
    before: first === Number.POSITIVE_INFINITY ? null : instant(before),
    earlier: earlier.filter((row) => beginOf(row) < before),
    rows: of.rows.filter((row) => beginOf(row) >= before),
  };
}

async function pullWebhooks(
  { db, billing, now, signal }: EvidenceRequest & { readonly billing: BillingSource },
  warnings: Problem[],
): Promise<void> {
  const asOf = now();
  try {
    const found = await billing.webhookEndpoints?.(signal);
    if (found === undefined) return;
    const rows = found.map(({ id, host, isEnabled, events }) => [id, host, isEnabled ? 1 : 0, events.join(' ')]);
    replaceEvidence(db, { pipeline: '', kind: 'webhooks', month: '' }, { asOf, fingerprint: '', rows });
  } catch (error) {
    if (signal.aborted || !isOfSource(error)) throw error;
    warnings.push({
      code: error.code,
      path: 'stripe',
      message: `Webhook endpoints were not read, so nobody can tell how many there are: ${error.message}`,
      remedy: error.remedy ?? 'Give the key read permission for webhook endpoints.',
      severity: 'warning',
    });
  }
}
