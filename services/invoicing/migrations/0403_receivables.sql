-- What is owed, so that whoever collects need not look at everything that was ever issued; and whom an account stands for.

-- The migration looks at everybody's rows.
SELECT set_config('quittance.tenant', '*', true);

-- As the newest plan names the customer.
ALTER TABLE account ADD COLUMN customer text NOT NULL DEFAULT '';
UPDATE account SET customer = (
    SELECT version.document ->> 'customer'
    FROM plan JOIN plan_version AS version ON version.tenant = plan.tenant AND version.plan = plan.id
    WHERE plan.tenant = account.tenant AND plan.account = account.id
    ORDER BY version.registered_at DESC, version.number DESC LIMIT 1
) WHERE EXISTS (SELECT FROM plan WHERE plan.tenant = account.tenant AND plan.account = account.id);
CREATE INDEX account_by_customer ON account (customer, id);

-- Every invoice of which something is owed, and how much. It follows from the tables of invoices, payments, voidings and
-- write-offs, which stay what counts; the database itself keeps it so, within the transaction that changes one of them.
CREATE TABLE receivable (
    tenant   uuid    NOT NULL,
    invoice  uuid    NOT NULL,
    account  text    NOT NULL,
    currency text    NOT NULL,
    due_date date    NOT NULL,
    owed     numeric NOT NULL CHECK (owed > 0),
    PRIMARY KEY (invoice, tenant)
);
CREATE INDEX receivable_by_account ON receivable (account, tenant);
CREATE INDEX receivable_by_due_date ON receivable (due_date, invoice);
ALTER TABLE receivable ENABLE ROW LEVEL SECURITY;
ALTER TABLE receivable FORCE ROW LEVEL SECURITY;
-- The setting is looked up once a statement instead of once a row.
CREATE POLICY tenant ON receivable
    USING ((SELECT current_setting('quittance.tenant', true)) IN (tenant::text, '*'));

CREATE VIEW invoice_owed AS
    SELECT invoice.tenant, invoice.id AS invoice, invoice.account, invoice.currency, invoice.due_date,
           invoice.total - coalesce(sum(payment.applied + payment.discount) FILTER (WHERE returned.payment IS NULL), 0) AS owed
    FROM invoice
    LEFT JOIN payment ON payment.tenant = invoice.tenant AND payment.invoice = invoice.id
    LEFT JOIN payment_return AS returned ON returned.tenant = payment.tenant AND returned.payment = payment.id
    WHERE invoice.series = 'invoice'
      AND NOT EXISTS (SELECT FROM invoice_void AS void WHERE void.tenant = invoice.tenant AND void.invoice = invoice.id)
      AND NOT EXISTS (SELECT FROM invoice_write_off AS lost WHERE lost.tenant = invoice.tenant AND lost.invoice = invoice.id)
    GROUP BY invoice.tenant, invoice.id;

INSERT INTO receivable (tenant, invoice, account, currency, due_date, owed)
    SELECT tenant, invoice, account, currency, due_date, owed FROM invoice_owed WHERE owed > 0;

-- Nothing was paid of what is issued this moment.
CREATE FUNCTION open_receivables() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO receivable (tenant, invoice, account, currency, due_date, owed)
        SELECT tenant, id, account, currency, due_date, total FROM issued WHERE series = 'invoice' AND total > 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER open_receivables AFTER INSERT ON invoice
    REFERENCING NEW TABLE AS issued FOR EACH STATEMENT EXECUTE FUNCTION open_receivables();

CREATE FUNCTION settle_receivable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_invoice uuid;
BEGIN
    IF TG_TABLE_NAME = 'payment_return' THEN
        SELECT invoice INTO the_invoice FROM payment WHERE tenant = NEW.tenant AND id = NEW.payment;
    ELSE
        the_invoice := NEW.invoice;
    END IF;
    DELETE FROM receivable WHERE tenant = NEW.tenant AND invoice = the_invoice;
    INSERT INTO receivable (tenant, invoice, account, currency, due_date, owed)
        SELECT tenant, invoice, account, currency, due_date, owed FROM invoice_owed
        WHERE tenant = NEW.tenant AND invoice = the_invoice AND owed > 0;
    RETURN NULL;
END
$$;
CREATE TRIGGER settle_receivable AFTER INSERT ON payment FOR EACH ROW EXECUTE FUNCTION settle_receivable();
CREATE TRIGGER settle_receivable AFTER INSERT ON payment_return FOR EACH ROW EXECUTE FUNCTION settle_receivable();
CREATE TRIGGER settle_receivable AFTER INSERT ON invoice_void FOR EACH ROW EXECUTE FUNCTION settle_receivable();
CREATE TRIGGER settle_receivable AFTER INSERT ON invoice_write_off FOR EACH ROW EXECUTE FUNCTION settle_receivable();
SELECT set_config('quittance.tenant', '', true);
