-- A month as it is locked.
INSERT INTO close_lock (month, version, at, actor, content_hash, snapshot, cells)
VALUES (:month, :version, :at, :actor, :contentHash, :snapshot, :cells)
