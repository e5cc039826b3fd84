-- What was billed for usage, as it was when it was first seen, so that late usage is subtracted from it and nothing is
-- charged twice (rating-late-usage.md). Nothing here is ever changed: what people decided and what was booked stays.

-- One act of billing a part of what a subscription item used. `billed`: the lines of a finalised invoice for one item,
-- price and service period. `correction`: what was invoiced later for the same, so that it is not booked again.
CREATE TABLE rating_run (
  run               INTEGER PRIMARY KEY,
  kind              TEXT NOT NULL CHECK (kind IN ('billed', 'correction')),
  -- The month (UTC) in which the service period begins.
  month             TEXT NOT NULL,
  customer_id       TEXT NOT NULL,
  subscription_id   TEXT,
  -- Empty where the invoice line names no item.
  item_id           TEXT NOT NULL,
  meter_key         INTEGER NOT NULL REFERENCES meter_key (meter_key),
  price_id          TEXT NOT NULL,
  -- The amounts that were charged, in our words as JSON.
  price             TEXT NOT NULL,
  currency          TEXT NOT NULL,
  -- The billed service period, which is the period of the charge.
  service_from      INTEGER NOT NULL,
  service_to        INTEGER NOT NULL,
  -- What was booked in billed units, exact decimal text; null where the invoice tells packages and not their contents.
  quantity          TEXT,
  -- What was measured of the service period when the run was recorded, in billed units; null: not known.
  measured          TEXT,
  -- How it was measured (main/config/fingerprint.ts); another way of measuring is not late usage.
  usage_fingerprint TEXT,
  -- The pull in force of the month in which the service period begins.
  usage_pull        INTEGER,
  -- The booked lines as JSON (main/cache/rating-run-store.ts), each with its id, on the service period.
  lines             TEXT NOT NULL,
  -- Of a correction: by which engine, and the period that the lines were booked on.
  engine            TEXT CHECK (engine IN ('delta', 'period_preserving')),
  booked_from       INTEGER,
  booked_to         INTEGER,
  -- SHA-256 of everything that the lines depend on.
  input_digest      TEXT NOT NULL,
  -- Null on a correction.
  invoice_id        TEXT,
  tool_version      TEXT NOT NULL,
  created_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX rating_run_by_month ON rating_run (month, customer_id);
CREATE UNIQUE INDEX rating_run_billed ON rating_run (invoice_id, item_id, price_id, service_from, service_to)
  WHERE kind = 'billed';

-- The hours that were in force when a run was recorded, all usage ids of the customer added up, as usage_hours packs
-- them; one row for each month that the service period touches. Absent where usage has no hours.
CREATE TABLE rating_run_hours (
  run      INTEGER NOT NULL REFERENCES rating_run (run),
  month    TEXT NOT NULL,
  -- Stored native quantity = measured native quantity / 10^exponent.
  exponent INTEGER NOT NULL,
  hours    BLOB NOT NULL,
  PRIMARY KEY (run, month)
) STRICT, WITHOUT ROWID;

-- A voided run is as if it never was: its invoice was voided.
CREATE TABLE rating_run_void (
  run    INTEGER PRIMARY KEY REFERENCES rating_run (run),
  at     INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;

-- What was decided about a correction. `digest` is that of the correction: once other usage arrives it is another one,
-- and undecided again. The newest row of a digest counts.
CREATE TABLE late_decision (
  id          INTEGER PRIMARY KEY,
  month       TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  meter_key   INTEGER NOT NULL REFERENCES meter_key (meter_key),
  digest      TEXT NOT NULL,
  decision    TEXT NOT NULL CHECK (decision IN ('carry_forward', 'waive', 'invoiced', 'undecided')),
  note        TEXT NOT NULL,
  author      TEXT NOT NULL,
  at          INTEGER NOT NULL
) STRICT;
CREATE INDEX late_decision_by_month ON late_decision (month, customer_id, meter_key, id);

-- What each complete pull of usage found hour by hour, all usage ids added up; kept when the rows of the pull are swept.
CREATE TABLE usage_arrival (
  pull      INTEGER PRIMARY KEY,
  meter_key INTEGER NOT NULL REFERENCES meter_key (meter_key),
  month     TEXT NOT NULL,
  -- When the pull began to read: usage stored later is not in it.
  pulled_at INTEGER NOT NULL,
  -- Stored native quantity = measured native quantity / 10^exponent.
  exponent  INTEGER NOT NULL,
  hours     BLOB NOT NULL
) STRICT;
CREATE INDEX usage_arrival_by_meter ON usage_arrival (meter_key, month, pull);

CREATE TRIGGER rating_run_is_kept BEFORE UPDATE ON rating_run
  BEGIN SELECT raise(ABORT, 'a rating run is never changed'); END;
CREATE TRIGGER rating_run_is_not_removed BEFORE DELETE ON rating_run
  BEGIN SELECT raise(ABORT, 'a rating run is never removed'); END;
CREATE TRIGGER rating_run_hours_is_kept BEFORE UPDATE ON rating_run_hours
  BEGIN SELECT raise(ABORT, 'the hours of a rating run are never changed'); END;
CREATE TRIGGER rating_run_hours_is_not_removed BEFORE DELETE ON rating_run_hours
  BEGIN SELECT raise(ABORT, 'the hours of a rating run are never removed'); END;
CREATE TRIGGER rating_run_void_is_kept BEFORE UPDATE ON rating_run_void
  BEGIN SELECT raise(ABORT, 'a voided run stays voided'); END;
CREATE TRIGGER rating_run_void_is_not_removed BEFORE DELETE ON rating_run_void
  BEGIN SELECT raise(ABORT, 'a voided run stays voided'); END;
CREATE TRIGGER late_decision_is_kept BEFORE UPDATE ON late_decision
  BEGIN SELECT raise(ABORT, 'a decision is never changed: add another one'); END;
CREATE TRIGGER late_decision_is_not_removed BEFORE DELETE ON late_decision
  BEGIN SELECT raise(ABORT, 'a decision is never removed: add another one'); END;
CREATE TRIGGER usage_arrival_is_kept BEFORE UPDATE ON usage_arrival
  BEGIN SELECT raise(ABORT, 'what a pull found is never changed'); END;
CREATE TRIGGER usage_arrival_is_not_removed BEFORE DELETE ON usage_arrival
  BEGIN SELECT raise(ABORT, 'what a pull found is never removed'); END;
