-- One round of shadow mode.
INSERT INTO shadow_run (month, at, cells, structural, stale, exit_code)
VALUES (:month, :at, :cells, :structural, :stale, :exitCode)
