"""The slices are on their way while the question is kept, and nobody is left holding a connection."""

from __future__ import annotations

import asyncio
from typing import Any

from local.ministack import Ministack
from local.postgres import Postgres
from tests.database.relay import Relay, relay_to
from tests.http.conftest import Client
from tests.http.scripted import Director, text


async def _first_connection(relay: Relay) -> None:
    async with asyncio.timeout(20):
        while relay.accepted == 0:  # noqa: ASYNC110 (nobody tells us)
            await asyncio.sleep(0.01)


async def test_the_database_is_asked_while_the_question_is_kept(
    serve_with: Any, maria: Client, director: Director, ministack: Ministack, postgres: Postgres
) -> None:
    director.play(text("Both are there."))
    async with (
        relay_to("127.0.0.1", ministack.port) as store,
        relay_to("127.0.0.1", postgres.port) as database,
        serve_with(dynamodb_endpoint=f"http://127.0.0.1:{store.port}", database_port=database.port) as address,
        Client(address, maria.token, maria.of, maria.judge) as client,
    ):
        store.freeze()
        asking = asyncio.create_task(client.ask("How are we doing?"))
        await _first_connection(database)
        assert not director.requests
        store.thaw()
        assert (await asking).text == "Both are there."


async def test_a_question_that_is_not_begun_gives_its_connection_back(
    serve_with: Any, maria: Client, director: Director
) -> None:
    """In a pool of one: asked twice it is answered from the store, and refused while another is being answered."""
    never = asyncio.Event()

    async def hold(number: int) -> None:
        if number == 1:
            await never.wait()

    director.play(text("Once."), text("It goes ", "on.", before=hold), text("Still there."))
    async with (
        serve_with(database_pool_size=1) as address,
        Client(address, maria.token, maria.of, maria.judge) as client,
    ):
        asked = client.body("Twice?")
        first = await client.send_ask(asked)
        for _ in range(5):
            assert (await client.send_ask(asked)).text == first.text
        long = client.body("Long?")
        async with client.stream("POST", "/ai/ask", json=long):
            await asyncio.sleep(0)
            for _ in range(5):
                refused = await client.post("/ai/ask", json=client.body("And?", conversation=long["id"]))
                assert refused.status_code == 409, refused.text
            await client.post(f"/chat/conversations/{long['id']}/stop")
        assert (await client.ask("And now?")).text == "Still there."
