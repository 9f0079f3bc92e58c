-- Contracts may charge late fees; whether they are charged on an invoice is decided for each. The last decision counts.
CREATE TABLE late_fee (
    tenant      uuid        NOT NULL,
    plan        text        NOT NULL,
    invoice     uuid        NOT NULL,
    charged     boolean     NOT NULL,
    reason      text        NOT NULL CHECK (reason <> ''),
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    position    bigint      GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (tenant, invoice, position),
    FOREIGN KEY (tenant, invoice) REFERENCES invoice (tenant, id),
    FOREIGN KEY (tenant, plan) REFERENCES plan (tenant, id)
);
CREATE INDEX late_fee_by_plan ON late_fee (plan, tenant);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON late_fee
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE late_fee ENABLE ROW LEVEL SECURITY;
ALTER TABLE late_fee FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON late_fee
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
