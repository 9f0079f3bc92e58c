-- What is reported about milestones before they are complete, and renewals as they were decided.

-- Deliveries wait for acceptance: silence for as long as the contract says is one, a rejection is none.
ALTER TABLE milestone_completion ADD COLUMN kind text NOT NULL DEFAULT 'completed'
    CHECK (kind IN ('completed', 'delivered', 'rejected'));

-- A term that began, or did not, when the notice window before it closed. Where notice turns up late, or is taken back, a
-- later row of the same number says what holds then.
CREATE TABLE renewal (
    tenant      uuid        NOT NULL,
    plan        text        NOT NULL,
    -- 1 for the first renewal.
    number      integer     NOT NULL CHECK (number >= 1),
    starts      date        NOT NULL,
    ends        date        NOT NULL CHECK (ends > starts),
    -- The last day on which notice stops it.
    notice_by   date        NOT NULL,
    -- Percent by which prices rise with it.
    uplift      numeric,
    renewed     boolean     NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text        NOT NULL,
    position    bigint      GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (tenant, plan, number, position),
    FOREIGN KEY (tenant, plan) REFERENCES plan (tenant, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON renewal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE renewal ENABLE ROW LEVEL SECURITY;
ALTER TABLE renewal FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON renewal
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));

-- The migration looks at everybody's rows.
SELECT set_config('quittance.tenant', '*', true);
-- After this day there is a renewal to decide; at once where the terms or the endings changed; never where none is agreed.
ALTER TABLE plan ADD COLUMN renewal_due date;
UPDATE plan SET renewal_due = '-infinity' WHERE EXISTS (
    SELECT FROM plan_version AS version WHERE version.tenant = plan.tenant AND version.plan = plan.id
      AND version.document #>> '{renewal,kind}' = 'automatic'
);
CREATE INDEX plan_renewal_due ON plan (renewal_due, id) WHERE renewal_due IS NOT NULL;
SELECT set_config('quittance.tenant', '', true);
