from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.conversations.cursor import cursor_after, recency_of
from service.errors import InvalidRequestError

RECENCY = "2026-11-23T09:14:00.000001Z#chat_7-a"


@given(st.from_regex(r"\A[A-Za-z0-9_-]{1,64}\Z"))
def test_a_cursor_leads_back_to_where_it_was_made(conversation_id: str) -> None:
    recency = f"2026-11-23T09:14:00.000001Z#{conversation_id}"
    cursor = cursor_after(recency)
    assert cursor.isascii()
    assert not set(cursor) & set("=+/&# ")
    assert recency_of(cursor) == recency


def test_a_cursor_names_no_owner() -> None:
    assert base64.urlsafe_b64decode(cursor_after(RECENCY) + "==").decode() == RECENCY


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%%%",
        "é",
        "a b",
        cursor_after(RECENCY)[:-3],
        cursor_after(RECENCY) + "AAAA",
        cursor_after("2026-11-23T09:14:00.000001Z#"),
        cursor_after("2026-11-23T09:14:00.000001Z#a#b"),
        cursor_after("2026-11-23T09:14:00.000001Z#../x"),
        cursor_after("2026-11-23#chat"),
        cursor_after(RECENCY + "\n"),
        cursor_after("TENANT#a#USER#b"),
        cursor_after("é"),
        base64.b64encode(b"\xff" * 40).decode(),
        "A" * 100_000,
    ],
)
def test_any_other_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequestError):
        recency_of(cursor)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        recency_of(text)
