import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { FLUX_BASES, type FluxBasis, fluxExit } from '../../shared/reconciliation/flux/comparison.ts';
import { comparisonJson, comparisonText } from '../../shared/reports/comparison.ts';
import { type Decimal, isNegative, tryParseDecimal } from '../../shared/values/decimal.ts';
import type { Cli } from '../cli.ts';
import { compareWorkspace, writeComparisonCsv } from '../compare.ts';
import { openWorkspace } from '../compose.ts';
import { parseShare } from '../config/compare-section.ts';
import { count } from './count.ts';
import { say, write } from './io.ts';

type CompareFlags = {
  readonly month: string;
  readonly with: string;
  readonly basis?: FluxBasis;
  readonly minAmount?: Decimal;
  readonly minRelative?: Decimal;
  readonly csv?: string;
  readonly limit: number;
  readonly json?: boolean;
};

/** Rows of each currency that the terminal shows; the rest is counted. */
const SHOWN_ROWS = 20;

const NOTES = `
The change from --month to --with is split into usage, price, mix (tiers), new and lost customers, credits and
corrections; the parts sum to it exactly. By default amounts are those of finalised invoices where both months have
them, else what Stripe metered through the prices of each month.

Exit codes: 0 compared, 2 it could not be done, 3 the amount of some cells is not known, and they are left out`;

export const registerCompare = (program: Command, { io, exit }: Cli): Command =>
  program
    .command('compare')
    .description('two months side by side per customer and meter, and what made the difference, offline')
    .argument('<dir>', 'the workspace')
    .requiredOption('--month <YYYY-MM>', 'the month to compare from, UTC')
    .requiredOption('--with <YYYY-MM>', 'the month to compare it with, UTC')
    .addOption(new Option('--basis <which>', 'what the amounts are').choices(FLUX_BASES))
    .option('--min-amount <amount>', 'least change that is material, such as 100.00', amount)
    .option('--min-relative <share>', 'least share of the first month that is material, such as 5%', share)
    .option('--csv <file>', 'write all rows as CSV too')
    .option('--limit <number>', 'most rows of each currency to print', count, SHOWN_ROWS)
    .addHelpText('after', NOTES)
    .action(async (dir: string, flags: CompareFlags) => {
      const workspace = openWorkspace(dir, io.env);
      const defaults = workspace.config.compare;
      const report = compareWorkspace(workspace, {
        from: flags.month,
        to: flags.with,
        basis: flags.basis ?? null,
        materiality: {
          minAmount: flags.minAmount ?? defaults.minAmount,
          minRelative: flags.minRelative ?? defaults.minRelative,
        },
        now: io.now,
      });
      if (flags.csv !== undefined) {
        const file = resolve(io.cwd, flags.csv);
        const rows = writeComparisonCsv(report, file);
        await say(io, `Wrote ${rows.toLocaleString('en-US')} rows to ${file}`);
      }
      if (flags.json === true) for (const piece of comparisonJson(report)) await write(io.stdout, piece);
      else await write(io.stdout, comparisonText(report, { limit: flags.limit }));
      exit(fluxExit(report.summary));
    });

function amount(text: string): Decimal {
  const value = tryParseDecimal(text);
  if (value !== null && !isNegative(value)) return value;
  throw new InvalidArgumentError('Give an amount of 0 or more, such as 100.00.');
}

function share(text: string): Decimal {
  const value = parseShare(text);
  if (value !== null) return value;
  throw new InvalidArgumentError('Give a percentage such as 5%, or a share such as 0.05.');
}
