import type {
  AlertView,
  ParityCauseView,
  ParityDetail,
  ParityHourView,
  ParityKey,
  ParityListRequest,
  ParityRequest as ParityQuestion,
  ParityRowView,
  ParityView,
  ParityWindow,
  PipelineEntry,
  PipelinesOverview,
  SoakView,
} from '../../../shared/contract/pipelines-schemas.ts';
import { PARITY_CAUSES, PARITY_STATES } from '../../../shared/contract/pipelines-schemas.ts';
import { TieoutError } from '../../../shared/errors.ts';
import { driftOf } from '../../../shared/reconciliation/pipelines/parity.ts';
import type { ParityCause } from '../../../shared/reconciliation/pipelines/parity-cause.ts';
import type { ParityRules } from '../../../shared/reconciliation/pipelines/parity-rules.ts';
import type { Soak } from '../../../shared/reconciliation/pipelines/soak.ts';
import {
  absolute,
  add,
  compare,
  type Decimal,
  formatDecimal,
  isZero,
  normalize,
  parseDecimal,
  subtract,
  ZERO,
} from '../../../shared/values/decimal.ts';
import {
  formatDayAndHour,
  formatInstant,
  HOUR_MS,
  type Instant,
  instant,
  parseInstant,
} from '../../../shared/values/instant.ts';
import { compareBytes } from '../../../shared/values/order.ts';
import type { Period } from '../../../shared/values/period.ts';
import { findUsageKey } from '../../cache/identity-store.ts';
import type { Db } from '../../cache/open.ts';
import { pullsInForceKey } from '../../cache/pull-store.ts';
import { digestOf } from '../../cache/run-digest.ts';
import type { Config } from '../../config/config.ts';
import { findParityMeter, type ParityMeter, parityMeters } from './parity-meters.ts';
import { parityPricer, sumWorths, type Worth, worthView } from './parity-money.ts';
import { causeDocument, hourCounts, periodDocument, settingsDocument } from './parity-report.ts';
import {
  commonHours,
  differenceOf,
  newestDue,
  type ParityHour,
  type ParityRow,
  type ParityTable,
  parityOfCustomer,
  parityTable,
  shareOf,
  soakOf,
  standingAlert,
} from './parity-table.ts';

export type ParityContext = { readonly db: Db; readonly config: Config; readonly now: Instant };

/** Without hours of its own a screen shows so many times the hours of the soak. */
const SHOWN_SOAKS = 7;
const MOST_KEPT = 8;

type Kept = {
  readonly digest: string;
  readonly table: ParityTable;
  readonly worthOf: (row: ParityRow) => Worth | null;
};

/** The comparisons looked at last; one of older pulls, settings or hours is made anew. */
export class ParityCache {
  readonly #kept = new Map<string, Kept>();

  /** What the screen of the pipelines asks. */
  overview({ db, config, now }: ParityContext): PipelinesOverview {
    const context = { db, config, now };
    return {
      now: formatInstant(now),
      pipelines: config.pipelines.map((pipeline): PipelineEntry => {
        const tables = parityMeters(config, pipeline).map((meter) => this.#open(context, meter, {}).table);
        const asOf = Math.max(...tables.map((table) => table.asOf.candidate ?? 0), 0);
        const hours = commonHours(tables);
        return {
          pipeline: pipeline.key,
          ownSource: pipeline.clickhouse !== config.clickhouse,
          asOf: asOf === 0 ? null : formatInstant(instant(asOf)),
          settings: settingsDocument(pipeline.parity),
          meters: tables.map((table) => ({
            meter: table.meter.meter,
            unit: table.meter.unit,
            template: table.meter.candidate.template,
            hours: checkedHours(table).length,
            pulled: pulledOf(table),
            soak: soakView(table.soak, { tables: [table], rules: pipeline.parity, now }),
            alert: alertView(table),
          })),
          soak: soakView(soakOf(pipeline.parity, now, hours), { tables, rules: pipeline.parity, now }),
          cutovers: pipeline.rollup?.billFrom == null ? [] : [formatInstant(pipeline.rollup.billFrom)],
        };
      }),
    };
  }

  view(context: ParityContext, question: ParityQuestion): ParityView {
    const { table, worthOf } = this.#of(context, question);
    const { meter, rows, hours, period } = table;
    const compared = rows.filter(({ state }) => state !== 'left_out');
    const sums = sumsOf(table);
    const { clean, dirty, missing } = hourCounts(table);
    return {
      pipeline: meter.pipeline,
      meter: meter.meter,
      unit: meter.unit,
      settings: settingsDocument(meter.rules),
      period: periodDocument(period),
      asOf: { reference: textOf(table.asOf.reference), candidate: textOf(table.asOf.candidate) },
      sentence: sentenceOf(table),
      hours: hours.map(hourView),
      totals: {
        reference: plain(sums.reference),
        candidate: plain(sums.candidate),
        difference: plain(subtract(sums.candidate, sums.reference)),
        drift: plain(driftOf(sums)),
        clean,
        dirty,
        missing,
        money: sumWorths(compared.map(worthOf)),
      },
      soak: soakView(table.soak, { tables: [table], rules: meter.rules, now: table.now }),
      alert: alertView(table),
      alerts: alertsOf(hours),
      byState: Object.fromEntries(
        PARITY_STATES.map((state) => [state, rows.filter((row) => row.state === state).length]),
      ) as ParityView['byState'],
      byCause: PARITY_CAUSES.map((code) => ({
        code,
        customers: rows.filter(({ causes }) => causes[0]?.code === code).length,
      })).filter(({ customers }) => customers > 0),
    };
  }

  list(context: ParityContext, request: ParityListRequest): ParityWindow {
    const { table, worthOf } = this.#of(context, request);
    const passed = table.rows.filter((row) => passes(row, request));
    passed.sort(orderOf(request.sort, worthOf));
    const sums = passed.reduce(
      (total, row) => ({
        reference: add(total.reference, row.reference ?? ZERO),
        candidate: add(total.candidate, row.candidate ?? ZERO),
      }),
      { reference: ZERO, candidate: ZERO },
    );
    return {
      total: passed.length,
      all: table.rows.length,
      offset: request.offset,
      rows: passed.slice(request.offset, request.offset + request.limit).map((row) => rowView(row, worthOf(row))),
      totals: {
        reference: plain(sums.reference),
        candidate: plain(sums.candidate),
        difference: plain(subtract(sums.candidate, sums.reference)),
        money: sumWorths(passed.map(worthOf)),
      },
    };
  }

  /** @throws TieoutError `parity.not_found` */
  detail(context: ParityContext, key: ParityKey): ParityDetail {
    const { table, worthOf } = this.#of(context, key);
    const usageKey = findUsageKey(context.db, key.customer);
    const request = { db: context.db, meter: table.meter, period: table.period, now: context.now };
    const found = usageKey === null ? null : parityOfCustomer(request, usageKey);
    if (found === null) {
      throw new TieoutError('parity.not_found', {
        message: `Neither side measured ${table.meter.meter} of ${key.customer} in these hours.`,
        path: key.customer,
        remedy: 'Choose other hours, or check the usage id.',
      });
    }
    return {
      row: rowView(found.row, worthOf(found.row)),
      unit: table.meter.unit,
      sentence: rowSentence(found.row, table.meter.unit),
      hours: found.hours.map((hour) => {
        const both = hour.isUnreadable
          ? { reference: null, candidate: null }
          : { reference: hour.reference ?? ZERO, candidate: hour.candidate ?? ZERO };
        return {
          at: formatInstant(hour.at),
          reference: hour.isUnreadable || hour.reference === null ? null : plain(hour.reference),
          candidate: hour.isUnreadable || hour.candidate === null ? null : plain(hour.candidate),
          difference: plainOrNull(differenceOf(both)),
          drift: plainOrNull(shareOf(both)),
          state: hour.state,
        };
      }),
      causes: found.row.causes.map(causeView),
    };
  }

  clear(): void {
    this.#kept.clear();
  }

  #of(context: ParityContext, { pipeline, meter, from, to }: ParityQuestion): Kept {
    const found = findParityMeter(context.config, pipeline, meter);
    const whole = this.#open(context, found, { from, to });
    if (from !== undefined || to !== undefined) return whole;
    const start = startOf(whole.table);
    return start === whole.table.period.from
      ? whole
      : this.#open(context, found, { from: formatInstant(start), to: formatInstant(whole.table.period.to) });
  }

  #open(
    { db, config, now }: ParityContext,
    meter: ParityMeter,
    span: { readonly from?: string | undefined; readonly to?: string | undefined },
  ): Kept {
    const period = shownPeriod(meter.rules, now, span);
    const state = [
      pullsInForceKey(db),
      newestDue(now, meter.rules.graceMs),
      settingsDocument(meter.rules),
      meter.rules.only,
    ];
    const fingerprints = [meter.reference.fingerprint, meter.candidate.fingerprint, config.rating];
    const digest = digestOf('parity', [...state, ...fingerprints]);
    const key = [meter.candidate.key, period.from, period.to].join(' ');
    const known = this.#kept.get(key);
    if (known?.digest === digest) return known;
    const table = parityTable({ db, meter, period, now });
    const kept = { digest, table, worthOf: remembered(parityPricer(db, table, config.rating)) };
    this.#kept.delete(key);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(key, kept);
    return kept;
  }
}

/**
 * Where a pipeline began within the hours that are shown unasked, they are shown from there on: before, it did not
 * depart, it was not there. Never less than the hours of the soak.
 */
function startOf({ hours, period, meter }: ParityTable): Instant {
  const first = hours.find(({ bucket }) => bucket !== null && !isZero(parseDecimal(bucket.candidate)));
  const latest = period.to - meter.rules.requiredHours * HOUR_MS;
  const isBehind = hours.some(({ at, bucket }) => bucket !== null && at < (first?.at ?? period.from));
  return first === undefined || !isBehind ? period.from : instant(Math.min(first.at, latest));
}

/** What a row is worth is asked again with every page. */
function remembered(worthOf: (row: ParityRow) => Worth | null): (row: ParityRow) => Worth | null {
  const known = new Map<number, Worth | null>();
  return (row) => {
    const found = known.get(row.usageKey);
    if (found !== undefined) return found;
    const worth = worthOf(row);
    known.set(row.usageKey, worth);
    return worth;
  };
}

function shownPeriod(
  rules: ParityRules,
  now: Instant,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): Period {
  const whole = (text: string, path: string): Instant =>
    instant(Math.floor(parseInstant(text, path) / HOUR_MS) * HOUR_MS);
  const end = to === undefined ? newestDue(now, rules.graceMs) : whole(to, 'to');
  const begin = from === undefined ? instant(end - rules.requiredHours * SHOWN_SOAKS * HOUR_MS) : whole(from, 'from');
  if (begin < end) return { from: begin, to: end };
  throw new TieoutError('parity.hours_invalid', {
    message: 'The hours end before they begin.',
    path: 'from',
    remedy: 'Choose an end after the start.',
  });
}

const checkedHours = ({ hours }: ParityTable): readonly ParityHour[] =>
  hours.filter(({ state }) => state !== 'missing');

function pulledOf(table: ParityTable): { from: string; to: string } | null {
  const checked = checkedHours(table);
  const [first] = checked;
  const last = checked.at(-1);
  if (first === undefined || last === undefined) return null;
  return { from: formatInstant(first.at), to: formatInstant(instant(last.at + HOUR_MS)) };
}

/** Sums of the hours that were compared. */
const sumsOf = ({ hours }: ParityTable): { readonly reference: Decimal; readonly candidate: Decimal } =>
  hours.reduce(
    (total, { bucket }) =>
      bucket === null
        ? total
        : {
            reference: add(total.reference, parseDecimal(bucket.reference)),
            candidate: add(total.candidate, parseDecimal(bucket.candidate)),
          },
    { reference: ZERO, candidate: ZERO },
  );

function sentenceOf(table: ParityTable): string {
  const { clean, dirty, missing } = hourCounts(table);
  const all = clean + dirty + missing;
  if (missing === all) return 'None of these hours was checked yet.';
  const first = table.hours.find(({ state }) => state === 'drift');
  const head = `${clean} of ${all} hours ${clean === 1 ? 'is' : 'are'} clean`;
  const notChecked = missing === 0 ? '' : `; ${missing} ${missing === 1 ? 'was' : 'were'} not checked`;
  if (first === undefined) return `${head}${notChecked}.`;
  const others = dirty === 1 ? '' : ` and ${dirty - 1} more`;
  return `${head}; ${formatDayAndHour(first.at)}${others} ${dirty === 1 ? 'is' : 'are'} not${notChecked}.`;
}

function soakView(
  { isReady, cleanHours, blockedAt, reason }: Soak,
  of: { readonly tables: readonly ParityTable[]; readonly rules: ParityRules; readonly now: Instant },
): SoakView {
  const { requiredHours, graceMs } = of.rules;
  const due = newestDue(of.now, graceMs);
  // Where it is ready: since the newest of the hours that it needs was due; else once the missing ones are.
  const readyAt = isReady ? due + graceMs : due + (requiredHours - cleanHours) * HOUR_MS + graceMs;
  return {
    ready: isReady,
    cleanHours,
    requiredHours,
    blockedAt: textOf(blockedAt),
    reason,
    detail: blockedAt === null ? null : whatIsWrong(of.tables, blockedAt, reason),
    readyAt: formatInstant(instant(readyAt)),
  };
}

function whatIsWrong(tables: readonly ParityTable[], at: Instant, reason: Soak['reason']): string {
  if (reason === 'missing_bucket') return 'It was not read by both sides since it was due.';
  const told = tables.flatMap(({ meter, hours }) => {
    const bucket = hours.find((hour) => hour.at === at && hour.state === 'drift')?.bucket ?? null;
    if (bucket === null) return [];
    const unread = bucket.unverified.length;
    const parts = [
      ...(bucket.flagged > 0
        ? [
            `${customers(bucket.flagged)} ${bucket.flagged === 1 ? 'departs' : 'depart'} by more than ${percent(meter.rules.tolerance)}`,
          ]
        : []),
      ...(unread > 0 ? [`${customers(unread)} cannot be read`] : []),
      ...(bucket.flagged === 0 && unread === 0
        ? [`the total departs by ${percent(absolute(parseDecimal(bucket.aggregate)))}`]
        : []),
    ];
    const sentence = parts.join('; ');
    return [tables.length === 1 ? `${sentence}.` : `${meter.meter}: ${sentence}.`];
  });
  return told.length === 0 ? 'It departed when it was checked.' : told.join(' ');
}

const customers = (count: number): string => `${count} ${count === 1 ? 'customer' : 'customers'}`;

const percent = (share: Decimal): string =>
  `${formatDecimal(normalize({ coefficient: share.coefficient * 100n, scale: share.scale }))} %`;

function alertView(table: ParityTable): AlertView {
  const { isAlert, streak, since } = standingAlert(table);
  return {
    isAlert,
    streak,
    since: textOf(since),
    sentence:
      isAlert && since !== null
        ? `A fault of the pipeline, not of a customer: ${streak} hours in a row since ${formatDayAndHour(since)}.`
        : null,
  };
}

const hourView = ({ at, state, bucket, step }: ParityHour): ParityHourView => ({
  at: formatInstant(at),
  state,
  checked: bucket?.checked ?? 0,
  leftOut: bucket?.leftOut ?? 0,
  unverified: bucket?.unverified.length ?? 0,
  flagged: bucket?.flagged ?? 0,
  material: bucket?.material ?? 0,
  oneSided: bucket?.oneSided ?? 0,
  reference: bucket?.reference ?? null,
  candidate: bucket?.candidate ?? null,
  aggregate: bucket?.aggregate ?? null,
  systemic: step.isSystemic,
  streak: step.streak,
  alert: step.isAlert,
});

/** Runs of hours under alert; one that reaches the newest checked hour lasts. */
function alertsOf(hours: readonly ParityHour[]): ParityView['alerts'] {
  const alerts: ParityView['alerts'] = [];
  const newest = hours.findLastIndex(({ state }) => state !== 'missing');
  for (let at = 0; at < hours.length; at += 1) {
    if (hours[at]?.step.isAlert !== true) continue;
    let end = at;
    while (hours[end]?.step.isAlert === true) end += 1;
    const [first, last] = [hours[at], hours[end - 1]];
    if (first === undefined || last === undefined) break;
    alerts.push({
      period: periodDocument({ from: first.at, to: instant(last.at + HOUR_MS) }),
      hours: end - at,
      isOngoing: end - 1 === newest,
    });
    at = end;
  }
  return alerts;
}

const rowView = (row: ParityRow, worth: Worth | null): ParityRowView => ({
  customer: row.usageId,
  name: row.customer?.name ?? null,
  state: row.state,
  reference: plainOrNull(row.reference),
  candidate: plainOrNull(row.candidate),
  difference: plainOrNull(differenceOf(row)),
  drift: plainOrNull(shareOf(row)),
  hours: { ...row.hours },
  cause: row.causes[0] === undefined ? null : causeView(row.causes[0]),
  money: worthView(worth),
});

const causeView = (cause: ParityCause): ParityCauseView => causeDocument(cause);

function rowSentence(row: ParityRow, unit: string): string {
  const { flagged, unverified, checked } = row.hours;
  if (row.state === 'left_out') return 'Left out: its plan takes no part.';
  if (unverified > 0) return `${unverified} of its hours cannot be read.`;
  if (flagged === 0) return `All ${checked} hours agree.`;
  const difference = differenceOf(row);
  const gap = difference === null ? '' : `: ${plain(absolute(difference))} ${unit} ${side(difference)} in all`;
  return `${flagged} of ${checked} hours depart${gap}.`;
}

const side = (difference: Decimal): string =>
  difference.coefficient < 0n ? 'missing from the pipeline' : 'more in the pipeline';

function passes(row: ParityRow, { states, causes, search }: ParityListRequest): boolean {
  if (states !== undefined && !states.includes(row.state)) return false;
  if (causes !== undefined && !causes.some((code) => row.causes[0]?.code === code)) return false;
  if (search === undefined || search.trim() === '') return true;
  const text = search.trim().toLowerCase();
  return [row.usageId, row.customer?.name ?? '', row.customer?.id ?? ''].some((each) =>
    each.toLowerCase().includes(text),
  );
}

type Order = (a: ParityRow, b: ParityRow) => number;

function orderOf({ by, direction }: ParityListRequest['sort'], worthOf: (row: ParityRow) => Worth | null): Order {
  const sign = direction === 'ascending' ? 1 : -1;
  const byId: Order = (a, b) => compareBytes(a.usageId, b.usageId);
  const nameOf = (row: ParityRow): string => row.customer?.name ?? row.usageId;
  const decimals =
    (quantityOf: (row: ParityRow) => Decimal | null): Order =>
    (a, b) => {
      const [left, right] = [quantityOf(a), quantityOf(b)];
      if (left === null || right === null) return Number(left === null) - Number(right === null);
      return sign * compare(left, right);
    };
  const rank = (row: ParityRow): number => PARITY_STATES.indexOf(row.state);
  const orders: Readonly<Record<typeof by, Order>> = {
    concern: (a, b) =>
      sign * (rank(a) - rank(b)) || sign * compare(gapOf(a), gapOf(b)) || compareWorth(worthOf(b), worthOf(a)),
    customer: (a, b) => sign * compareBytes(nameOf(a), nameOf(b)),
    reference: decimals(({ reference }) => reference),
    candidate: decimals(({ candidate }) => candidate),
    difference: decimals(differenceOf),
    drift: decimals(shareOf),
  };
  return (a, b) => orders[by](a, b) || byId(a, b);
}

const gapOf = (row: ParityRow): Decimal => absolute(differenceOf(row) ?? ZERO);

const compareWorth = (a: Worth | null, b: Worth | null): number => Number((a?.minor ?? 0n) - (b?.minor ?? 0n));

const plain = (value: Decimal): string => formatDecimal(normalize(value));
const plainOrNull = (value: Decimal | null): string | null => (value === null ? null : plain(value));
const textOf = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));
