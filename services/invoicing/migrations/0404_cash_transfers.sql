-- Cash that changes its place after it came in: applied to an invoice later, taken off one, paid back. What a payment did
-- when it was recorded stays in its own row.
CREATE TABLE cash_transfer (
    tenant      uuid    NOT NULL,
    id          uuid    NOT NULL,
    payment     text    NOT NULL,
    kind        text    NOT NULL CHECK (kind IN ('applied', 'released', 'refunded')),
    -- The invoice it was applied to or taken off; of a refund the one that the payment was recorded for.
    invoice     uuid    NOT NULL,
    currency    text    NOT NULL,
    -- The day from which it counts.
    date        date    NOT NULL,
    amount      numeric NOT NULL CHECK (amount > 0),
    -- By how much the invoice's discount for paying early changed.
    discount    numeric NOT NULL CHECK (kind <> 'refunded' OR discount = 0),
    reason      text    NOT NULL CHECK (reason <> ''),
    entry       uuid    NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text    NOT NULL,
    position    bigint  GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, payment) REFERENCES payment (tenant, id),
    FOREIGN KEY (tenant, invoice, currency) REFERENCES invoice (tenant, id, currency),
    FOREIGN KEY (tenant, entry) REFERENCES journal_entry (tenant, id)
);
CREATE INDEX cash_transfer_by_payment ON cash_transfer (payment, tenant);
CREATE INDEX cash_transfer_by_invoice ON cash_transfer (invoice, tenant);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cash_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE cash_transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE cash_transfer FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON cash_transfer
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));

-- What transfers settle of an invoice. One of a payment that was returned counts no more on that payment's own invoice;
-- elsewhere its transfers come to nothing before it may be returned.
CREATE VIEW cash_transferred AS
    SELECT moved.tenant, moved.invoice,
           CASE moved.kind WHEN 'applied' THEN moved.amount WHEN 'released' THEN -moved.amount ELSE 0 END + moved.discount AS settled
    FROM cash_transfer AS moved
    JOIN payment ON payment.tenant = moved.tenant AND payment.id = moved.payment
    LEFT JOIN payment_return AS returned ON returned.tenant = moved.tenant AND returned.payment = moved.payment
    WHERE returned.payment IS NULL OR payment.invoice <> moved.invoice;

CREATE OR REPLACE VIEW invoice_owed AS
    SELECT invoice.tenant, invoice.id AS invoice, invoice.account, invoice.currency, invoice.due_date,
           invoice.total - coalesce(sum(payment.applied + payment.discount) FILTER (WHERE returned.payment IS NULL), 0)
             - (SELECT coalesce(sum(moved.settled), 0) FROM cash_transferred AS moved
                WHERE moved.tenant = invoice.tenant AND moved.invoice = invoice.id) AS owed
    FROM invoice
    LEFT JOIN payment ON payment.tenant = invoice.tenant AND payment.invoice = invoice.id
    LEFT JOIN payment_return AS returned ON returned.tenant = payment.tenant AND returned.payment = payment.id
    WHERE invoice.series = 'invoice'
      AND NOT EXISTS (SELECT FROM invoice_void AS void WHERE void.tenant = invoice.tenant AND void.invoice = invoice.id)
      AND NOT EXISTS (SELECT FROM invoice_write_off AS lost WHERE lost.tenant = invoice.tenant AND lost.invoice = invoice.id)
    GROUP BY invoice.tenant, invoice.id;

CREATE TRIGGER settle_receivable AFTER INSERT ON cash_transfer FOR EACH ROW EXECUTE FUNCTION settle_receivable();

-- What of each payment settles nothing: it is the customer's until it is applied or paid back.
CREATE VIEW unapplied_cash AS
    SELECT payment.tenant, payment.id AS payment, payment.invoice, invoice.number, invoice.account, payment.currency,
           payment.date, payment.reference,
           payment.excess + (SELECT coalesce(sum(CASE moved.kind WHEN 'released' THEN moved.amount ELSE -moved.amount END), 0)
                             FROM cash_transfer AS moved
                             WHERE moved.tenant = payment.tenant AND moved.payment = payment.id) AS amount
    FROM payment
    JOIN invoice ON invoice.tenant = payment.tenant AND invoice.id = payment.invoice
    WHERE NOT EXISTS (SELECT FROM payment_return AS returned
                      WHERE returned.tenant = payment.tenant AND returned.payment = payment.id);
