"""The cloud on this machine, started once a test run: real servers on free ports of 127.0.0.1, their data in a
folder that goes when the run ends."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from local.aws import Identity, prepare_conversations, prepare_identity
from local.database import Database, prepare_database
from local.ministack import Ministack
from local.postgres import Postgres, let_pass

# A busy machine makes no example wrong; and CI tries the same ones each time, so that a failure is a change's own.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def servers_directory() -> Iterator[Path]:
    """Not one of pytest's own folders: they are closed to the user that root's PostgreSQL runs as."""
    directory = Path(tempfile.mkdtemp(prefix="tableside-test-"))
    let_pass(directory)
    yield directory
    shutil.rmtree(directory)


@pytest_asyncio.fixture(scope="session")
async def postgres(servers_directory: Path) -> AsyncIterator[Postgres]:
    async with Postgres(servers_directory / "postgres") as server:
        yield server


@pytest_asyncio.fixture(scope="session")
async def database(postgres: Postgres) -> Database:
    """Roles and schema, no tenants: a test makes the tenants it needs, under ids of its own."""
    return await prepare_database(postgres)


@pytest_asyncio.fixture(scope="session")
async def ministack(servers_directory: Path) -> AsyncIterator[Ministack]:
    async with Ministack(servers_directory / "ministack", saving=False) as server:
        yield server


@pytest_asyncio.fixture(scope="session")
async def identity(ministack: Ministack) -> Identity:
    return await prepare_identity(ministack)


@pytest_asyncio.fixture(scope="session")
async def conversations_table(ministack: Ministack) -> str:
    return await prepare_conversations(ministack)
