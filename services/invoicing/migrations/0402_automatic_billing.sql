-- Billing that happens by itself, on the day in the contract's time zone.

-- The migration looks at everybody's rows.
SELECT set_config('quittance.tenant', '*', true);
-- An agreement counts its days in one zone for good.
ALTER TABLE plan ADD COLUMN time_zone text;
UPDATE plan SET time_zone = first.document ->> 'time_zone'
FROM plan_version AS first WHERE first.tenant = plan.tenant AND first.plan = plan.id AND first.number = 1;
ALTER TABLE plan ALTER COLUMN time_zone SET NOT NULL;

-- Whether a tenant's accounts are billed by themselves. Changes stand in the audit log.
CREATE TABLE automatic_billing (
    tenant     uuid        NOT NULL PRIMARY KEY,
    is_on      boolean     NOT NULL,
    -- Days after its date on which an invoice is issued: late usage still comes in.
    grace_days integer     NOT NULL CHECK (grace_days BETWEEN 0 AND 60),
    changed_at timestamptz NOT NULL,
    changed_by text        NOT NULL
);
ALTER TABLE automatic_billing ENABLE ROW LEVEL SECURITY;
ALTER TABLE automatic_billing FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON automatic_billing
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- Through which day an account was billed by itself; gone when it gets a new plan or amendment, which is then billed at
-- once.
CREATE TABLE billed_through (
    tenant  uuid NOT NULL,
    account text NOT NULL,
    through date NOT NULL,
    PRIMARY KEY (tenant, account),
    FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
);
ALTER TABLE billed_through ENABLE ROW LEVEL SECURITY;
ALTER TABLE billed_through FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON billed_through
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
