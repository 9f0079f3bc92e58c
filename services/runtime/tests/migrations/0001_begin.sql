CREATE TABLE note (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant uuid NOT NULL,
    text   text NOT NULL,
    actor  text NOT NULL DEFAULT current_setting('quittance.actor', true)
);
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
ALTER TABLE note FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON note
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

CREATE TABLE request_log (
    tenant       uuid        NOT NULL,
    method       text        NOT NULL,
    request_id   text        NOT NULL,
    request_hash bytea       NOT NULL,
    response     bytea,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, method, request_id)
);
ALTER TABLE request_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE request_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON request_log
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

CREATE TABLE start (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
