-- What people wrote and signed about a month, and the months that were locked. Nothing here is ever changed or removed:
-- it is added to, and every addition has its entry in the audit log, whose entries chain by hash.

-- What somebody did. `hash` covers the entry and the hash of the entry before it
-- (shared/reconciliation/close/audit-chain.ts); `body` is canonical JSON.
CREATE TABLE audit_event (
  seq           INTEGER PRIMARY KEY,
  at            INTEGER NOT NULL,
  actor         TEXT NOT NULL,
  action        TEXT NOT NULL,
  -- Null where it concerns no month.
  month         TEXT,
  body          TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash          TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX audit_event_by_month ON audit_event (month, seq);

-- A note on a month, on one of its gates, meters or customers, or on a cell. Where it explains, `covers` holds the
-- digests of what stood in the way of the close when it was written (JSON list): other figures are open again.
CREATE TABLE note (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  author      TEXT NOT NULL,
  month       TEXT NOT NULL,
  customer_id TEXT,
  -- Of a cell without a customer.
  usage_id    TEXT,
  -- Its key in tieout.yaml.
  meter       TEXT,
  gate        TEXT,
  body        TEXT NOT NULL,
  explains    INTEGER NOT NULL CHECK (explains IN (0, 1)),
  covers      TEXT NOT NULL
) STRICT;
CREATE INDEX note_by_month ON note (month, id);

-- A name under figures: `content_hash` is that of the figures that were seen. Holds for the lock of that version only.
CREATE TABLE sign_off (
  id           INTEGER PRIMARY KEY,
  at           INTEGER NOT NULL,
  month        TEXT NOT NULL,
  version      INTEGER NOT NULL,
  role         TEXT NOT NULL CHECK (role IN ('preparer', 'reviewer')),
  name         TEXT NOT NULL,
  content_hash TEXT NOT NULL
) STRICT;
CREATE INDEX sign_off_by_month ON sign_off (month, id);

-- A month as it was locked, as canonical JSON, and all its cells as CSV, both compressed. `content_hash` is that of the
-- uncompressed snapshot, which holds the hash of the cells.
CREATE TABLE close_lock (
  month        TEXT NOT NULL,
  -- From 1; one more each time a month is locked again.
  version      INTEGER NOT NULL,
  at           INTEGER NOT NULL,
  actor        TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  snapshot     BLOB NOT NULL,
  cells        BLOB NOT NULL,
  PRIMARY KEY (month, version)
) STRICT;

CREATE TABLE close_reopen (
  month   TEXT NOT NULL,
  version INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  actor   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  PRIMARY KEY (month, version),
  FOREIGN KEY (month, version) REFERENCES close_lock (month, version)
) STRICT;

CREATE TRIGGER audit_event_is_kept BEFORE UPDATE ON audit_event
  BEGIN SELECT raise(ABORT, 'an entry of the audit log is never changed'); END;
CREATE TRIGGER audit_event_is_not_removed BEFORE DELETE ON audit_event
  BEGIN SELECT raise(ABORT, 'an entry of the audit log is never removed'); END;
CREATE TRIGGER note_is_kept BEFORE UPDATE ON note
  BEGIN SELECT raise(ABORT, 'a note is never changed: add another one'); END;
CREATE TRIGGER note_is_not_removed BEFORE DELETE ON note
  BEGIN SELECT raise(ABORT, 'a note is never removed: add another one'); END;
CREATE TRIGGER sign_off_is_kept BEFORE UPDATE ON sign_off
  BEGIN SELECT raise(ABORT, 'a sign-off is never changed'); END;
CREATE TRIGGER sign_off_is_not_removed BEFORE DELETE ON sign_off
  BEGIN SELECT raise(ABORT, 'a sign-off is never removed'); END;
CREATE TRIGGER close_lock_is_kept BEFORE UPDATE ON close_lock
  BEGIN SELECT raise(ABORT, 'a locked month is never changed: open it again with a reason'); END;
CREATE TRIGGER close_lock_is_not_removed BEFORE DELETE ON close_lock
  BEGIN SELECT raise(ABORT, 'a locked month is never removed: open it again with a reason'); END;
CREATE TRIGGER close_reopen_is_kept BEFORE UPDATE ON close_reopen
  BEGIN SELECT raise(ABORT, 'what was opened again is never changed'); END;
CREATE TRIGGER close_reopen_is_not_removed BEFORE DELETE ON close_reopen
  BEGIN SELECT raise(ABORT, 'what was opened again is never removed'); END;
