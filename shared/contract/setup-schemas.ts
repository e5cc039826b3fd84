import { z } from 'zod';
import { meterDraft } from './meter-schemas.ts';
import { monthText, problem } from './schemas.ts';

/**
 * A workspace that is being set up: what has been typed so far, what its sources answer, how its customers match.
 * Texts stand as they will in tieout.yaml; a secret is only ever the name of a variable.
 */
const LONGEST_TEXT = 1_000;
const line = z.string().max(LONGEST_TEXT);

/** `${NAME}` without its signs; empty: there is none. */
const variable = z.string().regex(/^([A-Za-z_][A-Za-z0-9_]{0,99})?$/);

export const setupClickHouse = z.object({
  kind: z.enum(['server', 'embedded']),
  url: line,
  database: line,
  username: line,
  password: variable,
  /** A folder of Parquet or CSV files, or of ClickHouse data; relative to the workspace or absolute. */
  folder: line,
});

export const setupStripe = z.object({
  apiKey: variable,
  /** Empty: Stripe itself. */
  apiBase: line,
  testClocks: z.boolean(),
});

export const setupCustomers = z.object({
  by: z.enum(['metadata', 'id', 'email', 'file']),
  /** The metadata key. */
  key: line,
  file: line,
});

export const setupDraft = z.object({
  folder: line,
  name: line,
  clickhouse: setupClickHouse,
  stripe: setupStripe,
  customers: setupCustomers,
});

/** Where a secret comes from, the first that has it: the environment, then what the application keeps. */
export const secretSource = z.enum(['environment', 'keychain', 'memory']);

export const setupStart = z.object({
  /** Where a typed secret would be kept: the system keychain, or memory until Tieout ends. */
  keeps: z.enum(['keychain', 'memory']),
  /** Why the keychain cannot be used, where somebody might expect it to. */
  noKeychain: z.string().nullable(),
  /** Where new workspaces may be made. */
  home: z.string(),
  separator: z.string(),
  currentMonth: monthText,
  /** Months that can be pulled first, newest first. */
  months: z.array(monthText),
});

export const setupFolder = z.object({
  /** Absolute. */
  folder: z.string(),
  state: z.enum(['new', 'empty', 'has_files', 'workspace', 'unusable']),
  /** What stands in the way. */
  problem: problem.nullable(),
  /** Parquet, CSV or ClickHouse data found in it or one level below, relative to it. */
  usage: z.array(z.string()),
});

export const setupSecret = z.object({ name: z.string(), source: secretSource.nullable() });
export const setupSecretRequest = z.object({ folder: line, name: variable.min(1) });
export const setupKeepRequest = setupSecretRequest.extend({ value: z.string().min(1).max(10_000) });

const fact = z.object({ word: z.string(), value: z.string() });

export const setupTable = z.object({
  name: z.string(),
  /** With their types. */
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
});

/** What a source answers to a first question. */
export const clickhouseTest = z.object({
  problems: z.array(problem),
  facts: z.array(fact),
  /** Of the database, by name; at most 500. */
  tables: z.array(setupTable),
});

export const stripeTest = z.object({
  problems: z.array(problem),
  facts: z.array(fact),
  /** Each permission that Tieout uses, as the dashboard names it. */
  permissions: z.array(z.object({ name: z.string(), isGranted: z.boolean(), isNecessary: z.boolean() })),
  meters: z.array(
    z.object({
      id: z.string(),
      eventName: z.string(),
      displayName: z.string(),
      formula: z.enum(['sum', 'count', 'last']),
      isActive: z.boolean(),
    }),
  ),
});

export const setupMatchRequest = z.object({
  draft: setupDraft,
  /** Where usage ids stand. */
  table: line.min(1),
  column: line.min(1),
});

/** How many usage ids find a customer by one rule. */
export const matchRule = z.object({
  rule: setupCustomers,
  matched: z.number().int(),
  /** Customers that have an id by the rule. */
  customers: z.number().int(),
});

/** A usage id that no customer has, and the id of a customer that differs only in case or spacing. */
export const matchMiss = z.object({
  usageId: z.string(),
  near: z.object({ customer: z.string(), name: z.string().nullable(), id: z.string() }).nullable(),
});

export const setupMatch = z.object({
  usageIds: z.number().int(),
  /** More were there than were looked at. */
  isPartial: z.boolean(),
  customers: z.number().int(),
  /** The rule of the draft; null where its file cannot be read (`problems` say why). */
  chosen: matchRule.extend({ ambiguous: z.number().int(), missed: z.array(matchMiss) }).nullable(),
  /** Every rule that matches anything, the best first. */
  rules: z.array(matchRule),
  problems: z.array(problem),
});

export const setupPreviewRequest = z.object({ draft: setupDraft, meter: meterDraft, month: monthText });
export const setupCreateRequest = z.object({ draft: setupDraft, meter: meterDraft });

/** The file as it would be written, and what is wrong with it. */
export const setupFile = z.object({ text: z.string(), problems: z.array(problem) });

export type SetupDraft = z.infer<typeof setupDraft>;
export type SetupCustomers = z.infer<typeof setupCustomers>;
export type SetupStart = z.infer<typeof setupStart>;
export type SetupFolder = z.infer<typeof setupFolder>;
export type SetupSecret = z.infer<typeof setupSecret>;
export type SetupSecretRequest = z.infer<typeof setupSecretRequest>;
export type SetupKeepRequest = z.infer<typeof setupKeepRequest>;
export type SetupTable = z.infer<typeof setupTable>;
export type ClickHouseTest = z.infer<typeof clickhouseTest>;
export type StripeTest = z.infer<typeof stripeTest>;
export type SetupMatchRequest = z.infer<typeof setupMatchRequest>;
export type MatchRule = z.infer<typeof matchRule>;
export type MatchMiss = z.infer<typeof matchMiss>;
export type SetupMatch = z.infer<typeof setupMatch>;
export type SetupPreviewRequest = z.infer<typeof setupPreviewRequest>;
export type SetupCreateRequest = z.infer<typeof setupCreateRequest>;
export type SetupFile = z.infer<typeof setupFile>;
