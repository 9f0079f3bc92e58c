-- What a run computed invoices from, kept as it was known then: facts go on arriving, and with this an invoice can be
-- recomputed to the cent for ever. Versions of the plan and lines billed before are rows that never change; only how
-- many of them there were is kept.
CREATE TABLE invoice_basis (
    tenant         uuid   NOT NULL,
    -- The first of its invoices.
    id             uuid   NOT NULL,
    plan           text   NOT NULL,
    -- Invoices and credit notes that were computed together, in the order in which they were drafted.
    invoices       uuid[] NOT NULL CHECK (cardinality(invoices) >= 1),
    -- The day the run billed through.
    through        date   NOT NULL,
    -- The date of the agreement's latest invoice before; none on the first run.
    issued_through date,
    -- Versions of the agreement from the first on.
    versions       integer NOT NULL CHECK (versions >= 1),
    facts          jsonb   NOT NULL,
    -- Single events that were too many to keep a second time; such an invoice is explained, but not exported.
    events_left_out bigint NOT NULL CHECK (events_left_out >= 0),
    -- Runs of one agreement wait for each other, so this is their order.
    position       bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, id) REFERENCES invoice (tenant, id),
    FOREIGN KEY (tenant, plan) REFERENCES plan (tenant, id)
);
CREATE INDEX invoice_basis_by_plan ON invoice_basis (plan, tenant);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_basis
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE invoice_basis ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice_basis FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invoice_basis
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
