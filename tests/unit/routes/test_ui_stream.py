"""The queue between a turn and its response, and the bytes that leave: in order, at once, with a heartbeat. Seconds
here are those of a loop whose clock is ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.events import StreamEvent, TextDelta, TurnFinished
from service.routes.ui_stream import DONE, HEADERS, HEARTBEAT, EventQueue, frame, ui_stream
from tests.unit.routes.virtual_time import now, run

Producer = Callable[[EventQueue], Coroutine[Any, Any, None]]


def word(number: int) -> TextDelta:
    return TextDelta("b1", str(number))


def read(produce: Producer, heartbeat: float = 10) -> list[tuple[float, bytes]]:
    """(second, bytes) of each chunk that leaves."""

    async def reading() -> list[tuple[float, bytes]]:
        queue = EventQueue()
        producing = asyncio.create_task(produce(queue))
        chunks = [(now(), chunk) async for chunk in ui_stream(queue, heartbeat)]
        await producing
        return chunks

    return run(reading())


def test_a_turn_that_says_nothing_is_only_ended() -> None:
    async def produce(queue: EventQueue) -> None:
        queue.end()

    assert read(produce) == [(0, DONE)]


def test_parts_that_have_gathered_leave_together() -> None:
    async def produce(queue: EventQueue) -> None:
        for number in range(3):
            queue.put(word(number))
        await asyncio.sleep(1)
        queue.put(word(3))
        queue.put(TurnFinished("stop"))
        queue.end()

    first = b"".join(frame(word(number)) for number in range(3))
    assert read(produce) == [(0, first), (1, frame(word(3)) + frame(TurnFinished("stop"))), (1, DONE)]


def test_a_part_leaves_as_soon_as_it_is_there() -> None:
    async def produce(queue: EventQueue) -> None:
        for number in range(4):
            queue.put(word(number))
            await asyncio.sleep(0.25)
        queue.end()

    assert read(produce) == [(0.25 * number, frame(word(number))) for number in range(4)] + [(1, DONE)]


def test_heartbeats_come_while_nothing_happens() -> None:
    async def produce(queue: EventQueue) -> None:
        await asyncio.sleep(35)
        queue.put(word(1))
        queue.end()

    beats = [(10, HEARTBEAT), (20, HEARTBEAT), (30, HEARTBEAT)]
    assert read(produce) == [*beats, (35, frame(word(1))), (35, DONE)]


def test_heartbeats_come_whatever_the_model_does() -> None:
    """A word every three seconds does not put the beat off."""

    async def produce(queue: EventQueue) -> None:
        for number in range(8):
            queue.put(word(number))
            await asyncio.sleep(3)
        queue.end()

    chunks = read(produce)
    assert [second for second, chunk in chunks if HEARTBEAT in chunk] == [10, 20]
    assert b"".join(chunk for _, chunk in chunks).replace(HEARTBEAT, b"") == (
        b"".join(frame(word(number)) for number in range(8)) + DONE
    )


def test_a_part_at_the_very_moment_of_a_beat_is_not_lost() -> None:
    async def produce(queue: EventQueue) -> None:
        await asyncio.sleep(10)
        queue.put(word(1))
        await asyncio.sleep(10)
        queue.put(word(2))
        queue.end()

    sent = b"".join(chunk for _, chunk in read(produce))
    assert sent.count(HEARTBEAT) == 2
    assert sent.replace(HEARTBEAT, b"") == frame(word(1)) + frame(word(2)) + DONE


def test_a_heartbeat_is_a_comment_between_two_frames() -> None:
    assert HEARTBEAT.startswith(b": ")
    assert HEARTBEAT.endswith(b"\n\n")
    assert HEADERS["content-type"] == "text/event-stream"
    assert HEADERS["x-vercel-ai-ui-message-stream"] == "v1"


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0, 3.0]), st.integers(0, 3)), max_size=12))
def test_everything_leaves_once_and_in_order(moments: list[tuple[float, int]]) -> None:
    """moments: (seconds of silence, how many parts then come at once); a beat each second, often at a part's moment."""
    said: list[StreamEvent] = []

    async def produce(queue: EventQueue) -> None:
        for silence, parts in moments:
            await asyncio.sleep(silence)
            for _ in range(parts):
                said.append(word(len(said)))
                queue.put(said[-1])
        queue.end()

    chunks = read(produce, heartbeat=1)
    sent = b"".join(chunk for _, chunk in chunks)
    assert sent.replace(HEARTBEAT, b"") == b"".join(map(frame, said)) + DONE
    whole_seconds = int(sum(silence for silence, _ in moments))
    assert whole_seconds - 1 <= sent.count(HEARTBEAT) <= whole_seconds


async def test_the_turn_goes_on_when_its_reader_has_left() -> None:
    queue = EventQueue()
    queue.put(word(0))
    async with aclosing(ui_stream(queue, 10)) as stream:
        assert await anext(stream) == frame(word(0))
    for number in range(1, 1000):
        queue.put(word(number))
    queue.put(TurnFinished("stop"))
    queue.end()
    assert len(queue.take()) == 1000
    assert queue.take() == []


async def test_a_queue_gives_what_has_gathered_once() -> None:
    queue = EventQueue()
    assert queue.take() == []
    queue.put(word(1))
    assert queue.take() == [word(1)]
    assert queue.take() == []
