-- Every product.
SELECT id, name, is_active, is_deleted
FROM product
ORDER BY id
