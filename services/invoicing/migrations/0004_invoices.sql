-- Issued invoices. What stands here was sent to a customer: nothing is ever changed, only followed by another document.

-- The last number given out, one row for each issuer and series. The row is locked by the transaction that issues, so a
-- number is taken only together with its invoice: no gap, no double.
CREATE TABLE invoice_number (
    tenant uuid   NOT NULL,
    issuer text   NOT NULL,
    series text   NOT NULL,
    last   bigint NOT NULL CHECK (last >= 0),
    PRIMARY KEY (tenant, issuer, series)
);
ALTER TABLE invoice_number ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice_number FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invoice_number
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

CREATE TABLE invoice (
    tenant       uuid        NOT NULL,
    id           uuid        NOT NULL,
    issuer       text        NOT NULL,
    -- invoice or credit note: each has numbers of its own.
    series       text        NOT NULL CHECK (series IN ('invoice', 'credit-note')),
    sequence     bigint      NOT NULL CHECK (sequence >= 1),
    -- The sequence as people see it.
    number       text        NOT NULL CHECK (number <> ''),
    account      text        NOT NULL,
    plan         text        NOT NULL,
    -- The version in force on the invoice date.
    version      text        NOT NULL,
    customer     text        NOT NULL,
    currency     text        NOT NULL,
    invoice_date date        NOT NULL,
    due_date     date        NOT NULL,
    net          numeric     NOT NULL,
    tax          numeric     NOT NULL,
    total        numeric     NOT NULL CHECK (total = net + tax),
    issued_at    timestamptz NOT NULL,
    issued_by    text        NOT NULL,
    -- The request that ran the billing.
    run          text        NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (issuer, series, sequence, tenant),
    -- An invoice is in its agreement's currency and for its agreement's account.
    FOREIGN KEY (tenant, plan, currency) REFERENCES plan (tenant, id, currency),
    FOREIGN KEY (tenant, plan, account) REFERENCES plan (tenant, id, account),
    FOREIGN KEY (tenant, version) REFERENCES plan_version (tenant, content_hash),
    -- For the foreign keys of lines.
    UNIQUE (tenant, id, currency)
);
CREATE INDEX invoice_by_plan ON invoice (plan, tenant, invoice_date);
CREATE INDEX invoice_by_account ON invoice (account, tenant);
CREATE INDEX invoice_by_run ON invoice (run, tenant);
CREATE INDEX invoice_by_number ON invoice (number, tenant);
CREATE INDEX invoice_by_date ON invoice (invoice_date, account, series, sequence, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invoice
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

CREATE TABLE invoice_line (
    tenant      uuid    NOT NULL,
    id          uuid    NOT NULL,
    invoice     uuid    NOT NULL,
    position    integer NOT NULL CHECK (position >= 1),
    plan        text    NOT NULL,
    currency    text    NOT NULL,
    -- Of the charge, or of the commitment or credit pool where the component says so.
    charge      text    NOT NULL,
    component   text    NOT NULL,
    -- The days served; none on a one-time line.
    service     daterange CHECK (NOT isempty(service)),
    -- 0 on the line that bills this service first, then one more for each line that restates it.
    sequence    integer NOT NULL CHECK (sequence >= 0),
    description text    NOT NULL,
    quantity    numeric,
    amount      numeric NOT NULL,
    tax         text,
    -- Why it was due: first billed, restated, withdrawn.
    reason      jsonb   NOT NULL,
    working     jsonb   NOT NULL,
    -- The facts as they were known when it was billed.
    facts       jsonb   NOT NULL,
    sources     jsonb   NOT NULL,
    -- All that names the part of a charge, in one value: an index over ranges stays narrow and fast with it. Ids hold no
    -- control characters, so the separator keeps them apart.
    billed_part uuid    NOT NULL GENERATED ALWAYS AS (
        md5(tenant::text || E'\x1f' || plan || E'\x1f' || charge || E'\x1f' || component || E'\x1f' || sequence::text)::uuid
    ) STORED,
    PRIMARY KEY (tenant, id),
    UNIQUE (invoice, position, tenant),
    -- Line, invoice and agreement share one currency: a mix cannot be stored.
    FOREIGN KEY (tenant, invoice, currency) REFERENCES invoice (tenant, id, currency),
    FOREIGN KEY (tenant, plan, currency) REFERENCES plan (tenant, id, currency),
    -- Nothing is billed twice: no day of a part of a charge stands on two first lines, or on two restatements of the
    -- same order.
    CONSTRAINT billed_once EXCLUDE USING gist (billed_part WITH =, service WITH &&) WHERE (service IS NOT NULL)
);
CREATE UNIQUE INDEX billed_once_without_service ON invoice_line (plan, charge, component, sequence, tenant)
    WHERE service IS NULL;
CREATE INDEX invoice_line_by_plan ON invoice_line (plan, tenant);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE invoice_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice_line FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invoice_line
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

CREATE TABLE invoice_tax (
    tenant  uuid    NOT NULL,
    invoice uuid    NOT NULL,
    tax     text    NOT NULL,
    name    text    NOT NULL,
    percent numeric NOT NULL,
    -- Contained in the lines rather than added to them?
    included boolean NOT NULL,
    net     numeric NOT NULL,
    amount  numeric NOT NULL,
    PRIMARY KEY (invoice, tax, tenant),
    FOREIGN KEY (tenant, invoice) REFERENCES invoice (tenant, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_tax
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE invoice_tax ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoice_tax FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invoice_tax
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
