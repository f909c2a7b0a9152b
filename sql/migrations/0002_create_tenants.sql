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
