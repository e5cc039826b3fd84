import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { MeterDraft, MeterPreview, StripeMeter } from '../shared/contract/meter-schemas.ts';
import type {
  ClickHouseTest,
  SetupCreateRequest,
  SetupDraft,
  SetupFile,
  SetupFolder,
  SetupMatch,
  SetupMatchRequest,
  SetupPreviewRequest,
  SetupSecret,
  SetupStart,
  StripeTest,
} from '../shared/contract/setup-schemas.ts';
import { isTieoutError, type Problem, TieoutError } from '../shared/errors.ts';
import type { Instant } from '../shared/values/instant.ts';
import { addMonths, monthOf } from '../shared/values/period.ts';
import { type MatchCustomer, mappingRule, matchCustomers } from './api/setup/match-customers.ts';
import { openUsageServer } from './compose.ts';
import type { Config } from './config/config.ts';
import { stripeConnection } from './config/connection.ts';
import { meterText } from './config/edit-meters.ts';
import { configText, type InitialSettings } from './config/init-template.ts';
import { type Environment, expandReferences } from './config/setting.ts';
import {
  CONFIG_FILE,
  configFrom,
  initWorkspace,
  placesOf,
  readConfigText,
  readCustomerLinks,
  type WorkspaceFolder,
} from './config/workspace.ts';
import { previewDraft } from './meter-settings.ts';
import { environmentOf, type SecretStore } from './secrets.ts';
import { distinctValues, surveyServer } from './sources/clickhouse/survey.ts';
import type { ApiKeyKind } from './sources/stripe/api-key.ts';
import { createStripeSource } from './sources/stripe/source.ts';
import { surveyAccount } from './sources/stripe/survey.ts';

/** So much is looked at for a match rate; what lies beyond is said to. */
const MOST_USAGE_IDS = 100_000;
const MOST_CUSTOMERS = 10_000;
const FIRST_MONTHS = 12;
const STRIPE_PATIENCE_MS = 60_000;

/** What a workspace is set up with: where values come from, and what the time is. */
export type SetupWorld = {
  readonly env: Environment;
  readonly secrets: SecretStore;
  readonly now: () => Instant;
};

export function setupStart({ secrets, now }: SetupWorld): SetupStart {
  const currentMonth = monthOf(now());
  return {
    keeps: secrets.keeps,
    noKeychain: secrets.noKeychain,
    home: homedir(),
    separator: sep,
    currentMonth,
    months: Array.from({ length: FIRST_MONTHS }, (_, back) => addMonths(currentMonth, -back)),
  };
}

/** What a folder is, and whether a workspace can be made in it. */
export function setupFolder(path: string): SetupFolder {
  const text = path.trim().replace(/^~(?=$|[\\/])/, homedir());
  const refuse = (message: string, remedy: string): SetupFolder => ({
    folder: text,
    state: 'unusable',
    usage: [],
    problem: { code: 'workspace.not_writable', path: text === '' ? null : text, message, remedy },
  });
  if (!isAbsolute(text))
    return refuse('This is not a whole path.', `Give it from the root on, such as ${join(homedir(), 'acme')}.`);
  const folder = resolve(text);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) {
    let parent = dirname(folder);
    while (!existsSync(parent)) parent = dirname(parent);
    const isWritable = statSync(parent).isDirectory() && canWrite(parent);
    return isWritable
      ? { folder, state: 'new', problem: null, usage: [] }
      : refuse(`No folder can be made in ${parent}.`, 'Choose a place that you may write to.');
  }
  if (!found.isDirectory()) return refuse(`${folder} is a file.`, 'Choose a folder.');
  if (existsSync(join(folder, CONFIG_FILE))) return { folder, state: 'workspace', problem: null, usage: [] };
  if (!canWrite(folder)) return refuse(`${folder} cannot be written to.`, 'Choose a folder that you may write to.');
  const entries = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return {
    folder,
    state: entries.length === 0 ? 'empty' : 'has_files',
    problem: null,
    usage: usageFolders(folder, entries),
  };
}

const canWrite = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

const MOST_ENTRIES = 200;

/** Folders in which the embedded engine would find something to read. */
function usageFolders(folder: string, entries: readonly string[]): string[] {
  const inside = entries.slice(0, MOST_ENTRIES).filter((name) => holdsUsage(join(folder, name)));
  return [...(holdsUsage(folder) ? ['.'] : []), ...inside.map((name) => `./${name}`)];
}

function holdsUsage(path: string): boolean {
  try {
    if (!statSync(path).isDirectory()) return false;
    return readdirSync(path).some((name) => name === 'metadata' || /\.(parquet|csv)$/i.test(name));
  } catch {
    return false;
  }
}

export function secretSource({ env, secrets }: SetupWorld, folder: string, name: string): SetupSecret {
  const isSet = env[name] !== undefined && env[name] !== '';
  const isKept = secrets.of(resolve(folder))[name] !== undefined;
  return { name, source: isSet ? 'environment' : isKept ? secrets.keeps : null };
}

/** The variables that a workspace's file refers to, in the order of the file. @throws TieoutError `config.unreadable` */
export function secretsOf(world: SetupWorld, paths: WorkspaceFolder): readonly SetupSecret[] {
  const lines = readConfigText(paths)
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, ''));
  const names = new Set(lines.flatMap((line) => expandReferences(line, {}).names));
  return [...names].map((name) => secretSource(world, paths.folder, name));
}

const EXAMPLE: InitialSettings = {
  name: 'Workspace',
  clickhouse: { embedded: '.', database: '' },
  stripe: { apiKey: `\${STRIPE_API_KEY}`, apiBase: '', testClocks: false },
  customers: { match: 'id' },
  meter: null,
};

const reference = (name: string): string => (name === '' ? '' : `\${${name}}`);

function settingsOf(draft: SetupDraft, meter: MeterDraft | null): InitialSettings {
  return {
    name: draft.name.trim(),
    clickhouse: clickhouseOf(draft),
    stripe: { ...draft.stripe, apiKey: reference(draft.stripe.apiKey), apiBase: draft.stripe.apiBase.trim() },
    customers: customersOf(draft),
    meter: meter === null ? null : meterText(meter),
  };
}

function clickhouseOf({ folder, clickhouse }: SetupDraft): InitialSettings['clickhouse'] {
  const database = clickhouse.database.trim();
  if (clickhouse.kind === 'server') {
    const { url, username, password } = clickhouse;
    return { url: url.trim(), database, username: username.trim(), password: reference(password) };
  }
  // What lies inside the workspace moves with it.
  const typed = clickhouse.folder.trim();
  const from = relative(folder, resolve(folder, typed));
  const isInside = isAbsolute(typed) && !from.startsWith('..') && !isAbsolute(from);
  return { embedded: isInside ? `./${from.replaceAll('\\', '/')}` : typed, database };
}

function customersOf({ customers }: SetupDraft): InitialSettings['customers'] {
  if (customers.by === 'file') return { file: customers.file.trim() };
  return { match: customers.by === 'metadata' ? `metadata.${customers.key.trim()}` : customers.by };
}

type Place = { readonly paths: WorkspaceFolder; readonly env: Environment };

const placeOf = (world: SetupWorld, draft: SetupDraft): Place => {
  const folder = resolve(draft.folder);
  return { paths: placesOf(folder), env: environmentOf(world.secrets, folder, world.env) };
};

const parseIn = ({ paths, env }: Place, settings: InitialSettings): Config =>
  configFrom(paths, configText(settings), env);

/** What a server says about itself and about us. What is wrong comes back as problems. */
export async function testClickHouse(world: SetupWorld, draft: SetupDraft): Promise<ClickHouseTest> {
  const nothing = { facts: [], tables: [] };
  try {
    const place = placeOf(world, draft);
    const { clickhouse } = draft;
    const isEmbedded = clickhouse.kind === 'embedded';
    // An engine on an empty folder would take it for its own and begin to write into it.
    if (isEmbedded) requireUsage(resolve(place.paths.folder, clickhouse.folder.trim()), clickhouse.folder);
    const config = parseIn(place, { ...EXAMPLE, clickhouse: clickhouseOf(draft) });
    const server = await openUsageServer(config.clickhouse, place.paths.folder);
    try {
      const survey = await surveyServer(server.source);
      const { version, username, readonly, timeZone, tables, problems } = survey;
      return {
        problems: isEmbedded ? [] : [...problems],
        facts: [
          { word: 'Version', value: `ClickHouse ${version}${isEmbedded ? ', embedded' : ''}` },
          ...(isEmbedded
            ? []
            : [
                { word: 'User', value: username },
                { word: 'Access', value: accessWords(readonly) },
              ]),
          { word: 'Time zone', value: timeZone === 'UTC' ? 'UTC' : `${timeZone}; every question is asked in UTC` },
          { word: 'Tables', value: String(tables.length) },
        ],
        tables: tables.map((table) => ({ ...table, columns: [...table.columns] })),
      };
    } finally {
      await server.close();
    }
  } catch (error) {
    return { ...nothing, problems: problemsOf(error) };
  }
}

function requireUsage(folder: string, typed: string): void {
  if (typed.trim() !== '' && holdsUsage(folder)) return;
  throw new TieoutError('clickhouse.embedded_failed', {
    message: existsSync(folder)
      ? `${folder} holds no Parquet or CSV file and no ClickHouse data.`
      : `There is no folder ${folder}.`,
    path: 'clickhouse.embedded',
    remedy: 'Name the folder in which the exports lie: each file becomes a table of its name.',
  });
}

const ACCESS: Readonly<Record<string, string>> = {
  '0': 'readonly = 0: what the user is granted',
  '1': 'readonly = 1: reads, and takes no settings',
  '2': 'readonly = 2: reads only',
};
const accessWords = (readonly: string): string => ACCESS[readonly] ?? `readonly = ${readonly}`;

/** Whose key it is, of which kind, and what it may read. What is wrong comes back as problems. */
export async function testStripe(world: SetupWorld, draft: SetupDraft): Promise<StripeTest> {
  try {
    const place = placeOf(world, draft);
    const { stripe } = settingsOf(draft, null);
    if (stripe.apiKey === '') throw keyMissing();
    const connection = stripeConnection(parseIn(place, { ...EXAMPLE, stripe }).stripe);
    const source = { ...connection, apiKey: connection.apiKey.reveal(), random: Math.random, maxRetries: 1 };
    const billing = createStripeSource(source);
    try {
      const [survey, check] = await Promise.all([
        surveyAccount(source, AbortSignal.timeout(STRIPE_PATIENCE_MS)),
        billing.check(world.now()),
      ]);
      const { account, key } = survey;
      return {
        problems: [...check.problems],
        facts: [
          {
            word: 'Account',
            value: account === null ? 'not told to this key' : [account.name, account.id].filter(Boolean).join(', '),
          },
          { word: 'Key', value: keyWords(key) },
          ...(stripe.apiBase === '' ? [] : [{ word: 'Address', value: connection.apiBase }]),
          { word: 'Meters', value: String(check.meters.length) },
        ],
        permissions: [...(check.permissions ?? [])],
        meters: check.meters.map(({ id, eventName, displayName, formula, status }) => ({
          id,
          eventName,
          displayName,
          formula,
          isActive: status === 'active',
        })),
      };
    } finally {
      await billing.close();
    }
  } catch (error) {
    return { facts: [], permissions: [], meters: [], problems: problemsOf(error) };
  }
}

const keyMissing = (): TieoutError =>
  new TieoutError('config.missing_key', {
    message: 'The Stripe key has no variable.',
    path: 'stripe.apiKey',
    remedy: 'Name the variable that holds it, such as STRIPE_API_KEY.',
  });

const keyWords = ({ kind, mode }: ApiKeyKind): string => {
  const words = {
    restricted: 'restricted',
    secret: 'full secret key',
    publishable: 'publishable',
    unknown: 'of an unknown kind',
    absent: 'absent',
  }[kind];
  return mode === 'unknown' ? words : `${words}, ${mode} mode`;
};

/**
 * How many usage ids find their customer, by the rule of the draft and by every other.
 * @throws TieoutError `config.*`, `clickhouse.*`, `stripe.*`
 */
export async function matchInDraft(
  world: SetupWorld,
  { draft, table, column }: SetupMatchRequest,
): Promise<SetupMatch> {
  const place = placeOf(world, draft);
  const { clickhouse, stripe } = settingsOf(draft, null);
  const config = parseIn(place, { ...EXAMPLE, clickhouse, stripe });
  const [ids, customers] = await Promise.all([usageIdsIn(config, place, { table, column }), customersOfStripe(config)]);
  const usageIds = ids.slice(0, MOST_USAGE_IDS);
  const links = linksOf(place, draft);
  const asked = { usageIds, customers: customers.rows, rule: draft.customers, links: links.links };
  const { chosen, rules } = matchCustomers(asked);
  const isUsable = links.problems.length === 0 && isComplete(draft);
  return {
    usageIds: usageIds.length,
    isPartial: ids.length > usageIds.length || customers.isPartial,
    customers: customers.rows.length,
    chosen: isUsable ? chosen : null,
    rules,
    problems: [...links.problems],
  };
}

const isComplete = ({ customers }: SetupDraft): boolean => customers.by !== 'metadata' || customers.key.trim() !== '';

async function usageIdsIn(
  config: Config,
  { paths }: Place,
  where: { readonly table: string; readonly column: string },
): Promise<readonly string[]> {
  const server = await openUsageServer(config.clickhouse, paths.folder);
  try {
    return await distinctValues(server.source, { ...where, limit: MOST_USAGE_IDS });
  } finally {
    await server.close();
  }
}

async function customersOfStripe(
  config: Config,
): Promise<{ readonly rows: readonly MatchCustomer[]; readonly isPartial: boolean }> {
  const connection = stripeConnection(config.stripe);
  const billing = createStripeSource({ ...connection, apiKey: connection.apiKey.reveal(), random: Math.random });
  const rows: MatchCustomer[] = [];
  try {
    for await (const page of billing.customers(AbortSignal.timeout(STRIPE_PATIENCE_MS))) {
      rows.push(...page);
      if (rows.length >= MOST_CUSTOMERS) return { rows: rows.slice(0, MOST_CUSTOMERS), isPartial: true };
    }
    return { rows, isPartial: false };
  } finally {
    await billing.close();
  }
}

function linksOf({ paths }: Place, { customers }: SetupDraft) {
  const rule = mappingRule({ ...customers, file: customers.file.trim() });
  if (rule.by !== 'file') return { links: null, problems: [] };
  try {
    return { links: readCustomerLinks(paths, { customers: { by: 'file', file: rule.file ?? '' } }), problems: [] };
  } catch (error) {
    return { links: null, problems: problemsOf(error) };
  }
}

/** What the first meter means. @param stripeMeters as the test of Stripe found them */
export function previewFirstMeter(
  world: SetupWorld,
  { draft, meter, month }: SetupPreviewRequest,
  stripeMeters: readonly StripeMeter[],
): MeterPreview {
  const place = placeOf(world, draft);
  const text = configText({ ...EXAMPLE, clickhouse: clickhouseOf(draft) });
  const parse = (edited: string): Config => configFrom(place.paths, edited, place.env);
  return previewDraft({ text, parse }, { key: null, draft: meter, month }, () =>
    stripeMeters
      .filter((held) => (meter.stripe.by === 'id' ? held.id : held.eventName) === meter.stripe.value)
      .map((held) => ({ ...held, configuredAs: meter.key })),
  );
}

/** The file as it would be written, and what is wrong with it. */
export const setupFile = (world: SetupWorld, request: SetupCreateRequest): SetupFile => {
  const { text, problems } = readFile(world, request);
  return { text, problems: [...problems] };
};

function readFile(
  world: SetupWorld,
  { draft, meter }: SetupCreateRequest,
): { readonly text: string; readonly problems: readonly Problem[] } {
  const place = placeOf(world, draft);
  const text = configText(settingsOf(draft, meter));
  try {
    const config = configFrom(place.paths, text, place.env);
    return {
      text,
      problems: [...config.unset, ...config.warnings.map((problem) => ({ ...problem, severity: 'warning' as const }))],
    };
  } catch (error) {
    return { text, problems: problemsOf(error) };
  }
}

/**
 * Writes a workspace, once everything in it is valid.
 * @returns its folder
 * @throws TieoutError `config.*` with the problems, `workspace.*`; then nothing was written
 */
export function createWorkspace(world: SetupWorld, request: SetupCreateRequest): string {
  const found = setupFolder(request.draft.folder);
  if (found.problem !== null) {
    const { code, path, message, remedy = null } = found.problem;
    throw new TieoutError(code, { message, path, remedy });
  }
  const { text, problems } = readFile(world, request);
  const [first, ...others] = problems.filter(({ severity }) => severity !== 'warning');
  if (first === undefined) return initWorkspace(found.folder, text).folder;
  throw new TieoutError(first.code, {
    message:
      others.length === 0
        ? first.message
        : `tieout.yaml would have ${others.length + 1} problems; nothing was written.`,
    path: first.path,
    remedy: first.remedy ?? null,
    problems: [first, ...others],
  });
}

function problemsOf(error: unknown): Problem[] {
  if (!isTieoutError(error)) throw error;
  if (error.problems.length > 0) return [...error.problems];
  const { code, path, message, remedy } = error;
  return [{ code, path, message, ...(remedy === null ? {} : { remedy }) }];
}
