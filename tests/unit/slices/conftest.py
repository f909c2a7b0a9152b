from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from service.config import Config
from service.db.pool import Pool, create_pool
from service.principal import Principal


@pytest_asyncio.fixture
async def unconnected() -> AsyncIterator[Pool]:
    """A real pool for a port where nobody listens: whatever asks it for a connection fails."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        config = Config(
            database_host="127.0.0.1",
            database_port=held.getsockname()[1],
            database_name="none",
            database_user="none",
            database_auth="password",
            database_password="none",
            conversations_table="none",
            bedrock_model_id="none",
            token_issuer="none",
            token_audience="none",
            token_keys="none",
        )
        pool = await create_pool(config)
        yield pool
        await pool.close()


@pytest.fixture
def stranger() -> Principal:
    return Principal(uuid4(), "stranger")
