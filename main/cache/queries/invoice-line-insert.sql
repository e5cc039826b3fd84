-- A priced row of an invoice.
INSERT INTO invoice_line (
  id, invoice_id, position, amount_minor, currency, description, quantity, unit_amount, price_id, subscription_id,
  subscription_item_id, service_from, service_to, is_proration, origin, discount_minor, discounts, credit_minor, taxes
) VALUES (
  :id, :invoiceId, :position, :amount, :currency, :description, :quantity, :unitAmount, :priceId, :subscriptionId,
  :subscriptionItemId, :serviceFrom, :serviceTo, :isProration, :origin, :discount, :discounts, :credit, :taxes
)
