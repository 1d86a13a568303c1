-- A house that forgets a device or a person has central forget it too. Written by hand.

-- Which of these a house asked for: when its database is put back to an earlier time, it does them again.
ALTER TABLE lares.erasures ADD COLUMN from_house boolean NOT NULL DEFAULT false;
CREATE INDEX ix_erasures_house ON lares.erasures (site_id, what, key) WHERE from_house;

-- As it was: entities have a column `key` now, and here it is always the parameter.
CREATE OR REPLACE FUNCTION lares.give_pseudonym(site uuid, what text, key text, pseudonym text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
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

-- As lares.erase was, with the pseudonym of the caller's choice.
CREATE FUNCTION lares.erase_as(site uuid, what text, key text, reason text, pseudonym text, asked_by_house boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  target CONSTANT text := CASE what WHEN 'device' THEN 'devices' WHEN 'user' THEN 'users' WHEN 'session' THEN 'sessions' END;
  name text;
  counted bigint;
  total bigint := 0;
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
  INSERT INTO lares.erasures (by_role, site_id, what, key, reason, rows, from_house)
    VALUES (session_user, site, what, key, reason, total, asked_by_house);
  RETURN total;
END
$$;

CREATE OR REPLACE FUNCTION lares.erase(site uuid, what text, key text, reason text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT lares.erase_as(site, what, key, reason, 'erased-' || left(replace(gen_random_uuid()::text, '-', ''), 12), false)
$$;

-- Called by a house over its own rows, under its lease, until `done`: a device may have millions of readings, and no statement
-- of a house may take long. Removes at most `most` rows of the tables that grow; the last call removes the rest and writes it down.
CREATE FUNCTION lares.erase_from_house(site uuid, held_lease uuid, what text, key text, pseudonym text, reason text, most integer,
  OUT rows bigint, OUT done boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ref record;
  counted bigint;
BEGIN
  rows := 0;
  done := false;
  IF what NOT IN ('device', 'user') THEN
    RAISE EXCEPTION 'a house erases devices and users' USING ERRCODE = 'LR001';
  END IF;
  IF NOT EXISTS (SELECT FROM lares.site_grants g JOIN lares.sites s USING (site_id)
      WHERE g.grantee = session_user AND g.kind = 'site' AND g.site_id = site AND s.lease = held_lease) THEN
    RAISE EXCEPTION 'this role holds no lease of the site' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF what = 'device' THEN
    FOR ref IN SELECT r.table_name, r.column_name, r.epoch_column, t.key_column, t.partition_column
      FROM lares.table_references r JOIN lares.tables t ON t.name = r.table_name
      WHERE r.target = 'reading_series' AND r.owned ORDER BY 1 LOOP
      EXECUTE format(
        'DELETE FROM lares.%1$I d USING (SELECT x.epoch, x.%2$I AS id%6$s FROM lares.%1$I x JOIN lares.reading_series s '
        'ON s.site_id = x.site_id AND s.epoch = x.%3$I AND s.id = x.%4$I WHERE x.site_id = $1 AND s.device_id = $2 LIMIT $3) g '
        'WHERE d.site_id = $1 AND d.epoch = g.epoch AND d.%2$I = g.id%5$s',
        ref.table_name, ref.key_column, ref.epoch_column, ref.column_name,
        CASE WHEN ref.partition_column IS NULL THEN '' ELSE format(' AND d.%1$I = g.%1$I', ref.partition_column) END,
        CASE WHEN ref.partition_column IS NULL THEN '' ELSE format(', x.%I', ref.partition_column) END)
        USING site, key, most - rows;
      GET DIAGNOSTICS counted = ROW_COUNT;
      rows := rows + counted;
      IF rows >= most THEN
        RETURN;
      END IF;
    END LOOP;
  END IF;
  rows := rows + lares.erase_as(site, what, key, reason, pseudonym, true);
  done := true;
END
$$;

-- What a house had erased, ever: a database of its that is put back to before it does not know. The table itself stays closed.
CREATE FUNCTION lares.erased_from_house(site uuid) RETURNS TABLE (what text, key text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT ON (e.what, e.key) e.what, e.key, e.reason FROM lares.erasures e
    WHERE e.from_house AND e.site_id = site AND EXISTS (SELECT FROM lares.site_grants g
      WHERE g.grantee = session_user AND g.kind = 'site' AND g.site_id = site)
    ORDER BY e.what, e.key, e.at
$$;

-- What was said in a turn goes with it: a turn may have been at another device than its session began at.
UPDATE lares.table_references SET owned = true WHERE table_name = 'messages' AND column_name = 'turn_id';

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA lares FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lares.erased_from_house(uuid) TO lares_site;
GRANT EXECUTE ON FUNCTION lares.erase_from_house(uuid, uuid, text, text, text, text, integer) TO lares_site;
