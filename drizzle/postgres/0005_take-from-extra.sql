-- A hub that is newer than central sends columns which are not there yet in `extra`. Once they are, their values belong in
-- them. Called by the migration that adds a column; returns how many rows had a value.
CREATE FUNCTION lares.take_from_extra(target text, column_name text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kind CONSTANT regtype := (SELECT a.atttypid FROM pg_attribute a
    WHERE a.attrelid = format('lares.%I', target)::regclass AND a.attname = take_from_extra.column_name);
  total bigint;
BEGIN
  EXECUTE format(
    'UPDATE lares.%I SET %I = CASE WHEN jsonb_typeof(extra -> $1) <> ''null'' THEN %s END, extra = nullif(extra - $1, ''{}'') WHERE extra ? $1',
    target, column_name, CASE kind
      -- As the hub writes them: times in milliseconds, bytes in hexadecimal digits.
      WHEN 'timestamptz'::regtype THEN 'timestamptz ''epoch'' + (extra ->> $1)::bigint * interval ''1 millisecond'''
      WHEN 'jsonb'::regtype THEN 'extra -> $1'
      WHEN 'bytea'::regtype THEN 'decode(extra ->> $1, ''hex'')'
      ELSE format('(extra ->> $1)::%s', kind) END)
    USING column_name;
  GET DIAGNOSTICS total = ROW_COUNT;
  RETURN total;
END
$$;
REVOKE ALL ON FUNCTION lares.take_from_extra(text, text) FROM PUBLIC;
