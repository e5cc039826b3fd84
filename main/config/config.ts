import { assert, type Problem } from '../../shared/errors.ts';
import { RATING_CHOICES, type RatingOptions } from '../../shared/rating/options.ts';
import type { ParityRules } from '../../shared/reconciliation/pipelines/parity-rules.ts';
import type { QualitySettings } from '../../shared/reconciliation/quality/settings.ts';
import { compare, type Decimal, parseDecimal } from '../../shared/values/decimal.ts';
import { HOUR_MS } from '../../shared/values/instant.ts';
import type { UsageDefinition } from '../sources/usage-source.ts';
import { type CompareSettings, readCompare } from './compare-section.ts';
import { type CutoverSection, type RollupSection, readCutover, readRollup } from './cutover-section.ts';
import { readParity } from './parity-section.ts';
import { readQuality } from './quality-section.ts';
import { type Environment, literalSetting, notSetMessage, notSetRemedy, Secret, type Setting } from './setting.ts';
import { readUsage } from './usage-section.ts';
import { type Field, type Section, YamlReader } from './yaml-reader.ts';

/** tieout.yaml with defaults filled in (interfaces.md section 1). Holds no secret in readable form. */
export type Config = {
  readonly version: 1;
  readonly name: string;
  readonly clickhouse: ClickHouseSettings;
  readonly stripe: StripeSettings;
  readonly customers: CustomerMatch;
  readonly tolerance: ToleranceSettings;
  readonly rating: RatingOptions;
  readonly close: {
    /** Whether one person may prepare and review. */
    readonly samePerson: boolean;
    /** How old the numbers of a month may be when it is locked; null: any age. */
    readonly maxAgeMs: number | null;
  };
  readonly quality: QualitySettings;
  readonly compare: CompareSettings;
  readonly parity: ParityRules;
  readonly meters: readonly MeterSettings[];
  readonly pipelines: readonly PipelineSettings[];
  /** `${NAME}` that is not set, one problem per place: reported by `check`, in nobody's way until the value is needed. */
  readonly unset: readonly Problem[];
  /** Nothing that stops, all that a person should know: a literal password, for instance. */
  readonly warnings: readonly Problem[];
};

export type ClickHouseSettings =
  | {
      readonly kind: 'server';
      readonly url: Setting;
      readonly database: Setting;
      readonly username: Setting;
      readonly password: Secret;
    }
  /** A folder of Parquet or CSV files, or a ClickHouse data folder; relative to the workspace. */
  | { readonly kind: 'embedded'; readonly folder: Setting; readonly database: Setting };

export type StripeSettings = {
  readonly apiKey: Secret;
  readonly apiBase: Setting;
  /** null: as the kind of key allows (`stripeConnection`). */
  readonly requestsPerSecond: number | null;
  readonly testClocks: boolean;
};

/** How a usage id finds its Stripe customer. */
export type CustomerMatch =
  | { readonly by: 'metadata'; readonly key: string }
  | { readonly by: 'id' }
  | { readonly by: 'email' }
  /** Relative to the workspace. */
  | { readonly by: 'file'; readonly file: string };

export type ToleranceSettings = {
  /** Share of the larger side, such as 0.001. */
  readonly relative: Decimal;
  /** Units of the meter. */
  readonly absolute: Decimal;
  readonly stalenessMs: number;
};

export type MeterSettings = {
  readonly key: string;
  readonly stripe: { readonly eventName: string } | { readonly id: string };
  readonly unit: string;
  /** The workspace's tolerance with the meter's own values over it. */
  readonly tolerance: ToleranceSettings;
  readonly usage: UsageDefinition;
  /** `tieout.yaml:24:5 meters[0]`, for problems that show only later. */
  readonly path: string;
};

export type PipelineSettings = {
  readonly key: string;
  /** The workspace's own where the pipeline names none. */
  readonly clickhouse: ClickHouseSettings;
  /** The workspace's rules with the pipeline's own over them. */
  readonly parity: ParityRules;
  readonly meters: readonly { readonly key: string; readonly usage: UsageDefinition; readonly path: string }[];
  /** How it makes meter events of samples; null: nothing was said. */
  readonly rollup: RollupSection | null;
  /** The switch to it; null: nothing was said. */
  readonly cutover: CutoverSection | null;
};

const DEFAULT_API_BASE = 'https://api.stripe.com';
const DEFAULT_UNIT = 'units';

/** metering.md section 5: one part in a thousand, one hourly cadence plus one hour of granularity. */
const DEFAULT_TOLERANCE: ToleranceSettings = {
  relative: parseDecimal('0.001'),
  absolute: parseDecimal('0'),
  stalenessMs: 2 * HOUR_MS,
};

/** `stripe:` begins the keys of meters that only Stripe has. */
const METER_KEY = /^(?!stripe:)[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}$/;

/**
 * Reads tieout.yaml. Unknown keys are errors, decimals are taken from their text, and everything that is wrong is
 * reported at once with its position (`tieout.yaml:14:7 meters[0].usage.scale`).
 * @param env values for `${NAME}`; one that is not set is no error here but in `Setting.read` and `Secret.reveal`
 * @throws TieoutError the first problem's code, `config.*`, with `problems`
 */
export function parseConfig(
  text: string,
  source: { readonly fileName: string; readonly env: Environment; readonly defaultName?: string },
): Config {
  const reader = new YamlReader(text, source);
  const root = reader.section(reader.root, [
    'version',
    'name',
    'clickhouse',
    'stripe',
    'customers',
    'tolerance',
    'rating',
    'close',
    'quality',
    'compare',
    'parity',
    'meters',
    'pipelines',
  ]);
  if (root === null) reader.finish();
  assert(root !== null, 'a document that is no mapping is reported');
  readVersion(reader, root);
  const name = root.get('name');
  const clickhouse = readClickHouse(reader, root.require('clickhouse'));
  const toleranceField = root.get('tolerance');
  const tolerance =
    toleranceField === null ? DEFAULT_TOLERANCE : readTolerance(reader, toleranceField, DEFAULT_TOLERANCE);
  const metersField = root.require('meters');
  const meters = metersField === null ? [] : readMeters(reader, metersField, tolerance);
  const pipelinesField = root.get('pipelines');
  const parity = readParity(reader, root.get('parity'));
  const config = {
    version: 1 as const,
    name: name === null ? (source.defaultName ?? 'Workspace') : reader.label(name),
    clickhouse,
    stripe: readStripe(reader, root.require('stripe')),
    customers: readCustomers(reader, root.require('customers')),
    tolerance,
    rating: readRating(reader, root.get('rating')),
    close: readClose(reader, root.get('close')),
    quality: readQuality(reader, root.get('quality')),
    compare: readCompare(reader, root.get('compare')),
    parity,
    meters,
    pipelines: pipelinesField === null ? [] : readPipelines(reader, pipelinesField, { clickhouse, meters, parity }),
  };
  reader.finish();
  return { ...config, unset: reader.unset.map(unsetProblem), warnings: reader.warnings };
}

const unsetProblem = (setting: Setting): Problem => ({
  code: 'config.env_not_set',
  path: setting.path,
  message: notSetMessage(setting.missing),
  remedy: notSetRemedy(setting.missing),
});

function readVersion(reader: YamlReader, root: Section): void {
  const field = root.require('version');
  if (field === null) return;
  const before = reader.problems.length;
  const version = reader.text(field, 'the number 1');
  if (version === '1' || reader.problems.length > before) return;
  reader.problem(
    field,
    'config.invalid_value',
    `Version ${reader.shown(field)} of tieout.yaml is not known to this version of Tieout.`,
    'Write version: 1, or use a newer Tieout.',
  );
}

const missingSetting = literalSetting('', '');

function readClickHouse(reader: YamlReader, field: Field | null): ClickHouseSettings {
  const nothing = { kind: 'embedded', folder: missingSetting, database: missingSetting } as const;
  const section =
    field === null ? null : reader.section(field, ['url', 'embedded', 'database', 'username', 'password']);
  if (field === null || section === null) return nothing;
  const url = section.get('url');
  const embedded = section.get('embedded');
  if ((url === null) === (embedded === null)) {
    reader.problem(
      field,
      url === null ? 'config.missing_key' : 'config.invalid_value',
      `"${field.name}" needs exactly one of "url" (a server) and "embedded" (a folder of files).`,
      'Give one of the two.',
    );
    return nothing;
  }
  const optional = (key: string, fallback: string): Setting => {
    const found = section.get(key);
    return found === null ? literalSetting(fallback, `${section.path}.${key}`) : reader.setting(found);
  };
  const database = optional('database', 'default');
  if (embedded !== null) {
    for (const key of ['username', 'password']) {
      const given = section.get(key);
      if (given !== null) {
        reader.problem(
          given,
          'config.invalid_value',
          `"${key}" has no meaning with "embedded".`,
          `Leave "${key}" out.`,
        );
      }
    }
    return { kind: 'embedded', folder: reader.setting(embedded), database };
  }
  const username = optional('username', 'default');
  const password = optional('password', '');
  const passwordField = section.get('password');
  if (passwordField !== null && password.isSet && password.read() === password.source && password.source !== '') {
    reader.warn(
      passwordField,
      'config.secret_in_file',
      'The password stands in the file itself, which is meant to be shared.',
      `Write \${CLICKHOUSE_PASSWORD} and set it in the environment.`,
    );
  }
  const address = url === null ? missingSetting : readUrl(reader, url);
  return { kind: 'server', url: address, database, username, password: new Secret(password) };
}

/** An HTTP address without credentials; not judged while a reference in it is not set. Never shown: it may be pasted wrong. */
function readUrl(reader: YamlReader, field: Field): Setting {
  const setting = reader.setting(field);
  if (!setting.isSet) return setting;
  const remedy = 'Write an address such as https://ch.example.com:8443.';
  const url = URL.canParse(setting.read()) ? new URL(setting.read()) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    reader.problem(field, 'config.invalid_value', `"${field.name}" is not an HTTP or HTTPS address.`, remedy);
  } else if (url.username !== '' || url.password !== '') {
    reader.problem(
      field,
      'config.secret_in_file',
      `"${field.name}" carries a user name or a password.`,
      `Give them in keys of their own, the password as \${NAME}.`,
    );
  } else if (url.search !== '' || url.hash !== '') {
    reader.problem(field, 'config.invalid_value', `"${field.name}" carries a query or a fragment.`, remedy);
  }
  return setting;
}

function readStripe(reader: YamlReader, field: Field | null): StripeSettings {
  const section =
    field === null ? null : reader.section(field, ['apiKey', 'apiBase', 'requestsPerSecond', 'testClocks']);
  const keyField = section?.require('apiKey') ?? null;
  const apiBase = section?.get('apiBase') ?? null;
  const requests = section?.get('requestsPerSecond') ?? null;
  const testClocks = section?.get('testClocks') ?? null;
  return {
    apiKey: keyField === null ? new Secret(missingSetting) : readApiKey(reader, keyField),
    apiBase: apiBase === null ? literalSetting(DEFAULT_API_BASE, 'stripe.apiBase') : readUrl(reader, apiBase),
    requestsPerSecond: requests === null ? null : reader.integer(requests, { minimum: 1, maximum: 100_000 }),
    testClocks: testClocks !== null && reader.flag(testClocks),
  };
}

function readApiKey(reader: YamlReader, field: Field): Secret {
  const setting = reader.setting(field);
  const isLiteral = setting.isSet && setting.read() === setting.source;
  const remedy = `Write \${STRIPE_API_KEY} and set it in the environment.`;
  if (isLiteral && /^(sk|rk)_live_/.test(setting.source)) {
    reader.problem(
      field,
      'config.secret_in_file',
      'A live Stripe key stands in the file itself.',
      `${remedy} Roll it.`,
    );
  } else if (isLiteral && setting.source !== '') {
    reader.warn(field, 'config.secret_in_file', 'The Stripe key stands in the file itself.', remedy);
  }
  return new Secret(setting);
}

function readCustomers(reader: YamlReader, field: Field | null): CustomerMatch {
  const section = field === null ? null : reader.section(field, ['match', 'file']);
  if (field === null || section === null) return { by: 'id' };
  const match = section.get('match');
  const file = section.get('file');
  if ((match === null) === (file === null)) {
    reader.problem(
      field,
      match === null ? 'config.missing_key' : 'config.invalid_value',
      '"customers" needs exactly one of "match" and "file".',
      'Write { match: metadata.KEY }, { match: id }, { match: email } or { file: customers.csv }.',
    );
    return { by: 'id' };
  }
  if (file !== null) return { by: 'file', file: reader.text(file, 'a file name') };
  return match === null ? { by: 'id' } : readMatch(reader, match);
}

function readMatch(reader: YamlReader, field: Field): CustomerMatch {
  const before = reader.problems.length;
  const text = reader.text(field, 'metadata.KEY, id or email');
  if (text === 'id' || text === 'email') return { by: text };
  if (text.startsWith('metadata.') && text.length > 'metadata.'.length) {
    return { by: 'metadata', key: text.slice('metadata.'.length) };
  }
  if (reader.problems.length === before) {
    reader.problem(
      field,
      'config.invalid_value',
      `"${reader.shown(field)}" is not a way to match customers.`,
      'Write metadata.KEY (a key of the Stripe customer), id or email.',
    );
  }
  return { by: 'id' };
}

function readTolerance(reader: YamlReader, field: Field, base: ToleranceSettings): ToleranceSettings {
  const section = reader.section(field, ['relative', 'absolute', 'staleness']);
  const relative = section?.get('relative') ?? null;
  const absolute = section?.get('absolute') ?? null;
  const staleness = section?.get('staleness') ?? null;
  const relativeValue = relative === null ? base.relative : reader.decimal(relative);
  if (relative !== null && compare(relativeValue, parseDecimal('1')) > 0) {
    reader.warn(
      relative,
      'config.invalid_value',
      'A relative tolerance above 1 accepts any drift.',
      'Write a share, such as "0.001" for one part in a thousand.',
    );
  }
  return {
    relative: relativeValue,
    absolute: absolute === null ? base.absolute : reader.decimal(absolute),
    stalenessMs: staleness === null ? base.stalenessMs : reader.duration(staleness, { minimumMs: 0 }),
  };
}

/** The first choice of a key is what Stripe is taken to do, and what holds where the key is left out. */
function readRating(reader: YamlReader, field: Field | null): RatingOptions {
  const section = field === null ? null : reader.section(field, Object.keys(RATING_CHOICES));
  const choose = <T extends string>(key: string, choices: readonly [T, ...T[]]): T => {
    const found = section?.get(key) ?? null;
    return found === null ? choices[0] : reader.choice(found, choices, choices[0]);
  };
  return {
    rounding: choose('rounding', RATING_CHOICES.rounding),
    roundAt: choose('roundAt', RATING_CHOICES.roundAt),
    trialUsage: choose('trialUsage', RATING_CHOICES.trialUsage),
    packageLine: choose('packageLine', RATING_CHOICES.packageLine),
    percentDiscount: choose('percentDiscount', RATING_CHOICES.percentDiscount),
    amountDiscount: choose('amountDiscount', RATING_CHOICES.amountDiscount),
    stackedDiscounts: choose('stackedDiscounts', RATING_CHOICES.stackedDiscounts),
    creditSharing: choose('creditSharing', RATING_CHOICES.creditSharing),
    taxRounding: choose('taxRounding', RATING_CHOICES.taxRounding),
    smallestAmount: choose('smallestAmount', RATING_CHOICES.smallestAmount),
  };
}

function readClose(reader: YamlReader, field: Field | null): Config['close'] {
  const section = field === null ? null : reader.section(field, ['samePerson', 'maxAge']);
  const samePerson = section?.get('samePerson') ?? null;
  const maxAge = section?.get('maxAge') ?? null;
  return {
    samePerson: samePerson !== null && reader.flag(samePerson),
    maxAgeMs: maxAge === null ? null : reader.duration(maxAge, { minimumMs: HOUR_MS }),
  };
}

function readMeters(reader: YamlReader, field: Field, base: ToleranceSettings): readonly MeterSettings[] {
  const elements = reader.list(field);
  const seenKeys = new Map<string, string>();
  const seenMeters = new Map<string, string>();
  return elements.flatMap((element) => {
    const section = reader.section(element, ['key', 'stripe', 'unit', 'tolerance', 'usage']);
    if (section === null) return [];
    const keyField = section.require('key');
    const stripe = section.require('stripe');
    const unit = section.get('unit');
    const tolerance = section.get('tolerance');
    const usage = section.require('usage');
    const key = keyField === null ? '' : readMeterKey(reader, keyField);
    if (keyField !== null) reportRepeated(reader, keyField, { seen: seenKeys, value: key, what: 'The meter key' });
    const target = stripe === null ? null : readMeterTarget(reader, stripe, seenMeters);
    return [
      {
        key,
        stripe: target ?? { eventName: '' },
        unit: unit === null ? DEFAULT_UNIT : reader.label(unit),
        tolerance: tolerance === null ? base : readTolerance(reader, tolerance, base),
        usage: usage === null ? { template: 'sql' as const, query: '', ...NO_SCALE } : readUsage(reader, usage),
        path: element.path,
      },
    ];
  });
}

const NO_SCALE = { scale: { numerator: 1n, denominator: 1n }, combine: 'sum' } as const;

function readMeterKey(reader: YamlReader, field: Field): string {
  const before = reader.problems.length;
  const key = reader.text(field, 'a meter key');
  if (!METER_KEY.test(key) && reader.problems.length === before) {
    reader.problem(
      field,
      'config.invalid_value',
      `"${reader.shown(field)}" is not a meter key.`,
      'Use letters, digits, "_", "-", "." and ":", beginning with a letter, a digit or "_", but not with "stripe:".',
    );
  }
  return key;
}

function readMeterTarget(reader: YamlReader, field: Field, seen: Map<string, string>): MeterSettings['stripe'] | null {
  const section = reader.section(field, ['eventName', 'id']);
  if (section === null) return null;
  const eventName = section.get('eventName');
  const id = section.get('id');
  if ((eventName === null) === (id === null)) {
    reader.problem(
      field,
      eventName === null ? 'config.missing_key' : 'config.invalid_value',
      `"${field.name}" needs exactly one of "eventName" and "id".`,
      'Write { eventName: api_calls } or { id: mtr_… }.',
    );
    return null;
  }
  const named = eventName ?? id;
  if (named === null) return null;
  const value = reader.text(named, 'text');
  if (value === '') reader.problem(named, 'config.invalid_value', `"${named.name}" is empty.`);
  reportRepeated(reader, named, { seen, value, what: id === null ? 'The event name' : 'The Stripe meter' });
  return id === null ? { eventName: value } : { id: value };
}

function reportRepeated(
  reader: YamlReader,
  field: Field,
  { seen, value, what }: { readonly seen: Map<string, string>; readonly value: string; readonly what: string },
): void {
  const first = seen.get(value);
  if (first !== undefined && value !== '') {
    reader.problem(
      field,
      'config.duplicate',
      `${what} "${reader.shown(field)}" is used twice, first at ${first}.`,
      'Keep one.',
    );
  }
  if (first === undefined) seen.set(value, field.path);
}

function readPipelines(
  reader: YamlReader,
  field: Field,
  workspace: Pick<Config, 'clickhouse' | 'meters' | 'parity'>,
): readonly PipelineSettings[] {
  const known = workspace.meters.map((meter) => meter.key);
  return [...(reader.mapping(field) ?? [])].flatMap(([key, pipeline]) => {
    if (!METER_KEY.test(key)) reader.problem(pipeline, 'config.invalid_value', `"${key}" is not a pipeline name.`);
    const section = reader.section(pipeline, ['clickhouse', 'parity', 'meters', 'rollup', 'cutover']);
    if (section === null) return [];
    const own = section.get('clickhouse');
    const metersField = section.require('meters');
    const metersSection = metersField === null ? null : reader.section(metersField, known);
    const meters = (metersSection?.keys ?? []).flatMap((meterKey) => {
      const usage = metersSection?.get(meterKey) ?? null;
      return usage === null ? [] : [{ key: meterKey, usage: readUsage(reader, usage), path: usage.path }];
    });
    return [
      {
        key,
        clickhouse: own === null ? workspace.clickhouse : readClickHouse(reader, own),
        parity: readParity(reader, section.get('parity'), workspace.parity),
        meters,
        rollup: readRollup(reader, section.get('rollup'), meters),
        cutover: readCutover(reader, section.get('cutover')),
      },
    ];
  });
}
