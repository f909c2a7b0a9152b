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
