import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { TieoutError } from '../../shared/errors.ts';
import { layout } from '../../shared/reports/layout.ts';
import { tryParseDecimal } from '../../shared/values/decimal.ts';
import { findingOf, type RollupReport, rollupHead } from '../api/pipelines/rollup-view.ts';
import { seamHead, seamRow } from '../api/pipelines/seam-view.ts';
import type { Cli } from '../cli.ts';
import { openWorkspace } from '../compose.ts';
import { cutoverText, writeCutover } from '../pipelines/cutover-report.ts';
import {
  type CutoverAnswer,
  cutoverDocument,
  cutoverExit,
  cutoverWorkspace,
  reservationOf,
  rollupDocument,
  rollupExit,
  rollupWorkspace,
} from '../pipelines/cutover-workspace.ts';
import { count } from './count.ts';
import { printJson, say, write } from './io.ts';

const SHOWN_ROWS = 40;

const CUTOVER_NOTES = `
Before T: what must hold before billing moves to another pipeline, the settings in the order in which they are made, and
the way back. An hour after T: whether any usage was billed twice or by nobody, in seconds, units and money. Everything is
read from what was pulled.

Exit codes: 0 every check holds and the seam is clean; 1 one does not, or it is not; 2 it could not be done;
            3 something cannot be told yet`;

type CutoverFlags = {
  readonly at: string;
  readonly pipeline?: string;
  readonly reach?: string;
  readonly report?: string;
  readonly format: 'txt' | 'json';
  readonly limit: number;
  readonly json?: boolean;
};

export const registerCutover = (program: Command, { io, exit }: Cli): Command =>
  program
    .command('cutover')
    .description('moves billing from one pipeline to another at an instant: checks, settings, the way back, the seam')
    .argument('<dir>', 'the workspace')
    .requiredOption('--at <instant>', 'T, from which the new pipeline bills, UTC: 2026-06-15T23:00:00Z')
    .option('--pipeline <name>', 'the new pipeline; not needed where tieout.yaml names one')
    .option('--reach <duration>', 'so much on either side of T is looked at; by default 48h')
    .option('--report <dir>', 'write it for the file into this folder')
    .addOption(new Option('--format <format>', 'of the report').choices(['txt', 'json']).default('txt'))
    .option('--limit <number>', 'most findings, pieces and names to print', count, SHOWN_ROWS)
    .addHelpText('after', CUTOVER_NOTES)
    .action(async (dir: string, flags: CutoverFlags) => {
      const workspace = openWorkspace(dir, io.env);
      const answer = cutoverWorkspace(workspace, flags, io);
      const report = reportOf(answer);
      if (flags.report !== undefined) {
        const { name, pieces } = await writeCutover(report, flags.format, resolve(io.cwd, flags.report));
        await say(io, `Wrote ${name} with ${pieces.toLocaleString('en-US')} pieces of the seam to ${flags.report}`);
      }
      if (flags.json === true) await printJson(io, cutoverDocument(answer));
      else {
        const { rollup: _, ...short } = report;
        const rolled = answer.rollup === null ? '' : `\n${rollupText(answer.rollup, flags.limit)}`;
        await write(io.stdout, `${cutoverText(short, flags.limit)}${rolled}`);
      }
      exit(cutoverExit(answer));
    });

const reportOf = ({ plan, seam, rollup }: CutoverAnswer) => {
  const pieces = seam.pieces.map(seamRow);
  const { length } = pieces;
  return {
    plan,
    seam: { ...seamHead(seam), total: length, all: length, offset: 0, rows: [] },
    pieces,
    ...(rollup === null ? {} : { rollup: { ...rollupHead(rollup), findings: rollup.faults.map(findingOf) } }),
  };
};

const ROLLUP_NOTES = `
Buckets and events are made anew from samples and compared with what the pipeline says that it sent and with what Stripe
holds: stragglers, conflicts of ids, what stayed in shadow, events stamped in the next month, retries after 24 hours,
changes of mode. Everything is read from what was pulled.

Exit codes: 0 nothing is wrong; 1 something is; 2 it could not be done; 3 something could not be compared`;

type RollupFlags = {
  readonly pipeline?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly json?: boolean;
};

export const registerRollup = (program: Command, { io, exit }: Cli): Command =>
  program
    .command('rollup')
    .description('makes the buckets and events of a pipeline anew from its samples, and tells what it got wrong')
    .argument('<dir>', 'the workspace')
    .option('--pipeline <name>', 'which pipeline of tieout.yaml; not needed where it names one')
    .option('--from <instant>', 'buckets that begin here or later, UTC')
    .option('--to <instant>', 'buckets that begin before')
    .option('--limit <number>', 'most findings to print', count, SHOWN_ROWS)
    .addHelpText('after', ROLLUP_NOTES)
    .action(async (dir: string, flags: RollupFlags) => {
      const report = rollupWorkspace(openWorkspace(dir, io.env), flags, io);
      if (flags.json === true) await printJson(io, rollupDocument(report));
      else await write(io.stdout, rollupText(report, flags.limit));
      exit(rollupExit(report));
    });

function rollupText(report: RollupReport, limit: number): string {
  const head = rollupHead(report);
  const shown = report.faults.slice(0, limit).map(findingOf);
  const left = report.faults.length - shown.length;
  return [
    `Rollup of ${report.pipeline} from ${head.period.from} to ${head.period.to}`,
    head.sentence,
    ...(shown.length === 0
      ? []
      : [
          '',
          ...layout(
            ['Finding', 'Effect', 'Customer', 'Bucket', 'Quantity', 'Unit', 'Worth', ''],
            shown.map(({ kind, effect, customer, name, bucket, quantity, unit, money }) => [
              kind,
              effect,
              name ?? customer,
              bucket.from,
              quantity,
              unit,
              money?.amount ?? '',
              money?.currency.toUpperCase() ?? '',
            ]),
            'llllrlrl',
          ),
        ]),
    ...(left > 0 ? [`… and ${left.toLocaleString('en-US')} more; --limit ${report.faults.length} prints all.`] : []),
    ...head.problems.map(({ message, remedy }) => `${message} ${remedy ?? ''}`.trimEnd()),
    '',
  ].join('\n');
}

const RESERVATION_NOTES = `
Every quarter of an hour is settled by itself: memory beyond the reserved size is overage, the reserved size is charged
whether it is used or not, and nothing is carried over. Prices are per GB-second.

Exit codes: 0 rated; 2 it could not be done; 3 nothing is known that could be rated`;

type ReservationFlags = {
  readonly customer: string;
  readonly sizes: readonly string[];
  readonly pipeline?: string;
  readonly from?: string;
  readonly to?: string;
  readonly currency: string;
  readonly reserved?: string;
  readonly overage?: string;
  readonly disk?: string;
  readonly json?: boolean;
};

export const registerReservations = (program: Command, { io, exit }: Cli): Command =>
  program
    .command('reservations')
    .description('what reserved sizes would have come to for a customer')
    .argument('<dir>', 'the workspace')
    .requiredOption('--customer <id>', 'usage id')
    .requiredOption('--sizes <list>', 'reserved sizes in GB, such as 0,8,16', sizes)
    .option('--pipeline <name>', 'which pipeline of tieout.yaml; not needed where it names one')
    .option('--from <instant>', 'from here on, UTC; by default the newest month that was pulled')
    .option('--to <instant>', 'until here')
    .option('--currency <code>', 'of the prices', 'usd')
    .option('--reserved <price>', 'of a reserved GB-second', price)
    .option('--overage <price>', 'of a GB-second beyond it', price)
    .option('--disk <price>', 'of a GB-second of disk beyond the allowance', price)
    .addHelpText('after', RESERVATION_NOTES)
    .action(async (dir: string, flags: ReservationFlags) => {
      const { pipeline, customer, from, to, reserved, overage } = flags;
      const isPriced = reserved !== undefined && overage !== undefined;
      if (!isPriced && [reserved, overage, flags.disk].some((each) => each !== undefined)) {
        throw new TieoutError('cli.usage', {
          message: 'A size is priced by --reserved and --overage together.',
          remedy: 'Give both prices, 0 where there is none; or neither, for the quantities alone.',
        });
      }
      const answer = reservationOf(
        openWorkspace(dir, io.env),
        {
          pipeline,
          customer,
          sizes: [...flags.sizes],
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
          ...(isPriced ? { prices: { currency: flags.currency, reserved, overage, disk: flags.disk ?? '0' } } : {}),
        },
        io,
      );
      const code = answer.intervals === 0 ? 3 : 0;
      if (flags.json === true) await printJson(io, { tieout: 1, kind: 'reservation', ...answer, exit: code });
      else {
        const lines = [
          `${answer.name ?? answer.customer} from ${answer.period.from} to ${answer.period.to}: ${answer.intervals} runs, at most ${answer.peakGb} GB at once, ${answer.averageGb} GB on average`,
          '',
          ...layout(
            ['Reserved GB', 'Commitment', 'Used', 'Overage', 'Disk', 'Total', ''],
            answer.options.map(({ reservedGb, reserved: commitment, used, overage: over, disk, money }) => [
              reservedGb,
              commitment,
              used,
              over,
              disk,
              money?.total ?? '',
              reservedGb === answer.cheapest ? 'cheapest' : '',
            ]),
            'rrrrrrl',
          ),
          ...answer.problems.map(({ message, remedy }) => `${message} ${remedy ?? ''}`.trimEnd()),
          '',
        ];
        await write(io.stdout, lines.join('\n'));
      }
      exit(code);
    });

function sizes(text: string): readonly string[] {
  const found = text.split(',').map((size) => size.trim());
  if (found.every(isQuantity) && found.length <= MOST_SIZES) return found;
  throw new InvalidArgumentError(`Give up to ${MOST_SIZES} sizes of 0 or more, such as 0,8,16.`);
}

const MOST_SIZES = 64;

function price(text: string): string {
  if (isQuantity(text)) return text;
  throw new InvalidArgumentError('Give a price of 0 or more, such as 0.0000035.');
}

const isQuantity = (text: string): boolean => (tryParseDecimal(text)?.coefficient ?? -1n) >= 0n;
