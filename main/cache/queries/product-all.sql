-- Every product.
SELECT id, name, is_active
FROM product
ORDER BY id
