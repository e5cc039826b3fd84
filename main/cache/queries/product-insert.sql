-- A product.
INSERT INTO product (id, name, is_active)
VALUES (?, ?, ?)
