"""A pinned clock is the clock of the business only: conversations and tokens go by the real time."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio

from service.app import create_app
from tests.http.conftest import serving
from tests.truth.conftest import Parts
from tests.truth.place import Place
from tests.unit.auth.pool import AUDIENCE, ISSUER, JwksServer, SigningKey, id_token_claims

PINNED = datetime.fromisoformat("2015-12-31T23:00:00-05:00")


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey("a-pool-of-our-own")


@pytest.fixture(scope="module")
def jwks(key: SigningKey) -> Iterator[JwksServer]:
    server = JwksServer()
    server.publish(key)
    server.start()
    yield server
    server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def address(parts: Parts, jwks: JwksServer) -> AsyncIterator[str]:
    """A service at the pinned moment that trusts a pool whose tokens we can date as we like."""
    ours = {"token_issuer": ISSUER, "token_audience": AUDIENCE, "token_keys": jwks.address}
    async with serving(create_app(msgspec.structs.replace(parts.config, now=PINNED, **ours))) as address:
        yield address


async def test_the_business_is_asked_about_as_of_the_pinned_moment(pizza_place: Place) -> None:
    me = (await pizza_place.client.get("/me")).json()
    assert me["restaurant"]["today"] == "2015-12-31"
    [answered] = await pizza_place.ask("How did we do yesterday?")
    assert "Wednesday 30 December 2015" in answered.text


async def test_a_conversation_is_dated_and_kept_by_the_real_time(pizza_place: Place, parts: Parts) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    [answered] = await pizza_place.ask("How did we do yesterday?")
    after = datetime.now(UTC) + timedelta(seconds=1)
    conversation = answered.metadata["conversationId"]
    kept = (await pizza_place.client.get(f"/chat/conversations/{conversation}")).json()
    moments = [kept["conversation"][name] for name in ("createdAt", "updatedAt")]
    moments.append(kept["messages"][0]["metadata"]["askedAt"])
    assert all(before <= datetime.fromisoformat(moment) <= after for moment in moments)
    days = timedelta(days=parts.config.conversation_ttl_days)
    expiries = [int(item["expires_at"]["N"]) for item in await _items(parts, conversation)]
    assert len(expiries) >= 3
    assert all((before + days).timestamp() - 1 <= each <= (after + days).timestamp() for each in expiries)


async def _items(parts: Parts, conversation: str) -> list[dict[str, Any]]:
    async with parts.ministack.client("dynamodb") as dynamodb:
        pages = dynamodb.get_paginator("scan").paginate(TableName=parts.config.conversations_table)
        items = [item async for page in pages for item in page["Items"]]
    return [item for item in items if conversation in item["sk"]["S"]]


@pytest.mark.parametrize(
    ("issued", "expires", "status"),
    [
        (0, 3_600, 200),
        (-7_200, -3_600, 401),  # over by the real time, and far from over by the pinned one
        (PINNED.timestamp() - time.time(), PINNED.timestamp() - time.time() + 3_600, 401),  # good in 2015 only
    ],
    ids=["good now", "over since an hour", "good at the pinned moment only"],
)
async def test_a_token_is_good_by_the_real_time(
    issued: float, expires: float, status: int, address: str, key: SigningKey, pizza_place: Place
) -> None:
    now = time.time()
    tenant = str(pizza_place.books.tenant.tenant_id)
    claims = id_token_claims(
        **{"iat": int(now + issued), "auth_time": int(now + issued), "exp": int(now + expires)},
        **{"custom:tenant_id": tenant},
    )
    async with httpx.AsyncClient(base_url=address) as client:
        answer = await client.get("/me", headers={"authorization": f"Bearer {key.sign(claims)}"})
    assert answer.status_code == status, answer.text
