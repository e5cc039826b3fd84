-- The cache of one workspace. Instants are milliseconds since 1970 UTC, amounts integer minor units, quantities two
-- integers (whole = floor(q), frac in 10^-12, 0 <= frac < 10^12), prices canonical decimal text as Stripe sent it.

-- People, sources and meters ------------------------------------------------------------------------------------

CREATE TABLE usage_identity (
  usage_key INTEGER PRIMARY KEY,
  usage_id  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE customer (
  customer_key  INTEGER PRIMARY KEY,
  id            TEXT NOT NULL UNIQUE,
  name          TEXT,
  email         TEXT,
  metadata      TEXT NOT NULL DEFAULT '{}',
  currency      TEXT,
  balance_minor INTEGER NOT NULL DEFAULT 0,
  is_deleted    INTEGER NOT NULL DEFAULT 0,
  -- Stripe does not know the id at all any more (its test clock was deleted, or the account is another one).
  is_vanished   INTEGER NOT NULL DEFAULT 0,
  test_clock    TEXT,
  created       INTEGER
) STRICT;

-- A meter that the workspace configures (key) or that only Stripe has (stripe:EVENT_NAME).
CREATE TABLE meter_key (
  meter_key INTEGER PRIMARY KEY,
  key       TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE meter (
  id                   TEXT PRIMARY KEY,
  display_name         TEXT NOT NULL,
  event_name           TEXT NOT NULL,
  formula              TEXT NOT NULL,
  status               TEXT NOT NULL,
  event_time_window    TEXT,
  customer_payload_key TEXT NOT NULL,
  value_payload_key    TEXT NOT NULL,
  created              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE product (
  id        TEXT PRIMARY KEY,
  name      TEXT NOT NULL,
  is_active INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- price.body is the price in our words as JSON (shared/billing/price.ts); the columns repeat what is looked up.
CREATE TABLE price (
  id       TEXT PRIMARY KEY,
  meter_id TEXT,
  body     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX price_by_meter ON price (meter_id) WHERE meter_id IS NOT NULL;

CREATE TABLE subscription (
  id          TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  status      TEXT NOT NULL,
  started_at  INTEGER NOT NULL,
  ended_at    INTEGER,
  created     INTEGER NOT NULL,
  -- The subscription in our words as JSON (shared/billing/subscription.ts), with its items and discounts.
  body        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_by_customer ON subscription (customer_id);

CREATE TABLE subscription_item (
  id              TEXT PRIMARY KEY,
  subscription_id TEXT NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
  price_id        TEXT NOT NULL,
  quantity        TEXT,
  period_from     INTEGER,
  period_to       INTEGER,
  created         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_item_by_price ON subscription_item (price_id);

-- Subscription items of metered prices, as a tie-out asks for them: by meter, in the order of customers. Repeats what
-- subscription and subscription_item say, because joining them by text takes longer than comparing a month.
-- alive_from: an item made with its subscription lives as long as that says; a later one from its own day.
CREATE TABLE metered_item (
  meter_id     TEXT NOT NULL,
  customer_key INTEGER NOT NULL,
  item_id      TEXT NOT NULL,
  price_id     TEXT NOT NULL,
  currency     TEXT NOT NULL,
  period_to    INTEGER,
  alive_from   INTEGER NOT NULL,
  alive_to     INTEGER,
  PRIMARY KEY (meter_id, customer_key, item_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE credit_grant (
  id          TEXT PRIMARY KEY,
  customer_id TEXT NOT NULL,
  body        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tax_rate (
  id   TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE invoice (
  id              TEXT PRIMARY KEY,
  number          TEXT,
  customer_id     TEXT NOT NULL,
  subscription_id TEXT,
  status          TEXT NOT NULL,
  currency        TEXT NOT NULL,
  billing_reason  TEXT,
  period_from     INTEGER NOT NULL,
  period_to       INTEGER NOT NULL,
  created         INTEGER NOT NULL,
  finalized_at    INTEGER,
  subtotal_minor  INTEGER NOT NULL,
  total_minor     INTEGER NOT NULL,
  due_minor       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- For which months an invoice was read: a catalog pull replaces the invoices of its own month and leaves the others.
CREATE TABLE invoice_month (
  invoice_id TEXT NOT NULL REFERENCES invoice (id) ON DELETE CASCADE,
  month      TEXT NOT NULL,
  PRIMARY KEY (month, invoice_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE invoice_line (
  id                   TEXT NOT NULL,
  invoice_id           TEXT NOT NULL REFERENCES invoice (id) ON DELETE CASCADE,
  position             INTEGER NOT NULL,
  amount_minor         INTEGER NOT NULL,
  currency             TEXT NOT NULL,
  description          TEXT,
  quantity             TEXT,
  unit_amount          TEXT,
  price_id             TEXT,
  subscription_id      TEXT,
  subscription_item_id TEXT,
  service_from         INTEGER NOT NULL,
  service_to           INTEGER NOT NULL,
  is_proration         INTEGER NOT NULL,
  discount_minor       INTEGER NOT NULL,
  PRIMARY KEY (invoice_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX invoice_line_by_price ON invoice_line (price_id, service_from);

-- Which usage ids belong to which customer: derived from the catalog of the last Stripe pull, rebuilt with it.
-- Two rows of one usage id are an ambiguous mapping, which the reconciliation reports.
CREATE TABLE mapping (
  usage_key    INTEGER NOT NULL REFERENCES usage_identity (usage_key),
  customer_key INTEGER NOT NULL REFERENCES customer (customer_key),
  PRIMARY KEY (usage_key, customer_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX mapping_by_customer ON mapping (customer_key);

-- Pulls ---------------------------------------------------------------------------------------------------------

-- One pull of one (meter, month, source), or of the catalog (meter_key NULL, month NULL). Immutable once finished.
CREATE TABLE pull_run (
  pull                INTEGER PRIMARY KEY,
  source              TEXT NOT NULL CHECK (source IN ('clickhouse', 'stripe', 'catalog')),
  month               TEXT,
  meter_key           INTEGER REFERENCES meter_key (meter_key),
  state               TEXT NOT NULL CHECK (state IN ('running', 'complete', 'failed', 'cancelled', 'superseded')),
  started_at          INTEGER NOT NULL,
  finished_at         INTEGER,
  tool_version        TEXT NOT NULL,
  -- What was in force: the meter's definition (query, scale, endpoint) and the customers' mapping.
  fingerprint         TEXT NOT NULL,
  mapping_fingerprint TEXT NOT NULL,
  -- Null: every customer; else JSON, the usage ids and customers that the rows cover.
  selection           TEXT,
  query               TEXT,
  query_hash          TEXT,
  combine             TEXT CHECK (combine IN ('sum', 'last', 'max')),
  -- Stored native quantity = the source's value / 10^exponent.
  exponent            INTEGER NOT NULL DEFAULT 0,
  stripe_meter_id     TEXT,
  rows                INTEGER NOT NULL DEFAULT 0,
  bytes               INTEGER NOT NULL DEFAULT 0,
  requests            INTEGER NOT NULL DEFAULT 0,
  retries             INTEGER NOT NULL DEFAULT 0,
  skipped_idle        INTEGER NOT NULL DEFAULT 0,
  content_hash        TEXT,
  failure             TEXT,
  -- 1 once the rows of a pull that is not in force are gone.
  is_swept            INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX pull_run_to_sweep ON pull_run (pull) WHERE is_swept = 0;
CREATE INDEX pull_run_by_cell ON pull_run (month, meter_key, source, state);

-- The pull that speaks for a (meter, month, source). Changing this row is what makes a pull take effect.
CREATE TABLE pull_in_force (
  month     TEXT NOT NULL,
  meter_key INTEGER NOT NULL REFERENCES meter_key (meter_key),
  source    TEXT NOT NULL CHECK (source IN ('clickhouse', 'stripe')),
  pull      INTEGER NOT NULL REFERENCES pull_run (pull),
  PRIMARY KEY (month, meter_key, source)
) STRICT, WITHOUT ROWID;

-- The wide tables name no foreign keys: two look-ups a row would double the time of an ingest, and their keys come from
-- the pull that writes them.

-- The period total of one usage id in native units. `invalid` holds the source's text where it is no finite decimal
-- that fits, and then whole and frac are 0.
CREATE TABLE usage_month (
  pull      INTEGER NOT NULL,
  usage_key INTEGER NOT NULL,
  whole     INTEGER NOT NULL,
  frac      INTEGER NOT NULL,
  invalid   TEXT,
  PRIMARY KEY (pull, usage_key)
) STRICT, WITHOUT ROWID;

-- The hours of a cell as one packed value (main/cache/hour-pack.ts).
CREATE TABLE usage_hours (
  pull      INTEGER NOT NULL,
  usage_key INTEGER NOT NULL,
  hours     BLOB NOT NULL,
  PRIMARY KEY (pull, usage_key)
) STRICT, WITHOUT ROWID;

-- What was left out of a number, as JSON (metering.md section 1.6); only where there is anything to say.
CREATE TABLE usage_evidence (
  pull      INTEGER NOT NULL,
  usage_key INTEGER NOT NULL,
  evidence  TEXT NOT NULL,
  PRIMARY KEY (pull, usage_key)
) STRICT, WITHOUT ROWID;

-- Stripe's total of the month. `has_value` 0: asked, and Stripe holds no event. `exact` is the text as sent where it
-- does not fit the two integers (more than 12 decimals, beyond 64 bits) or is no decimal at all.
CREATE TABLE summary_month (
  pull         INTEGER NOT NULL,
  customer_key INTEGER NOT NULL,
  has_value    INTEGER NOT NULL,
  whole        INTEGER NOT NULL,
  frac         INTEGER NOT NULL,
  exact        TEXT,
  PRIMARY KEY (pull, customer_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE summary_hours (
  pull         INTEGER NOT NULL,
  customer_key INTEGER NOT NULL,
  hours        BLOB NOT NULL,
  PRIMARY KEY (pull, customer_key)
) STRICT, WITHOUT ROWID;

-- Reconciliation runs -------------------------------------------------------------------------------------------

CREATE TABLE reconcile_run (
  run             INTEGER PRIMARY KEY,
  month           TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  tool_version    TEXT NOT NULL,
  -- Digest of everything that the result depends on: pulls in force, catalog pull, configuration.
  input_digest    TEXT NOT NULL,
  as_of_clickhouse INTEGER,
  as_of_stripe    INTEGER,
  exit_code       INTEGER NOT NULL,
  -- Totals, per-meter summaries, warnings: a JSON document (main/cache/reconcile-run-store.ts).
  summary         TEXT NOT NULL,
  content_hash    TEXT NOT NULL
) STRICT;
CREATE INDEX reconcile_run_by_month ON reconcile_run (month, run);

-- Cells that do not plainly agree; agreeing ones are derived from the month totals by key, or kept in tieout_agreement.
CREATE TABLE tieout_exception (
  run                INTEGER NOT NULL REFERENCES reconcile_run (run) ON DELETE CASCADE,
  ordinal            INTEGER NOT NULL,
  meter_key          INTEGER NOT NULL REFERENCES meter_key (meter_key),
  customer_key       INTEGER REFERENCES customer (customer_key),
  usage_key          INTEGER REFERENCES usage_identity (usage_key),
  -- JSON list; null where usage_key says it all.
  usage_ids          TEXT,
  measured           TEXT,
  metered            TEXT,
  billed             TEXT,
  drift_absolute     TEXT,
  drift_relative     TEXT,
  verdict            TEXT NOT NULL,
  is_structural      INTEGER NOT NULL,
  cause              TEXT,
  currency           TEXT,
  measured_minor     INTEGER,
  metered_minor      INTEGER,
  billed_minor       INTEGER,
  difference_minor   INTEGER,
  basis              TEXT,
  PRIMARY KEY (run, ordinal)
) STRICT, WITHOUT ROWID;

-- The cells of a run that agree, where it keeps them: quantities in the billed unit (null: absent), nothing derived.
-- What does not fit these columns stands in tieout_exception, whatever its verdict.
CREATE TABLE tieout_agreement (
  run            INTEGER NOT NULL REFERENCES reconcile_run (run) ON DELETE CASCADE,
  meter_key      INTEGER NOT NULL,
  customer_key   INTEGER NOT NULL,
  usage_key      INTEGER NOT NULL,
  measured_whole INTEGER,
  measured_frac  INTEGER NOT NULL,
  metered_whole  INTEGER,
  metered_frac   INTEGER NOT NULL,
  currency       TEXT,
  measured_minor INTEGER,
  metered_minor  INTEGER,
  PRIMARY KEY (run, meter_key, customer_key)
) STRICT, WITHOUT ROWID;
