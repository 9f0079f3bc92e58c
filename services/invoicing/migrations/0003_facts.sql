-- What happened under a plan: usage, seats, milestones. Facts are never changed; a correction is another fact.

CREATE TABLE usage_event (
    tenant      uuid        NOT NULL,
    source      text        NOT NULL,
    id          text        NOT NULL,
    account     text        NOT NULL,
    meter       text        NOT NULL,
    at          timestamptz NOT NULL,
    value       numeric     NOT NULL,
    dimensions  jsonb       NOT NULL,
    -- Half a SHA-256 of all of the above: tells a repeat from a conflict without comparing each column.
    content     bytea       NOT NULL CHECK (octet_length(content) = 16),
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (source, id, tenant)
);
CREATE INDEX usage_event_billed ON usage_event (account, meter, tenant, at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE usage_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_event FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_event
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

CREATE TABLE seat_change (
    tenant      uuid        NOT NULL,
    plan        text        NOT NULL,
    id          text        NOT NULL,
    charge      text        NOT NULL,
    -- The day belongs to the new state.
    date        date        NOT NULL,
    quantity    numeric     NOT NULL CHECK (quantity >= 0),
    reason      text        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    -- Of several changes for one day the last one recorded counts.
    position    bigint      GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (tenant, plan, id),
    FOREIGN KEY (tenant, plan) REFERENCES plan (tenant, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seat_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE seat_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE seat_change FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON seat_change
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

CREATE TABLE milestone_completion (
    tenant      uuid        NOT NULL,
    plan        text        NOT NULL,
    milestone   text        NOT NULL,
    id          text        NOT NULL,
    date        date        NOT NULL,
    evidence    text        NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    -- A milestone is reached once.
    PRIMARY KEY (tenant, plan, milestone),
    UNIQUE (plan, id, tenant),
    FOREIGN KEY (tenant, plan) REFERENCES plan (tenant, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON milestone_completion
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE milestone_completion ENABLE ROW LEVEL SECURITY;
ALTER TABLE milestone_completion FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON milestone_completion
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
