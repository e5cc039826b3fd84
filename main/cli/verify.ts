import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { TieoutError } from '../../shared/errors.ts';
import { PACKAGE_FILES } from '../../shared/reconciliation/close/package.ts';
import type { Instant } from '../../shared/values/instant.ts';
import type { Cli } from '../cli.ts';
import { type Verification, verificationDocument, verificationText } from '../close/verification.ts';
import { verifyPackage } from '../close/verify-package.ts';
import { verifyWorkspace } from '../close/verify-workspace.ts';
import { DATABASE_FILE } from '../config/workspace.ts';
import { printJson, write } from './io.ts';

const EXIT_CODES = `
Of a workspace: every note, sign-off, lock and reopening against its entry in the audit log, the log against itself, and
the guards of the tables. Of a package: each file against the manifest, the snapshot against the hash that was locked,
the cells against the snapshot, and the log against itself.

Exit codes: 0 as it was written; 1 something is not, and which; 2 there is nothing to verify`;

export const registerVerify = (program: Command, { io, exit }: Cli): Command =>
  program
    .command('verify')
    .description('whether a workspace or a close package was changed by hand, and what of it; needs no connection')
    .argument('<path>', 'a workspace, or a close package: a zip or a folder')
    .addHelpText('after', EXIT_CODES)
    .action(async (path: string, flags: { readonly json?: boolean }) => {
      const verification = verify(resolve(io.cwd, path), io.now());
      if (flags.json === true) await printJson(io, verificationDocument(verification));
      else await write(io.stdout, verificationText(verification));
      exit(verification.problems.length === 0 ? 0 : 1);
    });

function verify(path: string, now: Instant): Verification {
  const database = join(path, DATABASE_FILE);
  if (existsSync(database)) return verifyWorkspace(database, now);
  const isPackage = existsSync(path) && (statSync(path).isFile() || existsSync(join(path, PACKAGE_FILES.manifest)));
  if (isPackage) return verifyPackage(path);
  throw new TieoutError('verify.not_found', {
    message: existsSync(path)
      ? `${path} is neither a workspace with a cache nor a close package.`
      : `There is nothing at ${path}.`,
    path,
    remedy: `Give a folder with ${DATABASE_FILE}, or a package that \`tieout export\` made of a locked month.`,
  });
}
