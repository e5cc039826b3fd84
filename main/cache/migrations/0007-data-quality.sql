-- What the rows of a month said about themselves when they were pulled, one document for each pull of usage; kept when
-- the rows of the pull are swept, so that quality can be followed over pulls.
CREATE TABLE pull_quality (
  pull  INTEGER PRIMARY KEY REFERENCES pull_run (pull),
  facts TEXT NOT NULL
) STRICT;

-- The hours of a cell's evidence as JSON, [[hour, {figure: text}], …], so that some hours can be computed anew.
ALTER TABLE usage_evidence ADD COLUMN hours TEXT;
