-- Amounts that somebody wants to hear of, or to bill at, once usage passes them; and what passed them.

CREATE TABLE usage_alert (
    set_at    timestamptz NOT NULL,
    series    bigint REFERENCES usage_series (series),
    tenant    uuid    NOT NULL,
    name      text    NOT NULL,
    account   text    NOT NULL,
    -- Absent where the bill so far is watched.
    meter     text,
    measure   text    NOT NULL CHECK (measure IN ('sum', 'count', 'max', 'unique', 'bill')),
    amount    numeric NOT NULL CHECK (amount > 0),
    -- Of the bill.
    currency  text,
    -- The calendar periods that it begins anew with, in this time zone.
    every     text    NOT NULL CHECK (every IN ('day', 'month', 'year')),
    time_zone text    NOT NULL,
    -- Is what is due invoiced when the amount is passed?
    invoices  boolean NOT NULL,
    set_by    text    NOT NULL,
    PRIMARY KEY (tenant, name),
    FOREIGN KEY (tenant, account) REFERENCES account (tenant, id),
    CHECK ((measure = 'bill') = (series IS NULL)),
    CHECK ((measure = 'bill') = (meter IS NULL)),
    CHECK ((measure = 'bill') = (currency IS NOT NULL))
);
CREATE INDEX usage_alert_by_series ON usage_alert (series) WHERE series IS NOT NULL;
CREATE INDEX usage_alert_by_account ON usage_alert (account, tenant);
ALTER TABLE usage_alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_alert FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_alert
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- What passed an amount: written with the events that did, once for each period and amount. It tells all by itself,
-- whatever becomes of the alert.
CREATE TABLE usage_alert_passed (
    -- The order in which they were passed.
    passed    bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    at        timestamptz NOT NULL,
    tenant    uuid        NOT NULL,
    name      text        NOT NULL,
    first_day date        NOT NULL,
    day_after date        NOT NULL,
    account   text        NOT NULL,
    meter     text,
    measure   text        NOT NULL,
    amount    numeric     NOT NULL,
    currency  text,
    -- What it came to when it was passed.
    total     numeric     NOT NULL,
    invoices  boolean     NOT NULL,
    -- When what was due had been invoiced, and the numbers of that.
    billed_at timestamptz,
    issued    text[]      NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant, name, first_day, amount)
);
CREATE INDEX usage_alert_passed_to_bill ON usage_alert_passed (passed) WHERE invoices AND billed_at IS NULL;
CREATE INDEX usage_alert_passed_by_account ON usage_alert_passed (account, tenant, passed);
ALTER TABLE usage_alert_passed ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_alert_passed FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_alert_passed
    USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));

-- Usage of periods that are not over can be billed with what is due; who recomputes an invoice has to know.
ALTER TABLE invoice_basis ADD COLUMN so_far boolean NOT NULL DEFAULT false;
