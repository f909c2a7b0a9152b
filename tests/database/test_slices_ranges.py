"""Ranges of days at their limits."""

from __future__ import annotations

import pytest

from service.db.pool import Pool
from service.errors import ToolRejected
from service.principal import Principal
from tests.database.busy_restaurant import TODAY, ask, busy_restaurant, values


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("revenue_by_day", {"start": "2026-11-24"}, "start (2026-11-24) is after end (2026-11-23)."),
        ("top_menu_items", {"start": "2025-10-19"}, "From 2025-10-19 to 2026-11-23 are 401 days; at most 400"),
        ("recent_orders", {"start": "2026-11-02", "end": "2026-11-01"}, "start (2026-11-02) is after end"),
        (
            "compare_revenue",
            {
                "first_start": "2026-11-02",
                "first_end": "2026-11-01",
                "second_start": "2026-11-01",
                "second_end": "2026-11-02",
            },
            "first_start (2026-11-02) is after first_end (2026-11-01).",
        ),
    ],
)
async def test_a_range_that_makes_no_sense_is_rejected(
    pool: Pool, busy: Principal, name: str, arguments: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ToolRejected) as rejected:
        await ask(pool, busy, name, **arguments)
    assert rejected.value.sentence.startswith(sentence)


async def test_a_range_partly_in_the_future_is_answered(pool: Pool, busy: Principal) -> None:
    found = await ask(pool, busy, "revenue_by_day", start="2026-11-20", end="2026-11-30")
    assert len(found.rows) == 11
    assert [row[2] for row in values(found.rows)][-6:] == [0] * 6


async def test_400_days_are_answered(pool: Pool, busy: Principal) -> None:
    found = await ask(pool, busy, "revenue_by_day", start="2025-10-20")
    assert len(found.rows) == 400
    assert found.fact("total_orders") == sum(
        o.status != "cancelled" and o.at.date() <= TODAY for o in busy_restaurant().orders
    )
