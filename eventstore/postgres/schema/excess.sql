-- What the role that is signed in could do to the ledger beyond reading and adding: by
-- itself, or as another role that it may turn into.
WITH role AS (
    SELECT oid, rolsuper, rolcreaterole FROM pg_roles WHERE rolname IN (current_user, session_user)
), tables AS (
    SELECT c.oid, 'ledger.' || c.relname AS name, c.relowner, n.nspowner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'ledger' AND c.relname IN ('events', 'head')
), excess (rank, what, so) AS (
    SELECT 1, 'superuser', rolsuper FROM role
    UNION ALL
    SELECT 2, 'CREATEROLE', rolcreaterole AND NOT rolsuper FROM role
    UNION ALL
    SELECT 3, 'owns the database', pg_has_role(role.oid, datdba, 'MEMBER') AND NOT rolsuper
    FROM role, pg_database WHERE datname = current_database()
    UNION ALL
    SELECT 4, 'member of ' || other.rolname, pg_has_role(role.oid, other.oid, 'MEMBER') AND NOT role.rolsuper
    FROM role, pg_roles other
    WHERE other.rolname IN ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program', 'pg_maintain')
    UNION ALL
    SELECT 5, 'owns ' || name, (pg_has_role(role.oid, relowner, 'MEMBER') OR pg_has_role(role.oid, nspowner, 'MEMBER')) AND NOT rolsuper
    FROM role, tables
    UNION ALL
    SELECT 6, privilege || ' on ' || name, NOT rolsuper AND NOT pg_has_role(role.oid, relowner, 'MEMBER') AND (
        has_table_privilege(role.oid, tables.oid, privilege)
        OR privilege = 'UPDATE' AND has_any_column_privilege(role.oid, tables.oid, privilege))
    FROM role, tables, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) AS privilege
    WHERE NOT (name = 'ledger.head' AND privilege = 'UPDATE')
)
SELECT what FROM excess WHERE so GROUP BY what ORDER BY min(rank), what;
