-- One kind and month of a pipeline's books.
INSERT INTO evidence_pull (pipeline, kind, month, as_of, fingerprint)
VALUES (:pipeline, :kind, :month, :asOf, :fingerprint)
