-- What must be there before any migration, and before a dump is restored: the roles and the schema.
-- It runs at every `lares central migrate` and `prepare`, and changes nothing when all is there.
--
-- Roles belong to the whole server, so another database of it may have made them already. The role that migrates is a
-- superuser, or has CREATEROLE and may create in this database; it becomes a member of lares_owner, which owns the rest.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['lares_owner', 'lares_site', 'lares_person'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL; -- another database of this server was prepared at the same moment
      END;
    END IF;
  END LOOP;
  -- From 16 on, who creates a role may administer it but neither inherits from it nor becomes it, so not MEMBER here.
  IF NOT pg_has_role(current_user, 'lares_owner', 'USAGE') THEN
    GRANT lares_owner TO CURRENT_USER;
  END IF;
  IF to_regnamespace('lares') IS NULL THEN
    CREATE SCHEMA lares AUTHORIZATION lares_owner;
  END IF;
END
$$;

SET LOCAL ROLE lares_owner;

-- A dump that is restored into this schema brings no rights on the schema itself.
GRANT USAGE ON SCHEMA lares TO lares_site, lares_person;
