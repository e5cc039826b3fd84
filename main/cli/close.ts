import { type Command, Option } from 'commander';
import { isTieoutError, TieoutError } from '../../shared/errors.ts';
import type { GateName } from '../../shared/reconciliation/close/gate.ts';
import { GATES } from '../../shared/reconciliation/close/gate.ts';
import { ROLES, type Role } from '../../shared/reconciliation/close/sign-off.ts';
import type { Cli } from '../cli.ts';
import { closeDocument, closeExit, closeText } from '../close/close-document.ts';
import { addNote, closeStatus, lockMonth, reopenMonth, signOff } from '../close/close-workspace.ts';
import { openWorkspace, type Workspace } from '../compose.ts';
import { count } from './count.ts';
import { printJson, say, write } from './io.ts';

/** Open items that the terminal shows; the rest is counted. */
const SHOWN_ITEMS = 20;

const EXIT_CODES = `
A month passes nine gates, is signed by a preparer and by a reviewer (two people), and is then locked: a snapshot with
its hash is kept. A sign-off stands under the figures that were seen and lapses when they change.

Exit codes: 0 locked, or every gate passes; 1 a gate blocks; 2 it could not be done; 3 of a gate nothing is known`;

type CloseFlags = {
  readonly month: string;
  readonly signOff?: Role;
  readonly as?: string;
  readonly lock?: boolean;
  readonly limit: number;
  readonly json?: boolean;
};

export const registerClose = (program: Command, cli: Cli): Command =>
  program
    .command('close')
    .description('the gates of a month, its sign-offs, and the lock, offline')
    .argument('<dir>', 'the workspace')
    .requiredOption('--month <YYYY-MM>', 'the month, UTC')
    .addOption(new Option('--sign-off <role>', 'sign the month as it is now').choices(ROLES))
    .option('--as <name>', 'who signs or locks')
    .option('--lock', 'lock the month; by the reviewer where --as is not given')
    .option('--limit <number>', 'most open items to print', count, SHOWN_ITEMS)
    .addHelpText('after', EXIT_CODES)
    .action(async (dir: string, flags: CloseFlags) => {
      const { io } = cli;
      const workspace = openWorkspace(dir, io.env);
      const { month, as: name } = flags;
      requireUse(flags);
      try {
        if (flags.signOff !== undefined) {
          const signed = await signOff(workspace, { month, role: flags.signOff, name: name ?? '', figures: null }, io);
          await say(io, `${signed.name} signed ${month} as ${signed.role}.`);
        }
        if (flags.lock === true) {
          const lock = await lockMonth(workspace, { month, actor: name ?? null, figures: null }, io);
          await say(io, `${month} is locked: ${lock.contentHash}`);
        }
      } catch (error) {
        // A gate that stands in the way is what the command is asked about, and no failure of it.
        if (!isTieoutError(error) || error.code !== 'close.gate_blocks') throw error;
        await say(io, `Not ${flags.signOff === undefined ? 'locked' : 'signed'}: ${error.message}`);
      }
      await printStatus(cli, workspace, flags);
    });

function requireUse({ as: name, signOff: role, lock }: CloseFlags): void {
  if (name === undefined || role !== undefined || lock === true) return;
  throw new TieoutError('cli.usage', {
    message: '--as says who signs or locks, and neither is asked for.',
    path: '--as',
    remedy: 'Add --sign-off preparer, --sign-off reviewer or --lock.',
  });
}

async function printStatus(
  { io, exit }: Cli,
  workspace: Workspace,
  flags: { readonly month: string; readonly limit: number; readonly json?: boolean },
): Promise<void> {
  const status = closeStatus(workspace, { month: flags.month }, io);
  if (flags.json === true) await printJson(io, closeDocument(status));
  else await write(io.stdout, closeText(status, { limit: flags.limit }));
  exit(closeExit(status.close));
}

type ReopenFlags = {
  readonly month: string;
  readonly reason: string;
  readonly as: string;
  readonly json?: boolean;
};

export const registerReopen = (program: Command, cli: Cli): Command =>
  program
    .command('reopen')
    .description('open a locked month again, with a reason; what was locked stays on record')
    .argument('<dir>', 'the workspace')
    .requiredOption('--month <YYYY-MM>', 'the month, UTC')
    .requiredOption('--reason <text>', 'why it is opened again')
    .requiredOption('--as <name>', 'who opens it')
    .action(async (dir: string, flags: ReopenFlags) => {
      const { io } = cli;
      const workspace = openWorkspace(dir, io.env);
      const { month, reason, as: actor } = flags;
      await reopenMonth(workspace, { month, reason, actor }, io);
      await say(io, `${month} is open again.`);
      await printStatus(cli, workspace, { ...flags, limit: SHOWN_ITEMS });
    });

type NoteFlags = {
  readonly month: string;
  readonly as: string;
  readonly customer?: string;
  readonly usageId?: string;
  readonly meter?: string;
  readonly gate?: GateName;
  readonly explains?: boolean;
  readonly json?: boolean;
};

const ABOUT_NOTES = `
A note is about a cell (--customer and --meter), a customer, a meter, a gate, or the whole month. With --explains it
explains everything that is open there as it is now; a cell whose figures change later is open again.`;

export const registerNote = (program: Command, cli: Cli): Command =>
  program
    .command('note')
    .description('write a note on a cell, customer, meter, gate or month')
    .argument('<dir>', 'the workspace')
    .argument('<text>', 'the note')
    .requiredOption('--month <YYYY-MM>', 'the month, UTC')
    .requiredOption('--as <name>', 'who writes it')
    .option('--customer <id>', 'a Stripe customer')
    .option('--usage-id <id>', 'a usage id that no customer stands for')
    .option('--meter <key>', 'a meter of tieout.yaml')
    .addOption(new Option('--gate <name>', 'a gate of the close').choices(GATES))
    .option('--explains', 'it explains what is open there, so that the gate passes')
    .addHelpText('after', ABOUT_NOTES)
    .action(async (dir: string, text: string, flags: NoteFlags) => {
      const { io, exit } = cli;
      const workspace = openWorkspace(dir, io.env);
      const { month, as: author, customer = null, usageId = null, meter = null, gate = null } = flags;
      const explains = flags.explains === true;
      const note = await addNote(
        workspace,
        { month, author, customer, usageId, meter, gate, body: text, explains },
        io,
      );
      const covered = note.covers.length === 0 ? '' : ` It explains ${note.covers.length} that stood in the way.`;
      if (flags.json === true)
        await printJson(io, { tieout: 1, kind: 'note', month, note: note.id, explains, covers: note.covers.length });
      else await say(io, `Noted.${covered}`);
      exit(0);
    });
