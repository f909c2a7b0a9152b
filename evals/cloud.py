"""The cloud that the evals ask in: PostgreSQL with the restaurants, ministack with their owners signed in, and the
service as a process of its own in front of a voice. All of it real, on free ports of 127.0.0.1, gone at the end.

    async with eval_cloud() as cloud, serving(cloud, voice, model_id=…) as service:
        observed = await ask(service, "harbour", ["How did we do yesterday?"])
"""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct

from evals.hearing import Hearing
from evals.restaurants import NOW, RESTAURANTS
from evals.seed import seed
from evals.service_log import ServiceLog
from local.aws import Identity, create_user, prepare_conversations, prepare_identity, sign_in
from local.bedrock.server import BedrockEndpoint
from local.bedrock.voice import Voice
from local.children import Command, start_child, stop_child, wait_until_ready
from local.database import Database, prepare_database
from local.ministack import Ministack
from local.ports import free_port
from local.postgres import Postgres, let_pass
from local.service_environment import service_environment

CHECKOUT = Path(__file__).parent.parent
SERVICE = ("-m", "evals.serve")
"""Arguments of Python: what is started as the service. `--port` is added."""


class Owner(Struct, frozen=True):
    """user: the claim `sub`; partition: of the owner's conversations in DynamoDB."""

    token: str
    user: str
    partition: str


class EvalCloud(Struct, frozen=True, kw_only=True):
    """directory: for logs, gone at the end; owners: by the restaurant's key; dynamodb: an open client."""

    directory: Path
    database: Database
    ministack: Ministack
    identity: Identity
    table: str
    owners: dict[str, Owner]
    dynamodb: Any


class EvalService(Struct, frozen=True, kw_only=True):
    """One service process. hearing: what reaches Bedrock; log: what it writes; pid: the process."""

    cloud: EvalCloud
    address: str
    hearing: Hearing
    log: ServiceLog
    pid: int


@asynccontextmanager
async def eval_cloud() -> AsyncIterator[EvalCloud]:
    """Servers started, restaurants loaded, owners signed in."""
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(_directory())
        async with asyncio.TaskGroup() as together:
            database = together.create_task(_database(directory, stack))
            people = together.create_task(_people(directory, stack))
        ministack, identity, table, owners = people.result()
        yield EvalCloud(
            directory=directory,
            database=database.result(),
            ministack=ministack,
            identity=identity,
            table=table,
            owners=owners,
            dynamodb=await stack.enter_async_context(ministack.client("dynamodb")),
        )


@asynccontextmanager
async def serving(
    cloud: EvalCloud,
    voice: Voice,
    *,
    model_id: str,
    settings: Mapping[str, str] | None = None,
    program: Sequence[str] = SERVICE,
    name: str = "service",
) -> AsyncIterator[EvalService]:
    """The service as a process, its model behind our Bedrock endpoint and the voice.

    settings: environment variables over the usual ones, for a tap in between (DATABASE_PORT, DYNAMODB_ENDPOINT), a
    smaller pool, another prompt (PROMPT_VERSION); program: arguments of Python in the place of SERVICE.
    Raises LocalCloudError when it does not start.
    """
    hearing = Hearing(voice)
    async with BedrockEndpoint(hearing, model_ids=frozenset({model_id})) as endpoint:
        port, log = free_port(), cloud.directory / f"{name}.log"
        chosen = {"BEDROCK_MODEL_ID": model_id, "BEDROCK_ENDPOINT": endpoint.url, "NOW": NOW.isoformat()}
        environment = service_environment(cloud.database, cloud.ministack, cloud.identity, cloud.table, chosen)
        environment |= {"PYTHONPATH": str(CHECKOUT), **(settings or {})}
        process = await start_child(
            Command(argv=[sys.executable, *program, "--port", str(port)], environment=environment, log=log)
        )
        try:
            await wait_until_ready(process, lambda: _listens(port), "The service", log)
            yield EvalService(
                cloud=cloud, address=f"http://127.0.0.1:{port}", hearing=hearing, log=ServiceLog(log), pid=process.pid
            )
        finally:
            await stop_child(process, signal.SIGTERM, patience=30)


@asynccontextmanager
async def copied_database(database: Database, name: str) -> AsyncIterator[Database]:
    """A copy of the loaded database under another name, to be broken at will. Nobody may be connected to the
    original meanwhile."""
    superuser = database.superuser
    async with _administrator(database) as connection:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{database.name}" OWNER {database.owner_user}')
        await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        await connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {database.service_user}, {superuser}')
    try:
        yield msgspec.structs.replace(database, name=name)
    finally:
        async with _administrator(database) as connection:
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@asynccontextmanager
async def _administrator(database: Database) -> AsyncIterator[asyncpg.Connection]:
    elsewhere = msgspec.structs.replace(database, name="postgres")
    connection = await elsewhere.connect(database.superuser)
    try:
        yield connection
    finally:
        await connection.close()


@contextmanager
def _directory() -> Iterator[Path]:
    """Open to the user that root's PostgreSQL runs as."""
    directory = Path(tempfile.mkdtemp(prefix="tableside-evals-"))
    let_pass(directory)
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


async def _database(directory: Path, stack: AsyncExitStack) -> Database:
    postgres = await stack.enter_async_context(Postgres(directory / "postgres"))
    database = await prepare_database(postgres)
    await seed(database)
    return database


async def _people(directory: Path, stack: AsyncExitStack) -> tuple[Ministack, Identity, str, dict[str, Owner]]:
    ministack = await stack.enter_async_context(Ministack(directory / "ministack", saving=False))
    identity = await prepare_identity(ministack)
    table = await prepare_conversations(ministack)
    owners = {}
    for each in RESTAURANTS:
        password = await create_user(ministack, identity, each.owner_email, each.tenant_id)
        token = (await sign_in(ministack, identity, each.owner_email, password)).id_token
        user = str(_claims(token)["sub"])
        owners[each.key] = Owner(token, user, f"TENANT#{each.tenant_id}#USER#{user}")
    return ministack, identity, table, owners


def _claims(token: str) -> dict[str, Any]:
    """Unverified: the service verifies it."""
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
