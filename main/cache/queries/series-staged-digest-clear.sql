-- The digests of a pull that took effect.
DELETE FROM series_staged_digest
WHERE pull = ?
