-- Every pull that speaks for a month, in all: as long as these are the same, so is what is computed from them.
SELECT json_group_array(pull)
FROM (SELECT pull FROM pull_in_force ORDER BY pull)
