import { statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CellsFilter, cellsFilter, EXPORT_FORMATS, type ExportFormat } from '../../shared/contract/schemas.ts';
import { TieoutError } from '../../shared/errors.ts';
import { BILLING_VERDICTS, CAUSES, VERDICTS } from '../../shared/reconciliation/result.ts';
import type { Cli } from '../cli.ts';
import { openWorkspace } from '../compose.ts';
import { filterWords } from '../export/describe.ts';
import { exportFileName, exportReports } from '../export.ts';
import { printJson, say } from './io.ts';
import { createProgressLine } from './progress.ts';

type ExportFlags = {
  readonly month: string;
  readonly format: readonly ExportFormat[];
  readonly output?: string;
  readonly json?: boolean;
  readonly verdict?: readonly string[];
  readonly structural?: boolean;
  readonly meter?: readonly string[];
  readonly cause?: readonly string[];
  readonly billing?: readonly string[];
  readonly currency?: string;
  readonly minDifference?: string;
  readonly search?: string;
};

const WHERE = `
Several formats go into a folder, one goes into a file. A name appears only when its file is whole: Ctrl-C leaves nothing.
A filter chooses rows as the screen does; a PDF and a close package are of the whole month.`;

export const registerExport = (program: Command, { io }: Cli): Command =>
  program
    .command('export')
    .description('write a month as reports')
    .argument('<dir>', 'the workspace')
    .requiredOption('--month <YYYY-MM>', 'the month, UTC')
    .option('--format <formats>', `one or several of ${EXPORT_FORMATS.join(', ')}, joined by commas`, formats, ['csv'])
    .option('-o, --output <path>', 'where to; by default the folder exports of the workspace')
    .addOption(new Option('--verdict <verdicts...>', 'rows of these verdicts').choices(VERDICTS))
    .option('--structural', 'rows that do not tie out')
    .option('--meter <keys...>', 'rows of these meters')
    .addOption(new Option('--cause <causes...>', 'rows of these causes').choices(CAUSES))
    .addOption(new Option('--billing <verdicts...>', 'rows whose invoice lines say so').choices(BILLING_VERDICTS))
    .option('--currency <code>', 'rows in this currency')
    .option('--min-difference <amount>', 'rows that differ by at least so much, in major units')
    .option('--search <text>', 'rows whose customer, name or usage id holds this text')
    .addHelpText('after', WHERE)
    .action(async (dir: string, flags: ExportFlags) => {
      const workspace = openWorkspace(dir, io.env);
      const filter = filterOf(flags);
      requireSense(flags, filter);
      const folder = workspace.paths.exportsFolder;
      const files = flags.format.map((format) => ({
        format,
        file: fileOf(format, flags, { folder, cwd: io.cwd, filter }),
      }));
      const line = createProgressLine(io, () => performance.now());
      const written = await exportReports(workspace, {
        month: flags.month,
        files,
        filter,
        now: io.now,
        signal: io.signal,
        onProgress: (progress) => line.show(progress),
      }).finally(() => line.end());
      if (flags.json === true) {
        const [first] = written;
        const { month } = flags;
        await printJson(io, { tieout: 1, kind: 'export', month, file: first?.file, rows: first?.rows, files: written });
        return;
      }
      for (const { file, rows } of written) await say(io, `Wrote ${rows.toLocaleString('en-US')} rows to ${file}.`);
    });

function formats(text: string): readonly ExportFormat[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !EXPORT_FORMATS.includes(name as ExportFormat));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is no format. Allowed choices are ${EXPORT_FORMATS.join(', ')}.`);
  }
  return [...new Set(names)] as ExportFormat[];
}

/** Formats that say something of the whole month only. */
const OF_THE_WHOLE: readonly string[] = ['pdf', 'package'];

/** @throws TieoutError `cli.usage` */
function requireSense({ format }: ExportFlags, filter: CellsFilter): void {
  const whole: string | undefined = format.find((each) => OF_THE_WHOLE.includes(each));
  const words = filterWords(filter);
  if (whole === undefined || words === null) return;
  throw new TieoutError('cli.usage', {
    message: `A ${whole === 'pdf' ? 'PDF' : 'close package'} is of the whole month, and a filter was given: ${words}.`,
    path: '--format',
    remedy: 'Leave the filter out, or export csv, xlsx or json.',
  });
}

/** @throws TieoutError `cli.usage` */
function filterOf(flags: ExportFlags): CellsFilter {
  const given = {
    verdicts: flags.verdict,
    structuralOnly: flags.structural,
    meters: flags.meter,
    causes: flags.cause,
    billing: flags.billing,
    currency: flags.currency?.toLowerCase(),
    minDifference: flags.minDifference,
    search: flags.search,
  };
  const read = cellsFilter.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (read.success) return read.data;
  throw new TieoutError('cli.usage', {
    message: `${flags.minDifference} is not an amount.`,
    path: '--min-difference',
    remedy: 'Write digits with an optional point, such as 10 or 0.50.',
  });
}

function fileOf(
  format: ExportFormat,
  { month, format: all, output }: ExportFlags,
  at: { readonly folder: string; readonly cwd: string; readonly filter: CellsFilter },
): string {
  const name = exportFileName(format, month, at.filter);
  if (output === undefined) return join(at.folder, name);
  const path = resolve(at.cwd, output);
  const isFolder = all.length > 1 || /[/\\]$/.test(output) || output.endsWith(sep) || isExistingFolder(path);
  return isFolder ? join(path, name) : path;
}

const isExistingFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
