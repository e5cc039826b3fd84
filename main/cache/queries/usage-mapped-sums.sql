-- Period totals of a range of usage ids, of those that fit one customer and of the others. Sums are taken of halves of
-- the integers, so that none of them can overflow.
SELECT (SELECT count(*) FROM mapping AS m WHERE m.usage_key = u.usage_key) = 1 AS is_mapped,
       count(*), sum(whole >> 32), sum(whole & 4294967295), sum(frac >> 32), sum(frac & 4294967295),
       max(whole), usage_key
FROM usage_month AS u
WHERE pull = :pull AND usage_key > :after AND usage_key <= :through AND invalid IS NULL AND (whole <> 0 OR frac <> 0)
GROUP BY is_mapped
