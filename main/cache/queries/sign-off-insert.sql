-- A name under figures.
INSERT INTO sign_off (id, at, month, version, role, name, content_hash)
VALUES (:id, :at, :month, :version, :role, :name, :contentHash)
