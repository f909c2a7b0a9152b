"""A part dies under a running service: a clean error for the request in flight, and recovery without a restart."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest_asyncio

from local.bedrock.server import BedrockEndpoint
from local.ministack import Ministack
from local.postgres import Postgres
from tests.http.conftest import Client
from tests.http.scripted import Director, text, tool_use


@pytest_asyncio.fixture(autouse=True)
async def nothing_stays_down(
    postgres: Postgres, ministack: Ministack, endpoint_and_director: tuple[BedrockEndpoint, Director]
) -> AsyncIterator[None]:
    """A test that fails halfway takes no other down with it."""
    yield
    for part in (postgres, ministack):
        if part.pid is None:
            await part.start()
    if not endpoint_and_director[0].running:
        await endpoint_and_director[0].start()


async def test_postgres_is_killed_in_mid_turn_and_comes_back(
    serve_with: Any, maria: Client, director: Director, postgres: Postgres
) -> None:
    """The slices were read, the model asks for a tool: now the database is gone."""

    async def kill() -> None:
        os.kill(postgres.pid, signal.SIGKILL)
        await postgres.wait()

    def asking_after_death() -> Any:
        ask = tool_use(("order_details", {"number": 7}))

        async def script(request: Any) -> Any:
            await kill()
            async for utterance in ask(request):
                yield utterance

        return script

    async with (
        serve_with(database_wake_seconds=2.0, database_patience_seconds=1.0, tool_max_seconds=1.0) as address,
        Client(address, maria.token, maria.of, maria.judge) as client,
    ):
        assert (await client.get("/me")).status_code == 200
        director.play(asking_after_death(), text("I cannot read that order."))
        answered = await client.ask("Order 7?")
        assert answered.of_type("tool-output-error")
        assert answered.text == "I cannot read that order."
        refused = await client.get("/revenue/daily")
        assert refused.status_code == 503
        assert refused.json()["code"] in ("database_unavailable", "database_waking")
        assert int(refused.headers["retry-after"]) > 0
        failed = await client.ask("And now?", conversation=(chat := f"c{uuid4().hex}"))
        assert failed.data("failure")["code"] in ("database_unavailable", "database_waking")
        kept = (await client.get(f"/chat/conversations/{chat}")).json()["messages"]
        assert [message["role"] for message in kept] == ["user", "assistant"]
        assert kept[1]["metadata"]["status"] == "interrupted"
        await postgres.start()
        assert (await client.get("/revenue/daily")).status_code == 200
        assert (await client.ask("Back?")).of_type("finish")[0]["finishReason"] == "stop"


async def test_a_sleeping_database_is_said_and_waited_for(
    serve_with: Any, maria: Client, director: Director, postgres: Postgres
) -> None:
    async with serve_with() as address, Client(address, maria.token, maria.of, maria.judge) as client:
        await postgres.stop()
        seen = b""
        async with asyncio.timeout(30), client.stream("POST", "/ai/ask", json=client.body("Awake?")) as response:
            assert response.status_code == 200
            async for chunk in response.aiter_raw():
                if b"waking_database" in chunk and b"waking_database" not in seen:
                    await postgres.start()
                seen += chunk
    assert b"The database is waking up" in seen
    assert b'"finishReason":"stop"' in seen


async def test_the_bedrock_endpoint_is_cut_in_mid_answer_and_comes_back(
    serve_with: Any, maria: Client, director: Director, endpoint_and_director: tuple[BedrockEndpoint, Director]
) -> None:
    endpoint, _ = endpoint_and_director
    shown, never = asyncio.Event(), asyncio.Event()

    async def hold(number: int) -> None:
        if number == 1:
            shown.set()
            await never.wait()

    async with (
        serve_with(model_patience_seconds=1.0) as address,
        Client(address, maria.token, maria.of, maria.judge) as client,
    ):
        director.play(text("Half an ", "answer", before=hold))
        asking = asyncio.create_task(client.ask("Cut?", conversation=(chat := f"c{uuid4().hex}")))
        await asyncio.wait_for(shown.wait(), 20)
        await endpoint.stop()
        answered = await asking
        assert answered.data("failure")["code"] == "model_stream_broken"
        kept = (await client.get(f"/chat/conversations/{chat}")).json()["messages"][1]
        assert [part["text"] for part in kept["parts"] if part["type"] == "text"] == ["Half an "]
        assert kept["metadata"]["status"] == "interrupted"
        away = await client.ask("Away?")
        assert away.data("failure")["code"] == "model_unavailable"
        one = await client.post("/ai/ask", json=client.body("Away?"), headers={"accept": "application/json"})
        assert (one.status_code, one.json()["code"]) == (503, "model_unavailable")
        await endpoint.start()
        assert (await client.ask("Back?")).text == "This was not scripted."


async def test_dynamodb_dies_and_comes_back(
    serve_with: Any, maria: Client, director: Director, ministack: Ministack
) -> None:
    async with serve_with() as address, Client(address, maria.token, maria.of, maria.judge) as client:
        assert (await client.get("/me")).status_code == 200
        await ministack.stop()
        refused = await client.post("/ai/ask", json=client.body("Kept?"))
        assert (refused.status_code, refused.json()["code"]) == (503, "conversations_unavailable")
        assert director.requests == []
        assert (await client.get("/revenue/daily")).status_code == 200
        await ministack.start()
        assert (await client.ask("Back?")).of_type("finish")[0]["finishReason"] == "stop"


async def test_dynamodb_dies_in_mid_answer(
    serve_with: Any, maria: Client, director: Director, ministack: Ministack
) -> None:
    """The answer was shown but could not be kept, and that is said."""

    async def stop(number: int) -> None:
        if number == 1:
            await ministack.stop()

    async with serve_with() as address, Client(address, maria.token, maria.of, maria.judge) as client:
        director.play(text("All ", "of it.", before=stop))
        answered = await client.ask("Kept?")
        assert answered.text == "All of it."
        assert answered.data("failure")["code"] == "conversations_unavailable"
        await ministack.start()
        assert (await client.ask("Back?")).of_type("finish")[0]["finishReason"] == "stop"
