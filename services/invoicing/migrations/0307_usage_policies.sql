-- The policies of the tables that every event passes: the same rows as before, compared as what they are. A comparison
-- of texts writes the tenant of each row out first, which was a tenth of what storing an event costs. The setting may be
-- absent, empty or `*`, none of which is cast.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['usage_event', 'usage_hour', 'usage_value', 'usage_distinct', 'usage_withdrawn']
    LOOP
        EXECUTE format(
            'ALTER POLICY tenant ON %I USING ('
            'tenant = (SELECT nullif(nullif(current_setting(''quittance.tenant'', true), ''''), ''*'')::uuid) '
            'OR (SELECT current_setting(''quittance.tenant'', true) = ''*''))', name);
    END LOOP;
END
$$;
