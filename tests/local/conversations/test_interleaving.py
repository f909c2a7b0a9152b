"""What happens between two calls of one method, brought about and not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from service.conversations.dynamodb import DynamoConversations
from service.conversations.table import Table
from service.errors import TurnInProgressError
from tests.local.conversations.turns import PATIENCE, answer, ask, begin, new_id, question, said, somebody

Event = Callable[[], Awaitable[Any]]


class InterruptedTable(Table):
    """Lets an event happen between two of its calls, once: after the messages were read and before the header is, or
    before the next update."""

    between_reads: Event | None = None
    before_update: Event | None = None

    def __init__(self, client: Any, name: str) -> None:
        super().__init__(client, name)
        self._messages_read = asyncio.Event()

    async def take(self, *arguments: Any, **query: Any) -> Any:
        found = await super().take(*arguments, **query)
        self._messages_read.set()
        return found

    async def get(self, *arguments: Any, **options: Any) -> Any:
        event, self.between_reads = self.between_reads, None
        if event is not None:
            await self._messages_read.wait()
            await event()
        return await super().get(*arguments, **options)

    async def update(self, *arguments: Any, **options: Any) -> Any:
        event, self.before_update = self.before_update, None
        if event is not None:
            await event()
        return await super().update(*arguments, **options)


@pytest.fixture
def pair(dynamodb: Any, conversations_table: str) -> tuple[DynamoConversations, DynamoConversations, InterruptedTable]:
    """The same person's conversations twice: through an interrupted table, which is the third, and a plain one."""
    principal = somebody()
    interrupted = DynamoConversations(dynamodb, conversations_table, principal, timedelta(days=90))
    table = InterruptedTable(dynamodb, conversations_table)
    interrupted._table = table
    return interrupted, DynamoConversations(dynamodb, conversations_table, principal, timedelta(days=90)), table


Pair = tuple[DynamoConversations, DynamoConversations, InterruptedTable]


@pytest.mark.parametrize("last", [None, 20])
async def test_a_conversation_opened_as_its_answer_is_stored_misses_nothing(pair: Pair, last: int | None) -> None:
    store, other, table = pair
    begun = await begin(other, question("q1", "Question 1?"))
    table.between_reads = lambda: other.finish_turn(begun, answer(begun, "Answer 1."))
    assert said(await store.open("chat", last=last)) == [(1, "Question 1?", "Answer 1.")]


async def test_regenerate_means_the_turn_that_is_last_when_it_takes_hold(pair: Pair) -> None:
    store, other, table = pair
    await ask(other, 1)
    table.between_reads = lambda: ask(other, 2)
    again = await store.begin_again("chat", None, new_id(), stale_after=PATIENCE)
    assert (again.position, again.question.id) == (2, "q2")
    await store.finish_turn(again, answer(again))
    table.before_update = lambda: ask(other, 3)
    again = await store.begin_again("chat", None, new_id(), stale_after=PATIENCE)
    assert (again.position, again.question.id) == (3, "q3")


async def test_regenerate_gives_way_to_a_turn_that_begins_first(pair: Pair) -> None:
    store, other, table = pair
    await ask(other, 1)
    table.before_update = lambda: begin(other, question("q2"))
    with pytest.raises(TurnInProgressError):
        await store.begin_again("chat", None, new_id(), stale_after=PATIENCE)


async def test_a_conversation_deleted_as_a_turn_begins_is_begun_anew(pair: Pair) -> None:
    store, other, table = pair
    await ask(other, 1)
    abandoned = await begin(other, question("q2"))
    calls = 0

    async def finish_then_delete() -> None:
        nonlocal calls
        calls += 1
        await other.finish_turn(abandoned, answer(abandoned))
        await other.delete("chat")

    table.before_update = finish_then_delete
    assert (await begin(store, question("q3"))).position == 1
    assert calls == 1
