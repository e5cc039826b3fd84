-- A meter as Stripe holds it.
INSERT INTO meter (
  id, display_name, event_name, formula, status, event_time_window, customer_payload_key, value_payload_key, created
) VALUES (
  :id, :displayName, :eventName, :formula, :status, :eventTimeWindow, :customerPayloadKey, :valuePayloadKey, :created
)
