import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { TieoutError } from '../../shared/errors.ts';
import { type WhatIf, type WhatIfHead, whatIfJson, whatIfTable } from '../../shared/reports/what-if.ts';
import { parseMonth } from '../../shared/values/period.ts';
import { configuredMeter, type Quantities, stripeMeterOf } from '../api/invoices/usage-book.ts';
import { distinctMetersOf, type ReconcileMeter, reconcileSettings } from '../api/reconcile/settings.ts';
import { catalogPrice, type OtherPrice, pastedPrice } from '../api/what-if/other-price.ts';
import { runWhatIf } from '../api/what-if/what-if.ts';
import { readMeters, readPrices } from '../cache/catalog-store.ts';
import type { Db } from '../cache/open.ts';
import { openExisting } from '../cache/open-for-reading.ts';
import { readSnapshot } from '../cache/snapshot.ts';
import type { Cli } from '../cli.ts';
import { nowIn, openWorkspace, type Workspace } from '../compose.ts';
import { count } from './count.ts';
import { say, write } from './io.ts';

/** `tieout rate --month … --price … DIR`: a month of one meter under another price. */
export type RateMonthFlags = {
  readonly month?: string;
  readonly price?: string;
  readonly meter?: string;
  readonly quantities: Quantities;
  readonly limit: number;
  readonly json?: boolean;
};

const SHOWN_CUSTOMERS = 40;

export const withMonthOptions = (command: Command): Command =>
  command
    .option('--month <YYYY-MM>', 'rate a month of a workspace under another price; FILE is then the workspace')
    .option('--price <id|file>', 'the other price: the id of one of the catalog, or a file with the JSON of one')
    .option('--meter <key>', 'the meter whose usage is rated; by default the one of the price')
    .addOption(
      new Option('--quantities <which>', 'rate what was measured, or what Stripe metered')
        .choices(['measured', 'metered'])
        .default('measured'),
    )
    .option('--limit <number>', 'most customers to print', count, SHOWN_CUSTOMERS);

/**
 * What every customer of the meter would pay. Exit code 3 where the usage of some was not pulled.
 * @throws TieoutError `cli.usage`, `price.not_found`, `currency-mismatch`, what is wrong with the price
 */
export async function rateMonth({ io, exit }: Cli, dir: string, flags: RateMonthFlags): Promise<void> {
  const { month, price: given } = flags;
  if (month === undefined || given === undefined) {
    throw new TieoutError('cli.usage', {
      message: `--${month === undefined ? 'month' : 'price'} is missing.`,
      remedy: 'Give both: `tieout rate --month 2026-05 --price PRICE_ID DIR`.',
    });
  }
  const workspace = openWorkspace(dir, io.env);
  const file = resolve(io.cwd, given);
  const pasted = existsSync(file) ? pastedPrice(readFileSync(file, 'utf8'), given) : null;
  const db = openExisting(workspace.paths.databaseFile, io.now());
  try {
    const { head, result } = readSnapshot(db, () =>
      compute(db, workspace, { ...flags, month, price: pasted ?? catalogPrice(readPrices(db), given), now: io.now }),
    );
    const isUnpulled = result.leftOut.some(({ reason }) => reason === 'not_pulled');
    const isUnknown = isUnpulled || result.leftOut.some(({ reason }) => reason === 'no_usage_id');
    const code = isUnknown ? 3 : 0;
    if (flags.json === true) for (const piece of whatIfJson(head, result, code)) await write(io.stdout, piece);
    else await write(io.stdout, whatIfTable(head, result, { limit: flags.limit }));
    if (isUnpulled) await say(io, `Pull what is missing: tieout pull ${dir} --month ${month}`);
    exit(code);
  } finally {
    db.close();
  }
}

function compute(
  db: Db,
  workspace: Workspace,
  of: Omit<RateMonthFlags, 'month' | 'price'> & {
    readonly month: string;
    readonly price: OtherPrice;
    readonly now: Parameters<typeof nowIn>[1];
  },
): { readonly head: WhatIfHead; readonly result: WhatIf } {
  const settings = reconcileSettings(workspace.config, workspace.links);
  const stripeMeters = readMeters(db);
  const meter = chooseMeter(of.meter, of.price, settings.meters, (id) =>
    configuredMeter({ settings, stripeMeters }, id),
  );
  const stripeMeter = stripeMeterOf(stripeMeters, meter);
  if (stripeMeter === null) {
    throw new TieoutError('stripe.meter_not_found', {
      message: `Stripe has no meter for ${meter.key}, or nothing was pulled yet.`,
      path: '--meter',
      remedy: `Pull it: \`tieout pull DIR --month ${of.month}\`.`,
    });
  }
  const { quantities, price } = of;
  const result = runWhatIf({
    db,
    settings,
    distinctMeters: distinctMetersOf(workspace.config),
    month: parseMonth(of.month, '--month'),
    now: nowIn(workspace, of.now),
    meter,
    meterId: stripeMeter.id,
    price,
    quantities,
  });
  return { head: { month: of.month, meter: meter.key, unit: meter.unit, quantities, price: price.label }, result };
}

function chooseMeter(
  key: string | undefined,
  price: OtherPrice,
  meters: readonly ReconcileMeter[],
  configured: (meterId: string) => ReconcileMeter | null,
): ReconcileMeter {
  const named = key === undefined ? undefined : meters.find((meter) => meter.key === key);
  const ofPrice = price.meterId === null ? null : configured(price.meterId);
  const only = meters.length === 1 ? meters[0] : undefined;
  const meter = key === undefined ? (ofPrice ?? only) : named;
  if (meter !== undefined) return meter;
  throw new TieoutError('cli.usage', {
    message: key === undefined ? 'The price does not say whose usage it rates.' : `tieout.yaml has no meter ${key}.`,
    path: '--meter',
    remedy: `Choose from: ${meters.map((one) => one.key).join(', ')}.`,
  });
}
