import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { TieoutError } from '../../shared/errors.ts';
import type { LateChoiceRequest } from '../api/late/decide.ts';
import { lateDocument, lateExit } from '../api/late/late-document.ts';
import { lateText } from '../api/late/late-text.ts';
import type { LateChoice } from '../cache/late-decision-store.ts';
import type { LateEngine } from '../cache/rating-run-store.ts';
import type { Cli } from '../cli.ts';
import { openWorkspace } from '../compose.ts';
import { decideInWorkspace, lateWorkspace, writeLateCsv } from '../late.ts';
import { count } from './count.ts';
import { printJson, say, write } from './io.ts';

type LateFlags = {
  readonly month: string;
  readonly engine: LateEngine;
  readonly customer?: readonly string[];
  readonly csv?: string;
  readonly limit: number;
  readonly json?: boolean;
  readonly waive?: readonly string[];
  readonly invoiced?: readonly string[];
  readonly carryForward?: readonly string[];
  readonly undecide?: readonly string[];
  readonly note?: string;
  readonly author?: string;
};

/** Customers and meters that the terminal shows; the rest is counted. */
const SHOWN_ENTRIES = 40;

const EXIT_CODES = `
A decision names CUSTOMER:METER, such as --waive cus_123:api_calls --author Ada --note "below a cent". Later usage makes
another correction, which is undecided again. --invoiced books the lines of --engine, so that they never come up again.

Exit codes: 0 nothing to correct, or all of it decided; 1 corrections undecided; 2 it could not be done;
            3 for some customers it cannot be said`;

export const registerLate = (program: Command, { io, exit }: Cli): Command =>
  program
    .command('late')
    .description(
      'usage that arrived after a month was billed, and the corrections that each engine would book, offline',
    )
    .argument('<dir>', 'the workspace')
    .requiredOption('--month <YYYY-MM>', 'the month in which the billed service period begins, UTC')
    .addOption(
      new Option('--engine <which>', 'book on the open month, or on the period that each correction belongs to')
        .choices(['delta', 'period_preserving'])
        .default('delta'),
    )
    .option('--customer <id...>', 'these customers only (Stripe ids or usage ids)')
    .option('--csv <file>', 'write the corrections as CSV too')
    .option('--limit <number>', 'most customers and meters to print', count, SHOWN_ENTRIES)
    .option('--carry-forward <customer:meter...>', 'decide: it goes on the next invoice')
    .option('--waive <customer:meter...>', 'decide: it is let go; needs --note')
    .option('--invoiced <customer:meter...>', 'decide: it stands on an invoice, and is booked for good')
    .option('--undecide <customer:meter...>', 'take a decision back')
    .option('--note <text>', 'why it was decided so')
    .option('--author <name>', 'who decided')
    .addHelpText('after', EXIT_CODES)
    .action(async (dir: string, flags: LateFlags) => {
      const workspace = openWorkspace(dir, io.env);
      const { month, engine, customer, csv } = flags;
      const choices = choicesOf(flags);
      requireSense(flags, choices);
      if (choices.length > 0) await decideInWorkspace(workspace, { month, choices }, io);
      const report = lateWorkspace(
        workspace,
        { month, engine, ...(customer === undefined ? {} : { customers: customer }) },
        io,
      );
      if (csv !== undefined) {
        const file = resolve(io.cwd, csv);
        const rows = writeLateCsv(report, file);
        await say(io, `Wrote ${rows.toLocaleString('en-US')} rows to ${file}`);
      }
      if (flags.json === true) await printJson(io, lateDocument(report));
      else await write(io.stdout, lateText(report, { limit: flags.limit }));
      exit(lateExit(report));
    });

function choicesOf(flags: LateFlags): readonly LateChoiceRequest[] {
  const decided: readonly (readonly [LateChoice, readonly string[] | undefined])[] = [
    ['carry_forward', flags.carryForward],
    ['waive', flags.waive],
    ['invoiced', flags.invoiced],
    ['undecided', flags.undecide],
  ];
  return decided.flatMap(([decision, names]) =>
    (names ?? []).map((name) => ({
      ...customerAndMeter(name),
      digest: null,
      decision,
      engine: flags.engine,
      note: flags.note ?? '',
      author: flags.author ?? '',
    })),
  );
}

/** One decision for each correction, and nothing said of none. @throws TieoutError `cli.usage` */
function requireSense(flags: LateFlags, choices: readonly LateChoiceRequest[]): void {
  const names = choices.map(({ customer, meter }) => `${customer}:${meter}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new TieoutError('cli.usage', {
      message: `${twice} is decided twice.`,
      path: twice,
      remedy: 'Name each correction under one decision.',
    });
  }
  if (names.length > 0 || (flags.note === undefined && flags.author === undefined)) return;
  throw new TieoutError('cli.usage', {
    message: 'A note or an author goes with a decision, and none is given.',
    path: flags.note === undefined ? '--author' : '--note',
    remedy: 'Add --carry-forward, --waive, --invoiced or --undecide with CUSTOMER:METER.',
  });
}

/** A usage id may hold a colon, the key of a meter does not. */
function customerAndMeter(name: string): { readonly customer: string; readonly meter: string } {
  const at = name.lastIndexOf(':');
  if (at > 0 && at < name.length - 1) return { customer: name.slice(0, at), meter: name.slice(at + 1) };
  throw new TieoutError('late.not_found', {
    message: `${name} does not name a customer and a meter.`,
    path: name,
    remedy: 'Write CUSTOMER:METER, such as cus_123:api_calls.',
  });
}
