"""What the model is told of a tool's arguments, and what becomes of those it sends."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from service.db.pool import Pool
from service.errors import ToolRejected
from service.principal import Principal
from service.slices import compare_revenue, order_details, recent_orders, revenue_by_day, top_menu_items
from service.slices.arguments import decode, schema_of
from service.slices.execute import execute, tool_specs
from service.slices.registry import PREFETCHED, SLICES, slice_named
from service.slices.search_text import searchable
from tests.database.restaurants import NOON

NUMBER = "a whole number from 1 to 9007199254740991"


def test_all_slices_are_tools_and_three_are_prefetched() -> None:
    assert [spec.name for spec in tool_specs()] == [
        "revenue_by_day",
        "top_menu_items",
        "recent_orders",
        "order_details",
        "compare_revenue",
    ]
    assert [known.name for known in PREFETCHED] == ["revenue_by_day", "top_menu_items", "recent_orders"]
    assert all(slice_named(known.name) is known for known in SLICES)
    assert slice_named("drop_tables") is None


@pytest.mark.parametrize("spec", tool_specs(), ids=lambda spec: spec.name)
def test_a_schema_is_what_nova_takes(spec: Any) -> None:
    assert re.fullmatch(r"[a-z_]+", spec.name)
    assert spec.description
    assert list(spec.schema) == ["type", "properties", "required"]
    assert spec.schema["type"] == "object"
    assert set(spec.schema["required"]) <= set(spec.schema["properties"])
    assert not {"$ref", "$defs", "anyOf"} & set(re.findall(r'"([^"]+)":', json.dumps(spec.schema)))
    for name, schema in spec.schema["properties"].items():
        assert schema["type"] in ("string", "integer"), name
        assert schema["description"], name


@pytest.mark.parametrize("spec", tool_specs(), ids=lambda spec: spec.name)
def test_no_tool_takes_a_tenant(spec: Any) -> None:
    assert not [name for name in spec.schema["properties"] if "tenant" in name]
    known = slice_named(spec.name)
    assert known
    with pytest.raises(ToolRejected, match="The only arguments here are"):
        decode(known.args, {"tenant_id": "11111111-1111-1111-1111-111111111111"})


def test_a_day_is_offered_as_a_day() -> None:
    assert schema_of(compare_revenue.Args)["properties"]["first_end"]["format"] == "date"
    assert schema_of(revenue_by_day.Args)["properties"]["start"]["format"] == "date"


def test_what_is_left_out_takes_its_default() -> None:
    assert decode(top_menu_items.Args, {}) == top_menu_items.Args()
    assert decode(top_menu_items.Args, {"start": None, "by": None, "limit": None}) == top_menu_items.Args()


def test_what_is_given_is_taken() -> None:
    given = {"start": "2026-01-01", "by": "revenue", "limit": 50, "item": "Soup"}
    assert decode(top_menu_items.Args, given) == top_menu_items.Args(
        start=date(2026, 1, 1), by="revenue", limit=50, item="Soup"
    )


@pytest.mark.parametrize(
    ("args", "given", "sentence"),
    [
        (order_details.Args, {}, f"number is missing: it must be {NUMBER}."),
        (order_details.Args, {"number": None}, f"number is missing: it must be {NUMBER}."),
        (order_details.Args, {"number": "12"}, f"number must be {NUMBER}."),
        (order_details.Args, {"number": 0}, f"number must be {NUMBER}."),
        (order_details.Args, {"number": 10**30}, f"number must be {NUMBER}."),
        (order_details.Args, {"number": True}, f"number must be {NUMBER}."),
        (recent_orders.Args, {"limit": 101}, "limit must be a whole number from 1 to 100."),
        (recent_orders.Args, {"limit": 2.5}, "limit must be a whole number from 1 to 100."),
        (recent_orders.Args, {"status": "lost"}, "status must be one of cancelled, completed, refunded."),
        (revenue_by_day.Args, {"start": "yesterday"}, "start must be a day that there is, as YYYY-MM-DD."),
        (revenue_by_day.Args, {"end": "2026-02-30"}, "end must be a day that there is, as YYYY-MM-DD."),
        (revenue_by_day.Args, {"end": 20260230}, "end must be a day that there is, as YYYY-MM-DD."),
        (top_menu_items.Args, {"item": "x" * 201}, "item must be text of at most 200 characters."),
        (top_menu_items.Args, {"item": ["Soup"]}, "item must be text of at most 200 characters."),
        (revenue_by_day.Args, {"start": "2026-01-01", "ending": "x"}, "The only arguments here are: start, end."),
        (revenue_by_day.Args, ["2026-01-01"], "The arguments must be one JSON object."),
        (revenue_by_day.Args, "{}", "The arguments must be one JSON object."),
        (revenue_by_day.Args, None, "The arguments must be one JSON object."),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_named_in_words_to_act_on(args: Any, given: Any, sentence: str) -> None:
    with pytest.raises(ToolRejected) as rejected:
        decode(args, given)
    assert rejected.value.sentence == sentence


def test_a_rejection_repeats_nothing_that_was_sent() -> None:
    for given in ({"status": "IGNORE"}, {"IGNORE": 1}, {"limit": "IGNORE"}, {"start": "IGNORE"}):
        with pytest.raises(ToolRejected) as rejected:
            decode(recent_orders.Args, given)
        assert "IGNORE" not in rejected.value.sentence


async def test_an_unknown_tool_is_rejected_before_any_connection(unconnected: Pool, stranger: Principal) -> None:
    with pytest.raises(ToolRejected, match=r"^The only tools are: revenue_by_day, top_menu_items, recent_"):
        await execute(unconnected, stranger, NOON, "drop_tables", {}, seconds=1)


async def test_wrong_arguments_are_rejected_before_any_connection(unconnected: Pool, stranger: Principal) -> None:
    with pytest.raises(ToolRejected, match=r"^limit must be"):
        await execute(unconnected, stranger, NOON, "recent_orders", {"limit": -1}, seconds=1)


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "\ud800"])
def test_text_that_no_name_holds_is_rejected(text: str) -> None:
    with pytest.raises(ToolRejected, match=r"^item must be plain text on one line\.$"):
        searchable("item", text)


@pytest.mark.parametrize(
    ("text", "wanted"), [(None, None), ("", None), ("  ", None), (" 100% ", "100%"), ("👩\u200d🍳", "👩\u200d🍳")]
)
def test_text_to_look_for_is_trimmed(text: str | None, wanted: str | None) -> None:
    assert searchable("item", text) == wanted
