"""Conversations over HTTP: kept, continued, answered once, regenerated, stopped, and nobody else's."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from local.aws import Identity
from local.ministack import Ministack
from tests.http.conftest import Client, parts_of, signed_in
from tests.http.judge import StreamJudge
from tests.http.restaurants import Restaurant
from tests.http.scripted import Director, text


async def opened(client: Client, conversation: str) -> dict[str, Any]:
    response = await client.get(f"/chat/conversations/{conversation}")
    assert response.status_code == 200, response.text
    return dict(response.json())


async def test_question_and_answer_are_kept_as_they_streamed(maria: Client, director: Director) -> None:
    director.play(text("<thinking>hm</thinking>You made ", "$5.00."))
    answered = await maria.ask("How did we do yesterday, in dollars?", conversation=(chat := f"c{uuid4().hex}"))
    kept = await opened(maria, chat)
    assert kept["conversation"]["title"] == "How did we do yesterday, in dollars?"
    assert kept["conversation"]["answering"] is False
    question, answer = kept["messages"]
    assert question["parts"] == [{"type": "text", "text": "How did we do yesterday, in dollars?"}]
    assert answer["id"] == answered.message["id"]
    assert answer["metadata"]["status"] == "complete"
    assert answer["parts"] == [
        {name: value for name, value in part.items() if name != "id" or part["type"].startswith("data-")}
        for part in answered.message["parts"]
        if part["type"] != "step-start"
    ]


async def test_a_follow_up_carries_its_history(maria: Client, director: Director) -> None:
    chat = f"c{uuid4().hex}"
    director.play(text("First answer."), text("Second answer."))
    await maria.ask("First question?", conversation=chat)
    await maria.ask("And then?", conversation=chat)
    assert director.requests[1].body["messages"] == [
        {"role": "user", "content": [{"text": "First question?"}]},
        {"role": "assistant", "content": [{"text": "First answer."}]},
        {"role": "user", "content": [{"text": "And then?"}]},
    ]


async def test_the_same_message_twice_is_answered_once(maria: Client, director: Director) -> None:
    body = maria.body("Twice?")
    director.play(text("Once."))
    first = await maria.send_ask(body)
    second = await maria.send_ask(body)
    assert len(director.requests) == 1
    assert (second.text, second.message["id"]) == ("Once.", first.message["id"])
    assert len((await opened(maria, body["id"]))["messages"]) == 2


async def test_the_same_message_at_the_same_moment_is_answered_once(maria: Client, director: Director) -> None:
    body, go = maria.body("At once?"), asyncio.Event()

    async def hold(number: int) -> None:
        await go.wait()

    director.play(text("Once.", before=hold))
    finished = asyncio.as_completed([maria.post("/ai/ask", json=body) for _ in range(5)])
    refused = [await next(finished) for _ in range(4)]
    assert [response.status_code for response in refused] == [409] * 4
    assert refused[0].json()["code"] == "turn_in_progress"
    go.set()
    assert (await next(finished)).status_code == 200
    assert len(director.requests) == 1


async def test_regenerate_replaces_the_answer(maria: Client, director: Director) -> None:
    chat = f"c{uuid4().hex}"
    director.play(text("Poor."), text("Better."))
    first = await maria.ask("Again?", conversation=chat)
    body = {"id": chat, "trigger": "regenerate-message", "messageId": first.message["id"], "messages": []}
    second = await maria.send_ask(body)
    assert second.text == "Better."
    kept = await opened(maria, chat)
    assert [part["text"] for part in kept["messages"][1]["parts"] if part["type"] == "text"] == ["Better."]
    assert len(kept["messages"]) == 2
    assert kept["messages"][1]["id"] == second.message["id"] != first.message["id"]
    assert director.requests[1].body["messages"] == [{"role": "user", "content": [{"text": "Again?"}]}]


async def test_stop_stops_the_model_and_keeps_what_there_is(maria: Client, director: Director) -> None:
    chat = f"c{uuid4().hex}"
    assert await _types_until_stopped(maria, maria, director, chat) == ["abort", "finish"]
    await asyncio.wait_for(director.left.wait(), 10)
    answer = (await opened(maria, chat))["messages"][1]
    assert answer["metadata"]["status"] == "stopped"
    assert [part["text"] for part in answer["parts"] if part["type"] == "text"] == ["As far as "]


@pytest.mark.parametrize(("comes_here", "poll_seconds"), [(True, 3600.0), (False, 0.05)])
async def test_a_stop_is_seen_at_once_in_its_own_process_and_in_another_when_the_turn_looks(
    serve_with: Any, maria: Client, director: Director, comes_here: bool, poll_seconds: float
) -> None:
    async with (
        serve_with(stop_poll_seconds=poll_seconds) as address,
        Client(address, maria.token, maria.of, maria.judge) as client,
    ):
        stopping = client if comes_here else maria
        assert await _types_until_stopped(client, stopping, director) == ["abort", "finish"]


async def _types_until_stopped(
    asking: Client, stopping: Client, director: Director, chat: str | None = None
) -> list[str]:
    """The last two parts of an answer that would never end."""
    body, never = asking.body("Long?", conversation=chat), asyncio.Event()

    async def hold(number: int) -> None:
        if number == 1:
            await never.wait()

    director.play(text("As far as ", "here.", before=hold))
    seen = b""
    async with asyncio.timeout(20), asking.stream("POST", "/ai/ask", json=body) as response:
        async for chunk in response.aiter_raw():
            seen += chunk
            if b"As far as" in seen and b'"abort"' not in seen:
                assert (await stopping.post(f"/chat/conversations/{body['id']}/stop")).status_code == 202
    return [part["type"] for part in parts_of(seen)][-2:]


async def test_the_turn_outlives_the_client(maria: Client, director: Director) -> None:
    """The client leaves in mid-answer; the answer is finished and kept all the same."""
    body, client_left = maria.body("Gone?"), asyncio.Event()

    async def hold(number: int) -> None:
        if number == 1:
            await client_left.wait()

    director.play(text("Before, ", "after.", before=hold))
    async with maria.stream("POST", "/ai/ask", json=body) as response:
        async for chunk in response.aiter_raw():
            if b"Before" in chunk:
                break
    client_left.set()
    async with asyncio.timeout(20):
        while (kept := await opened(maria, body["id"]))["conversation"]["answering"]:
            pass
    answer = kept["messages"][1]
    assert answer["metadata"]["status"] == "complete"
    assert [part["text"] for part in answer["parts"] if part["type"] == "text"] == ["Before, after."]


async def test_the_question_is_stored_before_the_model_is_called(maria: Client, director: Director) -> None:
    body = maria.body("Stored?")
    found: list[Any] = []

    async def look(number: int) -> None:
        found.append(await opened(maria, body["id"]))

    director.play(text("Yes.", before=look))
    await maria.send_ask(body)
    [kept] = found
    assert [message["parts"][0]["text"] for message in kept["messages"]] == ["Stored?"]
    assert kept["conversation"]["answering"] is True


@pytest.mark.parametrize("whose", ["another tenant's", "another user's"])
async def test_somebody_else_s_conversation_is_not_there(
    whose: str,
    maria: Client,
    amir: Client,
    director: Director,
    address: str,
    ministack: Ministack,
    identity: Identity,
    pizza: Restaurant,
    judge: StreamJudge,
) -> None:
    chat = f"c{uuid4().hex}"
    await maria.ask("Mine?", conversation=chat)
    other = amir
    if whose == "another user's":
        other = await signed_in(address, ministack, identity, pizza, judge, f"{uuid4().hex}@second.example")
    path = f"/chat/conversations/{chat}"
    responses = [
        await other.get(path),
        await other.patch(path, json={"title": "Mine now"}),
        await other.delete(path),
        await other.post(f"{path}/stop"),
        await other.post("/ai/ask", json={"id": chat, "trigger": "regenerate-message", "messages": []}),
    ]
    assert [response.status_code for response in responses] == [404] * 5
    listed = (await other.get("/chat/conversations", params={"limit": "100"})).json()["conversations"]
    assert chat not in {each["id"] for each in listed}
    assert len((await opened(maria, chat))["messages"]) == 2
    if other is not amir:
        await other.aclose()


async def test_list_rename_and_delete(maria: Client, director: Director) -> None:
    chats = [f"c{uuid4().hex}" for _ in range(3)]
    for chat in chats:
        await maria.ask(f"About {chat}?", conversation=chat)
    found, cursor = [], None
    while not set(chats) <= set(found):
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await maria.get("/chat/conversations", params=params)).json()
        found += [each["id"] for each in page["conversations"]]
        cursor = page["nextCursor"]
    assert found[:3] == chats[::-1]
    renamed = await maria.patch(f"/chat/conversations/{chats[0]}", json={"title": "Friday"})
    assert renamed.json()["title"] == "Friday"
    assert (await maria.delete(f"/chat/conversations/{chats[0]}")).status_code == 204
    assert (await maria.get(f"/chat/conversations/{chats[0]}")).status_code == 404
