from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from service.conversations.answer_size import PIECE_BYTES, decode_answer, encode_answer
from service.messages import Answer, DataPart, Part, ReasoningPart, TextPart, ToolPart

ITEM_BYTES = 400 * 1024


def answer(*parts: Part, text: str = "You sold 12 pizzas.") -> Answer:
    return Answer(
        id="a1",
        text=text,
        status="complete",
        parts=parts,
        metadata={"prompt_version": "v001"},
        answered_at=datetime(2026, 11, 23, 9, 14, tzinfo=UTC),
    )


def table(name: str, rows: int) -> dict[str, Any]:
    return {
        "name": name,
        "currency": "USD",
        "facts": [],
        "columns": [{"name": "item", "kind": "text"}],
        "rows": [["Margherita"]] * rows,
    }


def tool(name: str, rows: int) -> ToolPart:
    return ToolPart(id=f"use-{name}", name=name, input={"limit": rows}, output=table(name, rows))


def test_an_answer_that_fits_is_kept_as_it_is() -> None:
    whole = answer(
        ReasoningPart("Let me see."),
        tool("top_menu_items", 3),
        ToolPart(id="u", name="order_details", input={"number": 1}, error="There is no order 1."),
        TextPart("You sold 12 pizzas."),
        DataPart("slice", table("recent_orders", 2), id="s1"),
    )
    pieces = encode_answer(whole)
    assert len(pieces) == 1
    assert decode_answer(pieces) == whole


def test_tool_outputs_lose_their_rows_first_and_only_as_many_as_needed() -> None:
    small, middle, large = tool("small", 100), tool("middle", 9_000), tool("large", 20_000)
    data = DataPart("slice", table("data", 12_000))
    pieces = encode_answer(answer(small, middle, large, TextPart("text"), data))
    assert len(pieces) == 1
    assert len(pieces[0].encode()) <= PIECE_BYTES < ITEM_BYTES
    kept = decode_answer(pieces)
    trimmed = {**table("large", 0), "trimmed": True}
    assert kept.parts == (small, middle, replace(large, output=trimmed), TextPart("text"), data)


def test_data_parts_follow_when_that_is_not_enough() -> None:
    rows = table("data", 40_000)
    kept = decode_answer(encode_answer(answer(tool("a", 1_000), DataPart("slice", rows), TextPart("text"))))
    assert kept.parts[0] == ToolPart(
        id="use-a", name="a", input={"limit": 1_000}, output={**table("a", 0), "trimmed": True}
    )
    assert kept.parts[1] == DataPart("slice", {**table("data", 0), "trimmed": True})
    assert kept.parts[2] == TextPart("text")


@pytest.mark.parametrize("data", ["x" * 500_000, ["x"] * 200_000, {"facts": "x" * 500_000, "rows": []}])
def test_data_that_is_no_table_is_replaced_by_the_mark(data: Any) -> None:
    kept = decode_answer(encode_answer(answer(DataPart("other", data, id="d"))))
    assert kept.parts == (DataPart("other", {"trimmed": True}, id="d"),)


@pytest.mark.parametrize("letter", ["a", "é", "€", "🍕", '"'])
@pytest.mark.parametrize("shift", range(4))
def test_text_is_never_given_up_however_long(letter: str, shift: int) -> None:
    text = "x" * shift + letter * (900_000 // len(msgspec.json.encode(letter)))
    whole = answer(TextPart(text), tool("a", 20_000), text=text)
    pieces = encode_answer(whole)
    assert len(pieces) > 1
    assert all(len(piece.encode()) <= PIECE_BYTES for piece in pieces)
    kept = decode_answer(pieces)
    assert (kept.text, kept.parts[0]) == (text, TextPart(text))
