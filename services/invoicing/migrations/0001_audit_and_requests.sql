-- What every later table leans on: refusing changes, the record of who did what, and writing once.
--
-- Of each table only the keys that foreign keys and lookups by key use begin with the tenant. Any other index begins with
-- what it finds: while a table has no statistics, an index that begins with the tenant looks as good as the right one,
-- and would read all rows of the tenant.

-- Exclusion constraints over text beside ranges need it. It is a trusted extension: the database's owner may create it.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS btree_gist;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
    RAISE EXCEPTION 'the PostgreSQL extension btree_gist is needed to make double billing impossible and is not available: %; '
        'install the contrib modules of PostgreSQL, or have an administrator run in this database: CREATE EXTENSION btree_gist', SQLERRM;
END
$$;

-- For tables whose rows are history. A superuser can still switch triggers off; nobody can by mistake.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is a record of what happened and refuses %; write a new row that corrects it', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_is_append_only';
END
$$;

CREATE TABLE audit_log (
    id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant   uuid        NOT NULL,
    at       timestamptz NOT NULL,
    actor    text        NOT NULL,
    role     text        NOT NULL,
    trace    text        NOT NULL,
    action   text        NOT NULL,
    -- What it was done to: a plan's hash, an invoice's number, an account.
    subject  text        NOT NULL,
    reason   text        NOT NULL,
    before   jsonb,
    after    jsonb
);
CREATE INDEX audit_log_subject ON audit_log (tenant, subject, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON audit_log
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
