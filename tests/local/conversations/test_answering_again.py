"""Regenerate, stop, and the limits of a conversation."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from service.conversations.dynamodb import DynamoConversations
from service.conversations.header import MAX_TURNS
from service.conversations.store import BegunTurn
from service.errors import InvalidRequestError, NotFoundError, TurnInProgressError
from tests.local.conversations.turns import (
    AT_ONCE,
    PATIENCE,
    answer,
    answered,
    ask,
    begin,
    new_id,
    question,
    said,
    somebody,
    texts,
)

# -- again ------------------------------------------------------------------------------------------------------


async def test_regenerate_replaces_the_last_answer(store: DynamoConversations) -> None:
    await ask(store, 1)
    second = await ask(store, 2)
    again = await store.begin_again("chat", second.answer_id, "a-new", stale_after=PATIENCE)
    assert again == BegunTurn("chat", 2, second.question, "a-new")
    assert texts(await store.history(again, max_tokens=1_000)) == ["Question 1?", "Answer 1."]
    assert said(await store.open("chat"))[1] == (2, "Question 2?", "Answer 2."), "until the new one is there"
    await store.finish_turn(again, answer(again, "Better."))
    opened = await store.open("chat")
    assert said(opened) == [(1, "Question 1?", "Answer 1."), (2, "Question 2?", "Better.")]
    assert opened.summary.turns == 2
    following = await begin(store, question("q3"))
    assert following.position == 3
    assert texts(await store.history(following, max_tokens=1_000))[-1] == "Better."


async def test_regenerate_without_naming_the_answer(store: DynamoConversations) -> None:
    await ask(store, 1)
    assert (await store.begin_again("chat", None, new_id(), stale_after=PATIENCE)).position == 1


async def test_only_the_last_answer_can_be_replaced(store: DynamoConversations) -> None:
    first = await ask(store, 1)
    await ask(store, 2)
    for id in (first.answer_id, "never", ""):
        with pytest.raises(NotFoundError):
            await store.begin_again("chat", id, new_id(), stale_after=PATIENCE)


async def test_regenerate_waits_for_the_turn_in_flight_and_is_one_itself(store: DynamoConversations) -> None:
    begun = await begin(store)
    with pytest.raises(TurnInProgressError):
        await store.begin_again("chat", begun.answer_id, new_id(), stale_after=PATIENCE)
    await store.finish_turn(begun, answer(begun))
    outcomes = await asyncio.gather(
        *(store.begin_again("chat", begun.answer_id, new_id(), stale_after=PATIENCE) for _ in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, BegunTurn) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, TurnInProgressError) for outcome in outcomes) == 19
    for asked in ("q1", "q2"):
        with pytest.raises(TurnInProgressError):
            await begin(store, question(asked))


async def test_regenerate_takes_over_a_turn_that_was_left(store: DynamoConversations) -> None:
    left = await begin(store, question("q1", "Left?"))
    again = await store.begin_again("chat", left.answer_id, new_id(), stale_after=AT_ONCE)
    assert (again.position, again.question) == (1, left.question)
    assert said(await store.open("chat")) == [(1, "Left?", None)]
    with pytest.raises(NotFoundError):
        await store.finish_turn(left, answer(left))
    await store.finish_turn(again, answer(again, "Now."))
    assert said(await store.open("chat")) == [(1, "Left?", "Now.")]


async def test_a_regenerate_that_was_left_leaves_the_old_answer(store: DynamoConversations) -> None:
    first = await ask(store, 1)
    left = await store.begin_again("chat", first.answer_id, new_id(), stale_after=PATIENCE)
    for named in (left.answer_id, first.answer_id):
        again = await store.begin_again("chat", named, new_id(), stale_after=AT_ONCE)
        assert again.question == first.question
    following = await begin(store, question("q2"), stale_after=AT_ONCE)
    assert texts(await store.history(following, max_tokens=1_000)) == ["Question 1?", "Answer 1."]
    assert said(await store.open("chat"))[0] == (1, "Question 1?", "Answer 1.")
    assert (await answered(store, question("q1"))).text == "Answer 1."


async def test_regenerate_of_nothing(store: DynamoConversations) -> None:
    with pytest.raises(NotFoundError):
        await store.begin_again("chat", None, new_id(), stale_after=PATIENCE)


# -- stop -------------------------------------------------------------------------------------------------------


async def test_a_stop_reaches_the_turn_in_flight(store: DynamoConversations) -> None:
    begun = await begin(store)
    assert not await store.stop_requested(begun)
    await store.request_stop("chat")
    assert await store.stop_requested(begun)
    await store.finish_turn(begun, answer(begun, "Up to h", status="stopped"))
    following = await begin(store, question("q2"))
    assert not await store.stop_requested(following), "it was meant for the turn before"


async def test_a_stop_without_a_turn_does_nothing(store: DynamoConversations) -> None:
    await ask(store, 1)
    await store.request_stop("chat")
    assert not await store.stop_requested(await begin(store, question("q2")))


async def test_a_stop_is_not_inherited_by_the_next_to_take_over(store: DynamoConversations) -> None:
    await begin(store)
    await store.request_stop("chat")
    assert not await store.stop_requested(await begin(store, question("q2"), stale_after=AT_ONCE))
    await store.request_stop("chat")
    again = await store.begin_again("chat", None, new_id(), stale_after=AT_ONCE)
    assert not await store.stop_requested(again)


async def test_a_turn_that_is_no_longer_in_flight_should_stop(store: DynamoConversations) -> None:
    left = await begin(store)
    await begin(store, question("q2"), stale_after=AT_ONCE)
    assert await store.stop_requested(left)
    other = await begin(store, chat="deleted")
    await store.delete("deleted")
    assert await store.stop_requested(other)


async def test_a_stop_of_nothing(store: DynamoConversations) -> None:
    with pytest.raises(NotFoundError):
        await store.request_stop("chat")


# -- limits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["", "a b", "a#b", "../x", "x" * 65, "é", "chat\n"])
async def test_ids_of_another_form(store: DynamoConversations, id: str) -> None:
    with pytest.raises(NotFoundError):
        await begin(store, chat=id)
    with pytest.raises(InvalidRequestError):
        await begin(store, question(id))
    assert await store.list(limit=10, cursor=None) == ([], None)


async def test_a_conversation_has_an_end(store: DynamoConversations, dynamodb: Any, conversations_table: str) -> None:
    begun = await ask(store, 1)
    await dynamodb.update_item(
        TableName=conversations_table,
        Key=store._keys.header("chat"),
        UpdateExpression="SET turns = :turns",
        ExpressionAttributeValues={":turns": {"N": str(MAX_TURNS)}},
    )
    with pytest.raises(InvalidRequestError):
        await begin(store, question("q-more"))
    assert (await answered(store, begun.question)).text == "Answer 1."


async def test_each_item_lives_as_long_as_it_should(dynamodb: Any, conversations_table: str) -> None:
    store = DynamoConversations(dynamodb, conversations_table, somebody(), timedelta(days=90))
    later = DynamoConversations(dynamodb, conversations_table, somebody(), timedelta(days=91))
    later._keys = store._keys
    before = int(time.time())
    await ask(store, 1)
    await ask(later, 2)
    await begin(later, question("q3"))
    await begin(later, question("q4"), stale_after=AT_ONCE)
    after = int(time.time())
    items = (
        await dynamodb.query(
            TableName=conversations_table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": store._keys.partition}},
        )
    )["Items"]
    days: dict[str, int] = {}
    for item in items:
        sort, seconds = item["sk"]["S"], int(item["expires_at"]["N"])
        days[sort] = 90 if seconds <= after + 90 * 86_400 else 91
        assert before <= seconds - days[sort] * 86_400 <= after
    assert days == {
        "CONVERSATION#chat": 91,
        "MESSAGE#chat#A#000001#00": 90,
        "MESSAGE#chat#Q#000001": 90,
        "MESSAGE#chat#A#000002#00": 91,
        "MESSAGE#chat#Q#000002": 91,
        "MESSAGE#chat#Q#000003": 91,
    }
