-- The schema as it is, for reading. What makes it are the migrations; a test holds the two together, so whoever writes
-- a migration changes this file as well.
--
--   tenants ─┬─ menu_items ───┐
--            ├─ orders ───────┴─ order_lines
--            └─ imports
--
-- Every primary and foreign key begins with tenant_id. Every table is under the same policy, its owner included
-- (FORCE), and the policy is strict: with no tenant set, a query is an error and not an empty answer.
-- The schema `provisioning` keeps what was applied and is no concern of the service's.

-- == public =========================================================================================================

-- What the service's role may do is granted to it by name, table by table; PUBLIC is granted nothing.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO tableside_service;

DO $$
BEGIN
    -- A temporary table would be a place to write to, and found before the real one of the same name.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;

-- == tenants ========================================================================================================

-- One row a restaurant. Every other table hangs off it.

CREATE TABLE tenants (
    tenant_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    time_zone text NOT NULL CHECK (time_zone <> ''),
    -- Money is kept in hundredths, so a currency needs to have them.
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id)
);

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;

-- current_setting without its second argument: a query with no tenant set is an error, not an empty answer.
CREATE POLICY tenant_isolation ON tenants FOR ALL
USING (tenant_id = current_setting('app.tenant_id')::uuid)
WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);

GRANT SELECT ON tenants TO tableside_service;

-- == menu items =====================================================================================================

-- What a restaurant sells or has sold. An item that left the menu keeps its row, for old orders name it.

CREATE TABLE menu_items (
    tenant_id uuid NOT NULL,
    item_id bigint NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    category text NOT NULL CHECK (length(category) <= 100),
    retired_on date,
    PRIMARY KEY (tenant_id, item_id),
    UNIQUE (tenant_id, name, category),
    FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id)
);

ALTER TABLE menu_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE menu_items FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant_isolation ON menu_items FOR ALL
USING (tenant_id = current_setting('app.tenant_id')::uuid)
WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);

GRANT SELECT ON menu_items TO tableside_service;

-- == orders =========================================================================================================

-- One row an order. `ordered_on` is the day in the restaurant's own time zone, kept so that a day is an index range.
-- A cancelled order never counts as revenue; a refunded one does, and its refund is named beside it.

CREATE TABLE orders (
    tenant_id uuid NOT NULL,
    order_number bigint NOT NULL CHECK (order_number > 0),
    ordered_at timestamptz NOT NULL,
    ordered_on date NOT NULL,
    status text NOT NULL CHECK (status IN ('completed', 'cancelled', 'refunded')),
    total_cents bigint NOT NULL CHECK (total_cents >= 0),
    refunded_cents bigint NOT NULL DEFAULT 0,
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    PRIMARY KEY (tenant_id, order_number),
    -- Holds all that revenue by day needs, so that it never visits the table; and what order_lines refers to.
    CONSTRAINT orders_by_day UNIQUE (tenant_id, ordered_on, order_number)
    INCLUDE (status, total_cents, refunded_cents),
    FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id),
    -- No time zone is further than 14 hours from UTC.
    CHECK (ordered_on BETWEEN (ordered_at AT TIME ZONE 'UTC' - interval '14 hours')::date
        AND (ordered_at AT TIME ZONE 'UTC' + interval '14 hours')::date),
    CHECK (refunded_cents BETWEEN 0 AND total_cents),
    CHECK ((status = 'refunded') = (refunded_cents > 0))
);

-- Recent orders, newest first, of one status or all, without a visit to those that are not shown.
CREATE INDEX orders_by_time ON orders (tenant_id, ordered_at DESC, order_number DESC)
INCLUDE (ordered_on, status, total_cents, refunded_cents);

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant_isolation ON orders FOR ALL
USING (tenant_id = current_setting('app.tenant_id')::uuid)
WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);

GRANT SELECT ON orders TO tableside_service;

-- == order lines ====================================================================================================

-- One row an order line. `ordered_on` repeats the order's, so that what sold in a range is an index range too;
-- the foreign key keeps both the same.

CREATE TABLE order_lines (
    tenant_id uuid NOT NULL,
    order_number bigint NOT NULL,
    -- Numbers and quantities of lines stay far below 2^31.
    line_number integer NOT NULL CHECK (line_number > 0),
    ordered_on date NOT NULL,
    item_id bigint NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price_cents bigint NOT NULL CHECK (unit_price_cents >= 0),
    PRIMARY KEY (tenant_id, order_number, line_number),
    FOREIGN KEY (tenant_id, ordered_on, order_number) REFERENCES orders (tenant_id, ordered_on, order_number),
    FOREIGN KEY (tenant_id, item_id) REFERENCES menu_items (tenant_id, item_id)
);

-- In the order of orders_by_day, so that the two can be merged; and all that sales by item need is in it.
CREATE INDEX order_lines_by_day ON order_lines (tenant_id, ordered_on, order_number)
INCLUDE (item_id, quantity, unit_price_cents);

ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_lines FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant_isolation ON order_lines FOR ALL
USING (tenant_id = current_setting('app.tenant_id')::uuid)
WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);

GRANT SELECT ON order_lines TO tableside_service;

-- == imports ========================================================================================================

-- One row a loaded file, so that the same file twice changes nothing. The service never reads it.

CREATE TABLE imports (
    tenant_id uuid NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    imported_at timestamptz NOT NULL DEFAULT now(),
    orders bigint NOT NULL CHECK (orders > 0),
    order_lines bigint NOT NULL CHECK (order_lines > 0),
    PRIMARY KEY (tenant_id, sha256),
    FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id)
);

ALTER TABLE imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE imports FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant_isolation ON imports FOR ALL
USING (tenant_id = current_setting('app.tenant_id')::uuid)
WITH CHECK (tenant_id = current_setting('app.tenant_id')::uuid);
