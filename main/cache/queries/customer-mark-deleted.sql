-- Stripe tells no more than the id of a deleted customer: name and metadata stay as they were known.
INSERT INTO customer (id, is_deleted, is_vanished)
VALUES (:id, 1, :isVanished)
ON CONFLICT (id) DO UPDATE SET is_deleted = 1, is_vanished = excluded.is_vanished
