-- The incident that a cell of a run belongs to (shared/reconciliation/explain/incidents.ts); null: to none.
ALTER TABLE tieout_exception ADD COLUMN incident TEXT;
