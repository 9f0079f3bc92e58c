-- Names in blocks: what a source names beyond everything it named before stands together, some dozens of names in one row
-- with one entry in its index. A row and an entry for each name cost more than everything else about storing an event.
-- Names that come out of order stay rows of usage_event, as do those of before.

-- The four arrays go side by side, in the order of the ids. Blocks of one source do not overlap.
CREATE TABLE usage_block (
    tenant   uuid          NOT NULL,
    source   integer       NOT NULL,
    -- The greatest of the ids.
    last     text          COLLATE "C" NOT NULL,
    ids      text[]        COLLATE "C" NOT NULL,
    series   bigint[]      NOT NULL,
    times    timestamptz[] NOT NULL,
    -- Half a SHA-256 of what each event says.
    contents uuid[]        NOT NULL,
    PRIMARY KEY (source, last),
    CHECK (cardinality(ids) >= 1 AND last = ids[cardinality(ids)] AND cardinality(series) = cardinality(ids)
           AND cardinality(times) = cardinality(ids) AND cardinality(contents) = cardinality(ids))
    -- A block is written and read whole: it stays in its row as long as it fits into a page.
) WITH (toast_tuple_target = 8160);
ALTER TABLE usage_block ALTER COLUMN ids SET STORAGE EXTERNAL, ALTER COLUMN series SET STORAGE EXTERNAL,
    ALTER COLUMN times SET STORAGE EXTERNAL, ALTER COLUMN contents SET STORAGE EXTERNAL;
ALTER TABLE usage_block ALTER COLUMN ids SET STATISTICS 0, ALTER COLUMN series SET STATISTICS 0,
    ALTER COLUMN times SET STATISTICS 0, ALTER COLUMN contents SET STATISTICS 0;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_block
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE usage_block ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_block FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_block USING (
    tenant = (SELECT nullif(nullif(current_setting('quittance.tenant', true), ''), '*')::uuid)
    OR (SELECT current_setting('quittance.tenant', true) = '*'));

-- A block on its way here.
CREATE TYPE usage_block_sent AS (
    source   integer,
    ids      text[],
    series   bigint[],
    times    timestamptz[],
    contents uuid[]
);

-- Every name.
CREATE VIEW usage_name AS
    SELECT tenant, source, id, series, at, content FROM usage_event
    UNION ALL
    SELECT block.tenant, block.source, named.id COLLATE "C", named.series, named.at, named.content
    FROM usage_block AS block
    CROSS JOIN LATERAL unnest(block.ids, block.series, block.times, block.contents) AS named (id, series, at, content);

-- What is named so, by an index: one row or none. Asked in place of the view, which would unfold every block.
CREATE FUNCTION usage_named(wanted_source integer, wanted text)
RETURNS TABLE (series bigint, at timestamptz, content uuid) LANGUAGE sql STABLE AS $$
    SELECT event.series, event.at, event.content FROM usage_event AS event
    WHERE event.source = wanted_source AND event.id = wanted
    UNION ALL
    SELECT block.series[place], block.times[place], block.contents[place]
    FROM (SELECT * FROM usage_block AS next
          WHERE next.source = wanted_source AND next.last >= wanted ORDER BY next.source, next.last LIMIT 1) AS block
    CROSS JOIN LATERAL array_position(block.ids, wanted COLLATE "C") AS place
    WHERE place IS NOT NULL
$$;
