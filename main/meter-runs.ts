import { pushedForm } from '../shared/billing/meter-value.ts';
import type { DryRun, DryRunRequest, MeterProof, ProveCase, ProveRequest } from '../shared/contract/meter-schemas.ts';
import { TieoutError } from '../shared/errors.ts';
import { add, type Decimal, decimal, formatDecimal, multiply, normalize, ZERO } from '../shared/values/decimal.ts';
import { formatFraction, fraction, multiplyFractions, scaleBy } from '../shared/values/fraction.ts';
import { formatInstant, HOUR_MS, hourOf, type Instant, instant } from '../shared/values/instant.ts';
import { monthPeriod, parseMonth, requireBegun } from '../shared/values/period.ts';
import { fromStored, QUANTITY_PLACES } from '../shared/values/quantity.ts';
import { findCustomer } from './cache/customer-store.ts';
import { usageIdsOfCustomer } from './cache/mapping-store.ts';
import { openForReading } from './cache/open-for-reading.ts';
import { nowIn, openUsage, type Workspace } from './compose.ts';
import type { MeterSettings } from './config/config.ts';
import type { Environment } from './config/setting.ts';
import type { CaseResult } from './fixtures/run.ts';
import { readDraft } from './meter-settings.ts';
import { proveWorkspace } from './prove-queries.ts';
import { combineHours } from './pull/combine-hours.ts';
import type { UsageCell, UsageSource } from './sources/usage-source.ts';

type Run = {
  readonly env: Environment;
  readonly now: () => Instant;
  readonly signal: AbortSignal;
  readonly onProgress: (at: { readonly step: string; readonly done: number; readonly total: number | null }) => void;
};

/** The workspace with a draft in it. @throws TieoutError the first problem's code, with all of them */
function withDraftIn(
  workspace: Workspace,
  change: Pick<ProveRequest, 'key' | 'draft'>,
  env: Environment,
): { readonly workspace: Workspace; readonly meter: MeterSettings } {
  const { config, place, problems } = readDraft(workspace, change, env);
  const meter = config?.meters[place];
  if (config !== null && meter !== undefined) return { workspace: { ...workspace, config }, meter };
  const [first] = problems;
  throw new TieoutError(first?.code ?? 'config.invalid_value', {
    message: problems.length === 1 ? (first?.message ?? '') : `The meter has ${problems.length} problems.`,
    path: first?.field ?? null,
    remedy: 'Correct what is marked in the form.',
    problems: problems.map(({ code, field, path, message }) => ({ code, path: field ?? path, message })),
  });
}

/**
 * Measures one customer and month by a draft, on the real source. Nothing is kept.
 * @throws TieoutError `config.*`, `clickhouse.*`, `period.in_future`, `pull.cancelled`
 */
export async function dryRunMeter(workspace: Workspace, request: DryRunRequest, run: Run): Promise<DryRun> {
  const month = parseMonth(request.month);
  requireBegun(month, nowIn(workspace, run.now));
  const { workspace: drafted, meter } = withDraftIn(workspace, request, run.env);
  const usageIds = usageIdsOf(workspace, request.customer, nowIn(workspace, run.now));
  run.onProgress({ step: 'connecting to ClickHouse', done: 0, total: null });
  const usage = await openUsage(drafted);
  const startedMs = performance.now();
  try {
    run.signal.throwIfAborted();
    const period = monthPeriod(month);
    const read = await readCells(usage.source, meter, { period, customers: usageIds, run });
    const { scale } = meter.usage;
    const hours = hourTotals(read.cells, read.exponent).map(({ hour, quantity }) => ({
      at: formatInstant(instant(hourOf(period.from) + hour * HOUR_MS)),
      quantity:
        typeof quantity === 'string'
          ? quantity
          : formatDecimal(normalize(scaleBy(quantity, scale, QUANTITY_PLACES, 'half_up'))),
    }));
    return {
      meter: meter.key,
      unit: meter.unit,
      month,
      customer: request.customer,
      usageIds: [...usageIds],
      quantity: quantityOf(read.cells, meter, read.exponent),
      hours: read.cells.some(({ isUnbucketed }) => isUnbucketed === true) ? [] : hours,
      evidence: evidenceOf(read.cells),
      rows: read.rows,
      bytes: read.bytes,
      seconds: Math.round(performance.now() - startedMs) / 1000,
      query: read.query,
    };
  } finally {
    await usage.close();
  }
}

/** A customer of Stripe's stands for their usage ids; any other text is a usage id. */
function usageIdsOf(workspace: Workspace, customer: string, now: Instant): readonly string[] {
  const db = openForReading(workspace.paths.databaseFile, now);
  try {
    const found = findCustomer(db, customer);
    const ids = found === null ? [] : usageIdsOfCustomer(db, found.key).map(({ id }) => id);
    return ids.length === 0 ? [customer] : ids;
  } finally {
    db.close();
  }
}

type Read = {
  readonly cells: readonly UsageCell[];
  readonly exponent: number;
  readonly rows: number;
  readonly bytes: number;
  readonly query: string;
};

async function readCells(
  source: UsageSource,
  meter: MeterSettings,
  asked: {
    readonly period: ReturnType<typeof monthPeriod>;
    readonly customers: readonly string[];
    readonly run: Run;
  },
): Promise<Read> {
  const { run, ...request } = asked;
  const [scan] = source.plan([meter]);
  if (scan === undefined) throw new Error('Broken assumption: a meter is read by some scan');
  const cells: UsageCell[] = [];
  let progress = { rows: 0, bytes: 0 };
  let query = scan.query;
  run.onProgress({ step: `reading ${meter.key}`, done: 0, total: null });
  const chunks = source.read({
    ...request,
    scan,
    signal: run.signal,
    withUnmeasured: true,
    onQuery: (text) => {
      query = text;
    },
    onProgress: (at) => {
      progress = at;
      run.onProgress({ step: `reading ${meter.key}`, done: at.rows, total: null });
    },
  });
  for await (const chunk of chunks) cells.push(...chunk);
  return { cells, exponent: scan.exponents[0] ?? 0, ...progress, query };
}

/** Per hour in native units, all usage ids together; text where there is no number. */
function hourTotals(
  cells: readonly UsageCell[],
  exponent: number,
): readonly { readonly hour: number; readonly quantity: Decimal | string }[] {
  const totals = new Map<number, Decimal | string>();
  for (const { hour, whole, frac, invalid } of cells.flatMap(({ hours }) => hours)) {
    const before = totals.get(hour) ?? ZERO;
    const value = invalid ?? native(whole, frac, exponent);
    totals.set(hour, typeof before === 'string' ? before : typeof value === 'string' ? value : add(before, value));
  }
  return [...totals].sort(([a], [b]) => a - b).map(([hour, quantity]) => ({ hour, quantity }));
}

const native = (whole: number | bigint, frac: number | bigint, exponent: number): Decimal =>
  multiply(fromStored(BigInt(whole), BigInt(frac)), decimal(10n ** BigInt(exponent)));

/** Several usage ids of a customer are added up, as a pull does. */
function quantityOf(cells: readonly UsageCell[], { usage }: MeterSettings, exponent: number): DryRun['quantity'] {
  let total: Decimal | null = null;
  for (const { hours } of cells) {
    const value = combineHours(hours, usage.combine, exponent);
    if (value === null) continue;
    if (value.invalid !== null) {
      return { native: null, exact: null, billed: null, text: value.invalid, rounding: null };
    }
    total = add(total ?? ZERO, native(value.whole, value.frac, exponent));
  }
  if (total === null) return null;
  const billed = normalize(scaleBy(total, usage.scale, QUANTITY_PLACES, 'half_up'));
  const form = pushedForm(billed);
  const text = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(value));
  return {
    native: formatDecimal(normalize(total)),
    exact: formatFraction(multiplyFractions(usage.scale, fraction(total.coefficient, 10n ** BigInt(total.scale)))),
    billed: formatDecimal(billed),
    text: null,
    rounding: form === null ? null : { pushed: text(form.pushed), loss: text(form.loss) },
  };
}

/** Whole numbers are added up over the usage ids; of anything else the last stands. */
function evidenceOf(cells: readonly UsageCell[]): DryRun['evidence'] {
  const sums = new Map<string, string>();
  for (const [key, value] of cells.flatMap(({ evidence }) => Object.entries(evidence ?? {}))) {
    const before = sums.get(key);
    const isCount = /^\d+$/.test(value) && (before === undefined || /^\d+$/.test(before));
    sums.set(key, isCount ? String(BigInt(before ?? 0) + BigInt(value)) : value);
  }
  return [...sums].map(([key, value]) => ({ key, value }));
}

/**
 * Runs the cases of one meter by a draft: the workspace's own, and those that come with its template.
 * @throws TieoutError `config.*`, `clickhouse.embedded_*`
 */
export async function proveMeter(workspace: Workspace, request: ProveRequest, run: Run): Promise<MeterProof> {
  const { workspace: drafted, meter } = withDraftIn(workspace, request, run.env);
  run.onProgress({ step: 'starting ClickHouse', done: 0, total: null });
  const proof = await proveWorkspace(drafted, {
    mutate: request.mutate,
    meter: meter.key,
    signal: run.signal,
    onProgress: (done, total) => run.onProgress({ step: 'running cases', done, total }),
  });
  const ofCases = new Set([...proof.cases, ...proof.shipped].flatMap(({ problems }) => problems));
  return {
    meter: meter.key,
    cases: [
      ...proof.cases.map((one) => caseOf(one, { isBuiltIn: false, meter: meter.key })),
      ...proof.shipped.map((one) => caseOf(one, { isBuiltIn: true, meter: null })),
    ],
    mutations: proof.mutations.map(({ mutation, sentence, caughtBy }) => ({ mutation, sentence, caughtBy })),
    problems: proof.problems.filter((problem) => !ofCases.has(problem) && problem.code !== 'fixture.unnoticed'),
  };
}

/** @param at.meter whose readings are told; null: those of all */
function caseOf(one: CaseResult, at: { readonly isBuiltIn: boolean; readonly meter: string | null }): ProveCase {
  return {
    name: one.name,
    path: one.path,
    isBuiltIn: at.isBuiltIn,
    hasPassed: one.problems.length === 0,
    readings: one.readings
      .filter(({ meter }) => at.meter === null || meter === at.meter)
      .map((reading) => ({ ...reading })),
    problems: [...one.problems],
  };
}
