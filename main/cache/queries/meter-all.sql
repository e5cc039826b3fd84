-- Every meter that Stripe has.
SELECT id, display_name, event_name, formula, status, event_time_window, customer_payload_key, value_payload_key, created
FROM meter
ORDER BY id
