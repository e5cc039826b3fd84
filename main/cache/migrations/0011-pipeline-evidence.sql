-- What the books of a pipeline say, so that its rollup and a cutover can be judged offline: samples added up, events,
-- how customers are billed, what was billed before, runs of machines. A month is replaced as a whole.
CREATE TABLE evidence_pull (
  -- Of tieout.yaml; empty: Stripe's own settings.
  pipeline    TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('samples', 'events', 'customers', 'billed', 'runs', 'webhooks')),
  -- Empty: of no month.
  month       TEXT NOT NULL,
  -- When reading began.
  as_of       INTEGER NOT NULL,
  -- Of the settings under which it was read.
  fingerprint TEXT NOT NULL,
  PRIMARY KEY (pipeline, kind, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE evidence_row (
  pipeline TEXT NOT NULL,
  kind     TEXT NOT NULL,
  month    TEXT NOT NULL,
  -- In the order of the source.
  sequence INTEGER NOT NULL,
  -- A JSON list of its values; quantities are exact decimal text, instants unix milliseconds.
  body     TEXT NOT NULL,
  PRIMARY KEY (pipeline, kind, month, sequence),
  FOREIGN KEY (pipeline, kind, month) REFERENCES evidence_pull (pipeline, kind, month) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
