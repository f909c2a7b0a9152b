from __future__ import annotations

from service.receipts import to_json

from .reading import read


def test_the_shape_of_the_part() -> None:
    found = read("🍕 Yesterday you took $2,436.06 net and $9.99.")
    assert to_json(found) == {
        "figures": [
            {
                "start": 22,
                "end": 31,
                "text": "$2,436.06",
                "kind": "money",
                "value": 243606,
                "source": {"type": "row", "slice": 0, "name": "revenue_by_day", "row": 33, "column": "net"},
                "rounded": False,
            },
            {
                "start": 40,
                "end": 45,
                "text": "$9.99",
                "kind": "money",
                "value": 999,
                "source": {"type": "unmatched", "reason": "nowhere"},
                "rounded": False,
            },
        ],
        "matched": 1,
        "unmatched": 1,
    }


def test_days_of_a_range_are_iso_dates() -> None:
    (receipt,) = to_json(read("Last week you had 730 orders."))["figures"]
    assert receipt["source"] == {
        "type": "range",
        "operation": "total",
        "slice": 0,
        "name": "revenue_by_day",
        "column": "orders",
        "start": "2026-11-16",
        "end": "2026-11-22",
        "only": None,
    }


def test_values() -> None:
    text = "Up 12.345% and -3.4%, 8.75 orders, $1.2k, 1,234 orders, 22 November 2026, Q3 2026, 19:05."
    assert [receipt["value"] for receipt in to_json(read(text))["figures"]] == [
        "12.345",
        -340,
        "8.75",
        120000,
        1234,
        "2026-11-22",
        "2026-Q3",
        "19:05",
    ]
