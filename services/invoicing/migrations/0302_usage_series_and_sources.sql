-- Narrower events, and a place for usage that no plan knows yet. An event of before moves along.

-- A series is the usage of one account on one meter, whether a plan of the account has that meter already or not: an
-- event whose contract comes later, or whose account was misspelt, is kept and waits. Its number stands for both names.
CREATE TABLE usage_series (
    series  bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant  uuid    NOT NULL,
    account text    NOT NULL,
    meter   text    NOT NULL,
    -- Does a plan of the account have the meter? Once true, always true.
    matched boolean NOT NULL,
    UNIQUE (account, meter, tenant)
);
CREATE INDEX usage_series_unmatched ON usage_series (account, meter) WHERE NOT matched;
ALTER TABLE usage_series ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_series FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_series
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- Who measures. Its number stands for tenant and name.
CREATE TABLE usage_source (
    source integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant uuid    NOT NULL,
    name   text    NOT NULL,
    UNIQUE (name, tenant)
);
ALTER TABLE usage_source ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_source FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_source
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- Migrations work for all tenants, which the policies let them say.
SELECT set_config('quittance.tenant', '*', true);

INSERT INTO usage_series (series, tenant, account, meter, matched) OVERRIDING SYSTEM VALUE
    SELECT series, tenant, account, meter, true FROM account_meter;
SELECT setval(pg_get_serial_sequence('usage_series', 'series'), greatest(1, (SELECT max(series) FROM usage_series)));
INSERT INTO usage_source (tenant, name) SELECT DISTINCT tenant, source FROM usage_event;

ALTER TABLE usage_event RENAME TO usage_event_before;
ALTER TABLE usage_event_before RENAME CONSTRAINT usage_event_pkey TO usage_event_before_pkey;
ALTER INDEX usage_event_billed RENAME TO usage_event_before_billed;

CREATE TABLE usage_event (
    series      bigint      NOT NULL,
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    tenant      uuid        NOT NULL,
    -- Half a SHA-256 of what the event says: tells a repeat from a conflict without comparing each column. Sixteen
    -- bytes, for which this is the narrowest type.
    content     uuid        NOT NULL,
    source      integer     NOT NULL,
    value       numeric     NOT NULL,
    id          text        COLLATE "C" NOT NULL,
    -- Absent where there are none.
    dimensions  jsonb,
    -- As the source numbers them: ids that grow with time touch one end of the index, not all of it.
    PRIMARY KEY (source, id)
);
INSERT INTO usage_event (series, at, recorded_at, tenant, content, source, value, id, dimensions)
    SELECT series, at, recorded_at, before.tenant, encode(content, 'hex')::uuid, usage_source.source, value, id,
           nullif(dimensions, '{}')
    FROM usage_event_before AS before
    JOIN usage_source ON usage_source.name = before.source AND usage_source.tenant = before.tenant;
DROP TABLE usage_event_before;
CREATE INDEX usage_event_billed ON usage_event (series, at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE usage_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_event FORCE ROW LEVEL SECURITY;
-- The setting is looked up once a statement instead of once an event.
CREATE POLICY tenant ON usage_event
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));

ALTER TABLE usage_hour DROP CONSTRAINT usage_hour_series_fkey;
DROP TABLE account_meter;
SELECT set_config('quittance.tenant', '', true);
