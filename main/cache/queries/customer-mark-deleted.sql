-- Stripe tells no more than the id of a deleted customer: name and metadata stay as they were known.
INSERT INTO customer (id, is_deleted)
VALUES (?, 1)
ON CONFLICT (id) DO UPDATE SET is_deleted = 1
