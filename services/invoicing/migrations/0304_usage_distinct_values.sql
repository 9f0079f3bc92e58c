-- How many different values a meter saw, without looking at its events.

-- The time zone in whose days the different values of a series are kept; absent where nobody counts them.
ALTER TABLE usage_series ADD COLUMN distinct_in text;

-- The days on which a value occurred.
CREATE TABLE usage_value (
    series bigint  NOT NULL,
    value  numeric NOT NULL,
    day    date    NOT NULL,
    tenant uuid    NOT NULL,
    PRIMARY KEY (series, value, day)
);
ALTER TABLE usage_value ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_value FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_value
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));

-- How many values of a day occurred on this day for the last time before. The values of some days in a row are those
-- that occurred in them and not before within them: whatever days they are, their number is a sum over these rows.
CREATE TABLE usage_distinct (
    series  bigint NOT NULL,
    day     date   NOT NULL,
    -- Minus infinity where it had not occurred before.
    earlier date   NOT NULL CHECK (earlier < day),
    count   bigint NOT NULL,
    tenant  uuid   NOT NULL,
    PRIMARY KEY (series, day, earlier)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE usage_distinct ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_distinct FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_distinct
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));
