import { setTimeout } from 'node:timers/promises';
import { Command, CommanderError, Option } from 'commander';
import { TieoutError } from '../shared/errors.ts';
import { instant, parseInstant } from '../shared/values/instant.ts';
import { type Io, reportError } from './cli/io.ts';
import { TOOL_VERSION } from './version.ts';

const EXIT_CODES = `
Exit codes, as diff has them:
  0  ties out (every expectation held)
  1  structural drift found
  2  the command could not do its job (bad input, configuration, connection, an invalid value)
  3  nothing structural, but some cells could not be compared`;

const SAME_KEYPRESS_MS = 500;

/** What a command is given: its streams and clock, and where it leaves its exit code. */
export type Cli = { readonly io: Io; exit(code: number): void };

/** Runs one command line. @returns the exit code (interfaces.md, Exit codes) */
export async function run(argv: readonly string[]): Promise<number> {
  const isJson = argv.includes('--json');
  const interrupt = new AbortController();
  const onSignal = interruptOrEnd(interrupt);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.stdout.on('error', endOnClosedPipe);
  let code = 0;
  const io: Io = {
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    isTerminal: process.stderr.isTTY === true,
    now: clockOf(argv),
    signal: interrupt.signal,
    sleep: (durationMs) => setTimeout(durationMs, undefined, { signal: interrupt.signal }).catch(() => undefined),
  };
  try {
    const program = await build({ io, exit: (given) => (code = given) }, argv[0]);
    await program.parseAsync(argv.length === 0 ? ['help'] : [...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return usageError(io, error, isJson);
    return reportError(io, error, isJson);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

type Register = (program: Command, cli: Cli) => Command;

/** Each is loaded when it is asked for: what another one needs takes longer to load than most take to answer. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  demo: async () => (await import('./cli/demo.ts')).registerDemo,
  init: async () => (await import('./cli/init.ts')).registerInit,
  check: async () => (await import('./cli/check.ts')).registerCheck,
  pull: async () => (await import('./cli/pull.ts')).registerPull,
  reconcile: async () => (await import('./cli/reconcile.ts')).registerReconcile,
  explain: async () => (await import('./cli/explain.ts')).registerExplain,
  rate: async () => (await import('./cli/rate.ts')).registerRate,
  shadow: async () => (await import('./cli/shadow.ts')).registerShadow,
  preview: async () => (await import('./cli/preview.ts')).registerPreview,
  prove: async () => (await import('./cli/prove.ts')).registerProve,
  late: async () => (await import('./cli/late.ts')).registerLate,
  close: async () => (await import('./cli/close.ts')).registerClose,
  note: async () => (await import('./cli/close.ts')).registerNote,
  reopen: async () => (await import('./cli/close.ts')).registerReopen,
  verify: async () => (await import('./cli/verify.ts')).registerVerify,
  compare: async () => (await import('./cli/compare.ts')).registerCompare,
  parity: async () => (await import('./cli/parity.ts')).registerParity,
  rollup: async () => (await import('./cli/cutover.ts')).registerRollup,
  cutover: async () => (await import('./cli/cutover.ts')).registerCutover,
  reservations: async () => (await import('./cli/cutover.ts')).registerReservations,
  simulate: async () => (await import('./cli/simulate.ts')).registerSimulate,
  export: async () => (await import('./cli/export.ts')).registerExport,
  serve: async () => (await import('./cli/serve.ts')).registerServe,
  open: async () => (await import('./cli/open.ts')).registerOpen,
};

/** @param name the command that is asked for; another word, or none, brings all of them, to be told or to suggest from */
async function build(cli: Cli, name: string | undefined): Promise<Command> {
  const program = new Command('tieout')
    .description('Ties out what was measured, what Stripe metered and what the invoice billed: exactly, offline.')
    .version(TOOL_VERSION)
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(tieout help COMMAND explains it)')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void cli.io.stderr.write(text) });
  const named = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  for (const load of named === undefined ? Object.values(COMMANDS) : [named]) {
    const register = await load();
    const command = register(program, cli);
    command
      .exitOverride()
      .option('--json', 'print one JSON document on stdout')
      .addOption(new Option('--now <instant>', 'take this instant for the wall clock, to replay a day').hideHelp());
  }
  return program;
}

/** The wall clock is read here and nowhere deeper; `--now` replaces it, so that a day can be replayed. */
function clockOf(argv: readonly string[]): Io['now'] {
  const at = argv.findIndex((argument) => argument === '--now' || argument.startsWith('--now='));
  if (at === -1) return () => instant(Date.now());
  const given = argv[at]?.startsWith('--now=') ? argv[at]?.slice('--now='.length) : argv[at + 1];
  return () => parseInstant(given ?? '', '--now');
}

async function usageError(io: Io, error: CommanderError, isJson: boolean): Promise<number> {
  if (error.exitCode === 0) return 0;
  if (error.code === 'commander.help') return 2;
  if (!isJson) return 2;
  const message = error.message.replace(/^error: /, '');
  return reportError(
    io,
    new TieoutError('cli.usage', { message, remedy: 'See tieout help, or tieout help COMMAND.' }),
    true,
  );
}

/**
 * The first Ctrl-C asks the command to end in order, one that comes later ends it at once. Two within a blink are one:
 * a terminal sends it to a whole group of processes, and the one that started us sends it on.
 */
function interruptOrEnd(interrupt: AbortController): (signal: NodeJS.Signals) => void {
  let asked: number | null = null;
  return (signal) => {
    const now = performance.now();
    if (asked !== null && now - asked > SAME_KEYPRESS_MS) process.exit(signal === 'SIGINT' ? 130 : 143);
    asked ??= now;
    interrupt.abort();
  };
}

/** A reader that has seen enough (`| head`) ends the command quietly. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
