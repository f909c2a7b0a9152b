from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversations.titles import given_title, title_of
from service.errors import InvalidRequestError


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("How did we do yesterday?", "How did we do yesterday?"),
        ("  How did\n\twe  do?\r\n", "How did we do?"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        (
            "Which of our pizzas sold best on rainy weekday evenings in the second half of October, and why?",
            "Which of our pizzas sold best on rainy weekday evenings in the second half of…",
        ),
        ("What about Monday, " * 5, "What about Monday, What about Monday, What about Monday, What about Monday…"),
        ("A " + "b" * 100, "A " + "b" * 77 + "…"),
        ("", "Untitled"),
        ("\n \u200b\u202e", "Untitled"),
        ("safe\u202etxt", "safe txt"),
        ("Wie lief's gestern? 🍕", "Wie lief's gestern? 🍕"),
    ],
)
def test_a_title_is_the_question_on_one_line(question: str, title: str) -> None:
    assert title_of(question) == title


@given(st.text())
def test_every_question_gives_a_title(question: str) -> None:
    title = title_of(question)
    assert 1 <= len(title) <= 80
    assert title == " ".join(title.split())
    assert title.isprintable()


def test_a_given_title_is_one_line_of_1_to_120_characters() -> None:
    assert given_title(" Summer\n menu ") == "Summer menu"
    assert given_title("x" * 120) == "x" * 120
    for title in ("", "  ", "\u200b", "x" * 121):
        with pytest.raises(InvalidRequestError):
            given_title(title)
