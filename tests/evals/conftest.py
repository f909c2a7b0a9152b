"""The cloud that the evals ask in, started once for all tests that need it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from evals.cloud import EvalCloud, eval_cloud
from evals.truth.books import Books, open_books


@pytest_asyncio.fixture(scope="session")
async def cloud() -> AsyncIterator[EvalCloud]:
    async with eval_cloud() as cloud:
        yield cloud


@pytest_asyncio.fixture(scope="session")
async def books(cloud: EvalCloud) -> AsyncIterator[Books]:
    async with open_books(cloud.database) as books:
        yield books
