-- A product.
INSERT INTO product (id, name, is_active, is_deleted)
VALUES (?, ?, ?, ?)
