-- A hub that is newer than central sends columns which are not there yet in `extra`. Once they are, their values belong in
-- them. Called by the migration that adds a column; returns how many rows had a value. A value that does not fit stays where
-- it is and is told of: one house's fault must not keep all the others from being migrated.
CREATE FUNCTION lares.take_from_extra(target text, column_name text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kind CONSTANT regtype := (SELECT a.atttypid FROM pg_attribute a
    WHERE a.attrelid = format('lares.%I', target)::regclass AND a.attname = take_from_extra.column_name);
  -- As the hub writes them: times in milliseconds, bytes in hexadecimal digits.
  assignment CONSTANT text := format(
    'UPDATE lares.%I SET %I = CASE WHEN jsonb_typeof(extra -> $1) <> ''null'' THEN %s END, extra = nullif(extra - $1, ''{}'') ',
    target, column_name, CASE kind
      WHEN 'timestamptz'::regtype THEN 'timestamptz ''epoch'' + (extra ->> $1)::bigint * interval ''1 millisecond'''
      WHEN 'jsonb'::regtype THEN 'extra -> $1'
      WHEN 'bytea'::regtype THEN 'decode(extra ->> $1, ''hex'')'
      ELSE format('(extra ->> $1)::%s', kind) END);
  total bigint := 0;
  unfit bigint := 0;
  place record;
BEGIN
  BEGIN
    EXECUTE assignment || 'WHERE extra ? $1' USING column_name;
    GET DIAGNOSTICS total = ROW_COUNT;
    RETURN total;
  EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
    NULL; -- row by row, then
  END;
  FOR place IN EXECUTE format('SELECT tableoid AS part, ctid AS at FROM lares.%I WHERE extra ? $1', target) USING column_name LOOP
    BEGIN
      EXECUTE assignment || 'WHERE tableoid = $2 AND ctid = $3' USING column_name, place.part, place.at;
      total := total + 1;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
      unfit := unfit + 1;
    END;
  END LOOP;
  RAISE WARNING '% rows of % have a value for % that does not fit; it stays in extra', unfit, target, column_name;
  RETURN total;
END
$$;
REVOKE ALL ON FUNCTION lares.take_from_extra(text, text) FROM PUBLIC;
