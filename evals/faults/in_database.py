"""Faults of the database. All SQL is run as superuser on the copy, as a careless migration would be."""

from __future__ import annotations

from evals.faults.fault import Edit, Fault

_ORDERS = "service/slices/recent_orders.py"
_ORDERS_FROM = """    FROM orders
    WHERE
        ($2::text IS NULL"""

FAULTS = (
    Fault(
        name="a policy dropped",
        breaks="The orders have row security and no policy: nobody sees a row of them.",
        sql="DROP POLICY tenant_isolation ON orders",
        caught_by=("catalogue", "own figures"),
    ),
    Fault(
        name="FORCE removed",
        breaks="The role that owns the orders, and whatever runs as it, sees every tenant's.",
        sql="ALTER TABLE orders NO FORCE ROW LEVEL SECURITY",
        caught_by=("catalogue", "roles"),
    ),
    Fault(
        name="the runtime role made owner",
        breaks="The running service owns the orders: it can take away their policy.",
        sql="ALTER TABLE orders OWNER TO tableside_service",
        caught_by=("catalogue", "roles"),
    ),
    Fault(
        name="row security off on one table",
        breaks="Every tenant's orders are everybody's.",
        sql="ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
        caught_by=("catalogue", "roles", "isolation proof", "leaks: sql_rows", "leaks: bedrock_requests", "leaks: sse"),
    ),
    Fault(
        name="a policy that lets everything through when no tenant is set",
        breaks="A query outside a tenant's transaction is no error: it reads all tenants.",
        sql="""
            ALTER POLICY tenant_isolation ON order_lines USING (
                tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, tenant_id)
            )""",
        caught_by=("catalogue", "roles"),
    ),
    Fault(
        name="a second policy beside the strict one",
        breaks="Policies are joined by OR: menus were opened to all for a report that nobody reads any more.",
        sql="CREATE POLICY for_the_report ON menu_items FOR SELECT USING (true)",
        caught_by=("catalogue", "roles"),
    ),
    Fault(
        name="a view without security_invoker",
        breaks="The view reads with the rights of the superuser who made it, and the newest orders are read from it.",
        sql="CREATE VIEW all_orders AS SELECT * FROM orders; GRANT SELECT ON all_orders TO tableside_service",
        edits=(Edit(_ORDERS, _ORDERS_FROM, _ORDERS_FROM.replace("FROM orders", "FROM all_orders AS orders")),),
        caught_by=("catalogue", "roles", "leaks: sql_rows", "leaks: bedrock_requests", "leaks: sse"),
    ),
    Fault(
        name="a materialised view for speed",
        breaks="Sales by day of all tenants in one relation that no policy can guard.",
        sql="""
            CREATE MATERIALIZED VIEW sales_by_day AS
            SELECT tenant_id, ordered_on, sum(total_cents) AS total_cents FROM orders GROUP BY tenant_id, ordered_on;
            GRANT SELECT ON sales_by_day TO tableside_service""",
        caught_by=("catalogue", "roles"),
    ),
    Fault(
        name="a function with its maker's rights",
        breaks="Orders are looked up by a function that runs as superuser, and by their number alone.",
        sql="""
            CREATE FUNCTION order_of(bigint) RETURNS SETOF orders LANGUAGE sql STABLE SECURITY DEFINER
            AS 'SELECT * FROM public.orders WHERE order_number = $1'""",
        edits=(
            Edit(
                "service/slices/order_details.py",
                "FROM orders\nLEFT JOIN order_lines",
                "FROM order_of($1) AS orders\nLEFT JOIN order_lines",
            ),
        ),
        caught_by=("catalogue", "forged requests"),
    ),
    Fault(
        name="all restaurants' names in the prompt",
        breaks="The model is told of its neighbours for small talk; no answer has repeated one yet.",
        sql="""
            CREATE FUNCTION neighbours() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
            AS 'SELECT string_agg(name, '' and '') FROM public.tenants'""",
        edits=(
            Edit(
                "service/db/tenant.py",
                'TENANT = "SELECT name, currency, time_zone FROM tenants"',
                "TENANT = \"SELECT name || ', near ' || neighbours() AS name, currency, time_zone FROM tenants\"",
            ),
        ),
        caught_by=("catalogue", "leaks: sql_rows", "leaks: bedrock_requests"),
    ),
    Fault(
        name="the runtime role may write",
        breaks="A flaw in the service could change orders, and not only read its own tenant's.",
        sql="GRANT UPDATE ON orders TO tableside_service",
        caught_by=("catalogue", "roles"),
    ),
    Fault(
        name="an index that is unique over all tenants",
        breaks="One tenant can find out another's order numbers by what it may not use itself.",
        sql="CREATE UNIQUE INDEX ON orders (order_number)",
        caught_by=("catalogue",),
    ),
    Fault(
        name="a superuser pool",
        breaks="The service signs in as the server's superuser, whom no policy binds.",
        settings={"DATABASE_USER": "{superuser}", "DATABASE_PASSWORD": "{superuser_password}"},
        caught_by=("roles", "isolation proof", "leaks: sql_rows", "leaks: bedrock_requests", "leaks: sse"),
    ),
    Fault(
        name="the runtime role above the policies",
        breaks="BYPASSRLS was granted to find a slow query, and stayed.",
        role_sql="ALTER ROLE tableside_service BYPASSRLS",
        undo_sql="ALTER ROLE tableside_service NOBYPASSRLS",
        caught_by=("catalogue", "roles", "isolation proof", "leaks: sql_rows", "leaks: bedrock_requests", "leaks: sse"),
    ),
)
