-- Events that were refused because their name is taken by another event: kept for whoever has to find out which of the
-- two is right. One row for each content that was refused, however often it was sent.
CREATE TABLE usage_conflict (
    -- The order in which they were refused for the first time.
    conflict   bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    times      bigint      NOT NULL,
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    at         timestamptz NOT NULL,
    tenant     uuid        NOT NULL,
    content    uuid        NOT NULL,
    source     integer     NOT NULL,
    id         text        COLLATE "C" NOT NULL,
    account    text        NOT NULL,
    meter      text        NOT NULL,
    value      numeric     NOT NULL,
    dimensions jsonb       NOT NULL,
    corrects   text,
    -- Who sent it last.
    sent_by    text        NOT NULL,
    PRIMARY KEY (source, id, content)
);
ALTER TABLE usage_conflict ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_conflict FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_conflict
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));
