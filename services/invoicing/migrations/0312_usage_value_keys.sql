-- Different values under keys that an index can find: where rows are bound to tenants, the database compares numbers only
-- after it has looked at each row's tenant, so of a number in an index it finds every value of the series. Text it compares
-- at once. The key is the number without zeros at its end, so 1 and 1.0 are one value.
ALTER TABLE usage_value ALTER COLUMN value TYPE text COLLATE "C" USING trim_scale(value)::text;
