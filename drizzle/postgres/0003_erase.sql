-- Erasing: whoever is to be forgotten goes with everything that is its own, and the audit says what happened and no longer to
-- whom. Written by hand.

CREATE TABLE lares.erasures (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  by_role text NOT NULL,
  site_id uuid NOT NULL,
  what text NOT NULL,
  key text NOT NULL,
  reason text NOT NULL,
  rows bigint NOT NULL,
  -- A house asked for it: when its database is put back to an earlier time, it does it again.
  from_house boolean NOT NULL DEFAULT false
);
CREATE INDEX ix_erasures_house ON lares.erasures (site_id, what, key) WHERE from_house;

-- Who is given a pseudonym now, what it was known by before its rows went, and the event up to which that is done: a house may
-- have millions of events, and they are looked at step by step.
CREATE TABLE lares.erasing (
  site_id uuid NOT NULL,
  what text NOT NULL,
  key text NOT NULL,
  keys text[] NOT NULL,
  names text[] NOT NULL,
  epoch integer NOT NULL DEFAULT 0,
  event_id bigint NOT NULL DEFAULT 0,
  CONSTRAINT erasing_pkey PRIMARY KEY (site_id, what, key)
);
SELECT lares.close_table(name) FROM unnest(ARRAY['erasures', 'erasing']) AS name;

-- A text with a pseudonym where one of the words stands alone: no letter or digit is beside it, nor, for an id, a hyphen and then
-- one. The same rule as a house has.
CREATE FUNCTION lares.without_words(said text, words text[], are_ids boolean, pseudonym text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  joint CONSTANT text := CASE WHEN are_ids THEN '-?' ELSE '' END;
  word text;
BEGIN
  FOREACH word IN ARRAY words LOOP
    said := regexp_replace(said, format('(?<![[:alnum:]]%s)%s(?!%s[[:alnum:]])', joint,
      regexp_replace(word, '([^[:alnum:]])', '\\\1', 'g'), joint), pseudonym, 'g');
  END LOOP;
  RETURN said;
END
$$;

-- The same in every string of a value. What a property is called may be a common word: only ids go there.
CREATE FUNCTION lares.without_words(said jsonb, ids text[], names text[], pseudonym text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN CASE jsonb_typeof(said)
    WHEN 'string' THEN to_jsonb(lares.without_words(lares.without_words(said #>> '{}', ids, true, pseudonym), names, false, pseudonym))
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(lares.without_words(a.value, ids, names, pseudonym) ORDER BY a.ordinality), '[]')
      FROM jsonb_array_elements(said) WITH ORDINALITY a)
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(lares.without_words(o.key, ids, true, pseudonym),
        lares.without_words(o.value, ids, names, pseudonym)), '{}') FROM jsonb_each(said) o)
    ELSE said END;
END
$$;

-- Notes what somebody is known by; once begun, it stays. Former names of a device stand in the rows that say it was renamed.
CREATE FUNCTION lares.begin_pseudonym(site uuid, what text, key text) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO lares.erasing (site_id, what, key, keys, names)
  SELECT site, what, key, array_agg(DISTINCT t.said) FILTER (WHERE t.is_key), coalesce(array_agg(DISTINCT t.said) FILTER (WHERE NOT t.is_key), '{}')
  FROM (
    SELECT begin_pseudonym.key, true
    UNION ALL SELECT s.id, true FROM lares.sessions s WHERE s.site_id = site AND begin_pseudonym.key IN (s.device_id, s.user_id)
    UNION ALL SELECT e.id, true FROM lares.device_entities e WHERE what = 'device' AND e.site_id = site AND e.device_id = begin_pseudonym.key
    UNION ALL SELECT d.name, false FROM lares.devices d WHERE what = 'device' AND d.site_id = site AND d.id = begin_pseudonym.key
    UNION ALL SELECT n.said, false FROM lares.events e, unnest(ARRAY[e.old_state, e.new_state]) n (said)
      WHERE what = 'device' AND e.site_id = site AND e.device_id = begin_pseudonym.key AND e.event_type = 'device_renamed'
    UNION ALL SELECT n.said, n.is_key FROM lares.users u, LATERAL (VALUES (u.email, true), (u.full_name, false)) n (said, is_key)
      WHERE what = 'user' AND u.site_id = site AND u.id = begin_pseudonym.key
    UNION ALL SELECT n.said, n.is_key FROM lares.people p, LATERAL (VALUES (p.id, true), (p.name, false)) n (said, is_key)
      WHERE what = 'user' AND p.site_id = site AND p.user_id = begin_pseudonym.key
  ) t (said, is_key) WHERE t.said <> ''
  ON CONFLICT ON CONSTRAINT erasing_pkey DO NOTHING
$$;

-- Puts a pseudonym in the place of somebody in the next `most` events of a site, as a house does: in the columns that name it or
-- what is its alone, wherever such an id stands in the texts, and where one does, or the event is its own, in the place of its
-- names. What is its own and no audit is left: it goes with it. Returns how many it changed; `done` when there are none behind.
CREATE FUNCTION lares.give_pseudonym(site uuid, what text, key text, pseudonym text, most integer, OUT changed bigint, OUT done boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  whom lares.erasing;
  place record;
  last record;
BEGIN
  PERFORM lares.begin_pseudonym(site, what, key);
  SELECT * INTO STRICT whom FROM lares.erasing e WHERE e.site_id = site AND e.what = give_pseudonym.what AND e.key = give_pseudonym.key;
  changed := 0;
  PERFORM set_config('lares.touches_audit', 'on', true);
  FOR place IN
    WITH next AS MATERIALIZED (
      SELECT v.*, concat_ws(' ', v.description, v.old_state, v.new_state,
          regexp_replace(concat_ws(' ', v.event_data, v.state_attributes, v.context), '\\.', ' ', 'g')) AS texts
        FROM lares.events v WHERE v.site_id = site AND (v.epoch, v.id) > (whom.epoch, whom.event_id)
        ORDER BY v.epoch, v.id LIMIT most),
    said AS (
      SELECT n.epoch, n.id, w.word, w.is_owner FROM next n,
        LATERAL (VALUES (n.user_id, true), (n.device_id, true), (n.session_id, true), (n.entity_id, true), (n.acknowledged_by, false)) w (word, is_owner)
      UNION ALL SELECT n.epoch, n.id, m.found[1], false FROM next n,
        regexp_matches(n.texts, '([[:alnum:]]+(?:-[[:alnum:]]+)*)', 'g') m (found)
      -- What is no id, as an address, is looked for as it is: there are few.
      UNION ALL SELECT n.epoch, n.id, k.word, false FROM next n, unnest(whom.keys) k (word)
        WHERE k.word !~ '^[[:alnum:]]+(?:-[[:alnum:]]+)*$' AND strpos(n.texts, k.word) > 0),
    hits AS (
      SELECT s.epoch, s.id, array_agg(DISTINCT s.word) AS ids, bool_or(s.is_owner) AS own
        FROM said s JOIN (SELECT unnest(whom.keys) AS word) k ON k.word = s.word GROUP BY s.epoch, s.id)
    SELECT n.*, h.ids FROM next n JOIN hits h ON h.epoch = n.epoch AND h.id = n.id WHERE n.category = 'audit' OR NOT h.own
  LOOP
    UPDATE lares.events e SET
        user_id = CASE WHEN e.user_id = ANY (place.ids) THEN pseudonym ELSE e.user_id END,
        device_id = CASE WHEN e.device_id = ANY (place.ids) THEN pseudonym ELSE e.device_id END,
        session_id = CASE WHEN e.session_id = ANY (place.ids) THEN pseudonym ELSE e.session_id END,
        entity_id = CASE WHEN e.entity_id = ANY (place.ids) THEN pseudonym ELSE e.entity_id END,
        acknowledged_by = CASE WHEN e.acknowledged_by = ANY (place.ids) THEN pseudonym ELSE e.acknowledged_by END,
        description = lares.without_words(lares.without_words(e.description, place.ids, true, pseudonym), whom.names, false, pseudonym),
        old_state = lares.without_words(lares.without_words(e.old_state, place.ids, true, pseudonym), whom.names, false, pseudonym),
        new_state = lares.without_words(lares.without_words(e.new_state, place.ids, true, pseudonym), whom.names, false, pseudonym),
        event_data = lares.without_words(e.event_data, place.ids, whom.names, pseudonym),
        state_attributes = lares.without_words(e.state_attributes, place.ids, whom.names, pseudonym),
        context = lares.without_words(e.context, place.ids, whom.names, pseudonym),
        extra = coalesce(e.extra, '{}') || jsonb_build_object('pseudonym', pseudonym)
      WHERE e.site_id = site AND e.epoch = place.epoch AND e.id = place.id AND e.created_at = place.created_at;
    changed := changed + 1;
  END LOOP;
  PERFORM set_config('lares.touches_audit', '', true);
  SELECT v.epoch, v.id INTO last FROM lares.events v WHERE v.site_id = site AND (v.epoch, v.id) > (whom.epoch, whom.event_id)
    ORDER BY v.epoch, v.id OFFSET most - 1 LIMIT 1;
  done := NOT FOUND;
  IF NOT done THEN
    UPDATE lares.erasing e SET epoch = last.epoch, event_id = last.id
      WHERE e.site_id = site AND e.what = give_pseudonym.what AND e.key = give_pseudonym.key;
  END IF;
END
$$;

-- Deletes rows of a site that meet a condition over `$1 site, $2 keys`, and everything they own; clears where they are named.
-- Keys of append-only tables are written epoch:id. Returns how many rows were deleted.
CREATE FUNCTION lares.erase_rows(site uuid, target text, condition text, keys text[]) RETURNS bigint
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

-- Erases a device, user or session of a site with everything it owns, or all rows of a site, and writes down that it did. In the
-- audit it is put under the pseudonym. Returns the number of rows. What the houses themselves keep is theirs to erase.
CREATE FUNCTION lares.erase_as(site uuid, what text, key text, reason text, pseudonym text, asked_by_house boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  target CONSTANT text := CASE what WHEN 'device' THEN 'devices' WHEN 'user' THEN 'users' WHEN 'session' THEN 'sessions' END;
  name text;
  counted bigint;
  total bigint := 0;
  looked boolean;
BEGIN
  IF what IS NULL OR what NOT IN ('device', 'user', 'session', 'site') OR coalesce(key, '') = '' OR coalesce(reason, '') = '' THEN
    RAISE EXCEPTION 'erase needs a device, user, session or site, its key, and a reason' USING ERRCODE = 'LR001';
  END IF;
  IF NOT EXISTS (SELECT FROM lares.sites s WHERE s.site_id = site) THEN
    RAISE EXCEPTION 'there is no site %', site USING ERRCODE = 'no_data_found';
  END IF;
  IF what = 'site' THEN
    PERFORM set_config('lares.touches_audit', 'on', true);
    FOR name IN SELECT t.name FROM lares.tables t UNION ALL VALUES ('sync_cursors'), ('sync_quarantine'), ('scope_states'), ('erasing') LOOP
      EXECUTE format('DELETE FROM lares.%I WHERE site_id = $1', name) USING site;
      GET DIAGNOSTICS counted = ROW_COUNT;
      total := total + counted;
    END LOOP;
  ELSE
    LOOP
      SELECT total + g.changed, g.done INTO total, looked FROM lares.give_pseudonym(site, what, key, pseudonym, 5000) g;
      EXIT WHEN looked;
    END LOOP;
    PERFORM set_config('lares.touches_audit', 'on', true);
    SELECT total + lares.erase_rows(site, t.name, format('%I = ANY ($2)', t.key_column), ARRAY[key]) INTO STRICT total
      FROM lares.tables t WHERE t.name = target;
    -- Rows that Postgres refused were kept as the bytes that came; whatever names the key goes.
    DELETE FROM lares.sync_quarantine q
      WHERE q.site_id = site AND (position(convert_to(key, 'UTF8') IN q.raw) > 0 OR position(key IN q.reason) > 0
        OR (q.table_name = target AND q.row_key = key));
    GET DIAGNOSTICS counted = ROW_COUNT;
    total := total + counted;
    DELETE FROM lares.erasing e WHERE e.site_id = site AND e.what = erase_as.what AND e.key = erase_as.key;
  END IF;
  PERFORM set_config('lares.touches_audit', '', true);
  INSERT INTO lares.erasures (by_role, site_id, what, key, reason, rows, from_house)
    VALUES (session_user, site, what, key, reason, total, asked_by_house);
  RETURN total;
END
$$;

-- The same, under a pseudonym of its own making: for whoever administers central.
CREATE FUNCTION lares.erase(site uuid, what text, key text, reason text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT lares.erase_as(site, what, key, reason, 'erased-' || left(replace(gen_random_uuid()::text, '-', ''), 12), false)
$$;

-- Called by a house over its own rows, under its lease, until `done`: a device may have millions of readings, and no statement
-- of a house may take long. Removes at most `most` rows of the tables that grow, or looks at a few thousand events; the last call
-- removes the rest and writes it down.
CREATE FUNCTION lares.erase_from_house(site uuid, held_lease uuid, what text, key text, pseudonym text, reason text, most integer,
  OUT rows bigint, OUT done boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  ref record;
  counted bigint;
  looked boolean;
BEGIN
  rows := 0;
  done := false;
  IF what NOT IN ('device', 'user') THEN
    RAISE EXCEPTION 'a house erases devices and users' USING ERRCODE = 'LR001';
  END IF;
  IF pseudonym !~ '^[a-z0-9-]{1,64}$' THEN
    RAISE EXCEPTION 'a pseudonym is of a-z, 0-9 and hyphens' USING ERRCODE = 'LR001';
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
  SELECT rows + g.changed, g.done INTO rows, looked FROM lares.give_pseudonym(site, what, key, pseudonym, least(most, 5000)) g;
  IF NOT looked THEN
    RETURN;
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

-- Whether somebody whom a house erases, and may not erase here, was erased here by others. The house has asked for it then: it
-- does it again when its database is put back. What was sent since has to go first.
CREATE FUNCTION lares.erased_by_others(site uuid, held_lease uuid, what text, key text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM lares.site_grants g JOIN lares.sites s USING (site_id)
      WHERE g.grantee = session_user AND g.kind = 'site' AND g.site_id = site AND s.lease = held_lease) THEN
    RAISE EXCEPTION 'this role holds no lease of the site' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT FROM lares.devices d WHERE what = 'device' AND d.site_id = site AND d.id = erased_by_others.key)
    OR EXISTS (SELECT FROM lares.reading_series r WHERE what = 'device' AND r.site_id = site AND r.device_id = erased_by_others.key)
    OR EXISTS (SELECT FROM lares.users u WHERE what = 'user' AND u.site_id = site AND u.id = erased_by_others.key) THEN
    RETURN false;
  END IF;
  UPDATE lares.erasures e SET from_house = true
    WHERE e.site_id = site AND e.what = erased_by_others.what AND e.key = erased_by_others.key;
  RETURN FOUND;
END
$$;

-- A new function may be called by everybody unless one says otherwise.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA lares FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lares.erased_from_house(uuid) TO lares_site;
GRANT EXECUTE ON FUNCTION lares.erased_by_others(uuid, uuid, text, text) TO lares_site;
GRANT EXECUTE ON FUNCTION lares.erase_from_house(uuid, uuid, text, text, text, text, integer) TO lares_site;
