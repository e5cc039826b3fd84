-- Usage ids that fit any customer, in byte order.
SELECT DISTINCT i.usage_id
FROM mapping AS m
JOIN usage_identity AS i USING (usage_key)
ORDER BY i.usage_id
