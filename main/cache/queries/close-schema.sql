-- How the tables of the close, their indexes and their guards were made.
SELECT name, sql
FROM sqlite_schema
WHERE tbl_name IN ('audit_event', 'note', 'sign_off', 'close_lock', 'close_reopen') AND sql IS NOT NULL
ORDER BY name
