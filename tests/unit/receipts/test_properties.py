from __future__ import annotations

import json
from datetime import timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.receipts_answers import ANSWERS
from benchmarks.receipts_example import TODAY, daily_rows, items, money, order_details, percent, prefetched
from service.receipts import receipts, to_json
from service.rows import DayRevenue

SLICES = (*prefetched(), order_details())
ROWS = daily_rows()
MIXED = (
    "$1,234.50/22/November/2026/yesterday/|/\n/-/12.5%/(/)/order/#/48232/Margherita/7/Up/Saturdays/last/days/19:05/5/orders"
    "/up/from/to/:/;/,/./**/`/£/k/1.2k/𝟏/🍕/\u202f/－/３/|---|/total/average/–/2026-11-22/#1/3rd/no."
)
PIECES = MIXED.split("/")
WORDS = st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)
ANYTHING = st.one_of(st.text(max_size=200), WORDS, st.text(alphabet="0123456789.,:/-$%# |\n", max_size=80))


@given(ANYTHING)
@settings(max_examples=400, deadline=None)
def test_it_never_raises_and_its_offsets_slice_back(answer: str) -> None:
    found = receipts(answer, SLICES, today=TODAY)
    units = answer.encode("utf-16-le", "surrogatepass")
    position = 0
    for receipt in found:
        assert units[2 * receipt.start : 2 * receipt.end].decode("utf-16-le", "surrogatepass") == receipt.text
        assert position <= receipt.start < receipt.end
        position = receipt.end
    json.dumps(to_json(found))


@given(WORDS)
@settings(max_examples=100, deadline=None)
def test_derivations_name_other_figures_that_are_matched(answer: str) -> None:
    found = receipts(answer, SLICES, today=TODAY)
    for place, receipt in enumerate(found):
        for other in getattr(receipt.source, "of", ()):
            assert other != place
            assert found[other].matched


@given(
    st.sampled_from([row for row in ROWS if row.orders]),
    st.sampled_from(["orders", "cancelled", "gross", "refunds", "net"]),
)
@settings(deadline=None)
def test_every_cell_next_to_its_day_is_matched(row: DayRevenue, column: str) -> None:
    assert all(r.matched for r in receipts(_sentence(row, column, getattr(row, column)), SLICES, today=TODAY))


@given(
    st.sampled_from([row for row in ROWS if row.orders]),
    st.sampled_from(["orders", "gross", "net"]),
    st.sampled_from([-100, -1, 1, 100]),
)
@settings(deadline=None)
def test_a_cell_that_is_off_by_one_is_not(row: DayRevenue, column: str, off: int) -> None:
    value = getattr(row, column) + off
    if value < 0:
        return
    *_, figure = receipts(_sentence(row, column, value), SLICES, today=TODAY)
    assert not figure.matched


@given(st.sampled_from(ROWS[:-1]), st.sampled_from(["orders", "gross", "net"]), st.sampled_from([-1, 1]))
@settings(deadline=None)
def test_a_cell_of_the_day_before_or_after_is_not(row: DayRevenue, column: str, off: int) -> None:
    beside = next((r for r in ROWS if r.day == row.day + timedelta(days=off)), None)
    if beside is None or getattr(beside, column) == getattr(row, column):
        return
    *_, figure = receipts(_sentence(beside, column, getattr(row, column)), SLICES, today=TODAY)
    assert not figure.matched


def _sentence(row: DayRevenue, column: str, value: int) -> str:
    day = f"{row.weekday} {row.day.day} {row.day:%B %Y}"
    match column:
        case "orders":
            return f"On {day} there were {value:,} orders."
        case "cancelled":
            return f"On {day} there were {value:,} cancelled orders."
        case _:
            return f"On {day} {column} came to {money(value)}."


def test_every_cell_of_an_item_next_to_its_name_is_matched() -> None:
    for row in items().rows:
        name, sold = row.item, f"{row.quantity:,}"  # type: ignore[attr-defined]
        answer = f"{name} sold {sold} for {money(row.revenue)}, {percent(row.share)} of revenue."  # type: ignore[attr-defined]
        assert [r.text for r in receipts(answer, SLICES, today=TODAY) if not r.matched] == []


def test_the_same_answer_gives_the_same_receipts() -> None:
    for answer in ANSWERS:
        first, second = (receipts(answer.text, answer.slices, today=TODAY) for _ in range(2))
        assert msgspec.json.encode(first) == msgspec.json.encode(second)
