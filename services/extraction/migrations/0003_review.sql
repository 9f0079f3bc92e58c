-- Two approvers where one is not enough; and what quality is told from without opening every review.
ALTER TABLE outbox ADD COLUMN first_approved_by text
    CHECK (first_approved_by <> approved_by AND first_approved_by <> submitted_by);

-- Codes of the flags of the present revision, each as often as it was raised.
ALTER TABLE contract ADD COLUMN flag_codes text[] NOT NULL DEFAULT '{}';
SELECT set_config('quittance.tenant', '*', true);
UPDATE contract c SET flag_codes = ARRAY(
    SELECT flag ->> 'code' FROM revision r, jsonb_array_elements(r.content -> 'draft' -> 'flags') flag
    WHERE (r.tenant, r.contract, r.number) = (c.tenant, c.id, c.revision) ORDER BY 1)
    WHERE c.pages > 0;

CREATE INDEX event_of_people ON event (tenant, at) WHERE action IN ('edited', 'cited', 'approved');
