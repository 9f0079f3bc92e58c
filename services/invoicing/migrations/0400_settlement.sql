-- What became of issued invoices: payments, what was taken back, what was written off. An invoice's own row never changes.

-- An invoice has the entry of its issue, which shares its id, and later those of payments and a write-off.
ALTER TABLE journal_entry DROP CONSTRAINT journal_entry_invoice_tenant_key;
CREATE INDEX journal_entry_by_invoice ON journal_entry (invoice, tenant);

CREATE TABLE payment (
    tenant      uuid    NOT NULL,
    id          text    NOT NULL CHECK (id <> ''),
    invoice     uuid    NOT NULL,
    currency    text    NOT NULL,
    -- The day the money came in.
    date        date    NOT NULL,
    amount      numeric NOT NULL CHECK (amount > 0),
    -- What of it settles the invoice, and what was more than was owed.
    applied     numeric NOT NULL CHECK (applied >= 0),
    excess      numeric NOT NULL CHECK (excess >= 0),
    -- What need not be paid because enough was paid early.
    discount    numeric NOT NULL CHECK (discount >= 0),
    -- As the bank statement or the provider has it.
    reference   text    NOT NULL CHECK (reference <> ''),
    entry       uuid    NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text    NOT NULL,
    position    bigint  GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (tenant, id),
    CHECK (amount = applied + excess),
    FOREIGN KEY (tenant, invoice, currency) REFERENCES invoice (tenant, id, currency),
    FOREIGN KEY (tenant, entry) REFERENCES journal_entry (tenant, id)
);
CREATE INDEX payment_by_invoice ON payment (invoice, tenant);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE payment ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON payment
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- A payment that did not hold: it bounced, or was recorded by mistake.
CREATE TABLE payment_return (
    tenant      uuid    NOT NULL,
    payment     text    NOT NULL,
    date        date    NOT NULL,
    reason      text    NOT NULL CHECK (reason <> ''),
    entry       uuid    NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text    NOT NULL,
    PRIMARY KEY (tenant, payment),
    FOREIGN KEY (tenant, payment) REFERENCES payment (tenant, id),
    FOREIGN KEY (tenant, entry) REFERENCES journal_entry (tenant, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_return
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE payment_return ENABLE ROW LEVEL SECURITY;
ALTER TABLE payment_return FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON payment_return
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- Taken back as a whole, by a credit note over all its lines.
CREATE TABLE invoice_void (
    tenant      uuid    NOT NULL,
    invoice     uuid    NOT NULL,
    credit_note uuid    NOT NULL,
    date        date    NOT NULL,
    reason      text    NOT NULL CHECK (reason <> ''),
    recorded_at timestamptz NOT NULL,
    recorded_by text    NOT NULL,
    PRIMARY KEY (tenant, invoice),
    UNIQUE (credit_note, tenant),
    FOREIGN KEY (tenant, invoice) REFERENCES invoice (tenant, id),
    FOREIGN KEY (tenant, credit_note) REFERENCES invoice (tenant, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_void
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE invoice_void ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice_void FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invoice_void
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- Owed, and no longer expected.
CREATE TABLE invoice_write_off (
    tenant      uuid    NOT NULL,
    invoice     uuid    NOT NULL,
    date        date    NOT NULL,
    -- What was owed then.
    amount      numeric NOT NULL CHECK (amount > 0),
    reason      text    NOT NULL CHECK (reason <> ''),
    entry       uuid    NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text    NOT NULL,
    PRIMARY KEY (tenant, invoice),
    FOREIGN KEY (tenant, invoice) REFERENCES invoice (tenant, id),
    FOREIGN KEY (tenant, entry) REFERENCES journal_entry (tenant, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_write_off
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE invoice_write_off ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice_write_off FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invoice_write_off
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
