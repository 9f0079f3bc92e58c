-- What the events of one day in UTC come to, beside what those of its hours do: a month is read from some thirty rows, of
-- whose hours there are more than seven hundred. Written with the hours, so it never lags behind them.
CREATE TABLE usage_day (
    series      bigint      NOT NULL,
    day         timestamptz NOT NULL,
    count       bigint      NOT NULL,
    tenant      uuid        NOT NULL,
    -- SHA-256 of the dimensions, as in usage_hour.
    combination bytea       NOT NULL,
    dimensions  jsonb       NOT NULL,
    sum         numeric     NOT NULL,
    least       numeric     NOT NULL,
    greatest    numeric     NOT NULL,
    PRIMARY KEY (series, day, combination)
    -- A day is rewritten more often than an hour.
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE usage_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_day FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_day USING (
    tenant = (SELECT nullif(nullif(current_setting('quittance.tenant', true), ''), '*')::uuid)
    OR (SELECT current_setting('quittance.tenant', true) = '*'));

SELECT set_config('quittance.tenant', '*', true);
INSERT INTO usage_day (series, day, count, tenant, combination, dimensions, sum, least, greatest)
    SELECT series, date_bin('1 day', hour, '4713-01-01 00:00:00+00 BC'), sum(count), tenant, combination, dimensions,
           trim_scale(sum(sum)), min(least), max(greatest)
    FROM usage_hour GROUP BY 1, 2, tenant, combination, dimensions;
SELECT set_config('quittance.tenant', '', true);
