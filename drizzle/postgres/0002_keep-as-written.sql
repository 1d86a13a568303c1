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

-- A new function may be called by everybody unless one says otherwise.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA lares FROM PUBLIC;
