"""When a turn looks whether it is to stop."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from uuid import UUID

import pytest

from service.principal import Principal
from service.stops import Stops

MARIA = Principal(UUID(int=1), "maria", "maria@example.com")
SOMEBODY_ELSE = (
    (MARIA, "other"),
    (Principal(UUID(int=2), "maria", "maria@example.com"), "chat"),
    (Principal(UUID(int=1), "amir", "amir@example.com"), "chat"),
)
AN_HOUR = 3600.0


async def test_a_nudge_lets_it_look_at_once() -> None:
    stops = Stops(AN_HOUR)
    with stops.watch(MARIA, "chat") as watch:
        stops.nudge(MARIA, "chat")
        await asyncio.wait_for(watch.time_to_look(), 10)


async def test_a_nudge_while_it_looks_is_not_lost() -> None:
    stops = Stops(AN_HOUR)
    with stops.watch(MARIA, "chat") as watch:
        looking = asyncio.create_task(watch.time_to_look())
        await asyncio.sleep(0)
        stops.nudge(MARIA, "chat")
        await looking
        stops.nudge(MARIA, "chat")  # its look is under way
        await asyncio.wait_for(watch.time_to_look(), 10)


@pytest.mark.parametrize(("principal", "conversation_id"), SOMEBODY_ELSE)
async def test_a_nudge_is_for_its_own_conversation(principal: Principal, conversation_id: str) -> None:
    stops = Stops(AN_HOUR)
    with stops.watch(MARIA, "chat") as watch:
        stops.nudge(principal, conversation_id)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(watch.time_to_look(), 0.05)


async def test_it_looks_now_and_then_by_itself() -> None:
    with Stops(0.01).watch(MARIA, "chat") as watch:
        await asyncio.wait_for(watch.time_to_look(), 10)


async def test_turns_of_one_process_share_its_looks() -> None:
    stops = Stops(1.0)
    with ExitStack() as stack:
        for number in range(5):
            stack.enter_context(stops.watch(MARIA, f"chat-{number}"))
        assert stops.pause == 1.0
        for number in range(15):
            stack.enter_context(stops.watch(MARIA, f"more-{number}"))
        assert stops.pause == 4.0
    assert stops.pause == 1.0, "they have ended"
