-- A usage id that is new gets the next key.
INSERT INTO usage_identity (usage_id)
VALUES (?)
