-- What stays as it was written, whoever asks: the audit of houses, and versions of personas. Written by hand.

-- Rows of the audit ------------------------------------------------------------------------------------------------------

-- A hub may send a row again, and then it says the same. One that says otherwise is no repetition: it is refused as a row at
-- fault, so that its hub sets it aside and somebody sees it. One that was erased meanwhile stays as it is.
--
-- Functions of this schema touch them for what they say: moving rows to the partition of their month, filling a new column,
-- putting a pseudonym in the place of a person. The setting alone opens nothing: one must be the owner, too.
CREATE FUNCTION lares.keep_audit() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  travel CONSTANT text[] := ARRAY['sync_epoch', 'sync_seq', 'synced_at'];
BEGIN
  IF OLD.category IS DISTINCT FROM 'audit' AND (TG_OP = 'DELETE' OR NEW.category IS DISTINCT FROM 'audit')
    OR current_setting('lares.touches_audit', true) = 'on' AND pg_has_role(current_user, 'lares_owner', 'MEMBER') THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF to_jsonb(OLD) - travel = to_jsonb(NEW) - travel THEN
      RETURN NEW;
    END IF;
    IF OLD.extra ? 'pseudonym' THEN
      RETURN NULL;
    END IF;
  END IF;
  RAISE EXCEPTION 'what stands in the audit is neither changed nor removed' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER keep_audit BEFORE UPDATE OR DELETE ON lares.events FOR EACH ROW EXECUTE FUNCTION lares.keep_audit();

CREATE FUNCTION lares.keep_whole() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'what stands in the audit is neither changed nor removed' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER keep_whole BEFORE TRUNCATE ON lares.events EXECUTE FUNCTION lares.keep_whole();

-- Versions of personas ---------------------------------------------------------------------------------------------------

CREATE FUNCTION lares.keep_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- Where the news came first that it is gone, there is nothing yet that could be changed.
  IF OLD.persona_id IS NOT NULL AND (OLD.persona_id, OLD.version, OLD.artifacts, OLD.change_notes) IS DISTINCT FROM (NEW.persona_id, NEW.version, NEW.artifacts, NEW.change_notes) THEN
    RAISE EXCEPTION 'version % of the persona % is never changed', OLD.version, OLD.persona_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_version BEFORE UPDATE ON lares.persona_versions FOR EACH ROW EXECUTE FUNCTION lares.keep_version();

-- Neither those that central gives to houses: they may be taken out, and then their key is used up.
CREATE FUNCTION lares.keep_given_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.table_name = 'persona_versions' AND NOT NEW.removed AND OLD.row IS DISTINCT FROM NEW.row THEN
    RAISE EXCEPTION 'the version % is never changed; put another one, with another id and version', OLD.row_key USING ERRCODE = 'LR001';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_given_version BEFORE UPDATE ON lares.scope_rows FOR EACH ROW EXECUTE FUNCTION lares.keep_given_version();

-- Erasure: the audit says what happened, and no longer to whom ---------------------------------------------------------

-- Puts a pseudonym in the place of a device, user or session in the audit of a site: in the columns that name it or one of its
-- sessions, and wherever its key or a name that it has stands in the texts. What happened stays, and all of it stays together.
-- Returns the number of rows.
CREATE FUNCTION lares.give_pseudonym(site uuid, what text, key text, pseudonym text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  keys text[] := ARRAY[key];
  names text[] := '{}';
  said text;
  place lares.events;
  total bigint := 0;
BEGIN
  IF what = 'user' THEN
    SELECT ARRAY[u.email, u.full_name] INTO names FROM lares.users u WHERE u.site_id = site AND u.id = key;
  ELSIF what = 'device' THEN
    SELECT ARRAY[d.name] INTO names FROM lares.devices d WHERE d.site_id = site AND d.id = key;
    keys := keys || ARRAY(SELECT e.id FROM lares.device_entities e WHERE e.site_id = site AND e.device_id = key);
  END IF;
  keys := keys || ARRAY(SELECT s.id FROM lares.sessions s WHERE s.site_id = site AND key IN (s.device_id, s.user_id));
  names := array_remove(coalesce(names, '{}'), NULL);
  -- Former names of a device stand in the rows that say it was renamed.
  names := names || ARRAY(SELECT unnest(ARRAY[e.old_state, e.new_state]) FROM lares.events e
    WHERE e.site_id = site AND e.category = 'audit' AND what = 'device' AND e.device_id = key AND e.event_type = 'device_renamed');
  names := ARRAY(SELECT DISTINCT n FROM unnest(names) n WHERE n <> '');
  -- A key is unlike anything else and goes wherever it stands; a name may be a common word and goes where it stands alone.
  FOR place IN SELECT e.* FROM lares.events e
    WHERE e.site_id = site AND e.category = 'audit' AND (
      e.user_id = ANY (keys) OR e.device_id = ANY (keys) OR e.session_id = ANY (keys) OR e.entity_id = ANY (keys)
      OR e.old_state = ANY (names) OR e.new_state = ANY (names)
      OR EXISTS (SELECT FROM unnest(keys) k WHERE strpos(concat(e.event_data, e.state_attributes, e.context, e.description), k) > 0)
      OR EXISTS (SELECT FROM unnest(names) n WHERE strpos(concat(e.event_data, e.state_attributes, e.context), to_jsonb(n)::text) > 0))
  LOOP
    FOREACH said IN ARRAY keys LOOP
      place.event_data := replace(place.event_data::text, said, pseudonym);
      place.state_attributes := replace(place.state_attributes::text, said, pseudonym);
      place.context := replace(place.context::text, said, pseudonym);
      place.description := replace(place.description, said, pseudonym);
    END LOOP;
    FOREACH said IN ARRAY names LOOP
      place.event_data := replace(place.event_data::text, to_jsonb(said)::text, to_jsonb(pseudonym)::text);
      place.state_attributes := replace(place.state_attributes::text, to_jsonb(said)::text, to_jsonb(pseudonym)::text);
      place.context := replace(place.context::text, to_jsonb(said)::text, to_jsonb(pseudonym)::text);
      place.description := replace(place.description, said, pseudonym);
      place.old_state := CASE WHEN place.old_state = said THEN pseudonym ELSE place.old_state END;
      place.new_state := CASE WHEN place.new_state = said THEN pseudonym ELSE place.new_state END;
    END LOOP;
    UPDATE lares.events e SET
        user_id = CASE WHEN e.user_id = ANY (keys) THEN pseudonym ELSE e.user_id END,
        device_id = CASE WHEN e.device_id = ANY (keys) THEN pseudonym ELSE e.device_id END,
        session_id = CASE WHEN e.session_id = ANY (keys) THEN pseudonym ELSE e.session_id END,
        entity_id = CASE WHEN e.entity_id = ANY (keys) THEN pseudonym ELSE e.entity_id END,
        event_data = place.event_data, state_attributes = place.state_attributes, context = place.context,
        description = place.description, old_state = place.old_state, new_state = place.new_state,
        extra = coalesce(e.extra, '{}') || jsonb_build_object('pseudonym', pseudonym)
      WHERE e.site_id = site AND e.epoch = place.epoch AND e.id = place.id AND e.created_at = place.created_at;
    total := total + 1;
  END LOOP;
  RETURN total;
END
$$;

CREATE OR REPLACE FUNCTION lares.erase_rows(site uuid, target text, condition text, keys text[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  shape record;
  ref record;
  named text;
  gone text[];
  total bigint;
BEGIN
  SELECT t.key_column, t.kind IN ('append', 'append_marks') AS append,
      EXISTS (SELECT FROM lares.table_references r WHERE r.target = t.name) AS named
    INTO STRICT shape FROM lares.tables t WHERE t.name = erase_rows.target;
  IF NOT shape.named THEN
    -- Readings are many: their keys are of no use to anybody and are not collected. The audit stays, under a pseudonym.
    EXECUTE format('DELETE FROM lares.%I WHERE site_id = $1 AND %s%s', target, condition,
      CASE WHEN target = 'events' THEN ' AND category IS DISTINCT FROM ''audit''' ELSE '' END) USING site, keys;
    GET DIAGNOSTICS total = ROW_COUNT;
    RETURN total;
  END IF;
  EXECUTE format(
    'WITH gone AS (DELETE FROM lares.%I WHERE site_id = $1 AND %s RETURNING %s AS key) SELECT array_agg(DISTINCT key), count(*) FROM gone',
    target, condition, CASE WHEN shape.append THEN format('epoch || '':'' || %I', shape.key_column) ELSE quote_ident(shape.key_column) END)
    INTO gone, total USING site, keys;
  -- A row that only central lost, or never had, may still be named by others.
  gone := coalesce(gone, '{}') || CASE WHEN condition = format('%I = ANY ($2)', shape.key_column) THEN keys ELSE '{}' END;
  IF gone = '{}' THEN
    RETURN total;
  END IF;
  FOR ref IN SELECT r.* FROM lares.table_references r WHERE r.target = erase_rows.target LOOP
    named := CASE WHEN ref.epoch_column IS NULL THEN format('%I = ANY ($2)', ref.column_name)
      ELSE format('(%I, %I) IN (SELECT split_part(k, '':'', 1)::integer, split_part(k, '':'', 2)::bigint FROM unnest($2) k)',
        ref.epoch_column, ref.column_name) END;
    IF ref.owned THEN
      total := total + lares.erase_rows(site, ref.table_name, named, gone);
    ELSE
      EXECUTE format('UPDATE lares.%I SET %I = NULL WHERE site_id = $1 AND %s', ref.table_name, ref.column_name, named)
        USING site, gone;
    END IF;
  END LOOP;
  RETURN total;
END
$$;

CREATE OR REPLACE FUNCTION lares.erase(site uuid, what text, key text, reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  target CONSTANT text := CASE what WHEN 'device' THEN 'devices' WHEN 'user' THEN 'users' WHEN 'session' THEN 'sessions' END;
  name text;
  counted bigint;
  total bigint := 0;
  pseudonym CONSTANT text := 'erased-' || left(replace(gen_random_uuid()::text, '-', ''), 12);
BEGIN
  IF what IS NULL OR what NOT IN ('device', 'user', 'session', 'site') OR coalesce(key, '') = '' OR coalesce(reason, '') = '' THEN
    RAISE EXCEPTION 'erase needs a device, user, session or site, its key, and a reason' USING ERRCODE = 'LR001';
  END IF;
  IF NOT EXISTS (SELECT FROM lares.sites s WHERE s.site_id = site) THEN
    RAISE EXCEPTION 'there is no site %', site USING ERRCODE = 'no_data_found';
  END IF;
  PERFORM set_config('lares.touches_audit', 'on', true);
  IF what = 'site' THEN
    FOR name IN SELECT t.name FROM lares.tables t UNION ALL VALUES ('sync_cursors'), ('sync_quarantine'), ('scope_states') LOOP
      EXECUTE format('DELETE FROM lares.%I WHERE site_id = $1', name) USING site;
      GET DIAGNOSTICS counted = ROW_COUNT;
      total := total + counted;
    END LOOP;
  ELSE
    total := lares.give_pseudonym(site, what, key, pseudonym);
    SELECT total + lares.erase_rows(site, t.name, format('%I = ANY ($2)', t.key_column), ARRAY[key]) INTO STRICT total
      FROM lares.tables t WHERE t.name = target;
    -- Rows that Postgres refused were kept as the bytes that came; whatever names the key goes.
    DELETE FROM lares.sync_quarantine q
      WHERE q.site_id = site AND (position(convert_to(key, 'UTF8') IN q.raw) > 0 OR position(key IN q.reason) > 0
        OR (q.table_name = target AND q.row_key = key));
    GET DIAGNOSTICS counted = ROW_COUNT;
    total := total + counted;
  END IF;
  PERFORM set_config('lares.touches_audit', '', true);
  INSERT INTO lares.erasures (by_role, site_id, what, key, reason, rows) VALUES (session_user, site, what, key, reason, total);
  RETURN total;
END
$$;

-- The functions that touch rows of the audit as they should -----------------------------------------------------------------

CREATE OR REPLACE FUNCTION lares.add_month(target text, day date) RETURNS boolean
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

CREATE OR REPLACE FUNCTION lares.take_from_extra(target text, column_name text) RETURNS bigint
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

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA lares FROM PUBLIC;

-- Names of sites ---------------------------------------------------------------------------------------------------------

-- A site that was removed keeps its name, and another one may have it.
ALTER TABLE lares.sites DROP CONSTRAINT sites_name_key;
CREATE UNIQUE INDEX sites_present_name ON lares.sites (name) WHERE removed_at IS NULL;
