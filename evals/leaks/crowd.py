"""Many owners at the same moment, through a pool of two, some of them leaving and some stopping their answers.

All use the same conversation ids and message ids, so that whatever is kept by those alone is shared.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Literal

import aiohttp
import msgspec
from msgspec import Struct, field

from evals.asking import body
from evals.cloud import EvalCloud, EvalService, serving
from evals.hearing import Heard
from evals.leaks.afterwards import find_leftovers
from evals.leaks.marks import TenantMarks
from evals.leaks.restaurant_marks import restaurant_marks
from evals.leaks.search import Leak, find_leaks
from evals.leaks.sql_tap import SqlTap
from evals.leaks.stored_items import own_table
from evals.observed import Boundaries
from evals.restaurants import NOW, RESTAURANTS, EvalRestaurant
from local.bedrock.standin import MODEL_ID, analyst

Manner = Literal["stays", "leaves", "stops"]
POOL_SIZE = 2
MANNERS: tuple[Manner, ...] = ("stays", "stays", "leaves", "stops")
CARDS = ("/revenue/daily", "/orders/recent", "/menu/top")
_LONGEST = aiohttp.ClientTimeout(total=60)


class CrowdReport(Struct, kw_only=True):
    """leaks: at any boundary; astray: what else is not as it should be, in sentences; the rest counts what was done,
    so that a crowd that did nothing proves nothing."""

    leaks: list[Leak] = field(default_factory=list)
    astray: list[str] = field(default_factory=list)
    owners: int = 0
    asked: int = 0
    answered: int = 0
    left: int = 0
    stopped: int = 0
    cancelled_reads: int = 0

    @property
    def clean(self) -> bool:
        return not self.leaks and not self.astray


class _Ask(Struct, frozen=True):
    of: EvalRestaurant
    round: int
    manner: Manner
    question: str


async def crowd_in(cloud: EvalCloud, *, rounds: int = 2) -> CrowdReport:
    """A crowd before a service of its own, with a pool of two and the analyst for a model: what is asked at the same
    time is stopped at another word each time, so that no recording could answer it."""
    marks = restaurant_marks({key: owner.user for key, owner in cloud.owners.items()})
    async with SqlTap(cloud.database.host, cloud.database.port) as tap:
        table = await own_table(cloud.dynamodb, "crowd")
        settings = {"DATABASE_PORT": str(tap.port), "DATABASE_POOL_SIZE": str(POOL_SIZE), "STOP_POLL_SECONDS": "0.02"}
        beside = msgspec.structs.replace(cloud, table=table)
        async with serving(beside, analyst(), model_id=MODEL_ID, settings=settings, name="crowd") as service:
            return await crowd(service, tap, marks, rounds=rounds)


async def crowd(
    service: EvalService,
    tap: SqlTap,
    marks: tuple[TenantMarks, ...],
    *,
    rounds: int = 2,
    said_before: Mapping[str, Iterable[str]] | None = None,
) -> CrowdReport:
    """All restaurants' owners, `rounds` questions each, all at once. The service's SQL goes through the tap.

    said_before: by restaurant, what was typed, or made up by a model, in conversations that its table holds already.
    """
    chance = random.Random(17)  # noqa: S311 (the same crowd each time)
    asks = list(_asks(rounds, chance))
    report = CrowdReport(owners=len(RESTAURANTS), asked=len(asks))
    seen = {each.key: Boundaries() for each in RESTAURANTS}
    async with AsyncExitStack() as stack:
        listened = [(ask, await stack.enter_async_context(service.hearing.listening(ask.question))) for ask in asks]
        clients = {each.key: await stack.enter_async_context(_client(service, each)) for each in RESTAURANTS}
        cards = [_leave_a_card(clients[each.key], path, report) for each in RESTAURANTS[::2] for path in CARDS]
        asking = [_one(clients[ask.of.key], ask, seen[ask.of.key], report) for ask in asks]
        together = [*asking, *cards]
        chance.shuffle(together)
        await asyncio.gather(*together)
        for number in range(rounds):
            await service.log.about(_conversation(number), len(RESTAURANTS))
        _note_heard(listened, seen, report)
    before = said_before or {}
    typed = {
        each.key: [*before.get(each.key, ()), *(ask.question for ask in asks if ask.of == each)] for each in RESTAURANTS
    }
    for key, boundaries in seen.items():
        report.leaks += find_leaks(key, marks, boundaries, typed[key])
    left = await find_leftovers(service, tap, marks, typed)
    report.leaks += left.leaks
    report.astray += [*left.left_behind, *(f"items lie in nobody's partition: {each}" for each in left.unowned)]
    return report


def _asks(rounds: int, chance: random.Random) -> Iterator[_Ask]:
    """Each asks about days of its own, older than the prompt's, so that a look-up is needed; no two ask the same."""
    for number in range(rounds):
        for at, each in enumerate(RESTAURANTS):
            day = NOW.date() - timedelta(days=40 + number * len(RESTAURANTS) + at)
            yield _Ask(each, number, chance.choice(MANNERS), f"How much did we take on {_spelt(day)}?")


def _spelt(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _client(service: EvalService, of: EvalRestaurant) -> aiohttp.ClientSession:
    token = service.cloud.owners[of.key].token
    return aiohttp.ClientSession(service.address, headers={"authorization": f"Bearer {token}"}, timeout=_LONGEST)


def _conversation(number: int) -> str:
    return f"crowd-{number}"


async def _one(client: aiohttp.ClientSession, ask: _Ask, seen: Boundaries, report: CrowdReport) -> None:
    asked = body(_conversation(ask.round), ask.question)
    asked["messages"][0]["id"] = f"q{ask.round}"
    raw, enough = b"", 400 + 700 * (ask.of.place % 5)
    stopping: asyncio.Task[None] | None = None
    async with client.post("/ai/ask", json=asked) as response:
        async for chunk in response.content.iter_any():
            raw += chunk
            if ask.manner == "leaves" and len(raw) > enough:
                break
            if ask.manner == "stops" and stopping is None:
                stopping = asyncio.create_task(_stop(client, ask.round))
    if stopping is not None:
        await stopping
    seen.sse += raw + b"\n\n"
    _count(ask, raw, report)


def _count(ask: _Ask, raw: bytes, report: CrowdReport) -> None:
    if ask.manner == "leaves":
        report.left += 1
    elif b'"type":"abort"' in raw:
        report.stopped += 1
    elif b'"finishReason":"stop"' in raw and raw.endswith(b"data: [DONE]\n\n"):
        report.answered += 1
    else:
        report.astray.append(f"{ask.of.key}'s question has no answer: … {raw[-300:]!r}")


async def _stop(client: aiohttp.ClientSession, number: int) -> None:
    async with client.post(f"/chat/conversations/{_conversation(number)}/stop"):
        pass


async def _leave_a_card(client: aiohttp.ClientSession, path: str, report: CrowdReport) -> None:
    """Asks for a page's figures and hangs up before they come."""
    reading = asyncio.create_task(_read(client, path))
    for _ in range(20):
        await asyncio.sleep(0)
    if reading.cancel():
        report.cancelled_reads += 1
    await asyncio.gather(reading, return_exceptions=True)


async def _read(client: aiohttp.ClientSession, path: str) -> bytes:
    async with client.get(path) as response:
        return await response.read()


# -- what crossed the boundaries --------------------------------------------------------------------------------------


def _note_heard(listened: Sequence[tuple[_Ask, Heard]], seen: dict[str, Boundaries], report: CrowdReport) -> None:
    for ask, heard in listened:
        seen[ask.of.key].bedrock_requests += heard.requests
        if not all(ask.of.canaries.name.encode() in request for request in heard.requests):
            report.astray.append(f"a prompt for {ask.of.key} does not name it")
