"""The owner role's way to a tenant's rows: a transaction with the tenant set for just as long."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg


@asynccontextmanager
async def tenant_scope(connection: asyncpg.Connection, tenant_id: UUID) -> AsyncIterator[None]:
    """Within an open transaction this is a savepoint of it, and the tenant stays set to that one's end."""
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.tenant_id', $1, true)", str(tenant_id))
        yield
