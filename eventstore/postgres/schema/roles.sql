-- Whose the tables are: the ledger's belong to whoever runs this, and the role that the
-- program signs in as may read and add events, move the head on, and nothing else. What
-- is made from the ledger or kept beside it (read models, keys, sign-ins) is that role's
-- own: read models come and go with each version, and an erasure destroys keys.
--
-- It may run any number of times, and does all of it or nothing.
DO $body$
DECLARE
    server constant text := current_setting('guishu.server');
    me     constant oid  := (SELECT oid FROM pg_roles WHERE rolname = current_user);
    beside constant text[] := ARRAY['auth', 'demo', 'ids', 'keys', 'origin', 'reaction', 'read', 'registry'];
    its    oid;
    thing  text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = server) THEN
        BEGIN
            EXECUTE format('CREATE ROLE %I LOGIN', server);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- made meanwhile, for another database
        END;
    END IF;
    its := (SELECT oid FROM pg_roles WHERE rolname = server);
    EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO %I', current_database(), server);

    IF EXISTS (SELECT FROM pg_namespace WHERE nspname = 'ledger' AND nspowner <> me) THEN
        ALTER SCHEMA ledger OWNER TO CURRENT_USER;
    END IF;
    FOR thing IN
        SELECT oid::regclass FROM pg_class
        WHERE relnamespace = to_regnamespace('ledger') AND relkind IN ('r', 'p', 'v', 'm') AND relowner <> me
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO CURRENT_USER', thing);
    END LOOP;
    FOR thing IN
        SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = to_regnamespace('ledger') AND proowner <> me
    LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO CURRENT_USER', thing);
    END LOOP;
    EXECUTE format('REVOKE ALL ON SCHEMA ledger FROM PUBLIC, %I', server);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA ledger FROM PUBLIC, %I', server);
    EXECUTE format('GRANT USAGE ON SCHEMA ledger TO %I', server);
    EXECUTE format('GRANT SELECT, INSERT ON ledger.events TO %I', server);
    EXECUTE format('GRANT SELECT, UPDATE (position, tip) ON ledger.head TO %I', server);

    FOR thing IN
        SELECT nspname FROM pg_namespace WHERE nspname = ANY (beside) AND nspowner <> its
    LOOP
        EXECUTE format('ALTER SCHEMA %I OWNER TO %I', thing, server);
    END LOOP;
    FOR thing IN -- sequences of a column follow their table
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY (beside) AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relowner <> its
          AND NOT (c.relkind = 'S' AND EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')))
    LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO %I', thing, server);
    END LOOP;
END
$body$;
