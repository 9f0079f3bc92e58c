-- Contracts from the file to the approved plan. Every row belongs to a tenant, and row-level security keeps tenants
-- apart even when a statement forgets to: FORCE binds the owner of the tables too.

CREATE TABLE document (
    tenant    uuid        NOT NULL,
    sha256    text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media     text        NOT NULL CHECK (media <> ''),
    bytes     bytea       NOT NULL CHECK (octet_length(bytes) > 0),
    stored_at timestamptz NOT NULL,
    PRIMARY KEY (tenant, sha256)
);

-- What the reader made of a document. It is read back whole and never searched, so it is kept as it was written (json),
-- and a second attempt at the same document starts from here.
CREATE TABLE reading (
    tenant   uuid NOT NULL,
    sha256   text NOT NULL,
    document json NOT NULL,
    PRIMARY KEY (tenant, sha256),
    FOREIGN KEY (tenant, sha256) REFERENCES document (tenant, sha256)
);

CREATE TABLE contract (
    tenant         uuid        NOT NULL,
    id             uuid        NOT NULL,
    sha256         text        NOT NULL,
    file_name      text        NOT NULL CHECK (file_name <> ''),
    state          text        NOT NULL CHECK (state IN ('received', 'reading', 'failed', 'needs_review', 'in_review',
                                                         'submitted', 'approved', 'handed_over', 'rejected',
                                                         'superseded')),
    -- Grows by one with every change of the review.
    revision       integer     NOT NULL CHECK (revision > 0),
    customer       text        NOT NULL DEFAULT '',
    open_flags     integer     NOT NULL DEFAULT 0 CHECK (open_flags >= 0),
    blocking_flags integer     NOT NULL DEFAULT 0 CHECK (blocking_flags >= 0),
    pages          integer     NOT NULL DEFAULT 0 CHECK (pages >= 0),
    -- Which readers read it.
    readers        text        NOT NULL DEFAULT '',
    -- Why it could not be read.
    failure_code   text,
    failure        text,
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (tenant, id),
    -- The same bytes are the same contract.
    UNIQUE (tenant, sha256),
    FOREIGN KEY (tenant, sha256) REFERENCES document (tenant, sha256),
    CHECK ((state = 'failed') = (failure_code IS NOT NULL)),
    CHECK ((failure_code IS NULL) = (failure IS NULL))
);
CREATE INDEX contract_by_age ON contract (tenant, received_at DESC, id DESC);

-- Contracts waiting to be read. A worker locks the row for as long as it works, so a worker that dies lets go of it and
-- another takes over; attempts are counted so that a file that kills its readers is given up.
CREATE TABLE intake (
    tenant   uuid        NOT NULL,
    contract uuid        NOT NULL,
    since    timestamptz NOT NULL,
    -- After a failure that was not the file's fault: not before this, so that others get their turn.
    due      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, contract),
    FOREIGN KEY (tenant, contract) REFERENCES contract (tenant, id)
);
CREATE INDEX intake_by_age ON intake (since, contract);
CREATE TABLE intake_attempt (
    tenant   uuid        NOT NULL,
    contract uuid        NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant, contract) REFERENCES contract (tenant, id)
);
CREATE INDEX intake_attempt_by_contract ON intake_attempt (tenant, contract);

-- One review as it stood after each change. Never changed: a new state of affairs is a new row.
CREATE TABLE revision (
    tenant   uuid        NOT NULL,
    contract uuid        NOT NULL,
    number   integer     NOT NULL CHECK (number > 0),
    content  jsonb       NOT NULL,
    made_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, contract, number),
    FOREIGN KEY (tenant, contract) REFERENCES contract (tenant, id)
);

-- The audit log: who, when, what, why, before and after. Also what progress is told from.
CREATE TABLE event (
    tenant   uuid        NOT NULL,
    contract uuid        NOT NULL,
    seq      bigint      GENERATED ALWAYS AS IDENTITY,
    at       timestamptz NOT NULL,
    actor    text        NOT NULL CHECK (actor <> ''),
    action   text        NOT NULL CHECK (action <> ''),
    -- The contract's state and revision once this had happened.
    state    text        NOT NULL,
    revision integer     NOT NULL,
    path     text        NOT NULL DEFAULT '',
    before   text        NOT NULL DEFAULT '',
    after    text        NOT NULL DEFAULT '',
    reason   text        NOT NULL DEFAULT '',
    trace    text        NOT NULL DEFAULT '',
    PRIMARY KEY (tenant, contract, seq),
    FOREIGN KEY (tenant, contract) REFERENCES contract (tenant, id)
);

-- Approved plans on their way to invoicing, written in the transaction that approves.
CREATE TABLE outbox (
    tenant          uuid        NOT NULL,
    contract        uuid        NOT NULL,
    revision        integer     NOT NULL,
    content_hash    text        NOT NULL CHECK (content_hash ~ '^[0-9a-f]{64}$'),
    plan            jsonb       NOT NULL,
    submitted_by    text        NOT NULL CHECK (submitted_by <> ''),
    approved_by     text        NOT NULL CHECK (approved_by <> ''),
    approved_at     timestamptz NOT NULL,
    -- The request that approved it, as a W3C traceparent; empty if unknown.
    traceparent     text        NOT NULL,
    state           text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'refused', 'acknowledged', 'withdrawn')),
    attempts        integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error      text        NOT NULL DEFAULT '',
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, contract, revision),
    FOREIGN KEY (tenant, contract, revision) REFERENCES revision (tenant, contract, number),
    -- Whoever submitted may not approve, whatever a program thinks.
    CHECK (submitted_by <> approved_by),
    CHECK (state <> 'refused' OR last_error <> '')
);
CREATE INDEX outbox_waiting ON outbox (next_attempt_at) WHERE state = 'waiting';

CREATE TABLE request_log (
    tenant       uuid        NOT NULL,
    method       text        NOT NULL,
    request_id   text        NOT NULL,
    request_hash bytea       NOT NULL,
    response     bytea,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant, method, request_id)
);

-- History is never rewritten.
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the table % only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON revision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON document
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

ALTER TABLE document ENABLE ROW LEVEL SECURITY;
ALTER TABLE document FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON document USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
ALTER TABLE reading ENABLE ROW LEVEL SECURITY;
ALTER TABLE reading FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON reading USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
ALTER TABLE contract ENABLE ROW LEVEL SECURITY;
ALTER TABLE contract FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON contract USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
ALTER TABLE intake ENABLE ROW LEVEL SECURITY;
ALTER TABLE intake FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON intake USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
ALTER TABLE intake_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE intake_attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON intake_attempt USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
ALTER TABLE revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE revision FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON revision USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
ALTER TABLE event FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON event USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON outbox USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
ALTER TABLE request_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE request_log FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON request_log USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
