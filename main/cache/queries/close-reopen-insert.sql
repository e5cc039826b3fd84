-- Why a locked month was opened again.
INSERT INTO close_reopen (month, version, at, actor, reason)
VALUES (:month, :version, :at, :actor, :reason)
