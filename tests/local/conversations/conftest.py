from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from local.ministack import Ministack
from service.conversations.dynamodb import DynamoConversations
from tests.local.conversations.turns import open_client, somebody


@pytest_asyncio.fixture(scope="session")
async def dynamodb(ministack: Ministack) -> AsyncIterator[Any]:
    async with open_client(ministack.endpoint) as client:
        yield client


@pytest.fixture
def store(dynamodb: Any, conversations_table: str) -> DynamoConversations:
    """The conversations of somebody who has none yet."""
    return DynamoConversations(dynamodb, conversations_table, somebody(), timedelta(days=90))
