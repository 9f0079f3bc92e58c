-- Facts that were missing: how a plan ends early, published index values, and milestone reports that were mistakes.

-- What was declared about an agreement's end, and what of it was taken back.
CREATE TABLE plan_ending (
    tenant        uuid        NOT NULL,
    plan          text        NOT NULL,
    id            text        NOT NULL,
    kind          text        NOT NULL CHECK (kind IN ('terminated', 'not-renewed')),
    -- The last day served, or the day the notice was given.
    date          date        NOT NULL,
    -- Does the contract give back what was paid for later days?
    refund_unused boolean     NOT NULL,
    reason        text        NOT NULL CHECK (reason <> ''),
    recorded_at   timestamptz NOT NULL,
    recorded_by   text        NOT NULL,
    PRIMARY KEY (tenant, plan, id),
    FOREIGN KEY (tenant, plan) REFERENCES plan (tenant, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_ending
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE plan_ending ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan_ending FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON plan_ending
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

CREATE TABLE plan_ending_withdrawal (
    tenant      uuid        NOT NULL,
    plan        text        NOT NULL,
    ending      text        NOT NULL,
    reason      text        NOT NULL CHECK (reason <> ''),
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    PRIMARY KEY (tenant, plan, ending),
    FOREIGN KEY (tenant, plan, ending) REFERENCES plan_ending (tenant, plan, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_ending_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE plan_ending_withdrawal ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan_ending_withdrawal FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON plan_ending_withdrawal
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- Values of index series as they were published. A statistics office revises; the value recorded last counts.
CREATE TABLE index_value (
    tenant      uuid        NOT NULL,
    series      text        NOT NULL CHECK (series <> ''),
    -- First day of the reference month.
    month       date        NOT NULL CHECK (extract(day FROM month) = 1),
    value       numeric     NOT NULL CHECK (value > 0),
    -- Where it was published.
    publication text        NOT NULL CHECK (publication <> ''),
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    position    bigint      GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (tenant, series, month, position)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON index_value
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE index_value ENABLE ROW LEVEL SECURITY;
ALTER TABLE index_value FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON index_value
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- A completion that was reported by mistake. The milestone can then be reached again, so completions are told apart by
-- their ids; that no two of one milestone stand at once is seen to while the account is held.
ALTER TABLE milestone_completion DROP CONSTRAINT milestone_completion_pkey;
ALTER TABLE milestone_completion ADD PRIMARY KEY (tenant, plan, id);
CREATE TABLE milestone_withdrawal (
    tenant      uuid        NOT NULL,
    plan        text        NOT NULL,
    completion  text        NOT NULL,
    date        date        NOT NULL,
    reason      text        NOT NULL CHECK (reason <> ''),
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    PRIMARY KEY (tenant, plan, completion),
    FOREIGN KEY (tenant, plan, completion) REFERENCES milestone_completion (tenant, plan, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON milestone_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE milestone_withdrawal ENABLE ROW LEVEL SECURITY;
ALTER TABLE milestone_withdrawal FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON milestone_withdrawal
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
