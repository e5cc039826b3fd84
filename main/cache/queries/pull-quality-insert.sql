-- What a pull of usage found out about its rows.
INSERT INTO pull_quality (pull, facts)
VALUES (?, ?)
