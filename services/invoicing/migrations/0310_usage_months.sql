-- Months of usage: made ahead, archived into files, taken off, and read back.

-- Gives a month a table of its own, unless it has one; what lies elsewhere of it moves there. In the shape of the tables
-- that migrations make: bound to tenants, and refusing changes.
CREATE FUNCTION make_usage_month(month date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    own   text := 'usage_part_' || to_char(month, 'YYYY_MM');
    since timestamptz := month::timestamp AT TIME ZONE 'UTC';
    until timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('months of usage', 0));
    IF to_regclass(own) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE usage_part INCLUDING CONSTRAINTS INCLUDING STORAGE)', own);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', own);
    EXECUTE format('CREATE POLICY tenant ON %I USING (current_setting(''quittance.tenant'', true) IN (tenant::text, ''*''))', own);
    EXECUTE format('ALTER TABLE %I ALTER COLUMN ids SET STATISTICS 0, ALTER COLUMN times SET STATISTICS 0, '
                   'ALTER COLUMN quantities SET STATISTICS 0', own);
    -- Whoever writes events finds out here where they go. It must not have found the month elsewhere, wait, and then write
    -- there what no longer belongs there.
    LOCK TABLE ONLY usage_part IN SHARE ROW EXCLUSIVE MODE;
    LOCK TABLE usage_part_elsewhere IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE usage_part_elsewhere DISABLE TRIGGER append_only;
    EXECUTE format('WITH moved AS (DELETE FROM usage_part_elsewhere WHERE hour >= %L AND hour < %L RETURNING *) '
                   'INSERT INTO %I SELECT * FROM moved', since, until, own);
    ALTER TABLE usage_part_elsewhere ENABLE TRIGGER append_only;
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', own);
    EXECUTE format('ALTER TABLE usage_part ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', own, since, until);
    RETURN true;
END
$$;

-- Months of a tenant whose events are in a file and no longer here. Their names and totals stay.
CREATE TABLE usage_archive (
    tenant      uuid        NOT NULL,
    month       date        NOT NULL CHECK (extract(day FROM month) = 1),
    -- Of the file: SHA-256 and rows.
    digest      bytea       NOT NULL CHECK (octet_length(digest) = 32),
    events      bigint      NOT NULL,
    -- What came with these cannot be taken back until the month is read back.
    backfills   integer[]   NOT NULL,
    archived_at timestamptz NOT NULL,
    archived_by text        NOT NULL,
    PRIMARY KEY (tenant, month)
);
ALTER TABLE usage_archive ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_archive FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_archive
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- Takes a tenant's events of a month off. The disk they took is free once the table of the month goes, below.
CREATE FUNCTION take_usage_month_off(owner uuid, month date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    own   text := 'usage_part_' || to_char(month, 'YYYY_MM');
    since timestamptz := month::timestamp AT TIME ZONE 'UTC';
    until timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
    gone  bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('months of usage', 0));
    IF to_regclass(own) IS NULL THEN
        own := 'usage_part_elsewhere';
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', own);
    EXECUTE format('ALTER TABLE %I DISABLE TRIGGER append_only', own);
    EXECUTE format('WITH gone AS (DELETE FROM %I WHERE tenant = %L AND hour >= %L AND hour < %L RETURNING cardinality(ids) AS events) '
                   'SELECT coalesce(sum(events), 0) FROM gone', own, owner, since, until) INTO gone;
    EXECUTE format('ALTER TABLE %I ENABLE TRIGGER append_only', own);
    RETURN gone;
END
$$;

-- Removes the tables of months before one in which no tenant has anything any more; answers how many. Only whoever sees
-- all tenants can tell.
CREATE FUNCTION drop_empty_usage_months(before date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    own     text;
    used    boolean;
    dropped integer := 0;
BEGIN
    IF current_setting('quittance.tenant', true) IS DISTINCT FROM '*' THEN
        RAISE EXCEPTION 'only a worker that sees all tenants can tell that a month is empty';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('months of usage', 0));
    FOR own IN
        SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
        WHERE inhparent = 'usage_part'::regclass AND child.relname < 'usage_part_' || to_char(before, 'YYYY_MM')
          AND child.relname ~ '^usage_part_\d{4}_\d{2}$'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', own) INTO used;
        IF NOT used THEN
            EXECUTE format('ALTER TABLE usage_part DETACH PARTITION %I', own);
            EXECUTE format('DROP TABLE %I', own);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END
$$;
