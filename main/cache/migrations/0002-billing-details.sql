-- What previews and proofs of invoices need beside the amounts. Details that nothing is looked up by are JSON in our
-- words (shared/billing); null stands for none. What was pulled before has the defaults until it is pulled again.

ALTER TABLE customer ADD COLUMN discount TEXT;
ALTER TABLE customer ADD COLUMN tax_exempt TEXT NOT NULL DEFAULT 'none';

ALTER TABLE product ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0;

-- What invoices left of a grant at the pull; null: not known.
ALTER TABLE credit_grant ADD COLUMN left_minor INTEGER;
CREATE INDEX credit_grant_by_customer ON credit_grant (customer_id);

ALTER TABLE invoice ADD COLUMN discount_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invoice ADD COLUMN credit_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invoice ADD COLUMN tax_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invoice ADD COLUMN starting_balance_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invoice ADD COLUMN ending_balance_minor INTEGER;
ALTER TABLE invoice ADD COLUMN is_automatic_tax INTEGER NOT NULL DEFAULT 0;
CREATE INDEX invoice_by_customer ON invoice (customer_id);
CREATE INDEX invoice_by_subscription ON invoice (subscription_id) WHERE subscription_id IS NOT NULL;

ALTER TABLE invoice_line ADD COLUMN origin TEXT NOT NULL DEFAULT 'unknown';
ALTER TABLE invoice_line ADD COLUMN credit_minor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invoice_line ADD COLUMN discounts TEXT;
ALTER TABLE invoice_line ADD COLUMN taxes TEXT;
