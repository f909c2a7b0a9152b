from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.conversations.history import BYTES_PER_TOKEN, Exchange, HistoryBudget
from service.messages import Message, TextBlock


def history(newest_first: list[Exchange], max_tokens: int) -> list[tuple[str, str]]:
    budget = HistoryBudget(max_tokens)
    for exchange in newest_first:
        budget.offer(exchange)
    return [(message.role, text_of(message)) for message in budget.messages()]


def text_of(message: Message) -> str:
    (block,) = message.content
    assert isinstance(block, TextBlock)
    return block.text


def test_turns_come_oldest_first_and_begin_with_the_users() -> None:
    assert history([Exchange("third?", "3"), Exchange("second?", "2"), Exchange("first?", "1")], 100) == [
        ("user", "first?"),
        ("assistant", "1"),
        ("user", "second?"),
        ("assistant", "2"),
        ("user", "third?"),
        ("assistant", "3"),
    ]


def test_turns_without_an_answer_are_left_out() -> None:
    unanswered = [Exchange("a?", None), Exchange("b?", ""), Exchange("c?", " \n")]
    assert history([*unanswered, Exchange("d?", "4")], 100) == [("user", "d?"), ("assistant", "4")]
    assert history(unanswered, 100) == []


def test_a_turn_that_does_not_fit_ends_it_although_an_older_one_would_fit() -> None:
    exchanges = [Exchange("c?", "3"), Exchange("b?", "2" * 40), Exchange("a?", "1")]
    assert history(exchanges, 10) == [("user", "c?"), ("assistant", "3")]


def test_the_budget_counts_bytes_and_is_used_to_the_last_one() -> None:
    assert history([Exchange("ää", "öö")], 2) != []  # 8 bytes, 2 tokens
    assert history([Exchange("ää", "ööo")], 2) == []


def test_a_full_budget_says_so_for_the_reader_to_stop() -> None:
    budget = HistoryBudget(1)
    budget.offer(Exchange("a", "b"))
    assert not budget.full
    budget.offer(Exchange("c", "def"))
    assert budget.full


texts = st.text(max_size=40)


@given(st.lists(st.builds(Exchange, texts, st.none() | texts)), st.integers(1, 60))
def test_whole_turns_within_the_budget(newest_first: list[Exchange], max_tokens: int) -> None:
    messages = history(newest_first, max_tokens)
    assert sum(len(text.encode()) for _, text in messages) <= max_tokens * BYTES_PER_TOKEN
    assert [role for role, _ in messages] == ["user", "assistant"] * (len(messages) // 2)
    assert all(text.strip() for role, text in messages if role == "assistant")
