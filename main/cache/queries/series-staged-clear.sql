-- The series of a pull that took effect.
DELETE FROM series_staged
WHERE pull = ?
