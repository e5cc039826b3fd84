-- The id of the newest sign-off.
SELECT coalesce(max(id), 0) AS id FROM sign_off
