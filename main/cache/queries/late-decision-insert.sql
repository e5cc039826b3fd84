-- What was decided about a correction.
INSERT INTO late_decision (month, customer_id, meter_key, digest, decision, note, author, at)
VALUES (:month, :customerId, :meterKey, :digest, :decision, :note, :author, :at)
