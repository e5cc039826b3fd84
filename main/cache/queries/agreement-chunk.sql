-- Agreeing cells that a run keeps, by meter and customer.
SELECT meter_key AS meterKey, customer_key AS customerKey, usage_key AS usageKey, measured_whole AS measuredWhole,
       measured_frac AS measuredFrac, metered_whole AS meteredWhole, metered_frac AS meteredFrac, currency,
       measured_minor AS measuredMinor, metered_minor AS meteredMinor
FROM tieout_agreement
WHERE run = @run AND (meter_key, customer_key) > (@meter, @customer)
ORDER BY meter_key, customer_key
LIMIT @rows
