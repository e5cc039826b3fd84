-- A usage id and a customer that it fits; two customers for one id are an ambiguity that the tie-out reports.
INSERT INTO mapping (usage_key, customer_key)
VALUES (?, ?)
ON CONFLICT DO NOTHING
