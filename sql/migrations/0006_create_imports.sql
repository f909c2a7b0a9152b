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
