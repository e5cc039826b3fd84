-- What the invoices of a cell say against what Stripe metered (interfaces.md section 2, Billing), and the line that
-- shows it.

ALTER TABLE tieout_exception ADD COLUMN billing_verdict TEXT;
ALTER TABLE tieout_exception ADD COLUMN billing_line TEXT;
