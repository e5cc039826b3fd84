-- What two measurements of one meter came to, hour by hour, each time that it changed: rows that a source drops, and
-- pulls that replace others, do not take it away.
CREATE TABLE parity_check (
  id             INTEGER PRIMARY KEY,
  -- Of the pipeline's meter: its key names both.
  meter_key      INTEGER NOT NULL REFERENCES meter_key (meter_key),
  -- Beginning of the hour.
  hour           INTEGER NOT NULL,
  checked_at     INTEGER NOT NULL,
  is_clean       INTEGER NOT NULL CHECK (is_clean IN (0, 1)),
  -- The hour and the customers that departed, as JSON (main/cache/pipeline-store.ts).
  body           TEXT NOT NULL
) STRICT;
CREATE INDEX parity_check_by_hour ON parity_check (meter_key, hour, id);
