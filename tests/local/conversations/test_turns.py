"""A turn from its question to its stored answer, and two at a time."""

from __future__ import annotations

import asyncio

import pytest

from service.conversations.dynamodb import DynamoConversations
from service.conversations.store import AnsweredTurn, BegunTurn
from service.errors import NotFoundError, TurnInProgressError
from service.messages import DataPart, ReasoningPart, TextPart, ToolPart
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
    texts,
)

# -- a turn -----------------------------------------------------------------------------------------------------


async def test_a_first_turn_creates_the_conversation(store: DynamoConversations) -> None:
    asked = question("q1", "How did we do\nyesterday?")
    begun = await begin(store, asked, answer_id="a1")
    assert begun == BegunTurn("chat", 1, asked, "a1")
    opened = await store.open("chat")
    assert said(opened) == [(1, "How did we do\nyesterday?", None)], "stored before any answer"
    assert (opened.summary.title, opened.summary.turns) == ("How did we do yesterday?", 1)
    assert opened.summary.answering
    assert await store.history(begun, max_tokens=1_000) == ()


async def test_an_answer_is_kept_whole(store: DynamoConversations) -> None:
    begun = await begin(store)
    whole = answer(
        begun,
        "You took $12.",
        ReasoningPart("Let me see."),
        ToolPart(id="u1", name="order_details", input={"number": 7}, output={"rows": [[1, None, "é"]]}),
        ToolPart(id="u2", name="order_details", input={"number": 8}, error="There is no order 8."),
        TextPart("You took $12."),
        DataPart("isolation", {"snapshot": "1:2:"}, id="i"),
        status="interrupted",
        error_code="model_stream_broken",
    )
    await store.finish_turn(begun, whole)
    opened = await store.open("chat")
    assert opened.turns[0].answer == whole
    assert opened.turns[0].question == begun.question
    assert not opened.summary.answering
    assert opened.summary.updated_at > opened.summary.created_at


async def test_follow_ups_count_on_and_see_what_was_said_before(store: DynamoConversations) -> None:
    for number in range(1, 12):
        assert (await ask(store, number)).position == number
    begun = await begin(store, question("q12"))
    history = await store.history(begun, max_tokens=1_000)
    assert [message.role for message in history] == ["user", "assistant"] * 11
    assert texts(history)[-4:] == ["Question 10?", "Answer 10.", "Question 11?", "Answer 11."]
    budget = len("Question 10?Answer 10.Question 11?Answer 11.") // 4
    assert texts(await store.history(begun, max_tokens=budget)) == texts(history)[-4:]
    assert texts(await store.history(begun, max_tokens=budget - 1)) == texts(history)[-2:]
    opened = await store.open("chat")
    assert [turn[0] for turn in said(opened)] == list(range(1, 13))
    assert opened.summary.title == "Question 1?"


async def test_history_reads_on_until_the_budget_is_full(store: DynamoConversations) -> None:
    for number in range(1, 46):
        await ask(store, number)
    begun = await begin(store, question("q46"))
    assert len(await store.history(begun, max_tokens=10_000)) == 90
    assert texts(await store.history(begun, max_tokens=10_000))[:2] == ["Question 1?", "Answer 1."]


async def test_history_leaves_out_turns_without_an_answer(store: DynamoConversations) -> None:
    await ask(store, 1)
    empty = await begin(store, question("q2", "Cut off?"))
    await store.finish_turn(empty, answer(empty, "", status="interrupted", error_code="model_unavailable"))
    await begin(store, question("q3", "Abandoned?"))
    begun = await begin(store, question("q4"), stale_after=AT_ONCE)
    assert texts(await store.history(begun, max_tokens=1_000)) == ["Question 1?", "Answer 1."]


async def test_one_conversations_history_holds_nothing_of_another(store: DynamoConversations) -> None:
    await ask(store, 1, chat="chat-2", text="In another chat?")
    await ask(store, 1)
    begun = await begin(store, question("q2"))
    assert texts(await store.history(begun, max_tokens=1_000)) == ["Question 1?", "Answer 1."]


# -- one at a time ----------------------------------------------------------------------------------------------


async def test_of_twenty_at_once_with_one_question_id_one_begins(store: DynamoConversations) -> None:
    asked = question()
    outcomes = await asyncio.gather(
        *(store.begin_turn("chat", asked, new_id(), stale_after=PATIENCE) for _ in range(20)),
        return_exceptions=True,
    )
    begun = [outcome for outcome in outcomes if isinstance(outcome, BegunTurn)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, TurnInProgressError)]
    assert (len(begun), len(refused)) == (1, 19)
    assert begun[0].position == 1
    assert (await store.open("chat")).summary.turns == 1


async def test_of_twenty_at_once_with_different_questions_one_begins(store: DynamoConversations) -> None:
    outcomes = await asyncio.gather(
        *(store.begin_turn("chat", question(f"q{n}"), new_id(), stale_after=PATIENCE) for n in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, BegunTurn) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, TurnInProgressError) for outcome in outcomes) == 19
    assert len((await store.open("chat")).turns) == 1


async def test_of_twenty_at_once_one_takes_over_a_stale_turn(store: DynamoConversations) -> None:
    await begin(store, question("q0", "Abandoned?"))
    outcomes = await asyncio.gather(
        *(store.begin_turn("chat", question(f"q{n}"), f"a{n}", stale_after=AT_ONCE) for n in range(1, 21)),
        return_exceptions=True,
    )
    # Each of them finds stale what is there, another taker's turn too: what counts is that none was lost or doubled.
    begun = [outcome for outcome in outcomes if isinstance(outcome, BegunTurn)]
    others = [outcome for outcome in outcomes if not isinstance(outcome, BegunTurn)]
    assert begun
    assert all(isinstance(outcome, TurnInProgressError) for outcome in others)
    assert sorted(turn.position for turn in begun) == list(range(2, len(begun) + 2))
    assert len((await store.open("chat")).turns) == len(begun) + 1


async def test_another_question_waits_for_the_one_in_flight(store: DynamoConversations) -> None:
    begun = await begin(store)
    with pytest.raises(TurnInProgressError):
        await begin(store, question("q2"))
    await store.finish_turn(begun, answer(begun))
    assert (await begin(store, question("q2"))).position == 2


async def test_conversations_do_not_wait_for_each_other(store: DynamoConversations) -> None:
    await begin(store, chat="one")
    assert (await begin(store, chat="two")).position == 1


# -- the same question again ------------------------------------------------------------------------------------


async def test_the_same_question_is_answered_once(store: DynamoConversations) -> None:
    asked = question("q1", "Question 1?")
    first = await ask(store, 1)
    await ask(store, 2)
    began = await store.begin_turn("chat", asked, new_id(), stale_after=PATIENCE)
    assert isinstance(began, AnsweredTurn)
    assert (began.turn.position, began.turn.question) == (1, first.question)
    assert began.turn.answer is not None
    assert began.turn.answer.text == "Answer 1."
    assert (await store.open("chat")).summary.turns == 2


async def test_the_same_question_waits_while_it_is_being_answered(store: DynamoConversations) -> None:
    await begin(store, question("q1"))
    with pytest.raises(TurnInProgressError):
        await begin(store, question("q1"))


async def test_the_same_question_is_taken_over_when_it_was_left(store: DynamoConversations) -> None:
    left = await begin(store, question("q1", "As first asked?"))
    taken = await begin(store, question("q1", "As asked again?"), stale_after=AT_ONCE)
    assert (taken.position, taken.question) == (1, left.question)
    assert taken.answer_id != left.answer_id
    with pytest.raises(NotFoundError):
        await store.finish_turn(left, answer(left, "Too late."))
    await store.finish_turn(taken, answer(taken, "In time."))
    assert said(await store.open("chat")) == [(1, "As first asked?", "In time.")]


async def test_an_answered_question_is_told_while_another_is_in_flight(store: DynamoConversations) -> None:
    await ask(store, 1)
    await begin(store, question("q2"))
    assert (await answered(store, question("q1"))).text == "Answer 1."


async def test_a_question_that_was_left_behind_is_answered_in_its_place(store: DynamoConversations) -> None:
    await begin(store, question("q1", "Left behind?"))
    second = await begin(store, question("q2", "Second?"), stale_after=AT_ONCE)
    assert said(await store.open("chat")) == [(1, "Left behind?", None), (2, "Second?", None)]
    with pytest.raises(TurnInProgressError):
        await begin(store, question("q1"))
    await store.finish_turn(second, answer(second, "Second."))
    late = await begin(store, question("q1"))
    assert (late.position, late.question.text) == (1, "Left behind?")
    assert await store.history(late, max_tokens=1_000) == ()
    await store.finish_turn(late, answer(late, "At last."))
    assert said(await store.open("chat")) == [(1, "Left behind?", "At last."), (2, "Second?", "Second.")]
    assert (await begin(store, question("q3"))).position == 3


async def test_a_left_question_is_kept_when_an_older_one_displaces_it(store: DynamoConversations) -> None:
    await begin(store, question("q1", "First?"))
    await begin(store, question("q2", "Second?"), stale_after=AT_ONCE)
    first = await begin(store, question("q1"), stale_after=AT_ONCE)
    assert first.position == 1
    await store.finish_turn(first, answer(first, "First."))
    assert said(await store.open("chat")) == [(1, "First?", "First."), (2, "Second?", None)]


# -- stale turns ------------------------------------------------------------------------------------------------


async def test_a_stale_turn_gives_way_and_its_question_stays(store: DynamoConversations) -> None:
    await ask(store, 1)
    left = await begin(store, question("q2", "Left?"))
    taken = await begin(store, question("q3", "Next?"), stale_after=AT_ONCE)
    assert taken.position == 3
    with pytest.raises(NotFoundError):
        await store.finish_turn(left, answer(left, "Too late."))
    await store.finish_turn(taken, answer(taken, "Next."))
    assert said(await store.open("chat")) == [
        (1, "Question 1?", "Answer 1."),
        (2, "Left?", None),
        (3, "Next?", "Next."),
    ]


async def test_a_left_conversation_is_not_shown_as_answering_for_ever(store: DynamoConversations) -> None:
    await begin(store, stale_after=AT_ONCE)
    assert not (await store.open("chat")).summary.answering
    assert [each.answering for each in (await store.list(limit=10, cursor=None))[0]] == [False]


# -- storing the answer -----------------------------------------------------------------------------------------


async def test_storing_the_same_answer_again_changes_nothing(store: DynamoConversations) -> None:
    begun = await ask(store, 1)
    await store.finish_turn(begun, answer(begun, "Answer 1."))
    following = await begin(store, question("q2"))
    await store.finish_turn(begun, answer(begun, "Something else."))
    assert said(await store.open("chat"))[0] == (1, "Question 1?", "Answer 1.")
    assert not await store.stop_requested(following), "still in flight"


async def test_an_answer_to_nothing_is_not_stored(store: DynamoConversations) -> None:
    never = BegunTurn("chat", 1, question(), "a1")
    with pytest.raises(NotFoundError):
        await store.finish_turn(never, answer(never))
    with pytest.raises(NotFoundError):
        await store.open("chat")


async def test_an_answer_larger_than_an_item_keeps_every_word(store: DynamoConversations) -> None:
    begun = await begin(store)
    text = "Zwölf Pizzen an 12 Tischen. " * 8_000
    rows = [["Margherita", 12]] * 30_000
    tool = ToolPart(id="u", name="top_menu_items", input={}, output={"name": "top_menu_items", "rows": rows})
    await store.finish_turn(begun, answer(begun, text, tool, TextPart(text)))
    kept = (await store.open("chat")).turns[0].answer
    assert kept is not None
    assert (kept.text, kept.parts[1]) == (text, TextPart(text))
    assert isinstance(kept.parts[0], ToolPart)
    assert kept.parts[0].output == {"name": "top_menu_items", "rows": [], "trimmed": True}
    following = await begin(store, question("q2"))
    assert texts(await store.history(following, max_tokens=10**6)) == ["How did we do yesterday?", text]
    await store.finish_turn(following, answer(following, "Short."))
    again = await store.begin_again("chat", following.answer_id, new_id(), stale_after=PATIENCE)
    await store.finish_turn(again, answer(again, text))
    replaced = await store.begin_again("chat", again.answer_id, new_id(), stale_after=PATIENCE)
    await store.finish_turn(replaced, answer(replaced, "Short again."))
    assert [turn[2] for turn in said(await store.open("chat"))] == [text, "Short again."]


# -- a long conversation, from its end --------------------------------------------------------------------------------


async def test_the_end_is_read_without_what_lies_before_it(store: DynamoConversations) -> None:
    for number in range(1, 6):
        await ask(store, number)
    end = await store.open("chat", last=2)
    assert said(end) == [(4, "Question 4?", "Answer 4."), (5, "Question 5?", "Answer 5.")]
    assert end.earlier == 4
    middle = await store.open("chat", last=2, before=4)
    assert (said(middle), middle.earlier) == (said(await store.open("chat"))[1:3], 2)
    beginning = await store.open("chat", last=2, before=2)
    assert (said(beginning), beginning.earlier) == ([(1, "Question 1?", "Answer 1.")], None)
    assert (await store.open("chat", last=5)).earlier is None
    assert said(await store.open("chat", before=1)) == []


async def test_the_question_in_flight_is_at_the_end_and_nowhere_else(store: DynamoConversations) -> None:
    await ask(store, 1)
    await ask(store, 2)
    await begin(store, question("q3", "Third?"))
    assert said(await store.open("chat", last=1)) == [(2, "Question 2?", "Answer 2."), (3, "Third?", None)]
    assert said(await store.open("chat", last=1, before=2)) == [(1, "Question 1?", "Answer 1.")]
