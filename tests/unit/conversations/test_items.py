from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from service.conversations.header import Flight, read_moment, write_moment
from service.conversations.items import Keys, answer_items, question_item, read_exchange, read_turns
from service.conversations.store import BegunTurn
from service.messages import Answer, Question, TextPart
from service.principal import Principal

TENANT = UUID("5b0c6a3e-6d0f-4b53-9a39-0d4f3f6f7a11")
KEYS = Keys.of(Principal(TENANT, "user-1"))
ASKED_AT = datetime(2026, 11, 23, 9, 14, tzinfo=UTC)


def begun(position: int) -> BegunTurn:
    return BegunTurn("chat", position, Question(f"q{position}", f"Question {position}?", ASKED_AT), f"a{position}")


def answer(text: str, position: int = 1) -> Answer:
    return Answer(
        id=f"a{position}",
        text=text,
        status="complete",
        parts=(TextPart(text),),
        metadata={},
        answered_at=ASKED_AT,
    )


def test_a_partition_is_one_user_of_one_tenant() -> None:
    assert KEYS.partition == f"TENANT#{TENANT}#USER#user-1"
    assert KEYS.header("chat") == {"pk": {"S": KEYS.partition}, "sk": {"S": "CONVERSATION#chat"}}


def test_no_conversations_messages_begin_like_anothers() -> None:
    prefix = KEYS.messages("chat")["ExpressionAttributeValues"][":prefix"]["S"]
    for other in ("chat-2", "cha", "chat_"):
        assert not KEYS.question(other, 1)["sk"]["S"].startswith(prefix)
    assert KEYS.question("chat", 1)["sk"]["S"].startswith(prefix)


def test_turns_are_put_together_in_order() -> None:
    items = []
    for position in (11, 2, 1):
        turn = begun(position)
        items += answer_items(KEYS, turn, answer(f"Answer {position}.", position), {"N": "1"})
        key = KEYS.question("chat", position)
        items.append(question_item(key, turn.question, turn.answer_id, {"N": "1"}, f"Answer {position}."))
    items.append(question_item(KEYS.question("chat", 12), begun(12).question, "a12", {"N": "1"}))
    items.sort(key=lambda item: item["sk"]["S"])
    turns = read_turns(items)
    assert list(turns) == [1, 2, 11, 12]
    assert [turn.answer.text if turn.answer else None for turn in turns.values()] == [
        "Answer 1.",
        "Answer 2.",
        "Answer 11.",
        None,
    ]
    assert turns[11].question == begun(11).question


def test_pieces_left_behind_by_a_longer_answer_are_ignored() -> None:
    turn = begun(1)
    long = answer_items(KEYS, turn, answer("x" * 900_000), {"N": "1"})
    short = answer_items(KEYS, turn, answer("short"), {"N": "1"})
    assert len(long) > len(short) == 1
    question = question_item(KEYS.question("chat", 1), turn.question, "a1", {"N": "1"})
    assert read_turns([*long, question])[1].answer == answer("x" * 900_000)
    assert read_turns([*short, *long[1:], question])[1].answer == answer("short")


def test_an_answer_whose_question_expired_is_left_out() -> None:
    assert read_turns(answer_items(KEYS, begun(1), answer("alone"), {"N": "1"})) == {}


def test_a_reply_beyond_an_items_size_stays_out_of_history() -> None:
    key = KEYS.question("chat", 1)
    assert read_exchange(question_item(key, begun(1).question, "a1", {"N": "1"}, "fine")).reply == "fine"
    assert read_exchange(question_item(key, begun(1).question, "a1", {"N": "1"}, "é" * 200_000)).reply is None


def test_moments_sort_as_text_and_lose_nothing() -> None:
    moments = [
        datetime(2026, 11, 23, 9, 14, 0, 0, UTC),
        datetime(2026, 11, 23, 9, 14, 0, 1, UTC),
        datetime(2026, 11, 23, 4, 14, 0, 2, timezone(timedelta(hours=-5))),
        datetime(2026, 11, 23, 10, 0, 0, 0, UTC),
    ]
    written = [write_moment(moment) for moment in moments]
    assert written == sorted(written)
    assert [read_moment(text) for text in written] == moments


def test_a_flight_is_stale_from_its_age_on() -> None:
    flight = Flight("a", 1, ASKED_AT, None)
    assert flight.is_fresh(ASKED_AT + timedelta(seconds=89.9), timedelta(seconds=90))
    assert not flight.is_fresh(ASKED_AT + timedelta(seconds=90), timedelta(seconds=90))
    assert not flight.is_fresh(ASKED_AT, timedelta(0))
