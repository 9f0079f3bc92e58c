-- A contract of several papers: one archive, whose documents are read one by one and whose pages are counted through.
ALTER TABLE reading ALTER COLUMN document DROP NOT NULL;
ALTER TABLE reading ADD COLUMN papers json;
ALTER TABLE reading ADD CHECK ((document IS NULL) <> (papers IS NULL));

-- Which pages of a contract are which paper, so that looking at a contract need not open what was read.
CREATE TABLE paper (
    tenant   uuid    NOT NULL,
    contract uuid    NOT NULL,
    -- Which of the file's parts, from 0.
    part     integer NOT NULL CHECK (part >= 0),
    name     text    NOT NULL CHECK (name <> ''),
    sha256   text    NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    -- Pages of the contract before its first.
    before   integer NOT NULL CHECK (before >= 0),
    pages    integer NOT NULL CHECK (pages > 0),
    PRIMARY KEY (tenant, contract, part),
    FOREIGN KEY (tenant, contract) REFERENCES contract (tenant, id)
);
-- Is a paper among those of another contract?
CREATE INDEX paper_by_content ON paper (tenant, sha256);
ALTER TABLE paper ENABLE ROW LEVEL SECURITY;
ALTER TABLE paper FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON paper USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
