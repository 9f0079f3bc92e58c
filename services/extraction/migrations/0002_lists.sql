-- What lists show beside a contract's name, so that they need not open its review.
ALTER TABLE contract
    -- The largest total it prints; to sort work by, never to bill.
    ADD COLUMN printed_total numeric,
    ADD COLUMN currency      text NOT NULL DEFAULT '',
    -- Who changed or decided something last; empty before a person has.
    ADD COLUMN last_actor    text NOT NULL DEFAULT '';
CREATE INDEX contract_by_state ON contract (tenant, state, received_at DESC, id DESC);
