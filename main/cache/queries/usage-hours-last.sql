-- The last usage id of a pull that has hours.
SELECT max(usage_key) FROM usage_hours WHERE pull = ?
