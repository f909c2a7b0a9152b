-- One row an order line. `ordered_on` repeats the order's, so that what sold in a range is an index range too;
-- the foreign key keeps both the same.

CREATE TABLE order_lines (
    tenant_id uuid NOT NULL,
    order_number bigint NOT NULL,
    -- Numbers and quantities of lines stay far below 2^31.
    -- squawk-ignore prefer-bigint-over-int
    line_number integer NOT NULL CHECK (line_number > 0),
    ordered_on date NOT NULL,
    item_id bigint NOT NULL,
    -- squawk-ignore prefer-bigint-over-int
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
