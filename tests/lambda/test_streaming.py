"""An answer streams through the image, the adapter and the Runtime API as the model makes it."""

from __future__ import annotations

import asyncio

from tests.http.conftest import parts_of
from tests.http.judge import StreamJudge
from tests.http.scripted import Director, text

from .function import Function


async def test_the_adapter_registers_as_an_extension(function: Function) -> None:
    assert function.api.extensions == ["lambda-adapter"]
    assert function.api.failures == []


async def test_tokens_arrive_as_the_model_makes_them(
    function: Function, director: Director, judge: StreamJudge
) -> None:
    """The model says each word only when the one before has come out of the function."""
    words = ["first ", "second ", "third."]
    arrived = [asyncio.Event() for _ in words]

    async def hold(number: int) -> None:
        if number > 0:
            await arrived[number - 1].wait()

    director.play(text(*words, before=hold))
    answering = function.ask("Streams?")
    for number, word in enumerate(words):
        so_far = await answering.body_holds(f'"delta":"{word}"'.encode())
        assert not answering.finished
        assert all(later.encode() not in so_far for later in words[number + 1 :])
        arrived[number].set()
    answer = await answering.answer()
    assert answering.streamed
    assert (answer.status, answer.header("content-type")) == (200, "text/event-stream")
    assert answer.header("x-vercel-ai-ui-message-stream") == "v1"
    assert (await judge.check(answer.body))["parts"]


async def test_the_first_byte_comes_before_the_model_has_said_anything(function: Function, director: Director) -> None:
    asked = asyncio.Event()

    async def hold(number: int) -> None:
        await asked.wait()

    director.play(text("Now.", before=hold))
    answering = function.ask("Anybody there?")
    so_far = await answering.body_holds(b'"type":"data-isolation"')
    assert b"text-delta" not in so_far
    asked.set()
    assert b"[DONE]" in (await answering.answer()).body


async def test_the_last_byte_is_out_after_the_answer_was_kept(function: Function, director: Director) -> None:
    """Lambda freezes the function then: nothing may be left to do."""
    director.play(text("Kept."))
    answering = function.ask("Will you remember?")
    answer = await answering.answer()
    conversation = parts_of(answer.body)[0]["messageMetadata"]["conversationId"]
    kept = (await function.get(f"/chat/conversations/{conversation}").answer()).json()
    assert [message["role"] for message in kept["messages"]] == ["user", "assistant"]
