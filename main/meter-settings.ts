import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type {
  DraftProblem,
  MeterDraft,
  MeterPreview,
  MeterPreviewRequest,
  MeterSaved,
  MeterSaveRequest,
  MeterSettingsList,
  StripeMeter,
} from '../shared/contract/meter-schemas.ts';
import { errorDocument, isTieoutError, type Problem, TieoutError } from '../shared/errors.ts';
import { formatDecimal } from '../shared/values/decimal.ts';
import { formatFraction, fraction } from '../shared/values/fraction.ts';
import type { Instant } from '../shared/values/instant.ts';
import { monthPeriod, parseMonth } from '../shared/values/period.ts';
import { readMeters } from './cache/catalog-store.ts';
import type { Db } from './cache/open.ts';
import { acquireWriter } from './cache/writer-lock.ts';
import { configOf, type Workspace } from './compose.ts';
import type { Config, MeterSettings, ToleranceSettings } from './config/config.ts';
import { meterText, readDrafts, withDraft, withMeter } from './config/edit-meters.ts';
import type { Environment } from './config/setting.ts';
import { readConfigText, requireWritable, writeConfigText } from './config/workspace.ts';
import { countCases } from './prove-queries.ts';
import { previewScan } from './sources/clickhouse/preview.ts';
import type { UsageDefinition } from './sources/usage-source.ts';

/** The meters of tieout.yaml as it stands on disk now. @throws TieoutError `config.*` */
export function meterSettings(
  workspace: Workspace,
  run: { readonly db: Db; readonly env: Environment; readonly now: Instant },
): MeterSettingsList {
  const text = readConfigText(workspace.paths);
  const config = configOf(workspace, text, run.env);
  const drafts = readDrafts(text);
  const cases = countCases({ ...workspace, config });
  const stripeMeters = stripeMetersOf(run.db, config);
  return {
    digest: digestOf(text),
    meters: config.meters.flatMap((meter, index) => {
      const draft = drafts[index];
      if (draft === undefined) return [];
      return [
        {
          key: meter.key,
          draft,
          tolerance: toleranceText(meter.tolerance),
          scale: formatFraction(meter.usage.scale),
          combine: meter.usage.combine,
          cases: cases === null ? null : (cases.get(meter.key) ?? 0),
          stripe: stripeMeters.find(({ configuredAs }) => configuredAs === meter.key) ?? null,
        },
      ];
    }),
    stripeMeters,
    tolerance: toleranceText(config.tolerance),
    readOnly: readOnlyBecause(workspace, run.now),
  };
}

const toleranceText = ({ relative, absolute, stalenessMs }: ToleranceSettings): MeterSettingsList['tolerance'] => ({
  relative: formatDecimal(relative),
  absolute: formatDecimal(absolute),
  stalenessSeconds: stalenessMs / 1000,
});

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The meters of Stripe's that the cache holds, with the meter of the file that reads each. */
export const stripeMetersOf = (db: Db, config: Pick<Config, 'meters'>): StripeMeter[] =>
  readMeters(db).map((held) => ({
    id: held.id,
    eventName: held.eventName,
    displayName: held.displayName,
    formula: held.formula,
    isActive: held.status === 'active',
    configuredAs: config.meters.find(({ stripe }) => reads(stripe, held))?.key ?? null,
  }));

const reads = (target: MeterSettings['stripe'], held: { readonly id: string; readonly eventName: string }): boolean =>
  'id' in target ? target.id === held.id : target.eventName === held.eventName;

/** A writer that is there now is there when a person saves, as like as not. */
function readOnlyBecause({ paths }: Workspace, now: Instant): MeterSettingsList['readOnly'] {
  try {
    requireWritable(paths);
    if (existsSync(`${paths.databaseFile}-writer`)) {
      acquireWriter(paths, { pid: process.pid, startedAt: now, command: 'settings' }).release();
    }
    return null;
  } catch (error) {
    return errorDocument(error);
  }
}

/**
 * What a draft means: its query, its units, or what is wrong with it. Nothing is asked and nothing written.
 * @throws TieoutError `config.*` where the file itself cannot be read
 */
export const previewMeter = (
  workspace: Workspace,
  request: MeterPreviewRequest,
  run: { readonly db: Db; readonly env: Environment },
): MeterPreview => previewDraft(fileOf(workspace, run.env), request, (config) => stripeMetersOf(run.db, config));

/** The same for a file that need not be written yet. @param stripeMeters what is known of them */
export function previewDraft(
  file: ConfigText,
  request: MeterPreviewRequest,
  stripeMeters: (config: Config) => readonly StripeMeter[],
): MeterPreview {
  const { key, draft } = request;
  const nothing = { query: null, units: null, stripe: null, yaml: meterText(draft) };
  const { config, place, problems } = readDraftIn(file, { key, draft });
  const meter = config?.meters[place];
  if (config === null || meter === undefined) return { ...nothing, problems };
  const period = monthPeriod(parseMonth(request.month));
  const others = config.meters.filter((_, at) => at !== place);
  const scan = attemptScan(() => previewScan(meter, others, period));
  return {
    ...nothing,
    problems: [...problems, ...scan.problems],
    query:
      scan.value === null
        ? null
        : {
            sql: scan.value.sql,
            parameters: [...scan.value.parameters],
            sharedWith: [...scan.value.sharedWith],
            combine: meter.usage.combine,
          },
    units: unitsOf(meter),
    stripe: stripeMeters(config).find(({ configuredAs }) => configuredAs === meter.key) ?? null,
  };
}

function attemptScan<T>(work: () => T): { readonly value: T | null; readonly problems: DraftProblem[] } {
  try {
    return { value: work(), problems: [] };
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    return { value: null, problems: [{ ...problemOf(error), field: 'usage' }] };
  }
}

const problemOf = ({ code, path, message, remedy }: TieoutError): Problem => ({
  code,
  path,
  message,
  ...(remedy === null ? {} : { remedy }),
});

export type ReadDraft = {
  /** Null where the draft cannot be read. */
  readonly config: Config | null;
  /** Where the meter stands in it. */
  readonly place: number;
  readonly problems: DraftProblem[];
};

/**
 * The file with a draft in it, read as it would be from disk.
 * @param change.key the meter that the draft replaces; null: one more
 * @throws TieoutError `config.*` where the file itself cannot be read, or has no such meter
 */
export const readDraft = (
  workspace: Workspace,
  change: { readonly key: string | null; readonly draft: MeterDraft },
  env: Environment,
): ReadDraft => readDraftIn(fileOf(workspace, env), change);

/** A tieout.yaml, and how a text in its place would be read. */
export type ConfigText = { readonly text: string; readonly parse: (text: string) => Config };

const fileOf = (workspace: Workspace, env: Environment): ConfigText => ({
  text: readConfigText(workspace.paths),
  parse: (text) => configOf(workspace, text, env),
});

/** @throws TieoutError `config.*` where the file itself cannot be read, or has no such meter */
function readDraftIn(
  { text, parse }: ConfigText,
  change: { readonly key: string | null; readonly draft: MeterDraft },
): ReadDraft {
  const { meters } = parse(text);
  const index = change.key === null ? null : placeOf(meters, change.key);
  const place = index ?? meters.length;
  const name = `meters[${place}]`;
  const own = (problem: Problem): DraftProblem => {
    const at = problem.path?.split(' ')[1] ?? '';
    const isOwn = at === name || at.startsWith(`${name}.`);
    // Of two places that say the same the later one is reported, and the first is named.
    const first = problem.code === 'config.duplicate' ? (problem.message.split(`${name}.`)[1] ?? '') : '';
    if (!isOwn && first !== '') return { ...problem, path: null, field: /^[\w.]*\w/.exec(first)?.[0] ?? null };
    return { ...problem, path: isOwn ? null : problem.path, field: isOwn ? at.slice(name.length + 1) : null };
  };
  const words = (problem: DraftProblem): DraftProblem => ({
    ...problem,
    message: problem.message.replaceAll(`${name}.`, '').replaceAll(/ at tieout\.yaml:\d+:\d+ /g, ' at '),
  });
  try {
    const config = parse(withDraft(text, index, change.draft));
    const warnings = config.warnings.map((warning) => own({ ...warning, severity: 'warning' }));
    return { config, place, problems: warnings.filter(({ field }) => field !== null).map(words) };
  } catch (error) {
    if (!isTieoutError(error)) throw error;
    const problems = error.problems.length > 0 ? error.problems : [problemOf(error)];
    return { config: null, place, problems: problems.map(own).map(words) };
  }
}

function placeOf(meters: Config['meters'], key: string): number {
  const place = meters.findIndex((meter) => meter.key === key);
  if (place >= 0) return place;
  throw new TieoutError('config.changed', {
    message: `tieout.yaml has no meter ${key} any more.`,
    path: 'tieout.yaml meters',
    remedy: 'Read the settings again; what was typed can be added as a new meter.',
  });
}

/** What a native unit is, and how many billed ones it makes. */
function unitsOf({ usage, unit }: MeterSettings): MeterPreview['units'] {
  const { numerator, denominator } = usage.scale;
  return {
    native: nativeUnit(usage),
    billed: unit,
    scale: formatFraction(usage.scale),
    inverse: formatFraction(fraction(denominator, numerator)),
  };
}

function nativeUnit(usage: UsageDefinition): string {
  switch (usage.template) {
    case 'counter_checkpoints':
      return usage.isGauge ? `${usage.columns.value} × milliseconds` : usage.columns.value;
    case 'interval_samples':
      return `${usage.columns.value} × ${usage.columns.interval}`;
    case 'events':
      return usage.columns.value ?? (usage.columns.key === null ? 'events' : 'distinct keys');
    case 'active_series':
      return 'series';
    case 'sql':
      return 'quantity';
  }
}

/**
 * Writes one meter into tieout.yaml, or takes it out: the rest of the file stays as it is, comments and order included.
 * Nothing is written where the change is not valid or the file has changed since it was read.
 * @throws TieoutError `config.changed`, `config.*` with the problems; `workspace.busy`, `workspace.not_writable`
 */
export function saveMeter(
  workspace: Workspace,
  request: MeterSaveRequest,
  run: { readonly env: Environment; readonly now: () => Instant },
): MeterSaved {
  requireWritable(workspace.paths);
  const { key, draft } = request;
  const lock = acquireWriter(workspace.paths, { pid: process.pid, startedAt: run.now(), command: 'settings' });
  try {
    const text = readConfigText(workspace.paths);
    if (digestOf(text) !== request.digest) {
      throw new TieoutError('config.changed', {
        message: 'tieout.yaml was changed since it was read here; nothing was saved.',
        path: 'tieout.yaml',
        remedy: 'Read the settings again, look at what changed, and save once more.',
      });
    }
    const { meters } = configOf(workspace, text, run.env);
    const edited = withMeter(text, key === null ? null : placeOf(meters, key), draft);
    configOf(workspace, edited, run.env);
    if (edited !== text) writeConfigText(workspace.paths, edited);
    return { digest: digestOf(edited), key: draft?.key ?? null };
  } finally {
    lock.release();
  }
}
