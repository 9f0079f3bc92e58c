-- The greatest id of a source in the log: what lies beyond it is new. Kept here, because the database finds it among the
-- events only by way of all of them while it has no statistics.
SELECT set_config('quittance.tenant', '*', true);
ALTER TABLE usage_source ADD COLUMN last text COLLATE "C";
UPDATE usage_source SET last = (SELECT max(id) FROM usage_event WHERE usage_event.source = usage_source.source);
SELECT set_config('quittance.tenant', '', true);

-- Events that no longer count: another event corrects them, or the backfill they came with was reversed.

CREATE TABLE usage_backfill (
    backfill integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant   uuid        NOT NULL,
    name     text        NOT NULL,
    -- Set once; from then on it takes no events.
    reversed_at timestamptz,
    reversed_by text,
    reason      text,
    UNIQUE (name, tenant)
);
ALTER TABLE usage_backfill ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_backfill FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_backfill
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

ALTER TABLE usage_event ADD COLUMN backfill integer;
CREATE INDEX usage_event_of_backfill ON usage_event (backfill) WHERE backfill IS NOT NULL;

CREATE TABLE usage_withdrawn (
    source integer NOT NULL,
    id     text    COLLATE "C" NOT NULL,
    tenant uuid    NOT NULL,
    -- The event of the same source that took its place; absent where its backfill was reversed.
    corrected_by text COLLATE "C",
    PRIMARY KEY (source, id)
);
CREATE INDEX usage_withdrawn_by ON usage_withdrawn (source, corrected_by) WHERE corrected_by IS NOT NULL;
ALTER TABLE usage_withdrawn ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_withdrawn FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_withdrawn
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));

-- The events that count.
CREATE VIEW usage_counted AS
    SELECT event.* FROM usage_event AS event
    WHERE NOT EXISTS (SELECT FROM usage_withdrawn AS gone WHERE gone.source = event.source AND gone.id = event.id);
