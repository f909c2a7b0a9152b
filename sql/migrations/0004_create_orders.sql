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
