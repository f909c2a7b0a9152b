"""One owner who knows another's ids, and tries them wherever a request has a place for them; and forged tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct

from evals.asking import body
from evals.faults.broken_copy import BrokenCopy
from evals.leaks.search import find_leaks
from evals.observed import Boundaries
from evals.orders import orders_of
from evals.restaurants import restaurant

ASKER, RIVAL = "harbour", "trattoria"
QUESTION = "How much did we take yesterday, all in all?"
NAMES = ("tenantId", "tenant_id", "tenant", "custom:tenant_id", "restaurantId", "userId", "user")
HEADERS = ("x-tenant-id", "x-amz-tenant-id", "x-amzn-tenant-id", "x-user-id", "x-forwarded-user")
SHARED = "the-same-id"
Found = tuple[str, str]


class Reply(Struct, frozen=True):
    request: str
    status: int
    raw: bytes


class Scene(Struct, frozen=True):
    """client: the asker's; rivals: the other's own, which sets the scene and looks at it afterwards."""

    copy: BrokenCopy
    client: aiohttp.ClientSession
    rivals: aiohttp.ClientSession
    heard: list[bytes]


async def forged_requests(copy: BrokenCopy, tokens: Mapping[str, str]) -> AsyncIterator[Found]:
    """tokens: forged ones, by what is wrong with them."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(_client(copy, who)) for who in (ASKER, RIVAL)]
        heard = await stack.enter_async_context(copy.service.hearing.listening(QUESTION))
        scene = Scene(copy, clients[0], clients[1], heard.requests)
        async for sentence in _told(scene):
            yield "forged requests", sentence
        async for sentence in _conversations(scene):
            yield "forged requests", sentence
        async for sentence in _numbers(scene):
            yield "forged requests", sentence
        async for sentence in _tokens(scene, tokens):
            yield "forged requests", sentence


def _client(copy: BrokenCopy, who: str) -> aiohttp.ClientSession:
    token = copy.service.cloud.owners[who].token
    return aiohttp.ClientSession(copy.service.address, headers={"authorization": f"Bearer {token}"})


async def _told(scene: Scene) -> AsyncIterator[str]:
    """Another's tenant id in the body, the query, the headers and a cookie of a question, and of a plain read."""
    other = str(restaurant(RIVAL).tenant_id)
    named = dict.fromkeys(NAMES, other)
    asked = {**body("told", QUESTION), **named, "metadata": named}
    asked["messages"][0] |= {"metadata": named, **named}
    elsewhere: dict[str, Any] = {
        "params": named,
        "headers": dict.fromkeys(HEADERS, other),
        "cookies": {"tenant_id": other, "tenant": other},
    }
    before = len(scene.heard)
    replies = [
        await _send(scene.client, "POST", "/ai/ask", json=asked, **elsewhere),
        *[await _send(scene.client, "GET", path, **elsewhere) for path in ("/revenue/daily", "/orders/recent", "/me")],
    ]
    for sentence in _searched(scene, replies, scene.heard[before:], [other]):
        yield sentence


async def _conversations(scene: Scene) -> AsyncIterator[str]:
    """Both use one conversation id and one message id; the asker then tries what only the other has."""
    asked = body(SHARED, QUESTION)
    await _send(scene.rivals, "POST", "/ai/ask", json=asked)
    await _send(scene.rivals, "POST", "/ai/ask", json=body("only-theirs", QUESTION))
    theirs = await _send(scene.rivals, "GET", "/chat/conversations/only-theirs")
    if theirs.status != 200:
        yield f"the scene cannot be set: {theirs.request} answered {theirs.status}"
    page = await _send(scene.rivals, "GET", "/chat/conversations?limit=1")
    before = len(scene.heard)
    own = await _send(scene.client, "POST", "/ai/ask", json=asked)
    listed = [
        await _send(scene.client, "GET", "/chat/conversations"),
        await _send(scene.client, "GET", "/chat/conversations", params={"cursor": _cursor(page)}),
        await _send(scene.client, "GET", f"/chat/conversations/{SHARED}"),
    ]
    for sentence in _searched(scene, [own, *listed], scene.heard[before:], []):
        yield sentence
    if any(b"only-theirs" in reply.raw for reply in listed):
        yield "a list of conversations names another's"
    async for sentence in _reached(scene, "/chat/conversations/only-theirs"):
        yield sentence
    after = await _send(scene.rivals, "GET", "/chat/conversations/only-theirs")
    if after.raw != theirs.raw:
        yield "the other's conversation is not what it was"


async def _reached(scene: Scene, path: str) -> AsyncIterator[str]:
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", path, {}),
        ("PATCH", path, {"json": {"title": "Mine now"}}),
        ("POST", f"{path}/stop", {}),
        ("DELETE", path, {}),
    ]
    for method, where, given in tries:
        reply = await _send(scene.client, method, where, **given)
        if reply.status != 404:
            yield f"{reply.request} answered {reply.status}, and it is another's"
        for sentence in _searched(scene, [reply], [], []):
            yield sentence


async def _numbers(scene: Scene) -> AsyncIterator[str]:
    """Orders by another's numbers."""
    for order in orders_of(restaurant(RIVAL))[-2:]:
        reply = await _send(scene.client, "GET", f"/orders/{order.number}")
        older = await _send(scene.client, "GET", "/orders/recent", params={"cursor": str(order.number)})
        if reply.status != 404:
            yield f"{reply.request} answered {reply.status}, and it is another's"
        for sentence in _searched(scene, [reply, older], [], [str(order.number)]):
            yield sentence


async def _tokens(scene: Scene, tokens: Mapping[str, str]) -> AsyncIterator[str]:
    for wrong, token in tokens.items():
        forged = {"authorization": f"Bearer {token}"}
        reply = await _send(scene.client, "GET", "/revenue/daily", headers=forged)
        if reply.status != 401:
            yield f"{wrong} is taken (status {reply.status})"


async def _send(client: aiohttp.ClientSession, method: str, path: str, **given: Any) -> Reply:
    async with client.request(method, path, **given) as response:
        return Reply(f"{method} {path.partition('?')[0]}", response.status, await response.read())


def _searched(scene: Scene, replies: list[Reply], heard: list[bytes], typed: list[str]) -> Iterator[str]:
    for reply in replies:
        if reply.status >= 500:
            yield f"{reply.request} answered {reply.status}"
        yield from (
            f"{reply.request}: {leak}"
            for leak in find_leaks(ASKER, scene.copy.marks, Boundaries(sse=reply.raw), [QUESTION, *typed])
        )
    asked = Boundaries(bedrock_requests=heard)
    yield from (str(leak) for leak in find_leaks(ASKER, scene.copy.marks, asked, [QUESTION, *typed]))


def _cursor(page: Reply) -> str:
    return str(msgspec.json.decode(page.raw, type=dict[str, Any])["nextCursor"])
