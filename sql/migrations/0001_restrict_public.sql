-- What the service's role may do is granted to it by name, table by table; PUBLIC is granted nothing.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO tableside_service;

DO $$
BEGIN
    -- A temporary table would be a place to write to, and found before the real one of the same name.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;
