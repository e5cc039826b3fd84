-- What somebody wrote.
INSERT INTO note (id, at, author, month, customer_id, usage_id, meter, gate, body, explains, covers)
VALUES (:id, :at, :author, :month, :customerId, :usageId, :meter, :gate, :body, :explains, :covers)
