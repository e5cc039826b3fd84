import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { TieoutError } from '../../shared/errors.ts';
import { type Config, parseConfig } from './config.ts';
import { type CustomerLink, parseCustomersFile } from './customers-file.ts';
import { initialConfig } from './init-template.ts';
import type { Environment } from './setting.ts';

export const CONFIG_FILE = 'tieout.yaml';
export const DATABASE_FILE = 'tieout.db';
export const EXPORTS_FOLDER = 'exports';

/** The places of a workspace (interfaces.md section 1), absolute. */
export type WorkspaceFolder = {
  readonly folder: string;
  readonly configFile: string;
  readonly databaseFile: string;
  readonly exportsFolder: string;
  /** False where the folder can be read only: reports still work, pulls do not. */
  readonly isWritable: boolean;
};

/** @throws TieoutError `workspace.not_found`, `config.not_found`, `config.unreadable` */
export function openWorkspaceFolder(path: string): WorkspaceFolder {
  const folder = resolve(path);
  if (!isFolder(folder)) {
    throw new TieoutError('workspace.not_found', {
      message: existsSync(folder) ? `${folder} is not a folder.` : `There is no folder ${folder}.`,
      path: folder,
      remedy: `Give the folder that holds ${CONFIG_FILE}, or make one with \`tieout init ${path}\`.`,
    });
  }
  const configFile = join(folder, CONFIG_FILE);
  if (!existsSync(configFile)) {
    throw new TieoutError('config.not_found', {
      message: `${folder} holds no ${CONFIG_FILE}.`,
      path: configFile,
      remedy: `Make one with \`tieout init ${path}\`.`,
    });
  }
  if (!allows(configFile, constants.R_OK)) throw unreadable(configFile, null);
  return placesOf(folder);
}

/** The places of a folder, whether or not it is a workspace yet. @param folder absolute */
export const placesOf = (folder: string): WorkspaceFolder => ({
  folder,
  configFile: join(folder, CONFIG_FILE),
  databaseFile: join(folder, DATABASE_FILE),
  exportsFolder: join(folder, EXPORTS_FOLDER),
  isWritable: allows(folder, constants.W_OK),
});

/** @throws TieoutError `workspace.not_writable` where a pull could not save what it finds */
export function requireWritable(workspace: WorkspaceFolder): void {
  const database = workspace.databaseFile;
  if (workspace.isWritable && (!existsSync(database) || allows(database, constants.W_OK))) return;
  throw new TieoutError('workspace.not_writable', {
    message: `${workspace.folder} cannot be written to.`,
    path: workspace.folder,
    remedy: 'Allow writing to the folder and to tieout.db, or copy the workspace to a place of your own.',
  });
}

/** @throws TieoutError `config.*` */
export const readConfig = (workspace: WorkspaceFolder, env: Environment): Config =>
  configFrom(workspace, readConfigText(workspace), env);

/** @throws TieoutError `config.unreadable` */
export const readConfigText = (workspace: WorkspaceFolder): string => readText(workspace.configFile, CONFIG_FILE);

/** What a text would mean as the file of a workspace. @throws TieoutError `config.*` */
export const configFrom = (workspace: WorkspaceFolder, text: string, env: Environment): Config =>
  parseConfig(text, {
    fileName: CONFIG_FILE,
    env,
    defaultName: basename(workspace.folder),
  });

/**
 * Replaces tieout.yaml: whoever reads it meanwhile reads the old one or the new one, whole. Where the name is a link,
 * the file behind it is replaced.
 * @throws TieoutError `workspace.not_writable`, `workspace.disk_full`
 */
export function writeConfigText(workspace: WorkspaceFolder, text: string): void {
  const file = realpathSync(workspace.configFile);
  const temporary = `${file}.${process.pid}.part`;
  try {
    const handle = openSync(temporary, 'w', statSync(file).mode);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    const isFull = codeOf(error) === 'ENOSPC';
    throw new TieoutError(isFull ? 'workspace.disk_full' : 'workspace.not_writable', {
      message: isFull
        ? `The disk is full; ${CONFIG_FILE} was left as it is.`
        : `${CONFIG_FILE} cannot be written (${codeOf(error)}); it was left as it is.`,
      path: file,
      remedy: isFull ? 'Free some space.' : 'Allow writing to the folder of the workspace.',
      cause: error,
    });
  }
}

/**
 * The links of the customers file, or null where customers are matched otherwise.
 * @throws TieoutError `config.customers_file`
 */
export function readCustomerLinks(
  workspace: WorkspaceFolder,
  config: Pick<Config, 'customers'>,
): readonly CustomerLink[] | null {
  const { customers } = config;
  if (customers.by !== 'file') return null;
  const file = resolve(workspace.folder, customers.file);
  if (!existsSync(file)) {
    throw new TieoutError('config.customers_file', {
      message: `The customers file ${customers.file} does not exist.`,
      path: customers.file,
      remedy: 'Write it with the header usage_id,stripe_customer, or name another one under customers.file.',
    });
  }
  return parseCustomersFile(readText(file, customers.file), customers.file);
}

/**
 * Makes a workspace: a commented tieout.yaml, exports/, and a .gitignore for what is not to be kept in git.
 * @param text of tieout.yaml, where it is known already
 * @throws TieoutError `config.exists`, `workspace.not_writable`
 */
export function initWorkspace(path: string, text = initialConfig(basename(resolve(path)))): WorkspaceFolder {
  const folder = resolve(path);
  const configFile = join(folder, CONFIG_FILE);
  try {
    mkdirSync(join(folder, EXPORTS_FOLDER), { recursive: true });
    writeFileSync(configFile, text, { flag: 'wx' });
    const ignoreFile = join(folder, '.gitignore');
    if (!existsSync(ignoreFile)) writeFileSync(ignoreFile, `${DATABASE_FILE}*\n${EXPORTS_FOLDER}/\n`);
  } catch (error) {
    throw notMade(folder, error);
  }
  return openWorkspaceFolder(folder);
}

function notMade(folder: string, error: unknown): TieoutError {
  if (codeOf(error) === 'EEXIST' && existsSync(join(folder, CONFIG_FILE))) {
    return new TieoutError('config.exists', {
      message: `${folder} already holds a ${CONFIG_FILE}; it was left as it is.`,
      path: join(folder, CONFIG_FILE),
      remedy: 'Edit that file, or choose another folder.',
    });
  }
  return new TieoutError('workspace.not_writable', {
    message: `A workspace cannot be made in ${folder} (${codeOf(error)}).`,
    path: folder,
    remedy: 'Choose a folder that you may write to.',
    cause: error,
  });
}

function readText(file: string, shownName: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw unreadable(shownName, error);
  }
}

const unreadable = (file: string, cause: unknown): TieoutError =>
  new TieoutError('config.unreadable', {
    message: cause instanceof TypeError ? `${file} is not UTF-8 text.` : `${file} cannot be read.`,
    path: file,
    remedy: 'Check that it is a text file in UTF-8 and that you may read it.',
    cause,
  });

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown reason';
