-- Who may see what, and what the exchange with houses needs. Written by hand; runs as lares_owner, which owns everything.
--
-- The tables with the houses' rows come in later files, which scripts/central-migration writes from the hub's own
-- declarations. They call lares.add_table, so that rights and policies of all of them are the ones below.

-- Sites and who may see them -------------------------------------------------------------------------------------------

CREATE TABLE lares.sites (
  site_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  epoch integer NOT NULL DEFAULT 0,
  lease uuid,
  -- How many leases were given: a hub that knows a higher number sees that this database was put back.
  leases bigint NOT NULL DEFAULT 0,
  lease_at timestamptz,
  seen_at timestamptz,
  hub_version text,
  created_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz
);
-- A site that was removed keeps its name, and another one may have it.
CREATE UNIQUE INDEX sites_present_name ON lares.sites (name) WHERE removed_at IS NULL;

-- Names of roles are compared byte by byte, hence the collation: with another one the key would not serve the policies.
CREATE TABLE lares.site_grants (
  grantee text COLLATE "C" NOT NULL,
  site_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('site', 'person')),
  granted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (grantee, site_id)
);

-- How far each stream of each house has come -----------------------------------------------------------------------------

CREATE TABLE lares.sync_cursors (
  site_id uuid NOT NULL,
  epoch integer NOT NULL,
  stream text NOT NULL,
  table_name text,
  first bigint NOT NULL DEFAULT 0,
  upto bigint,
  position bigint NOT NULL DEFAULT 0,
  batches bigint NOT NULL DEFAULT 0,
  chain text NOT NULL DEFAULT '',
  -- Which leases moved it, and from where: tells a hub what of its rows a database has that was put back.
  history text NOT NULL DEFAULT '',
  rows bigint NOT NULL DEFAULT 0,
  merged bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  quarantined bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (site_id, epoch, stream),
  CONSTRAINT sync_cursors_balance CHECK (rows = merged + duplicates + quarantined)
);

CREATE TABLE lares.sync_quarantine (
  site_id uuid NOT NULL,
  epoch integer NOT NULL,
  stream text NOT NULL,
  table_name text NOT NULL,
  row_key text NOT NULL,
  code text NOT NULL,
  reason text NOT NULL,
  raw bytea,
  at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  resolution text,
  PRIMARY KEY (site_id, table_name, epoch, row_key)
);

-- Rows that central manages for houses -------------------------------------------------------------------------------------

CREATE TABLE lares.scopes (
  scope text PRIMARY KEY,
  counter bigint NOT NULL DEFAULT 0,
  checksum numeric NOT NULL DEFAULT 0
);

CREATE TABLE lares.scope_sites (
  scope text NOT NULL,
  site_id uuid NOT NULL,
  granted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, site_id)
);
CREATE INDEX ix_scope_sites_site ON lares.scope_sites (site_id);

CREATE TABLE lares.scope_rows (
  scope text NOT NULL,
  table_name text NOT NULL,
  row_key text NOT NULL,
  seq bigint NOT NULL,
  row jsonb,
  removed boolean NOT NULL DEFAULT false,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, table_name, row_key),
  CONSTRAINT scope_rows_seq UNIQUE (scope, seq),
  CONSTRAINT scope_rows_content CHECK (removed = (row IS NULL))
);

CREATE TABLE lares.scope_states (
  site_id uuid NOT NULL,
  scope text NOT NULL,
  seq bigint NOT NULL DEFAULT 0,
  ok boolean NOT NULL DEFAULT true,
  refused jsonb,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (site_id, scope)
);

-- What central knows about the tables of houses: partitions and erasure are derived from these two.
CREATE TABLE lares.tables (
  name text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('append', 'append_marks', 'mutable', 'down')),
  key_column text NOT NULL,
  partition_column text
);

-- `owned`: a row cannot be without the one it refers to, and is erased with it. Otherwise only the reference is cleared.
CREATE TABLE lares.table_references (
  table_name text NOT NULL,
  column_name text NOT NULL,
  epoch_column text,
  target text NOT NULL,
  owned boolean NOT NULL,
  PRIMARY KEY (table_name, column_name)
);

-- Rights ----------------------------------------------------------------------------------------------------------------

-- Closes a table to everybody but its owner. Forced, so that the owner too goes through a policy.
CREATE FUNCTION lares.close_table(target text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE lares.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY owner ON lares.%I TO lares_owner USING (true) WITH CHECK (true)', target);
END
$$;

-- Shows a table's rows to those whose site they belong to or who were granted it. What may be done is up to GRANT.
CREATE FUNCTION lares.show_rows_of_granted_sites(target text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  rule CONSTANT text := 'site_id IN (SELECT g.site_id FROM lares.site_grants g WHERE g.grantee = current_user)';
BEGIN
  EXECUTE format('CREATE POLICY granted ON lares.%I TO lares_site, lares_person USING (%s) WITH CHECK (%2$s)', target, rule);
END
$$;

-- Rights and policies of a table with rows of houses. No DELETE and no TRUNCATE: a stolen card must not erase history.
CREATE FUNCTION lares.add_table(name text, kind text, key_column text, partition_column text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO lares.tables VALUES (name, kind, key_column, partition_column);
  PERFORM lares.close_table(name);
  PERFORM lares.show_rows_of_granted_sites(name);
  EXECUTE format('GRANT SELECT ON lares.%I TO lares_site, lares_person', name);
  EXECUTE format('GRANT INSERT%s ON lares.%I TO lares_site', CASE WHEN kind = 'append' THEN '' ELSE ', UPDATE' END, name);
  -- Nobody is granted anything on a partition.
  IF partition_column IS NOT NULL THEN
    EXECUTE format('CREATE TABLE lares.%I PARTITION OF lares.%I DEFAULT', name || '_default', name);
    PERFORM lares.close_table(name || '_default');
  END IF;
END
$$;

SELECT lares.close_table(name) FROM unnest(ARRAY[
  'sites', 'site_grants', 'sync_cursors', 'sync_quarantine', 'scopes', 'scope_sites', 'scope_rows', 'scope_states',
  'tables', 'table_references', 'schema_migrations'
]) AS name;

SELECT lares.show_rows_of_granted_sites(name) FROM unnest(ARRAY[
  'sites', 'sync_cursors', 'sync_quarantine', 'scope_sites', 'scope_states'
]) AS name;

CREATE POLICY own ON lares.site_grants TO lares_site, lares_person USING (grantee = current_user);
-- The rows of scope_sites that one sees are those of one's own sites: the same policy, one step further.
CREATE POLICY granted ON lares.scopes TO lares_site, lares_person
  USING (scope IN (SELECT s.scope FROM lares.scope_sites s));
CREATE POLICY granted ON lares.scope_rows TO lares_site, lares_person
  USING (scope IN (SELECT s.scope FROM lares.scope_sites s));
CREATE POLICY everybody ON lares.schema_migrations TO lares_site, lares_person USING (true);
CREATE POLICY everybody ON lares.tables TO lares_site, lares_person USING (true);
CREATE POLICY everybody ON lares.table_references TO lares_site, lares_person USING (true);

GRANT SELECT ON lares.sites, lares.site_grants, lares.sync_cursors, lares.sync_quarantine, lares.scopes,
  lares.scope_sites, lares.scope_rows, lares.scope_states, lares.schema_migrations, lares.tables,
  lares.table_references TO lares_site;
GRANT UPDATE (epoch, lease, leases, lease_at, seen_at, hub_version) ON lares.sites TO lares_site;
GRANT INSERT, UPDATE ON lares.sync_cursors, lares.sync_quarantine, lares.scope_states TO lares_site;

GRANT SELECT (site_id, name, epoch, seen_at, hub_version, created_at, removed_at) ON lares.sites TO lares_person;
GRANT SELECT (site_id, epoch, stream, table_name, row_key, code, reason, at, resolved_at, resolution)
  ON lares.sync_quarantine TO lares_person;
GRANT SELECT ON lares.site_grants, lares.scopes, lares.scope_sites, lares.scope_rows, lares.scope_states,
  lares.schema_migrations, lares.tables, lares.table_references TO lares_person;

-- Partitions ------------------------------------------------------------------------------------------------------------

-- Makes the partition of one month of a table, and moves rows that the DEFAULT partition took meanwhile. Returns whether
-- there was something to do. Months begin and end in UTC.
CREATE FUNCTION lares.add_month(target text, day date) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  starts CONSTANT timestamptz := date_trunc('month', day::timestamp) AT TIME ZONE 'UTC';
  ends CONSTANT timestamptz := (date_trunc('month', day::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
  part CONSTANT text := target || to_char(starts, '_YYYY_MM');
  rest CONSTANT text := target || '_default';
  time_column text;
  columns text;
BEGIN
  SELECT t.partition_column INTO STRICT time_column FROM lares.tables t WHERE t.name = target;
  -- Two houses may shake hands at once; the second one waits here and finds the month made. It must look into pg_class
  -- itself: to_regclass answers from a cache, which a lock of this kind does not refresh.
  PERFORM pg_advisory_xact_lock(hashtextextended('lares.add_month', 0));
  IF EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'lares'::regnamespace AND c.relname = part) THEN
    RETURN false;
  END IF;
  -- Nobody may put a row of this month into DEFAULT before the month belongs to the table. The table itself is locked first:
  -- an INSERT that had chosen DEFAULT and waited only there would come back as a violated constraint (23514), as if its row
  -- were at fault.
  EXECUTE format('LOCK TABLE ONLY lares.%I IN ACCESS EXCLUSIVE MODE', target);
  EXECUTE format('LOCK TABLE lares.%I IN ACCESS EXCLUSIVE MODE', rest);
  EXECUTE format('CREATE TABLE lares.%I (LIKE lares.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE)', part, target);
  PERFORM lares.close_table(part);
  SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
    FROM pg_attribute a
    WHERE a.attrelid = format('lares.%I', target)::regclass AND a.attnum > 0 AND NOT a.attisdropped;
  PERFORM set_config('lares.touches_audit', 'on', true);
  EXECUTE format(
    'WITH moved AS (DELETE FROM lares.%1$I WHERE %2$I >= $1 AND %2$I < $2 RETURNING *) INSERT INTO lares.%3$I (%4$s) SELECT %4$s FROM moved',
    rest, time_column, part, columns) USING starts, ends;
  PERFORM set_config('lares.touches_audit', '', true);
  EXECUTE format('ALTER TABLE lares.%I ATTACH PARTITION lares.%I FOR VALUES FROM (%L) TO (%L)', target, part, starts, ends);
  RETURN true;
END
$$;

-- Makes every month from 2024 to two months ahead that is missing; returns how many. Hubs call it at their handshake, in a
-- transaction of its own. Somebody's long query must not hold up every house: after three seconds it leaves the rest to the
-- next call, and DEFAULT takes the rows meanwhile.
CREATE FUNCTION lares.ensure_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET lock_timeout = '3s' AS $$
DECLARE
  missing record;
  made integer := 0;
BEGIN
  FOR missing IN
    SELECT t.name, month::date AS month
    FROM lares.tables t,
      generate_series(timestamp '2024-01-01', date_trunc('month', localtimestamp) + interval '2 months', interval '1 month') AS month
    WHERE t.partition_column IS NOT NULL
      AND NOT EXISTS (SELECT FROM pg_class c
        WHERE c.relnamespace = 'lares'::regnamespace AND c.relname = t.name || to_char(month, '_YYYY_MM'))
    ORDER BY 1, 2
  LOOP
    BEGIN
      IF lares.add_month(missing.name, missing.month) THEN
        made := made + 1;
      END IF;
    EXCEPTION WHEN lock_not_available THEN
      EXIT;
    END;
  END LOOP;
  RETURN made;
END
$$;

-- Rows that come down ------------------------------------------------------------------------------------------------------

-- 60 bits of MD5, so that a house can compute the same from the text it got.
CREATE FUNCTION lares.row_hash(content text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ('x' || left(md5(content), 15))::bit(60)::bigint
$$;

-- Puts a row into a scope and returns its number. The same row again keeps its number. The scope's row stays locked to the end
-- of the transaction, so numbers are in the order of commits.
CREATE FUNCTION lares.put_row(in_scope text, in_table text, in_key text, in_row jsonb) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head CONSTANT text := in_table || chr(10) || in_key || chr(10);
  old record;
  taken bigint;
BEGIN
  IF in_row IS NULL THEN
    RAISE EXCEPTION 'a row of a scope must not be null' USING ERRCODE = 'LR001';
  END IF;
  PERFORM FROM lares.scopes s WHERE s.scope = in_scope FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no scope %', in_scope USING ERRCODE = 'no_data_found';
  END IF;
  SELECT r.seq, r.row INTO old FROM lares.scope_rows r
    WHERE r.scope = in_scope AND r.table_name = in_table AND r.row_key = in_key;
  IF old.row::text = in_row::text THEN
    RETURN old.seq;
  END IF;
  UPDATE lares.scopes s
    SET counter = s.counter + 1,
      checksum = s.checksum - coalesce(lares.row_hash(head || old.row::text), 0) + lares.row_hash(head || in_row::text)
    WHERE s.scope = in_scope RETURNING s.counter INTO taken;
  INSERT INTO lares.scope_rows AS r (scope, table_name, row_key, seq, row)
    VALUES (in_scope, in_table, in_key, taken, in_row)
    ON CONFLICT (scope, table_name, row_key)
    DO UPDATE SET seq = excluded.seq, row = excluded.row, removed = false, changed_at = now();
  RETURN taken;
END
$$;

-- Takes a row out of a scope and returns the number of this change, or null when the scope has no such row.
CREATE FUNCTION lares.remove_row(in_scope text, in_table text, in_key text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  old jsonb;
  taken bigint;
BEGIN
  PERFORM FROM lares.scopes s WHERE s.scope = in_scope FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no scope %', in_scope USING ERRCODE = 'no_data_found';
  END IF;
  SELECT r.row INTO old FROM lares.scope_rows r
    WHERE r.scope = in_scope AND r.table_name = in_table AND r.row_key = in_key AND NOT r.removed;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  UPDATE lares.scopes s
    SET counter = s.counter + 1,
      checksum = s.checksum - lares.row_hash(in_table || chr(10) || in_key || chr(10) || old::text)
    WHERE s.scope = in_scope RETURNING s.counter INTO taken;
  UPDATE lares.scope_rows r SET seq = taken, row = NULL, removed = true, changed_at = now()
    WHERE r.scope = in_scope AND r.table_name = in_table AND r.row_key = in_key;
  RETURN taken;
END
$$;

-- Tables that hubs fill ---------------------------------------------------------------------------------------------------

-- Notes which rows another row owns or names.
CREATE FUNCTION lares.add_reference(in_table text, in_column text, in_epoch_column text, in_target text, in_owned boolean) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO lares.table_references VALUES (in_table, in_column, in_epoch_column, in_target, in_owned)
$$;

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
  PERFORM set_config('lares.touches_audit', 'on', true);
  BEGIN
    EXECUTE assignment || 'WHERE extra ? $1' USING column_name;
    GET DIAGNOSTICS total = ROW_COUNT;
    PERFORM set_config('lares.touches_audit', '', true);
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
  PERFORM set_config('lares.touches_audit', '', true);
  RAISE WARNING '% rows of % have a value for % that does not fit; it stays in extra', unfit, target, column_name;
  RETURN total;
END
$$;

-- A new function may be called by everybody unless one says otherwise.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA lares FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lares.ensure_partitions() TO lares_site;
GRANT EXECUTE ON FUNCTION lares.row_hash(text) TO lares_site, lares_person;
