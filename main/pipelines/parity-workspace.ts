import { isTieoutError, TieoutError } from '../../shared/errors.ts';
import { HOUR_MS, type Instant, instant, parseInstant } from '../../shared/values/instant.ts';
import { type MonthKey, monthOf, monthPeriod, nextMonth, type Period } from '../../shared/values/period.ts';
import { findParityMeter, findPipeline, parityMeters } from '../api/pipelines/parity-meters.ts';
import { type ParityReport, parityReport } from '../api/pipelines/parity-report.ts';
import { newestDue, parityTable } from '../api/pipelines/parity-table.ts';
import { keepChecks } from '../api/pipelines/record-parity.ts';
import type { Db } from '../cache/open.ts';
import { openForReading } from '../cache/open-for-reading.ts';
import { type ParityCheck, readParityChecks } from '../cache/pipeline-store.ts';
import { findMeterKey } from '../cache/pull-store.ts';
import { nowIn, type PulledMonth, pull, type Sources, type Workspace, withWriter } from '../compose.ts';
import { requireWritable } from '../config/workspace.ts';
import type { PullProgress } from '../pull/pull-request.ts';

export type ParityOptions = {
  /** May be left out where tieout.yaml names one. */
  readonly pipeline?: string | undefined;
  readonly meters?: readonly string[] | undefined;
  /** Whole hours, ISO-8601; without them the newest `hours` that are due. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly hours?: number | undefined;
};

type Run = { readonly now: () => Instant };

/**
 * Compares a pipeline with what bills today, from the cache, and keeps what the hours came to. Where another process
 * writes, or the folder can only be read, the answer is the same and nothing is kept.
 * @throws TieoutError `parity.not_found`, `parity.hours_invalid`, `cache.*`
 */
export async function parityWorkspace(workspace: Workspace, options: ParityOptions, run: Run): Promise<ParityReport> {
  const compare = (db: Db, canKeep: boolean): ParityReport => {
    const { pipeline, meters, period } = resolveParity(workspace, options, nowIn(workspace, run.now));
    const now = nowIn(workspace, run.now);
    const tables = meters.map((meter) => parityTable({ db, meter, period, now, keepsDrift: true }));
    if (canKeep) for (const table of tables) keepChecks(db, table);
    return parityReport({
      workspace: workspace.config.name,
      pipeline: pipeline.key,
      period,
      now,
      rules: pipeline.parity,
      tables,
    });
  };
  try {
    requireWritable(workspace.paths);
    return await withWriter(workspace, { now: run.now, command: 'parity' }, (db) => compare(db, true));
  } catch (error) {
    const canOnlyRead = isTieoutError(error) && ['workspace.busy', 'workspace.not_writable'].includes(error.code);
    if (!canOnlyRead) throw error;
    const db = openForReading(workspace.paths.databaseFile, run.now());
    try {
      return compare(db, false);
    } finally {
      db.close();
    }
  }
}

/** Reads the usage of the months that the hours lie in, of both sides, from ClickHouse alone. */
export async function pullParity(
  workspace: Workspace,
  options: ParityOptions,
  run: {
    readonly now: () => Instant;
    readonly signal: AbortSignal;
    readonly sources: Sources;
    readonly onProgress: (progress: PullProgress) => void;
  },
): Promise<readonly PulledMonth[]> {
  const { meters, period } = resolveParity(workspace, options, nowIn(workspace, run.now));
  const pulled: PulledMonth[] = [];
  for (const month of monthsOf(period)) {
    pulled.push(
      await pull(
        workspace,
        { month, meters: meters.map(({ meter }) => meter), skipIdle: false, hourly: 'drifting', usageOnly: true },
        { ...run, command: 'parity' },
      ),
    );
  }
  return pulled;
}

/** What earlier checks found, by meter and hour, the earliest first. @throws TieoutError `parity.not_found` */
export function parityHistory(
  workspace: Workspace,
  options: ParityOptions,
  run: Run,
): readonly { readonly meter: string; readonly unit: string; readonly checks: readonly ParityCheck[] }[] {
  const { meters, period } = resolveParity(workspace, options, nowIn(workspace, run.now));
  const db = openForReading(workspace.paths.databaseFile, run.now());
  try {
    return meters.map(({ meter, unit, candidate }) => {
      const meterKey = findMeterKey(db, candidate.key);
      return { meter, unit, checks: meterKey === null ? [] : readParityChecks(db, { meterKey, ...period }) };
    });
  } finally {
    db.close();
  }
}

function resolveParity({ config }: Workspace, options: ParityOptions, now: Instant) {
  const pipeline = findPipeline(config, options.pipeline);
  const meters =
    options.meters === undefined
      ? parityMeters(config, pipeline)
      : options.meters.map((meter) => findParityMeter(config, pipeline.key, meter));
  return { pipeline, meters, period: periodOf(options, { now, ...pipeline.parity }) };
}

function periodOf(
  { from, to, hours }: ParityOptions,
  of: { readonly now: Instant; readonly graceMs: number; readonly requiredHours: number },
): Period {
  const due = newestDue(of.now, of.graceMs);
  const end = to === undefined ? due : wholeHour(to, '--to');
  const begin = from === undefined ? instant(end - (hours ?? of.requiredHours) * HOUR_MS) : wholeHour(from, '--from');
  if (begin >= end) throw invalid('The hours end before they begin.', '--to');
  if (end - begin > MOST_HOURS * HOUR_MS) throw invalid(`${MOST_HOURS} hours are compared at most.`, '--from');
  return { from: begin, to: end };
}

/** Three months. */
const MOST_HOURS = 2_232;

function wholeHour(text: string, path: string): Instant {
  const at = parseInstant(text, path);
  if (at % HOUR_MS !== 0) throw invalid(`${text} is not a whole hour in UTC.`, path);
  return at;
}

const invalid = (message: string, path: string): TieoutError =>
  new TieoutError('parity.hours_invalid', {
    message,
    path,
    remedy: 'Write whole hours such as --from 2026-05-14T03:00Z --to 2026-05-15T03:00Z; the end is not part of them.',
  });

function* monthsOf(period: Period): Generator<MonthKey> {
  for (let month = monthOf(period.from); monthPeriod(month).from < period.to; month = nextMonth(month)) yield month;
}
