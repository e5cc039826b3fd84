-- What shadow mode saw, run by run, so that the health of the pushes can be followed. No month is tied out by it.
CREATE TABLE shadow_run (
  run        INTEGER PRIMARY KEY,
  month      TEXT NOT NULL,
  -- When Stripe was asked; ages are counted from it.
  at         INTEGER NOT NULL,
  cells      INTEGER NOT NULL,
  structural INTEGER NOT NULL,
  stale      INTEGER NOT NULL,
  exit_code  INTEGER NOT NULL
) STRICT;

-- One cell of a run; a cell with nothing on either side is left out. Quantities in the billed unit, exact decimal text,
-- null: absent.
CREATE TABLE shadow_reading (
  run          INTEGER NOT NULL REFERENCES shadow_run (run) ON DELETE CASCADE,
  meter_key    INTEGER NOT NULL REFERENCES meter_key (meter_key),
  -- 0: usage that is nobody's.
  customer_key INTEGER NOT NULL,
  -- The smallest usage id; 0: none.
  usage_key    INTEGER NOT NULL,
  verdict      TEXT NOT NULL,
  measured     TEXT,
  metered      TEXT,
  -- measured − metered; null where the two cannot be compared.
  drift        TEXT,
  -- The basic rule alone (metering.md section 5).
  upstream_ok  INTEGER CHECK (upstream_ok IN (0, 1)),
  -- Start of the hour in which the held value was sent, and how long before the question that was.
  held_hour    INTEGER,
  age_ms       INTEGER,
  -- Codes, JSON list; null: none.
  pitfalls     TEXT,
  PRIMARY KEY (run, meter_key, customer_key, usage_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX shadow_reading_by_cell ON shadow_reading (meter_key, customer_key, run);
