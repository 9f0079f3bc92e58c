-- Double-entry bookkeeping: what every issued document did to the accounts of the ledger.

CREATE TABLE journal_entry (
    tenant      uuid        NOT NULL,
    id          uuid        NOT NULL,
    -- The invoice or credit note it was written with.
    invoice     uuid        NOT NULL,
    date        date        NOT NULL,
    currency    text        NOT NULL,
    description text        NOT NULL,
    written_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, id),
    UNIQUE (invoice, tenant),
    FOREIGN KEY (tenant, invoice, currency) REFERENCES invoice (tenant, id, currency)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE journal_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON journal_entry
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

CREATE TABLE posting (
    tenant   uuid    NOT NULL,
    entry    uuid    NOT NULL,
    position integer NOT NULL CHECK (position >= 1),
    -- An account of the ledger: accounts receivable, revenue, one for each tax …
    ledger   jsonb   NOT NULL,
    debit    numeric NOT NULL CHECK (debit >= 0),
    credit   numeric NOT NULL CHECK (credit >= 0),
    -- The charge, commitment or pool it is for.
    charge   text,
    PRIMARY KEY (tenant, entry, position),
    FOREIGN KEY (tenant, entry) REFERENCES journal_entry (tenant, id),
    -- One side each, and never nothing.
    CHECK ((debit = 0) <> (credit = 0))
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE posting ENABLE ROW LEVEL SECURITY;
ALTER TABLE posting FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON posting
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- Checked at commit, when all postings of an entry are there. An entry without any belongs to a document of zero.
CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_entry  uuid;
    difference numeric;
    total      numeric;
BEGIN
    IF TG_TABLE_NAME = 'posting' THEN
        the_entry := NEW.entry;
    ELSE
        the_entry := NEW.id;
    END IF;
    SELECT sum(debit) - sum(credit) INTO difference FROM posting WHERE tenant = NEW.tenant AND entry = the_entry;
    IF difference IS NULL THEN
        SELECT invoice.total INTO total
        FROM journal_entry AS entry JOIN invoice ON invoice.tenant = entry.tenant AND invoice.id = entry.invoice
        WHERE entry.tenant = NEW.tenant AND entry.id = the_entry;
        difference := total;
    END IF;
    IF difference IS DISTINCT FROM 0 THEN
        RAISE EXCEPTION 'journal entry % does not balance: debits less credits are %', the_entry, difference
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'journal_balances';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();
CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON journal_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();
