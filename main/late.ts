import { closeSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TieoutError } from '../shared/errors.ts';
import type { Instant } from '../shared/values/instant.ts';
import { parseMonth } from '../shared/values/period.ts';
import { completenessOf } from './api/late/completeness.ts';
import { decideLate, type LateChoiceRequest } from './api/late/decide.ts';
import { type LateReport, lateCsv } from './api/late/late-document.ts';
import { type LateEntry, type LateRequest, lateMonth } from './api/late/late-month.ts';
import { distinctMetersOf, reconcileSettings } from './api/reconcile/settings.ts';
import { findCustomer } from './cache/customer-store.ts';
import { findUsageKey } from './cache/identity-store.ts';
import { customersOfUsage } from './cache/mapping-store.ts';
import type { Db } from './cache/open.ts';
import { openForReading } from './cache/open-for-reading.ts';
import { readPullsInForce } from './cache/pull-store.ts';
import type { LateEngine } from './cache/rating-run-store.ts';
import { nowIn, type Workspace, withWriter } from './compose.ts';
import { exportError, removePartial } from './export/partial-file.ts';
import { TOOL_VERSION } from './version.ts';

type Run = { readonly now: () => Instant };

/**
 * Late usage of a month from the cache; nothing is written.
 * @param options.customers Stripe ids or usage ids; absent: every customer
 * @throws TieoutError `period.*`, `late.not_found`, `cache.*`
 */
export function lateWorkspace(
  workspace: Workspace,
  options: { readonly month: string; readonly engine: LateEngine; readonly customers?: readonly string[] },
  run: Run,
): LateReport {
  const now = nowIn(workspace, run.now);
  const db = openForReading(workspace.paths.databaseFile, now);
  db.exec('BEGIN DEFERRED');
  try {
    const { customers } = options;
    const request = requestOf(workspace, db, { month: options.month, now });
    const month = lateMonth({
      ...request,
      ...(customers === undefined ? {} : { customers: new Set(customers.map((name) => customerOf(db, name))) }),
    });
    return {
      month,
      engine: options.engine,
      completeness: completenessOf(db, { month: month.month, meters: request.settings.meters, now }),
      isPulled: readPullsInForce(db, month.month).some(({ source }) => source === 'clickhouse'),
    };
  } finally {
    db.exec('ROLLBACK');
    db.close();
  }
}

/**
 * Decides about corrections, as the workspace's one writer: all of them or none.
 * @param choices customers by Stripe id or usage id
 * @throws TieoutError `late.*`, `workspace.busy`, `workspace.not_writable`
 */
export const decideInWorkspace = (
  workspace: Workspace,
  options: { readonly month: string; readonly choices: readonly LateChoiceRequest[] },
  run: Run,
): Promise<readonly LateEntry[]> =>
  withWriter(workspace, { now: run.now, command: 'late' }, (db) => {
    const request = requestOf(workspace, db, { month: options.month, now: nowIn(workspace, run.now) });
    return db
      .transaction(() =>
        options.choices.map((choice) =>
          decideLate(request, { ...choice, customer: customerOf(db, choice.customer) }, TOOL_VERSION),
        ),
      )
      .immediate();
  });

/** The corrections of some customers as CSV, line by line without line ends. @param customers Stripe ids */
export function* lateCsvLines(
  workspace: Workspace,
  db: Db,
  of: { readonly month: string; readonly now: Instant; readonly customers: ReadonlySet<string> },
): Generator<string> {
  const { customers } = of;
  const month = lateMonth({ ...requestOf(workspace, db, of), customers });
  for (const line of lateCsv({ month, engine: 'delta' })) yield line.trimEnd();
}

const requestOf = (
  workspace: Workspace,
  db: Db,
  { month, now }: { readonly month: string; readonly now: Instant },
): LateRequest => ({
  db,
  settings: reconcileSettings(workspace.config, workspace.links),
  distinctMeters: distinctMetersOf(workspace.config),
  month: parseMonth(month, '--month'),
  now,
});

function customerOf(db: Db, name: string): string {
  if (findCustomer(db, name) !== null) return name;
  const usageKey = findUsageKey(db, name);
  const [customer, ...others] = usageKey === null ? [] : customersOfUsage(db, usageKey);
  if (customer !== undefined && others.length === 0) return customer.id;
  throw new TieoutError('late.not_found', {
    message: `${name} is no customer of Stripe and no usage id of exactly one.`,
    path: '--customer',
    remedy: 'Give a Stripe customer (cus_…) or a usage id that was pulled.',
  });
}

/**
 * Writes the corrections as CSV; the file appears under its name only when it is whole.
 * @returns the rows written
 * @throws TieoutError `export.failed`, `workspace.disk_full`
 */
export function writeLateCsv(report: LateReport, file: string): number {
  const partial = `${file}.part`;
  let rows = -1;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(partial, 'w');
    try {
      for (const line of lateCsv(report)) {
        writeFileSync(handle, line);
        rows += 1;
      }
    } finally {
      closeSync(handle);
    }
    renameSync(partial, file);
  } catch (error) {
    removePartial(partial);
    throw exportError(file, error);
  }
  return rows;
}
