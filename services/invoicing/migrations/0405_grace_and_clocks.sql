-- How long drafts wait before they are issued by themselves, and accounts that live by a time of their own.

-- The migration looks at everybody's rows.
SELECT set_config('quittance.tenant', '*', true);
-- Who is paid, as the newest version names them.
ALTER TABLE plan ADD COLUMN issuer text NOT NULL DEFAULT '';
UPDATE plan SET issuer = coalesce((
    SELECT version.document ->> 'provider' FROM plan_version AS version
    WHERE version.tenant = plan.tenant AND version.plan = plan.id ORDER BY version.number DESC LIMIT 1
), '');
SELECT set_config('quittance.tenant', '', true);

-- Days that differ from the tenant's. An account's own counts before its issuer's. Changes stand in the audit log.
CREATE TABLE grace_period (
    tenant     uuid        NOT NULL,
    scope      text        NOT NULL CHECK (scope IN ('account', 'issuer')),
    name       text        NOT NULL,
    days       integer     NOT NULL CHECK (days BETWEEN 0 AND 60),
    changed_at timestamptz NOT NULL,
    changed_by text        NOT NULL,
    PRIMARY KEY (tenant, scope, name)
);
ALTER TABLE grace_period ENABLE ROW LEVEL SECURITY;
ALTER TABLE grace_period FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON grace_period
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));

-- The time of an account for tests. It only goes forward, and no account has one that was billed by the world's time.
CREATE TABLE account_clock (
    tenant     uuid        NOT NULL,
    account    text        NOT NULL,
    now        timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text        NOT NULL,
    PRIMARY KEY (tenant, account),
    FOREIGN KEY (tenant, account) REFERENCES account (tenant, id)
);
ALTER TABLE account_clock ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_clock FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON account_clock
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));

-- What the account had used when it could not be billed: as soon as that, its terms or a fact changes, it is tried again.
ALTER TABLE parked_account ADD COLUMN usage_seen text NOT NULL DEFAULT '';
CREATE FUNCTION usage_of(of_tenant uuid, of_account text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(count), 0) || ' events, ' || coalesce(sum(sum), 0)
    FROM usage_series AS series JOIN usage_hour AS hour ON hour.series = series.series
    WHERE series.tenant = of_tenant AND series.account = of_account
$$;
