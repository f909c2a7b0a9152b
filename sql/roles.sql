-- The roles of the database. Applied by an administrator before the migrations; running it again changes nothing.
-- Neither role is a superuser and neither bypasses row-level security. Passwords, or the right to sign in with IAM,
-- are given elsewhere.
--   tableside_owner    owns the database and the tables, applies migrations, provisions tenants. FORCE puts it under
--                      the policies too.
--   tableside_service  the running service. Owns nothing and may only read.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tableside_owner') THEN
        CREATE ROLE tableside_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tableside_service') THEN
        CREATE ROLE tableside_service LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
END
$$;

ALTER ROLE tableside_service SET default_transaction_read_only = on;
ALTER ROLE tableside_service SET statement_timeout = '10s';
ALTER ROLE tableside_service SET idle_in_transaction_session_timeout = '15s';
-- A function that is frozen closes no connection, and a database that could sleep does not while one is open.
ALTER ROLE tableside_service SET idle_session_timeout = '120s';
ALTER ROLE tableside_service SET search_path = 'public';
-- Compiling a plan, or starting workers for it, takes longer than any query of ours.
ALTER ROLE tableside_service SET jit = off;
ALTER ROLE tableside_service SET max_parallel_workers_per_gather = 0;
-- A plan kept for any range is the plan for a short one: three times as slow over a year.
ALTER ROLE tableside_service SET plan_cache_mode = force_custom_plan;
ALTER ROLE tableside_service SET timezone = 'UTC';
ALTER ROLE tableside_owner SET timezone = 'UTC';
