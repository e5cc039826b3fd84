/** What a new tieout.yaml says; every text may hold `${NAME}`. */
export type InitialSettings = {
  readonly name: string;
  readonly clickhouse:
    | { readonly url: string; readonly database: string; readonly username: string; readonly password: string }
    | { readonly embedded: string; readonly database: string };
  readonly stripe: { readonly apiKey: string; readonly apiBase: string; readonly testClocks: boolean };
  readonly customers: { readonly match: string } | { readonly file: string };
  /** The text of the first meter, in block style without indentation; null: none yet. */
  readonly meter: string | null;
};

/** The tieout.yaml that `tieout init` writes: it passes validation once its two variables are set. */
export const initialConfig = (name: string): string =>
  configText({
    name,
    clickhouse: {
      url: 'https://clickhouse.example.com:8443',
      database: 'default',
      username: 'default',
      password: `\${CLICKHOUSE_PASSWORD}`,
    },
    stripe: { apiKey: `\${STRIPE_API_KEY}`, apiBase: '', testClocks: false },
    customers: { match: 'metadata.workspace_id' },
    meter: EXAMPLE_METER,
  });

const EXAMPLE_METER = `key: api_calls
stripe: { eventName: api_calls }           # or { id: mtr_… }
unit: calls
usage:
  template: events
  table: usage_events
  columns: { customer: workspace_id, at: created_at, value: quantity, id: event_id }
  aggregate: sum                           # sum, count, max, last, distinct
  # scale: "1/3600"                        # native unit to billed unit, an exact decimal or fraction`;

/** Plain where YAML reads it as the same text, else quoted. */
const scalar = (text: string): string =>
  /^[A-Za-z/.$][\w/.$@-]*$/.test(text.replaceAll(/\$\{\w+\}/g, '$')) &&
  !/^(true|false|null|yes|no|on|off|y|n|\.(inf|nan))$/i.test(text)
    ? text
    : JSON.stringify(text);

const entry = (key: string, text: string, note = ''): string =>
  `  ${key}: ${scalar(text)}${note === '' ? '' : `${' '.repeat(Math.max(1, 43 - key.length - scalar(text).length))}# ${note}`}`;

function clickhouseLines(clickhouse: InitialSettings['clickhouse']): readonly string[] {
  if ('embedded' in clickhouse) {
    return [
      entry(
        'embedded',
        clickhouse.embedded,
        'a folder of Parquet or CSV files, or ClickHouse data; or  url: https://…',
      ),
      ...(clickhouse.database === '' ? [] : [entry('database', clickhouse.database)]),
    ];
  }
  const { url, database, username, password } = clickhouse;
  return [
    `  url: ${/^https?:\/\/[\w.:/[\]-]+$/.test(url) ? url : scalar(url)}     # HTTP(S) interface; or  embedded: ./usage  (Parquet, CSV)`,
    ...(database === '' ? [] : [entry('database', database)]),
    ...(username === '' ? [] : [entry('username', username)]),
    ...(password === '' ? [] : [entry('password', password)]),
  ];
}

const stripeLines = ({ apiKey, apiBase, testClocks }: InitialSettings['stripe']): readonly string[] => [
  entry('apiKey', apiKey),
  ...(apiBase === '' ? [] : [entry('apiBase', apiBase, 'instead of Stripe itself')]),
  "  # requestsPerSecond: 80                      # below Stripe's limit; 20 suits test mode",
  testClocks
    ? '  testClocks: true                             # customers on test clocks take part'
    : '  # testClocks: false                          # true: customers on test clocks take part',
];

const customersLine = (customers: InitialSettings['customers']): string =>
  'file' in customers
    ? `customers: { file: ${flowScalar(customers.file)} }`
    : `customers: { match: ${flowScalar(customers.match)} }`;

const flowScalar = (text: string): string => (/^[\w.]+$/.test(text) ? text : JSON.stringify(text));

const meterLines = (text: string): string =>
  text
    .split('\n')
    .map((line, index) => (line === '' ? '' : `${index === 0 ? '  - ' : '    '}${line}`))
    .join('\n');

const metersText = (meter: string | null): string => (meter === null ? 'meters: []' : `meters:\n${meterLines(meter)}`);

/** A commented tieout.yaml. */
export const configText = (
  settings: InitialSettings,
): string => `# What Tieout ties out, and where it looks. Keep this file in git: it holds no secret.
# \${NAME} is taken from the environment, or from the system keychain in the desktop application.
version: 1
name: ${JSON.stringify(settings.name)}

# Where usage is measured. Tieout only reads; a user with readonly = 2 is enough.
clickhouse:
${clickhouseLines(settings.clickhouse).join('\n')}

# A restricted key (rk_…) with read permission for billing meters, customers, products, prices, subscriptions, invoices.
stripe:
${stripeLines(settings.stripe).join('\n')}

# How a customer id in ClickHouse finds its Stripe customer:
#   { match: metadata.KEY }, { match: id }, { match: email }, or { file: customers.csv } (header usage_id,stripe_customer)
${customersLine(settings.customers)}

# Drift up to this is agreement: either bound suffices. Within \`staleness\` Stripe may lag behind.
tolerance: { relative: "0.001", absolute: "0", staleness: 2h }

# How Stripe is taken to round and share out, where its documents are silent. \`tieout prove\` says which of these
# your invoices were made with; the first of each is the default.
rating:
  rounding: half_up                            # half_up (half away from zero), half_even, up, down
  roundAt: line                                # line, total (once for all tiers of an item)
  # trialUsage: free                           # free, charged: metered usage within a trial
  # packageLine: raw                           # raw, transformed: the quantity that a packaged price shows
  # percentDiscount: line                      # line, total: where a percent discount is rounded
  # amountDiscount: largest_remainder          # largest_remainder, last_line, in_order: a fixed amount over lines
  # stackedDiscounts: remaining                # remaining, full: what a second percent discount is taken of
  # creditSharing: in_order                    # in_order, largest_remainder: a credit grant over lines
  # taxRounding: line                          # line, total (once for each rate)
  # smallestAmount: minor                      # minor, currency: multiples of 10 in kwd, of 100 in isk and ugx
# Who prepares a month cannot review it too, unless samePerson is true (docs/close.md).
close:
  samePerson: false
  # maxAge: 7d                                   # how old the numbers of a month may be when it is locked

# What the rows of a month may be like: the share above which a check warns, and that above which it fails, or off.
# Checks: expired, unmapped, negative, future, regressions, gaps, duplicates, valueless (docs/data-quality.md).
# quality:
#   gaps: { warning: "0.01", failed: "0.05" }
#   clockSkew: 1m                              # how far ahead the clock of an agent may be

# One entry per Stripe meter. Templates: events, counter_checkpoints, sql.
${metersText(settings.meter)}

  # - key: cpu_seconds
  #   stripe: { eventName: cpu_seconds }
  #   unit: CPU-seconds
  #   usage:
  #     template: counter_checkpoints          # a counter that only grows, read now and then
  #     table: instance_checkpoints
  #     columns: { customer: workspace_id, series: [instance_id], at: ts, value: cpu_usage_usec }
  #     scale: "0.000001"
  #     maxGap: 2m                             # a longer gap between two readings is an outage and is not counted

  # - key: tokens
  #   stripe: { eventName: tokens }
  #   unit: tokens
  #   usage:
  #     template: sql                          # returns customer, quantity and, if it can, bucket
  #     query: |
  #       SELECT tenant AS customer, toStartOfHour(toTimeZone(at, 'UTC')) AS bucket, sum(tokens) AS quantity
  #       FROM llm_calls WHERE at >= {from:DateTime} AND at < {to:DateTime} GROUP BY customer, bucket

# Other measurements of the same meters, pulled beside them: tieout parity tells whether they agree (docs/pipelines.md).
# parity: { tolerance: "0.02", material: "0.1", floor: "100", customers: 3, consecutive: 2, grace: 10m, soak: 24 }
# pipelines:
#   edge:
#     meters:
#       cpu_seconds:
#         template: interval_samples           # a level that held for an interval, one row per tick
#         table: usage_samples
#         columns: { customer: org, at: at, value: cpus, interval: seconds, id: id, series: machine }
`;
