-- Renewals that notice can still stop are listed by how soon they can no longer be.

-- The migration looks at everybody's rows.
SELECT set_config('quittance.tenant', '*', true);
-- The last day on which notice stops the next term, as known when it was looked at; passed where that has to be looked at
-- again; none where no term follows by itself.
ALTER TABLE plan ADD COLUMN notice_by date;
UPDATE plan SET notice_by = '0001-01-01' WHERE renewal_due IS NOT NULL;
CREATE INDEX plan_notice_by ON plan (tenant, notice_by, id) WHERE notice_by IS NOT NULL;
SELECT set_config('quittance.tenant', '', true);
