"""What our own server stands on while it is measured: a real PostgreSQL, ministack, signed-in owners, and their
conversations' earlier turns. None of it is spared; the peers have none of it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct

from benchmarks.answer import MODEL, QUESTION
from benchmarks.restaurants import NOW, System, copy_empty, fill
from benchmarks.servers import raw_request
from local.aws import CONVERSATIONS_TABLE, Identity, create_user, prepare_conversations, prepare_identity, sign_in
from local.database import Database, prepare_database
from local.ministack import Ministack
from local.postgres import Postgres, let_pass
from local.service_environment import service_environment

OWNERS = 50
"""Sign-ins, of as few restaurants as `restaurants.ASKED`. ministack's Query goes through all that one ever kept,
item by item, which DynamoDB's does not: so many share the questions, and begin anew with `forget_conversations`."""


class Owner(Struct, frozen=True):
    """A signed-in owner. The token is good for an hour, which no run takes."""

    tenant_id: UUID
    token: str


class Cloud(Struct, frozen=True):
    """environment: our server's; owners: in the order of their restaurants, again and again."""

    postgres: Postgres
    ministack: Ministack
    database: Database
    identity: Identity
    owners: list[Owner]
    environment: dict[str, str]


async def open_cloud(
    stack: AsyncExitStack, folder: Path, endpoint: str, system: System, others: list[System]
) -> tuple[Cloud, dict[System, Database]]:
    """system: whose restaurants the service reads; others: to each a database of its own, empty still."""
    let_pass(folder)
    postgres = await stack.enter_async_context(Postgres(folder / "postgres"))
    ministack = await stack.enter_async_context(Ministack(folder / "ministack", saving=False))
    database, identity = await prepare_database(postgres), await prepare_identity(ministack)
    copies = {other: await copy_empty(database, other) for other in others}
    asked = await fill(database, system)
    owners = [await _owner(ministack, identity, asked[at % len(asked)], at) for at in range(OWNERS)]
    model = {"BEDROCK_MODEL_ID": MODEL, "BEDROCK_ENDPOINT": endpoint, "NOW": NOW.isoformat()}
    table = await prepare_conversations(ministack)
    environment = service_environment(database, ministack, identity, table, model)
    return Cloud(postgres, ministack, database, identity, owners, environment), copies


async def forget_conversations(cloud: Cloud) -> None:
    """An empty table in the place of what earlier questions have filled."""
    async with cloud.ministack.client("dynamodb") as dynamodb:
        await dynamodb.delete_table(TableName=CONVERSATIONS_TABLE)
    await prepare_conversations(cloud.ministack)


async def _owner(ministack: Ministack, identity: Identity, tenant_id: UUID, number: int) -> Owner:
    email = f"owner-{number}@bench.example"
    password = await create_user(ministack, identity, email, tenant_id)
    return Owner(tenant_id, (await sign_in(ministack, identity, email, password)).id_token)


def our_request(owner: Owner, conversation: str) -> str:
    """The next question of a conversation, as the browser's AI SDK sends it."""
    message: dict[str, Any] = {
        "id": f"q{uuid4().hex}",
        "role": "user",
        "parts": [{"type": "text", "text": QUESTION}],
    }
    body = {"id": conversation, "trigger": "submit-message", "messages": [message]}
    return raw_request("/ai/ask", body, authorization=f"Bearer {owner.token}", accept="text/event-stream")
