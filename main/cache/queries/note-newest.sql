-- The id of the newest note.
SELECT coalesce(max(id), 0) AS id FROM note
