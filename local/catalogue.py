"""What is wrong with a schema, by the rules that keep tenants apart. Reads nothing but the catalogue, so that a new
table is judged without anybody naming it here."""

from __future__ import annotations

import asyncpg

BOOKKEEPING = "provisioning"
"""The one schema without tenants. The service's role must have no way into it."""

STRICT = "(tenant_id = (current_setting('app.tenant_id'::text))::uuid)"

_OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

_RULES = {
    "is neither a table nor a view under its reader's rights": f"""
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_OURS} AND n.nspname <> $1 AND (
            c.relkind IN ('m', 'f')
            OR c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
        )""",
    "has no primary key that begins with tenant_id": f"""
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_OURS} AND n.nspname <> $1 AND c.relkind IN ('r', 'p') AND NOT EXISTS (
            SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname = 'tenant_id'
        )""",
    "has a unique index that does not begin with tenant_id": f"""
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_index i ON i.indrelid = c.oid AND i.indisunique
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE {_OURS} AND n.nspname <> $1 AND a.attname IS DISTINCT FROM 'tenant_id'""",
    "has a foreign key that does not begin with tenant_id": f"""
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f'
        JOIN pg_attribute here ON here.attrelid = c.oid AND here.attnum = f.conkey[1]
        JOIN pg_attribute there ON there.attrelid = f.confrelid AND there.attnum = f.confkey[1]
        WHERE {_OURS} AND n.nspname <> $1 AND (here.attname, there.attname) <> ('tenant_id', 'tenant_id')""",
    "has row-level security off, or not forced": f"""
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_OURS} AND n.nspname <> $1 AND c.relkind IN ('r', 'p')
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)""",
    "has a policy that is not the strict one, for everybody": f"""
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_policy p ON p.polrelid = c.oid
        WHERE {_OURS} AND n.nspname <> $1 AND NOT (
            p.polroles = ARRAY[0::oid]
            AND coalesce(pg_get_expr(p.polqual, c.oid), '{STRICT.replace("'", "''")}')
                = '{STRICT.replace("'", "''")}'
            AND coalesce(pg_get_expr(p.polwithcheck, c.oid), '{STRICT.replace("'", "''")}')
                = '{STRICT.replace("'", "''")}'
        )""",
    "lacks USING or WITH CHECK for one of SELECT, INSERT, UPDATE, DELETE": f"""
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN (VALUES ('r', true, false), ('a', false, true), ('w', true, true), ('d', true, false))
            AS need (command, reads, writes)
        WHERE {_OURS} AND n.nspname <> $1 AND c.relkind IN ('r', 'p') AND NOT EXISTS (
            SELECT FROM pg_policy p
            WHERE p.polrelid = c.oid AND p.polcmd IN ('*', need.command::"char") AND p.polpermissive
            AND (p.polqual IS NOT NULL OR NOT need.reads) AND (p.polwithcheck IS NOT NULL OR NOT need.writes)
        )""",
    "runs with its maker's rights": f"""
        SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE {_OURS} AND p.prosecdef""",
}

_SERVICE_RULES = {
    "may be written by the service": f"""
        SELECT DISTINCT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'REFERENCES']) AS on_a_column
        WHERE {_OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (
            has_any_column_privilege($1, c.oid, on_a_column)
            OR has_table_privilege($1, c.oid, 'DELETE, TRUNCATE, TRIGGER')
        )""",
    "is a sequence that the service may move": f"""
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_OURS} AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege($1, c.oid, 'USAGE, UPDATE') END""",
    "is owned by the service": """
        SELECT coalesce(objid::regclass::text, objid::text) FROM pg_shdepend
        WHERE deptype = 'o' AND refclassid = 'pg_authid'::regclass AND refobjid = $1::regrole::oid
        AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))""",
    "is a schema in which the service may create": f"""
        SELECT n.nspname FROM pg_namespace n WHERE {_OURS} AND has_schema_privilege($1, n.oid, 'CREATE')""",
    "is a database in which the service may create": """
        SELECT datname FROM pg_database
        WHERE datname = current_database() AND has_database_privilege($1, oid, 'CREATE, TEMPORARY')""",
    "is a role whose rights the service has": """
        SELECT r.rolname FROM pg_roles r WHERE r.rolname <> $1 AND pg_has_role($1, r.oid, 'MEMBER')""",
}

_ROLES = """
    SELECT rolname FROM pg_roles WHERE rolname = ANY ($1::text[])
    AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
"""


async def faults(connection: asyncpg.Connection, *, owner: str, service: str) -> list[str]:
    """One sentence for each, such as `orders has row-level security off, or not forced`. connection: a superuser's."""
    found = []
    for fault, query in _RULES.items():
        values = [BOOKKEEPING] if "$1" in query else []
        found += [f"{row[0]} {fault}" for row in await connection.fetch(query, *values)]
    for fault, query in _SERVICE_RULES.items():
        found += [f"{row[0]} {fault}" for row in await connection.fetch(query, service)]
    found += [f"{row[0]} has powers that no policy binds" for row in await connection.fetch(_ROLES, [owner, service])]
    if await connection.fetchval("SELECT has_schema_privilege($1, $2, 'USAGE')", service, BOOKKEEPING):
        found.append(f"{BOOKKEEPING} is open to the service")
    return sorted(set(found))
