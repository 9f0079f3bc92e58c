-- Events as parts: what the events of one series, hour, source and combination of dimensions say stands in one row. An index
-- over series and time cost more than everything else about storing an event; a part has one entry in it for all of its
-- events. What was named stays one row for each event, without what it says: a name counts once for ever, even after
-- what it said was archived.

SELECT set_config('quittance.tenant', '*', true);
ALTER TABLE usage_event RENAME TO usage_event_before;
ALTER TABLE usage_event_before RENAME CONSTRAINT usage_event_pkey TO usage_event_before_pkey;

CREATE TABLE usage_event (
    -- Where the part is that tells the rest.
    series  bigint      NOT NULL,
    at      timestamptz NOT NULL,
    tenant  uuid        NOT NULL,
    -- Half a SHA-256 of what the event says: tells a repeat from a conflict without comparing each column. Sixteen
    -- bytes, for which this is the narrowest type.
    content uuid        NOT NULL,
    source  integer     NOT NULL,
    id      text        COLLATE "C" NOT NULL,
    -- As the source numbers them: ids that grow with time touch one end of the index, not all of it.
    PRIMARY KEY (source, id)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE usage_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_event FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_event USING (
    tenant = (SELECT nullif(nullif(current_setting('quittance.tenant', true), ''), '*')::uuid)
    OR (SELECT current_setting('quittance.tenant', true) = '*'));

-- What was appended together of one series, hour, source and backfill with the same dimensions. The three arrays go side
-- by side. By month, so that an old one can be taken off as a whole.
CREATE TABLE usage_part (
    series      bigint      NOT NULL,
    hour        timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    tenant      uuid        NOT NULL,
    source      integer     NOT NULL,
    backfill    integer,
    ids         text[]        COLLATE "C" NOT NULL,
    times       timestamptz[] NOT NULL,
    quantities  numeric[]     NOT NULL,
    -- Absent where there are none.
    dimensions  jsonb,
    CHECK (cardinality(ids) >= 1 AND cardinality(times) = cardinality(ids) AND cardinality(quantities) = cardinality(ids))
) PARTITION BY RANGE (hour);
-- Long arrays lie outside of the row as they are: pressing them together would cost more than the disk they take.
ALTER TABLE usage_part ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN times SET STORAGE EXTERNAL,
    ALTER COLUMN quantities SET STORAGE EXTERNAL;
-- Nor would it help to know what is in them.
ALTER TABLE usage_part ALTER COLUMN ids SET STATISTICS 0, ALTER COLUMN times SET STATISTICS 0,
    ALTER COLUMN quantities SET STATISTICS 0;
CREATE INDEX usage_part_used ON usage_part (series, hour);
CREATE INDEX usage_part_of_backfill ON usage_part (backfill) WHERE backfill IS NOT NULL;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_part
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE usage_part ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_part FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_part USING (
    tenant = (SELECT nullif(nullif(current_setting('quittance.tenant', true), ''), '*')::uuid)
    OR (SELECT current_setting('quittance.tenant', true) = '*'));
-- Everything that lies in no month of its own.
CREATE TABLE usage_part_elsewhere PARTITION OF usage_part DEFAULT;
ALTER TABLE usage_part_elsewhere ALTER COLUMN ids SET STATISTICS 0, ALTER COLUMN times SET STATISTICS 0,
    ALTER COLUMN quantities SET STATISTICS 0;
ALTER TABLE usage_part_elsewhere ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_part_elsewhere FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_part_elsewhere USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_part_elsewhere
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A part on its way here.
CREATE TYPE usage_part_sent AS (
    series     bigint,
    hour       timestamptz,
    source     integer,
    backfill   integer,
    ids        text[],
    times      timestamptz[],
    quantities numeric[],
    dimensions jsonb
);

-- Single events out of their parts.
CREATE VIEW usage_single AS
    SELECT part.series, part.hour, part.recorded_at, part.tenant, part.source, part.backfill, part.dimensions,
           single.id COLLATE "C" AS id, single.at, single.value
    FROM usage_part AS part
    CROSS JOIN LATERAL unnest(part.ids, part.times, part.quantities) AS single (id, at, value);

-- The events that count. Whoever looks at some time names its hours too: only those are found by an index.
DROP VIEW usage_counted;
CREATE VIEW usage_counted AS
    SELECT * FROM usage_single AS single
    WHERE NOT EXISTS (SELECT FROM usage_withdrawn AS gone WHERE gone.source = single.source AND gone.id = single.id);

INSERT INTO usage_event (series, at, tenant, content, source, id)
    SELECT series, at, tenant, content, source, id FROM usage_event_before ORDER BY source, id;
INSERT INTO usage_part (series, hour, recorded_at, tenant, source, backfill, ids, times, quantities, dimensions)
    SELECT series, date_bin('1 hour', at, '4713-01-01 00:00:00+00 BC'), max(recorded_at), tenant, source, backfill,
           array_agg(id ORDER BY at, id), array_agg(at ORDER BY at, id), array_agg(value ORDER BY at, id), dimensions
    FROM usage_event_before
    GROUP BY series, date_bin('1 hour', at, '4713-01-01 00:00:00+00 BC'), tenant, source, backfill, dimensions;
DROP TABLE usage_event_before;
SELECT set_config('quittance.tenant', '', true);
