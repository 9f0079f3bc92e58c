-- Accounts, the agreements they are billed by, and the versions of each agreement.

CREATE TABLE account (
    tenant uuid NOT NULL,
    id     text NOT NULL,
    PRIMARY KEY (tenant, id)
);
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE account FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON account
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- One agreement over all its versions: what a charge may be billed only once for. Its id is the content hash of its
-- first version.
CREATE TABLE plan (
    tenant   uuid NOT NULL,
    id       text NOT NULL,
    account  text NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, account) REFERENCES account (tenant, id),
    -- For the foreign keys that keep currencies and accounts apart.
    UNIQUE (tenant, id, currency),
    UNIQUE (tenant, id, account)
);
CREATE INDEX plan_account ON plan (account, tenant);
ALTER TABLE plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON plan
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

CREATE TABLE plan_version (
    tenant        uuid        NOT NULL,
    content_hash  text        NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
    plan          text        NOT NULL,
    -- 1 for the first, one more for each amendment.
    number        integer     NOT NULL CHECK (number >= 1),
    -- First day in force.
    effective     date        NOT NULL,
    document      jsonb       NOT NULL,
    contract_id   text        NOT NULL,
    revision      bigint      NOT NULL CHECK (revision >= 0),
    submitted_by  text        NOT NULL,
    approved_by   text        NOT NULL,
    approved_at   timestamptz NOT NULL,
    registered_at timestamptz NOT NULL,
    registered_by text        NOT NULL,
    PRIMARY KEY (tenant, content_hash),
    FOREIGN KEY (tenant, plan) REFERENCES plan (tenant, id),
    -- Two amendments of the same version: the second comes too late and must amend the first.
    UNIQUE (plan, number, tenant)
);
-- A contract opens one agreement; what changes it later is an amendment.
CREATE UNIQUE INDEX plan_version_of_contract ON plan_version (contract_id, tenant) WHERE number = 1;
CREATE INDEX plan_version_by_contract ON plan_version (contract_id, tenant);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE plan_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan_version FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON plan_version
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- The meters an account's plans know: usage for any other is refused when it arrives, not lost when it is billed.
CREATE TABLE account_meter (
    tenant  uuid NOT NULL,
    account text NOT NULL,
    meter   text NOT NULL,
    PRIMARY KEY (tenant, account, meter),
    FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
);
ALTER TABLE account_meter ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_meter FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON account_meter
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- What the last billing run could not bill, and why; gone once a run succeeds.
CREATE TABLE parked_account (
    tenant  uuid        NOT NULL,
    account text        NOT NULL,
    -- The agreement that could not be billed; empty where it is the account as a whole.
    plan    text        NOT NULL,
    reason  text        NOT NULL,
    through date        NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (tenant, account, plan),
    FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
);
ALTER TABLE parked_account ENABLE ROW LEVEL SECURITY;
ALTER TABLE parked_account FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON parked_account
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
