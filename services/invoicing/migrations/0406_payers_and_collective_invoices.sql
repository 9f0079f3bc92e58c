-- Who pays for an account, and who gets what several contracts bill on one document.

-- Accounts that get one invoice a day for all that they pay; all others get one for each contract.
CREATE TABLE account_billing (
    tenant     uuid        NOT NULL,
    account    text        NOT NULL,
    collective boolean     NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text        NOT NULL,
    PRIMARY KEY (tenant, account),
    FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
);
ALTER TABLE account_billing ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_billing FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON account_billing
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));

-- Who pays for an account, where it is not the account alone. Changes stand in the audit log.
CREATE TABLE account_payer (
    tenant   uuid    NOT NULL,
    account  text    NOT NULL,
    position integer NOT NULL CHECK (position >= 1),
    payer    text    NOT NULL,
    -- A part of every line, or every line of some charges.
    percent  numeric CHECK (percent > 0 AND percent <= 100),
    charges  text[]  CHECK (cardinality(charges) >= 1),
    PRIMARY KEY (tenant, account, position),
    UNIQUE (account, payer, tenant),
    FOREIGN KEY (tenant, account) REFERENCES account (tenant, id),
    FOREIGN KEY (tenant, payer) REFERENCES account (tenant, id),
    CHECK ((percent IS NULL) <> (charges IS NULL))
);
CREATE INDEX account_payer_by_payer ON account_payer (payer, tenant);
ALTER TABLE account_payer ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_payer FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON account_payer
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));

-- An invoice is for whoever pays, which need not be the account of its agreement. Where it bills several agreements, it
-- names the first; each line names its own.
ALTER TABLE invoice DROP CONSTRAINT invoice_tenant_plan_account_fkey;
ALTER TABLE invoice ADD FOREIGN KEY (tenant, account) REFERENCES account (tenant, id);

-- One invoice may rest on a basis for each of its agreements, and a basis knows who paid then.
ALTER TABLE invoice_basis DROP CONSTRAINT invoice_basis_pkey;
ALTER TABLE invoice_basis ADD PRIMARY KEY (tenant, id, plan);
ALTER TABLE invoice_basis ADD COLUMN payers jsonb NOT NULL DEFAULT '[]';
