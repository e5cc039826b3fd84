import type { Problem } from '../../../shared/errors.ts';
import { type AlertStep, judgePair } from '../../../shared/reconciliation/pipelines/parity.ts';
import type { ParityCause } from '../../../shared/reconciliation/pipelines/parity-cause.ts';
import type { ParityRules } from '../../../shared/reconciliation/pipelines/parity-rules.ts';
import type { Soak } from '../../../shared/reconciliation/pipelines/soak.ts';
import type { ExitCode } from '../../../shared/reconciliation/result.ts';
import { type Decimal, formatDecimal, normalize, parseDecimal } from '../../../shared/values/decimal.ts';
import { formatInstant, type Instant } from '../../../shared/values/instant.ts';
import type { Period } from '../../../shared/values/period.ts';
import type { KeptParity } from '../../cache/pipeline-store.ts';
import {
  commonHours,
  differenceOf,
  type ParityHour,
  type ParityRow,
  type ParityTable,
  shareOf,
  soakOf,
  standingAlert,
} from './parity-table.ts';

/** What `tieout parity` tells of one pipeline: its meters over the same hours. */
export type ParityReport = {
  readonly workspace: string;
  readonly pipeline: string;
  readonly period: Period;
  readonly now: Instant;
  readonly rules: ParityRules;
  /** In the order of tieout.yaml. */
  readonly tables: readonly ParityTable[];
  /** Of all its meters together. */
  readonly soak: Soak;
  readonly alert: AlertStep;
};

export function parityReport(of: Omit<ParityReport, 'soak' | 'alert'>): ParityReport {
  const alerts = of.tables.map(standingAlert);
  const worst = alerts.reduce<AlertStep>((a, b) => (isWorse(b, a) ? b : a), NO_ALERT);
  const { isSystemic, streak, isAlert } = worst;
  return {
    ...of,
    soak: soakOf(of.rules, of.now, commonHours(of.tables)),
    alert: { isSystemic, streak, isAlert },
  };
}

const NO_ALERT: AlertStep = { isSystemic: false, streak: 0, isAlert: false };

const isWorse = (a: AlertStep, b: AlertStep): boolean => (a.isAlert === b.isAlert ? a.streak > b.streak : a.isAlert);

/** 0: every hour was checked and is clean. 1: one departs. 3: one is missing, or somebody in it could not be read. */
export function parityExit({ tables }: Pick<ParityReport, 'tables'>): ExitCode {
  const hours = tables.flatMap((table) => table.hours);
  if (hours.some(({ bucket }) => bucket?.agreed === false)) return 1;
  return hours.length === 0 || hours.some(({ state }) => state !== 'clean') ? 3 : 0;
}

/** `tieout parity --json` (interfaces.md section 6); buckets have the fields of vector class parity-bucket. */
export const parityDocument = (report: ParityReport): unknown => ({
  tieout: 1,
  kind: 'parity',
  workspace: report.workspace,
  pipeline: report.pipeline,
  period: periodDocument(report.period),
  settings: settingsDocument(report.rules),
  buckets: report.tables.flatMap(bucketDocuments),
  alert: alertDocument(report.alert),
  soak: soakDocument(report.soak),
  meters: report.tables.map((table) => ({
    meter: table.meter.meter,
    unit: table.meter.unit,
    asOf: { reference: instantText(table.asOf.reference), candidate: instantText(table.asOf.candidate) },
    hours: hourCounts(table),
    missing: table.hours.flatMap(({ at, state }) => (state === 'missing' ? [formatInstant(at)] : [])),
    alert: { ...alertDocument(standingAlert(table)), since: instantText(standingAlert(table).since) },
    soak: soakDocument(table.soak),
  })),
  customers: report.tables.flatMap((table) =>
    table.rows.filter(isConcern).map((row) => customerDocument(table.meter.meter, row)),
  ),
  warnings: problemsOf(report),
  exit: parityExit(report),
});

/** What stands in the way of a comparison, once each. */
export const problemsOf = ({ tables }: Pick<ParityReport, 'tables'>): readonly Problem[] => [
  ...new Map(tables.flatMap(({ problems }) => problems).map((problem) => [problem.message, problem])).values(),
];

export const isConcern = ({ state }: ParityRow): boolean => state !== 'agrees' && state !== 'left_out';

export const hourCounts = ({ hours }: Pick<ParityTable, 'hours'>) => {
  const count = (which: ParityHour['state']): number => hours.filter(({ state }) => state === which).length;
  return { clean: count('clean'), dirty: count('drift'), missing: count('missing') };
};

export const settingsDocument = (rules: ParityRules) => ({
  tolerance: formatDecimal(rules.tolerance),
  alertShare: formatDecimal(rules.alertShare),
  floor: formatDecimal(rules.floor),
  minimumCustomers: rules.minimumCustomers,
  consecutive: rules.consecutive,
  graceSeconds: rules.graceMs / 1000,
  requiredHours: rules.requiredHours,
});

const bucketDocuments = (table: ParityTable): readonly unknown[] =>
  table.hours.flatMap(({ at, state, bucket, full, step, before }) =>
    bucket === null
      ? []
      : [
          {
            start: formatInstant(at),
            meter: table.meter.meter,
            unit: table.meter.unit,
            checked: bucket.checked,
            skipped_not_pro: bucket.leftOut,
            ...(full === null ? namesOfKept(bucket, table.meter.rules) : namesOf(full)),
            total_cell: bucket.reference,
            total_edge: bucket.candidate,
            aggregate_pct: bucket.aggregate,
            systemic: bucket.systemic,
            clean: state === 'clean',
            streak: step.streak,
            alert: step.isAlert,
            // Told from what was kept at an earlier check: the drift of those that agreed is not known any more.
            ...(full === null ? { kept: true } : {}),
            ...(before === null ? {} : { before: { at: formatInstant(before.checkedAt), clean: before.isClean } }),
          },
        ],
  );

const namesOf = (full: NonNullable<ParityHour['full']>) => ({
  unverified: full.unverified,
  drift_pct: Object.fromEntries([...full.drift].map(([id, drift]) => [id, textOf(drift)])),
  flagged: full.flagged,
  material: full.material,
  one_sided: full.oneSided,
});

function namesOfKept({ unverified, departed }: KeptParity, rules: ParityRules) {
  const pairs = departed.map(([customer, reference, candidate]) => {
    const both = { reference: parseDecimal(reference), candidate: parseDecimal(candidate) };
    return { customer, both, judged: judgePair({ ...both, isCompared: true }, rules) };
  });
  const named = (holds: (of: (typeof pairs)[number]) => boolean): readonly string[] =>
    pairs.filter(holds).map(({ customer }) => customer);
  return {
    unverified,
    drift_pct: Object.fromEntries(pairs.map(({ customer, both }) => [customer, textOf(shareOf(both))])),
    flagged: named(({ judged }) => judged.isFlagged),
    material: named(({ judged }) => judged.isMaterial),
    one_sided: named(({ judged }) => judged.isOneSided),
  };
}

const alertDocument = ({ isSystemic, streak, isAlert }: AlertStep) => ({
  systemic: isSystemic,
  streak,
  alert: isAlert,
});

const soakDocument = ({ isReady, cleanHours, blockedAt, reason }: Soak) => ({
  ready: isReady,
  cleanHours,
  blockedAt: instantText(blockedAt),
  reason,
});

const customerDocument = (meter: string, row: ParityRow): unknown => ({
  usageId: row.usageId,
  customer: row.customer?.id ?? null,
  name: row.customer?.name ?? null,
  meter,
  state: row.state,
  reference: textOf(row.reference),
  candidate: textOf(row.candidate),
  difference: textOf(differenceOf(row)),
  drift: textOf(shareOf(row)),
  hours: row.hours,
  causes: row.causes.map(causeDocument),
});

export const causeDocument = ({ code, confidence, evidence, explains, remedy }: ParityCause) => ({
  code,
  confidence,
  evidence,
  explains: formatDecimal(explains),
  remedy,
});

export const periodDocument = ({ from, to }: Period) => ({ from: formatInstant(from), to: formatInstant(to) });
const instantText = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));
const textOf = (value: Decimal | null): string | null => (value === null ? null : formatDecimal(normalize(value)));
