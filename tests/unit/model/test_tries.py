"""Tried again for as long as nothing has been shown, with jitter, within the caller's patience."""

from __future__ import annotations

import asyncio
import random
from typing import Any, ClassVar

import pytest

from local.bedrock.errors import BedrockException
from local.bedrock.faults import Fault
from local.bedrock.voice import ConverseRequest
from service.errors import (
    ModelRefusedRequestError,
    ModelStreamError,
    ModelThrottledError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from service.model import bedrock
from service.model.stream import TextChunk
from tests.http.scripted import Director, text
from tests.unit.model.conftest import Line, faulty, hear, hear_until_it_fails, line_to

BEFORE_ANYTHING_WAS_SHOWN = [
    Fault(name="throttle_before", times=2),
    Fault(name="not_ready_before", times=2),
    Fault(name="unavailable_before", times=2),
    Fault(name="internal_before", times=2),
    Fault(name="timeout_before", times=2),
    Fault(name="dropped_before", times=2),
    Fault(name="throttle_mid", after=0, times=2),
    Fault(name="unavailable_mid", after=0, times=2),
    Fault(name="internal_mid", after=0, times=2),
    Fault(name="cut", after=0, times=2),
    Fault(name="checksum", after=0, times=2),
    Fault(name="early_end", after=0, times=2),
]


async def say(line: Line) -> str:
    return "".join(event.text for event in await hear(line) if isinstance(event, TextChunk))


@pytest.mark.parametrize("fault", BEFORE_ANYTHING_WAS_SHOWN, ids=lambda fault: fault.name)
async def test_hidden_while_nothing_was_shown(fault: Fault) -> None:
    async with faulty(fault) as line:
        assert await say(line) == "One two three."
        assert line.tries == 3
        assert (line.busy_connections, line.idle_connections) == (0, 1), "an earlier try's connection was left open"


async def test_what_nobody_knows_shows_nothing() -> None:
    """An event of no type that we know, before the first word: a failure behind it is still hidden."""
    fail_once = iter([BedrockException("ThrottlingException", "Slow down.")])
    director = Director(text())

    async def speaking(request: ConverseRequest) -> Any:
        yield {"messageStart": {"role": "assistant"}}
        yield {"contentBlockAside": {"contentBlockIndex": 0}}
        for failure in fail_once:
            raise failure
        async for utterance in text("At ", "last.")(request):
            yield utterance

    async with line_to(speaking, director) as line:
        assert await say(line) == "At last."
        assert line.tries == 2


async def test_refused_connections_are_tried_again() -> None:
    async with faulty(listening=False) as line:

        async def appear(**_: Any) -> None:
            if line.tries == 3:
                await line.endpoint.start()

        line.client.meta.events.register("before-send.bedrock-runtime.ConverseStream", appear)
        assert await say(line) == "One two three."
        assert line.tries == 3


async def test_nobody_there_is_told_when_patience_ends() -> None:
    async with faulty(listening=False, patience=0.5) as line:
        _, error = await hear_until_it_fails(line)
        assert line.tries > 1
    assert type(error) is ModelUnavailableError


@pytest.mark.parametrize(
    ("name", "expected"),
    [("denied_before", ModelUnavailableError), ("model_error_before", ModelStreamError)],
)
async def test_not_tried_again(name: str, expected: type[Exception]) -> None:
    async with faulty(Fault(name=name)) as line:
        _, error = await hear_until_it_fails(line)
        assert line.tries == 1
    assert type(error) is expected


async def test_validation_within_the_stream_is_not_tried_again() -> None:
    director = Director(text())

    async def refusing(request: ConverseRequest) -> Any:
        yield {"messageStart": {"role": "assistant"}}
        raise BedrockException("ValidationException", "The toolConfig field must be defined.")

    async with line_to(refusing, director) as line:
        _, error = await hear_until_it_fails(line)
        assert line.tries == 1
    assert type(error) is ModelRefusedRequestError


async def test_patience_bounds_all_tries_together() -> None:
    async with faulty(Fault(name="throttle_before"), patience=0.5) as line:
        _, error = await hear_until_it_fails(line)
        assert line.tries > 1
    assert type(error) is ModelThrottledError


async def test_no_pause_is_begun_that_patience_will_not_see_the_end_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bedrock, "FIRST_PAUSE", 3600.0)
    async with faulty(Fault(name="throttle_before"), patience=60) as line:
        _, error = await hear_until_it_fails(line)
        assert line.tries == 1
    assert type(error) is ModelThrottledError


async def test_pauses_grow_and_no_two_callers_keep_step(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dice(random.Random):
        thrown: ClassVar[list[tuple[float, float]]] = []

        def uniform(self, a: float, b: float) -> float:
            self.thrown.append((a, b))
            return super().uniform(a, b)

    pauses: list[float] = []
    sleep, caller = asyncio.sleep, asyncio.current_task()

    async def noting(seconds: float) -> None:
        if asyncio.current_task() is not caller:  # whoever else sleeps meanwhile does so as ever
            return await sleep(seconds)
        pauses.append(seconds)
        return await sleep(0)

    monkeypatch.setattr(bedrock, "random", Dice(1))
    async with faulty(Fault(name="throttle_before", times=6)) as line:
        monkeypatch.setattr(bedrock, "FIRST_PAUSE", 0.5)
        monkeypatch.setattr(bedrock.asyncio, "sleep", noting)
        await hear(line)
        monkeypatch.setattr(bedrock.asyncio, "sleep", sleep)
    assert Dice.thrown == [(0.5, 1.5)] * 6
    pauses = [pause for pause in pauses if pause]
    assert len(set(pauses)) == 6
    for pause, base in zip(pauses, (0.5, 1, 2, 4, 4, 4), strict=True):
        assert base * 0.5 <= pause <= base * 1.5


@pytest.mark.parametrize("name", ["slow_start", "slow_first_token"])
async def test_a_model_that_does_not_begin_is_given_up_when_patience_ends(name: str) -> None:
    async with faulty(Fault(name=name), patience=0.1) as line:
        events, error = await hear_until_it_fails(line)
        assert line.busy_connections == 0
    assert events == []
    assert type(error) is ModelTimeoutError


@pytest.mark.parametrize("name", ["slow_start", "slow_first_token"])
async def test_a_try_that_keeps_silent_is_given_up_for_another(name: str) -> None:
    async with faulty(Fault(name=name, times=1), idle=0.2) as line:
        assert await say(line) == "One two three."
        assert line.tries == 2
        assert line.busy_connections == 0


@pytest.mark.parametrize("after", [1, 2, 3])
async def test_silence_in_mid_answer_is_bounded(after: int) -> None:
    async with faulty(Fault(name="stall", after=after), idle=0.1) as line:
        events, error = await hear_until_it_fails(line)
        assert line.tries == 1
        assert line.busy_connections == 0
        await asyncio.wait_for(line.director.left.wait(), 10)
    said = "".join(event.text for event in events if isinstance(event, TextChunk))
    assert said == "".join(("One ", "two ", "three.")[:after])
    assert type(error) is ModelTimeoutError
