-- One run; immutable.
INSERT INTO rating_run (
  kind, month, customer_id, subscription_id, item_id, meter_key, price_id, price, currency, service_from, service_to,
  quantity, measured, usage_fingerprint, usage_pull, lines, engine, booked_from, booked_to, input_digest, invoice_id,
  tool_version, created_at
) VALUES (
  :kind, :month, :customerId, :subscriptionId, :itemId, :meterKey, :priceId, :price, :currency, :serviceFrom, :serviceTo,
  :quantity, :measured, :usageFingerprint, :usagePull, :lines, :engine, :bookedFrom, :bookedTo, :inputDigest, :invoiceId,
  :toolVersion, :createdAt
)
