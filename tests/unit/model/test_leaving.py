"""Whoever leaves before the end leaves nothing behind: no connection, no task, nothing for the garbage collector."""

from __future__ import annotations

import asyncio
import gc
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from local.bedrock.faults import Fault
from service.model import bedrock
from service.model.bedrock import BedrockModel
from service.model.stream import AnswerOpened, ModelEvent, TextChunk
from tests.http.scripted import Director, text
from tests.unit.model.conftest import REQUEST, Line, faulty, hear, hear_until_it_fails, line_to


@contextmanager
def nothing_for_the_collector() -> Iterator[None]:
    """An async generator that is collected unclosed becomes a task of the loop's: none of the service's or of its
    client's may come to that."""
    begin, end = sys.get_asyncgen_hooks()
    found: list[str] = []

    def noting(generator: Any) -> None:
        if any(folder in generator.ag_code.co_filename for folder in ("/service/", "/aiobotocore/")):
            found.append(generator.__qualname__)
        end(generator)

    sys.set_asyncgen_hooks(begin, noting)
    try:
        yield
        gc.collect()
    finally:
        sys.set_asyncgen_hooks(begin, end)
    assert found == []


@asynccontextmanager
async def holding_back(from_delta: int) -> AsyncIterator[Line]:
    """A line to a voice that stops before its n-th delta, for good; `line.held` is set when it does."""
    held, never = asyncio.Event(), asyncio.Event()

    async def hold(number: int) -> None:
        if number == from_delta:
            held.set()
            await never.wait()

    director = Director(text("One ", "two ", "three.", before=hold))
    async with line_to(director, director) as line:
        line.held = held
        yield line


def is_opened(event: ModelEvent) -> bool:
    return isinstance(event, AnswerOpened)


def is_text(event: ModelEvent) -> bool:
    return isinstance(event, TextChunk)


@pytest.mark.parametrize("enough", [is_opened, is_text])
async def test_closing_the_stream_closes_its_connection_there_and_then(enough: Callable[[ModelEvent], bool]) -> None:
    async with holding_back(1) as line:
        with nothing_for_the_collector():
            events = line.model.stream(REQUEST)
            async for event in events:
                if enough(event):
                    break
            assert line.busy_connections == 1
            await events.aclose()
            assert line.busy_connections == line.idle_connections == 0
        await asyncio.wait_for(line.director.left.wait(), 10)


@pytest.mark.parametrize("from_delta", [0, 1])
async def test_cancelled_while_it_waits_for_a_word(from_delta: int) -> None:
    async with holding_back(from_delta) as line:
        with nothing_for_the_collector():
            hearing = asyncio.create_task(hear(line))
            assert line.held is not None
            await asyncio.wait_for(line.held.wait(), 20)
            assert line.busy_connections == 1
            hearing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await hearing
            assert line.busy_connections == line.idle_connections == 0
        await asyncio.wait_for(line.director.left.wait(), 10)


async def test_cancelled_between_two_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    pausing = asyncio.Event()

    class Dice(random.Random):
        def uniform(self, a: float, b: float) -> float:
            pausing.set()
            return 1000.0 * (a + b)

    monkeypatch.setattr(bedrock, "random", Dice())
    async with faulty(Fault(name="throttle_before"), patience=600) as line:
        hearing = asyncio.create_task(hear(line))
        await asyncio.wait_for(pausing.wait(), 20)
        hearing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hearing
        assert (line.busy_connections, line.idle_connections, line.tries) == (0, 1, 1)


@pytest.mark.parametrize(
    "name",
    ["throttle_mid", "model_error_mid", "cut", "checksum", "early_end", "stall", "throttle_before", "slow_first_token"],
)
@pytest.mark.parametrize("after", [0, 2])
async def test_a_failure_leaves_nothing_behind(name: str, after: int) -> None:
    async with faulty(Fault(name=name, after=after), patience=0.1, idle=0.1) as line:
        with nothing_for_the_collector():
            _, error = await hear_until_it_fails(line)
            error = error and error.with_traceback(None)
            assert line.busy_connections == 0
        assert error is not None


async def test_an_answer_heard_to_its_end_gives_its_connection_back() -> None:
    async with faulty() as line:
        with nothing_for_the_collector():
            for _ in range(3):
                await hear(line)
                assert (line.busy_connections, line.idle_connections) == (0, 1)


async def test_many_that_leave_leave_no_task() -> None:
    async with faulty(Fault(name="stall", after=1)) as line:
        before = asyncio.all_tasks()
        hearing = [asyncio.create_task(_hear_one_word(line.model)) for _ in range(20)]
        await asyncio.gather(*hearing)
        assert line.busy_connections == 0
        left = {task for task in asyncio.all_tasks() - before if "RequestHandler" not in repr(task)}
        assert left == set(), "those of the endpoint's own connections aside"


async def _hear_one_word(model: BedrockModel) -> None:
    events = model.stream(REQUEST)
    async for event in events:
        if isinstance(event, TextChunk):
            break
    await events.aclose()
