"""Rows declare their figures once: kinds, columns and JSON follow from their annotations."""

from __future__ import annotations

from datetime import date, datetime
from typing import get_args

import msgspec
import pytest

from service.rows import (
    Column,
    DayRevenue,
    Fact,
    Kind,
    MenuItemSales,
    OrderLine,
    OrderSummary,
    PeriodRevenue,
    Row,
    SliceResult,
    columns_of,
)

ROWS = [DayRevenue, MenuItemSales, OrderSummary, OrderLine, PeriodRevenue]


def test_no_row_type_is_forgotten_here() -> None:
    assert set(ROWS) == {each for each in Row.__subclasses__() if each.__module__ == Row.__module__}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
def test_every_column_has_a_known_kind_and_its_field_s_name(row: type[Row]) -> None:
    assert [column.name for column in columns_of(row)] == list(row.__struct_fields__)
    assert {column.kind for column in columns_of(row)} <= set(get_args(Kind))


def test_kinds_come_from_the_annotations() -> None:
    assert [column.kind for column in columns_of(DayRevenue)] == ["day", "text", "count", "count", *["money"] * 3]
    assert columns_of(MenuItemSales)[-1] == Column("share", "percent")
    assert columns_of(OrderSummary)[1] == Column("ordered_at", "time")


def test_a_field_without_a_kind_is_an_error() -> None:
    class Nameless(Row, frozen=True):
        orders: int

    with pytest.raises(ValueError, match="not enough values"):
        columns_of(Nameless)


def result() -> SliceResult:
    row = DayRevenue(date(2026, 11, 22), "Sunday", 112, 3, 284_150, 2_400, 281_750)
    facts = (Fact("start", "day", date(2026, 11, 22)), Fact("total_net", "money", 281_750))
    return SliceResult("revenue_by_day", "USD", facts, DayRevenue, (row,))


def test_a_slice_as_json() -> None:
    shown = msgspec.json.decode(msgspec.json.encode(result().to_json()))
    assert shown["facts"] == [
        {"name": "start", "kind": "day", "value": "2026-11-22"},
        {"name": "total_net", "kind": "money", "value": 281_750},
    ]
    assert shown["columns"][0] == {"name": "day", "kind": "day"}
    assert shown["rows"] == [
        {
            "day": "2026-11-22",
            "weekday": "Sunday",
            "orders": 112,
            "cancelled": 3,
            "gross": 284_150,
            "refunds": 2_400,
            "net": 281_750,
        }
    ]
    assert list(shown) == ["name", "currency", "facts", "columns", "rows"]


def test_a_local_time_has_no_offset() -> None:
    row = OrderSummary(5, datetime(2026, 11, 22, 21, 47), "completed", 2, 3_450, 0)  # noqa: DTZ001 (the tenant's own)
    assert msgspec.to_builtins(row)["ordered_at"] == "2026-11-22T21:47:00"


def test_a_fact_is_found_by_its_name() -> None:
    assert result().fact("total_net") == 281_750
