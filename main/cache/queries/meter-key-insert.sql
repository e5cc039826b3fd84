-- A meter gets its surrogate key when it is first pulled.
INSERT INTO meter_key (key)
VALUES (?)
ON CONFLICT DO NOTHING
