-- Cells of a run that do not plainly agree, in the order of the report.
SELECT e.ordinal, e.meter_key, e.customer_key, e.usage_key, e.usage_ids, i.usage_id, e.measured, e.metered, e.billed,
       e.drift_absolute, e.drift_relative, e.verdict, e.is_structural, e.cause, e.incident, e.currency, e.measured_minor,
       e.metered_minor, e.billed_minor, e.difference_minor, e.basis, e.billing_verdict, e.billing_line
FROM tieout_exception AS e
LEFT JOIN usage_identity AS i USING (usage_key)
WHERE e.run = ? AND e.ordinal > ?
ORDER BY e.ordinal
LIMIT ?
