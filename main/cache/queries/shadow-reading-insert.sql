-- One cell as a round of shadow mode saw it.
INSERT INTO shadow_reading (
  run, meter_key, customer_key, usage_key, verdict, measured, metered, drift, upstream_ok, held_hour, age_ms, pitfalls
) VALUES (
  :run, :meterKey, :customerKey, :usageKey, :verdict, :measured, :metered, :drift, :upstreamOk, :heldHour, :ageMs,
  :pitfalls
)
