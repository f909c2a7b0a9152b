"""Two restaurants ask at the same moment, through a pool of one, with clients that leave: neither sees the other."""

from __future__ import annotations

import asyncio
import json
import random
import re
from datetime import timedelta
from typing import Any

import httpx

from tests.http.conftest import Client
from tests.http.restaurants import Restaurant
from tests.http.scripted import Director

ROUNDS = 60


def marks_found(of: Restaurant, raw: bytes) -> set[bytes]:
    """What may be in nothing that belongs to the other restaurant: names, ids, amounts of orders and of days. An amount
    is one where it stands by itself: the same six digits inside a random id give nothing away."""
    days = [of.today() - timedelta(days=back) for back in range(1, 34)]
    amounts = {of.order_total(day, 1) for day in days} | {of.gross(day) for day in days}
    names = [of.tenant.name, str(of.tenant_id), of.email, *of.items]
    shown = [mark for amount in amounts for mark in (str(amount), f"{amount / 100:.2f}")]
    alone = rb"(?<![0-9A-Za-z])(?:%s)(?![0-9A-Za-z])" % b"|".join(re.escape(mark.encode()) for mark in shown)
    return {name.encode() for name in names if name.encode() in raw} | set(re.findall(alone, raw))


async def _leave_early(client: httpx.AsyncClient, body: dict[str, Any], after: int) -> None:
    async with client.stream("POST", "/ai/ask", json=body) as response:
        seen = 0
        async for chunk in response.aiter_raw():
            seen += len(chunk)
            if seen > after:
                return


async def test_neither_sees_the_other_through_a_pool_of_one(
    serve_with: Any, maria: Client, amir: Client, director: Director
) -> None:
    chance = random.Random(20261123)
    async with serve_with(database_pool_size=1) as address:
        clients = [Client(address, known.token, known.of, known.judge) for known in (maria, amir)]

        async def one(client: Client, leaves: int | None) -> None:
            if leaves is not None:
                await _leave_early(client, client.body("Leaving?"), leaves)
                return
            answered = await client.ask("How are we doing?")
            other = clients[1 - clients.index(client)].of
            assert client.of.items[0].encode() in answered.raw
            assert marks_found(other, answered.raw) == set()

        rounds = [(chance.choice(clients), chance.choice([None, None, 0, 400, 3000])) for _ in range(ROUNDS)]
        for at in range(0, ROUNDS, 12):
            await asyncio.gather(*(one(client, leaves) for client, leaves in rounds[at : at + 12]))
        for client in clients:
            await client.aclose()
    assert len(director.requests) > ROUNDS / 2
    for asked in director.requests:
        told = json.dumps(asked.body, ensure_ascii=False).encode()
        inside = [known.of.tenant.name.encode() in told for known in (maria, amir)]
        assert sorted(inside) == [False, True], "a prompt holds one restaurant and one only"
        stranger = amir.of if inside[0] else maria.of
        assert marks_found(stranger, told) == set()


async def test_the_marks_are_there_to_be_seen(maria: Client, amir: Client) -> None:
    """Each restaurant's own stream does hold its marks; else their absence elsewhere would prove nothing."""
    for client in (maria, amir):
        answered = await client.ask("What do you know?")
        assert len(marks_found(client.of, answered.raw)) > 20


def test_an_amount_in_a_random_id_is_no_mark(maria: Client) -> None:
    amount = str(maria.of.order_total(maria.of.today() - timedelta(days=1), 1))
    assert marks_found(maria.of, f'{{"questionId":"q9cf12f459c044f5ba5ae{amount}b4d69c"}}'.encode()) == set()
    assert marks_found(maria.of, f'{{"cents":{amount}}}'.encode()) == {amount.encode()}
