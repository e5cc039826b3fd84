-- Catalog pulls before this one.
UPDATE pull_run
SET state = 'superseded'
WHERE source = 'catalog' AND state = 'complete' AND pull <> ?
