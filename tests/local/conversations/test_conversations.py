"""Listing, renaming, deleting, and whose they are."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from service.conversations.dynamodb import DynamoConversations
from service.errors import ConversationsUnavailableError, InvalidRequestError, NotFoundError
from service.principal import Principal
from tests.local.conversations.turns import (
    AT_ONCE,
    answer,
    ask,
    begin,
    new_id,
    question,
    said,
    somebody,
    texts,
)

TTL = timedelta(days=90)


async def ids(store: DynamoConversations) -> list[str]:
    page, _ = await store.list(limit=100, cursor=None)
    return [summary.id for summary in page]


async def items(dynamodb: Any, table: str, store: DynamoConversations) -> list[str]:
    answer = await dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": store._keys.partition}},
    )
    return [item["sk"]["S"] for item in answer["Items"]]


# -- lists ------------------------------------------------------------------------------------------------------


async def test_45_conversations_in_pages_newest_first(store: DynamoConversations) -> None:
    for number in range(45):
        await ask(store, 1, chat=f"chat-{number:02d}", text=f"About {number}?")
    pages, cursor = [], None
    while True:
        page, cursor = await store.list(limit=20, cursor=cursor)
        pages.append([summary.id for summary in page])
        if cursor is None:
            break
    assert [len(page) for page in pages] == [20, 20, 5]
    assert [each for page in pages for each in page] == [f"chat-{number:02d}" for number in reversed(range(45))]


async def test_the_end_of_a_list_is_known_without_an_empty_page(store: DynamoConversations) -> None:
    for number in range(4):
        await ask(store, 1, chat=f"chat-{number}")
    first, cursor = await store.list(limit=2, cursor=None)
    assert cursor is not None
    second, end = await store.list(limit=2, cursor=cursor)
    assert (len(first), len(second), end) == (2, 2, None)


async def test_pages_stay_where_they_were_while_conversations_move_up(store: DynamoConversations) -> None:
    for number in range(6):
        await ask(store, 1, chat=f"chat-{number}")
    first, cursor = await store.list(limit=3, cursor=None)
    await ask(store, 2, chat="chat-5")
    await ask(store, 2, chat="chat-0")
    await store.delete(first[-1].id)  # the cursor's own conversation is gone
    second, end = await store.list(limit=3, cursor=cursor)
    assert [summary.id for summary in second] == ["chat-2", "chat-1"]
    assert end is None
    assert await ids(store) == ["chat-0", "chat-5", "chat-4", "chat-2", "chat-1"]


async def test_a_summary_says_what_the_list_shows(store: DynamoConversations) -> None:
    await ask(store, 1, text="How did we do yesterday?")
    await begin(store, question("q2"))
    (listed,), _ = await store.list(limit=1, cursor=None)
    assert listed == (await store.open("chat")).summary
    assert (listed.id, listed.title, listed.turns, listed.answering) == ("chat", "How did we do yesterday?", 2, True)
    assert listed.created_at < listed.updated_at


async def test_nobody_begins_with_a_conversation(store: DynamoConversations) -> None:
    assert await store.list(limit=1, cursor=None) == ([], None)


@pytest.mark.parametrize("limit", [0, -1, 101])
async def test_a_page_of_another_size(store: DynamoConversations, limit: int) -> None:
    with pytest.raises(InvalidRequestError):
        await store.list(limit=limit, cursor=None)


async def test_a_damaged_cursor(store: DynamoConversations) -> None:
    with pytest.raises(InvalidRequestError):
        await store.list(limit=10, cursor="bm90IG91cnM")


# -- names ------------------------------------------------------------------------------------------------------


async def test_rename(store: DynamoConversations) -> None:
    await ask(store, 1)
    await ask(store, 1, chat="newer")
    renamed = await store.rename("chat", "  Summer\nmenu ")
    assert renamed.title == "Summer menu"
    assert renamed == (await store.open("chat")).summary
    assert await ids(store) == ["newer", "chat"], "a new name is no use of it"
    await ask(store, 2)
    assert (await store.open("chat")).summary.title == "Summer menu"
    for title in ("", " ", "x" * 121):
        with pytest.raises(InvalidRequestError):
            await store.rename("chat", title)


# -- deleting ---------------------------------------------------------------------------------------------------


async def test_delete_leaves_nothing_and_touches_nothing_else(
    store: DynamoConversations, dynamodb: Any, conversations_table: str
) -> None:
    for number in range(1, 31):
        await ask(store, number)
    await ask(store, 1, chat="chat-2")
    kept = await items(dynamodb, conversations_table, store)
    await store.delete("chat")
    assert await items(dynamodb, conversations_table, store) == [sort for sort in kept if "#chat-2" in sort]
    assert await ids(store) == ["chat-2"]
    with pytest.raises(NotFoundError):
        await store.open("chat")
    with pytest.raises(NotFoundError):
        await store.delete("chat")
    assert (await begin(store, question("q1"))).position == 1, "the id is free again"


async def test_a_turn_in_flight_cannot_bring_a_deleted_conversation_back(
    store: DynamoConversations, dynamodb: Any, conversations_table: str
) -> None:
    await ask(store, 1)
    begun = await begin(store, question("q2"))
    await store.delete("chat")
    with pytest.raises(NotFoundError):
        await store.finish_turn(begun, answer(begun))
    assert await items(dynamodb, conversations_table, store) == []


async def test_deleting_while_the_answer_is_being_stored_leaves_nothing(
    store: DynamoConversations, dynamodb: Any, conversations_table: str
) -> None:
    for number in range(15):
        begun = await begin(store, question(f"q{number}"))
        outcomes = await asyncio.gather(
            store.finish_turn(begun, answer(begun)), store.delete("chat"), return_exceptions=True
        )
        assert outcomes[0] is None or isinstance(outcomes[0], NotFoundError)
        assert outcomes[1] is None
        assert await items(dynamodb, conversations_table, store) == []


async def test_a_deletion_that_broke_off_is_finished_by_the_next(
    store: DynamoConversations, dynamodb: Any, conversations_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = await ask(store, 1)
    in_flight = await begin(store, question("q2"))
    with monkeypatch.context() as broken:
        broken.setattr(store._table, "delete", fail)
        with pytest.raises(ConversationsUnavailableError):
            await store.delete("chat")
    assert len(await items(dynamodb, conversations_table, store)) == 3
    assert await ids(store) == []
    for attempt in (
        store.open("chat"),
        store.rename("chat", "Back"),
        store.request_stop("chat"),
        store.begin_turn("chat", question("q9"), new_id(), stale_after=AT_ONCE),
        store.begin_turn("chat", begun.question, new_id(), stale_after=AT_ONCE),
        store.begin_again("chat", begun.answer_id, new_id(), stale_after=AT_ONCE),
        store.finish_turn(in_flight, answer(in_flight)),
    ):
        with pytest.raises(NotFoundError):
            await attempt
    await store.delete("chat")
    assert await items(dynamodb, conversations_table, store) == []


async def fail(*_: Any) -> None:
    raise ConversationsUnavailableError


# -- whose they are ---------------------------------------------------------------------------------------------

ALEX = somebody()
STRANGERS = {
    "another tenant's": Principal(uuid4(), str(uuid4())),
    "the same user id under another tenant": Principal(uuid4(), ALEX.user_id),
    "another user of the same tenant": Principal(ALEX.tenant_id, str(uuid4())),
    "a user id that tries to reach further": Principal(ALEX.tenant_id, f"{ALEX.user_id}#"),
}


@pytest.fixture(params=STRANGERS.values(), ids=list(STRANGERS))
def stranger(request: pytest.FixtureRequest, dynamodb: Any, conversations_table: str) -> DynamoConversations:
    return DynamoConversations(dynamodb, conversations_table, request.param, TTL)


@pytest.fixture
def alex(dynamodb: Any, conversations_table: str) -> DynamoConversations:
    return DynamoConversations(dynamodb, conversations_table, ALEX, TTL)


async def test_anothers_conversation_is_not_there(alex: DynamoConversations, stranger: DynamoConversations) -> None:
    chat = f"chat-{new_id()}"
    first = await ask(alex, 1, chat=chat)
    begun = await begin(alex, question("q2"), chat=chat)
    before = await alex.open(chat)
    for attempt in (
        stranger.open(chat),
        stranger.rename(chat, "Mine"),
        stranger.delete(chat),
        stranger.request_stop(chat),
        stranger.begin_again(chat, first.answer_id, new_id(), stale_after=AT_ONCE),
        stranger.finish_turn(begun, answer(begun, "Forged.")),
    ):
        with pytest.raises(NotFoundError):
            await attempt
    assert await stranger.history(begun, max_tokens=10_000) == ()
    assert chat not in await ids(stranger)
    assert await alex.open(chat) == before
    assert not await alex.stop_requested(begun)
    await alex.delete(chat)


async def test_the_same_id_is_another_conversation(alex: DynamoConversations, stranger: DynamoConversations) -> None:
    chat = f"chat-{new_id()}"
    await ask(alex, 1, chat=chat, text="Alex's?")
    theirs = await begin(stranger, question("q1", "A stranger's?"), chat=chat)
    assert theirs.position == 1, "not in flight, not asked before, not a follow-up"
    await stranger.finish_turn(theirs, answer(theirs, "For the stranger."))
    assert said(await alex.open(chat)) == [(1, "Alex's?", "Answer 1.")]
    assert said(await stranger.open(chat)) == [(1, "A stranger's?", "For the stranger.")]
    begun = await begin(alex, question("q2"), chat=chat)
    assert texts(await alex.history(begun, max_tokens=10_000)) == ["Alex's?", "Answer 1."]
    await stranger.delete(chat)
    assert len((await alex.open(chat)).turns) == 2
    await alex.delete(chat)


async def test_anothers_cursor_only_moves_in_ones_own_list(
    alex: DynamoConversations, stranger: DynamoConversations
) -> None:
    mine, theirs = [f"chat-{new_id()}" for _ in range(2)], [f"chat-{new_id()}" for _ in range(2)]
    await ask(stranger, 1, chat=theirs[0])
    await ask(alex, 1, chat=mine[0])
    await ask(alex, 1, chat=mine[1])
    await ask(stranger, 1, chat=theirs[1])
    _, cursor = await alex.list(limit=1, cursor=None)
    page, _ = await stranger.list(limit=100, cursor=cursor)
    listed = [summary.id for summary in page]
    assert theirs[0] in listed
    assert not set(listed) & {*mine, theirs[1]}
    for store, chats in ((alex, mine), (stranger, theirs)):
        for chat in chats:
            await store.delete(chat)


async def test_two_ask_at_once_under_one_id(alex: DynamoConversations, stranger: DynamoConversations) -> None:
    chat = f"chat-{new_id()}"
    ours, theirs = await asyncio.gather(begin(alex, chat=chat), begin(stranger, chat=chat))
    assert (ours.position, theirs.position) == (1, 1)
    with pytest.raises(NotFoundError):
        await stranger.finish_turn(ours, answer(ours))
    await alex.delete(chat)
    await stranger.delete(chat)
