-- What somebody did.
INSERT INTO audit_event (seq, at, actor, action, month, body, previous_hash, hash)
VALUES (:seq, :at, :actor, :action, :month, :body, :previousHash, :hash)
