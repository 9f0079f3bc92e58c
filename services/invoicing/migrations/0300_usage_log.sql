-- The usage log: events in narrow rows, and their totals kept in the transaction that stores them. It takes the place
-- of the first form of usage_event, which nothing was ever stored in outside of tests.

DROP TABLE usage_event;

-- A series is the usage of one account on one meter. Its number stands for both names in every event.
ALTER TABLE account_meter ADD COLUMN series bigint GENERATED ALWAYS AS IDENTITY UNIQUE;

CREATE TABLE usage_event (
    series      bigint      NOT NULL REFERENCES account_meter (series),
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    tenant      uuid        NOT NULL,
    -- Half a SHA-256 of what the event says: tells a repeat from a conflict without comparing each column.
    content     bytea       NOT NULL CHECK (octet_length(content) = 16),
    value       numeric     NOT NULL,
    dimensions  jsonb       NOT NULL,
    source      text        NOT NULL,
    id          text        NOT NULL,
    -- As the source numbers them: ids that grow with time touch one end of the index, not all of it.
    PRIMARY KEY (source, id, tenant)
);
CREATE INDEX usage_event_billed ON usage_event (series, at);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON usage_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE usage_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_event FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_event
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- What the events of one hour come to, for each combination of dimensions. Written with the events, so a total never
-- lags behind them; a period that cuts an hour takes the rest from the events. Midnights of every zone whose offset is
-- whole hours cut none.
CREATE TABLE usage_hour (
    series     bigint      NOT NULL REFERENCES account_meter (series),
    hour       timestamptz NOT NULL,
    count      bigint      NOT NULL,
    tenant     uuid        NOT NULL,
    -- SHA-256 of the dimensions, which can be too long for an index.
    combination bytea      NOT NULL,
    dimensions jsonb       NOT NULL,
    sum        numeric     NOT NULL,
    least      numeric     NOT NULL,
    greatest   numeric     NOT NULL,
    PRIMARY KEY (series, hour, combination)
    -- Room in each page for the next state of its rows: an hour that fills up rewrites them many times.
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE usage_hour ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_hour FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_hour
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
