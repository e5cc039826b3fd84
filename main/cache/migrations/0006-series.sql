-- Series and their last activity, kept for meters that ask for it, because a period cannot be recounted from last
-- activity once it is over: a series that was active again since is missing from it.

-- What the series of a meter mean (table, columns, filter). Under another meaning they are read anew.
CREATE TABLE series_cache (
  meter_key   INTEGER PRIMARY KEY REFERENCES meter_key (meter_key),
  fingerprint TEXT NOT NULL
) STRICT;

-- Months whose series were read.
CREATE TABLE series_read (
  meter_key INTEGER NOT NULL REFERENCES meter_key (meter_key),
  month     TEXT NOT NULL,
  read_at   INTEGER NOT NULL,
  PRIMARY KEY (meter_key, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE series_seen (
  meter_key  INTEGER NOT NULL,
  usage_key  INTEGER NOT NULL,
  -- The columns of the key as a JSON list of texts.
  series     TEXT NOT NULL,
  -- Raised only.
  last_seen  INTEGER NOT NULL,
  is_private INTEGER NOT NULL CHECK (is_private IN (0, 1)),
  PRIMARY KEY (meter_key, usage_key, series)
) STRICT, WITHOUT ROWID;

-- Of all series of a usage id in a month, as they were last read: equal ones are not transferred again.
CREATE TABLE series_digest (
  meter_key INTEGER NOT NULL,
  month     TEXT NOT NULL,
  usage_key INTEGER NOT NULL,
  digest    TEXT NOT NULL,
  PRIMARY KEY (meter_key, month, usage_key)
) STRICT, WITHOUT ROWID;

-- What a pull brought; it reaches the tables above in the transaction in which the pull takes effect.
CREATE TABLE series_staged (
  pull       INTEGER NOT NULL,
  usage_key  INTEGER NOT NULL,
  series     TEXT NOT NULL,
  -- The newest activity; null: everything is marked as deleted.
  seen_at    INTEGER,
  is_private INTEGER NOT NULL,
  PRIMARY KEY (pull, usage_key, series)
) STRICT, WITHOUT ROWID;

CREATE TABLE series_staged_digest (
  pull      INTEGER NOT NULL,
  usage_key INTEGER NOT NULL,
  digest    TEXT NOT NULL,
  PRIMARY KEY (pull, usage_key)
) STRICT, WITHOUT ROWID;

-- The counts of a month as they were at the newest pull before later activity could lower them; kept once the month is over.
CREATE TABLE series_snapshot (
  meter_key  INTEGER NOT NULL REFERENCES meter_key (meter_key),
  month      TEXT NOT NULL,
  taken_at   INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  -- How was counted.
  visibility TEXT NOT NULL CHECK (visibility IN ('all', 'private')),
  end_mode   TEXT NOT NULL CHECK (end_mode IN ('exclusive', 'inclusive')),
  PRIMARY KEY (meter_key, month)
) STRICT, WITHOUT ROWID;

-- Usage ids without a row had no active series.
CREATE TABLE series_snapshot_count (
  meter_key INTEGER NOT NULL,
  month     TEXT NOT NULL,
  usage_key INTEGER NOT NULL,
  active    INTEGER NOT NULL,
  PRIMARY KEY (meter_key, month, usage_key),
  FOREIGN KEY (meter_key, month) REFERENCES series_snapshot (meter_key, month)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER series_snapshot_is_kept BEFORE UPDATE ON series_snapshot WHEN OLD.taken_at >= OLD.ends_at
  BEGIN SELECT raise(ABORT, 'the count at the end of a period is never taken again'); END;
CREATE TRIGGER series_snapshot_is_not_removed BEFORE DELETE ON series_snapshot WHEN OLD.taken_at >= OLD.ends_at
  BEGIN SELECT raise(ABORT, 'the count at the end of a period is never removed'); END;
CREATE TRIGGER series_snapshot_count_is_kept BEFORE UPDATE ON series_snapshot_count
  BEGIN SELECT raise(ABORT, 'a count of a snapshot is never changed'); END;
CREATE TRIGGER series_snapshot_count_is_not_removed BEFORE DELETE ON series_snapshot_count
  WHEN EXISTS (SELECT 1 FROM series_snapshot AS s
               WHERE s.meter_key = OLD.meter_key AND s.month = OLD.month AND s.taken_at >= s.ends_at)
  BEGIN SELECT raise(ABORT, 'the count at the end of a period is never removed'); END;
