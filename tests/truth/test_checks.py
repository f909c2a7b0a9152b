"""That the checks of this folder find what they are there to find: a true answer, falsified in one place."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.http.conftest import Answered
from tests.truth import expected as e
from tests.truth.expected import stated_in
from tests.truth.place import Place
from tests.truth.receipts import Figure, figures_of, overlooked, wrong
from tests.truth.recount import Slice, recounted_slices

QUESTION = "compare last week with the week before"
Checked = tuple[Place, Answered, list[Figure], list[Slice]]


@pytest.fixture(name="checked")
async def _checked(demo: dict[str, Place]) -> Checked:
    place = demo["Marlow's Pizza"]
    [answered] = await place.ask(QUESTION)
    slices = await recounted_slices(answered, place.books)
    return place, answered, figures_of(answered), slices


async def test_each_figure_in_turn_made_wrong_is_found(checked: Checked) -> None:
    place, _, figures, slices = checked
    assert await wrong(figures, slices, place.books) == []
    money = [position for position, figure in enumerate(figures) if figure["kind"] in ("money", "count", "percent")]
    assert len(money) > 8
    for position in money:
        falsified = copy.deepcopy(figures)
        falsified[position]["text"] = _with_another_last_digit(falsified[position]["text"])
        found = await wrong(falsified, slices, place.books)
        assert [each.split(" of ")[0] for each in found] == [falsified[position]["text"]]


async def test_a_receipt_that_points_elsewhere_is_found(checked: Checked) -> None:
    place, _, figures, slices = checked
    falsified = copy.deepcopy(figures)
    moved = next(figure for figure in falsified if figure["source"]["type"] == "range")
    moved["source"]["start"] = "2026-11-02"
    assert await wrong(falsified, slices, place.books)


async def test_a_cent_in_a_slice_is_found(checked: Checked) -> None:
    place, answered, _, _ = checked
    for part in (part for part in answered.parts if part["type"] == "data-slice"):
        data = part["data"]
        column = {"revenue_by_day": "net", "top_menu_items": "revenue", "recent_orders": "total"}[data["name"]]
        figures = [(fact, "value") for fact in data["facts"] if isinstance(fact["value"], int)]
        for holder, name in ((data["rows"][5], column), *figures):
            holder[name] += 1
            with pytest.raises(AssertionError):
                await recounted_slices(answered, place.books)
            holder[name] -= 1
    await recounted_slices(answered, place.books)


def test_a_figure_without_a_receipt_is_found(checked: Checked) -> None:
    place, answered, figures, _ = checked
    assert overlooked(answered.text, figures, place.books.names) == []
    assert overlooked(f"{answered.text} And $5.00 of 17%.", figures, place.books.names) == ["5.00", "17"]
    assert overlooked(answered.text, figures[1:], place.books.names) != []


@pytest.mark.parametrize(
    ("answer", "piece", "stated"),
    [
        ("Sales were **$2,668.40** from 89 orders.", "$2,668.40", True),
        ("Sales were **$12,668.40** from 189 orders.", "$2,668.40", False),
        ("Sales were A$2,668.40.", "$2,668.40", False),
        ("On 22 November 2026 all went well.", "22", False),
        ("There were 1,289 orders.", "289", False),
        ("That is 20.80%.", "0.80%", False),
    ],
)
def test_a_piece_is_found_as_a_whole_only(answer: str, piece: str, stated: bool) -> None:
    assert stated_in(answer, piece) is stated


async def test_the_books_of_two_restaurants_differ(demo: dict[str, Place]) -> None:
    """Else an answer that mixed them up would pass."""
    nets: Any = [await e.net("2026-11-22").text(place.books) for place in demo.values()]
    assert len(set(nets)) == 3, json.dumps(nets)


def _with_another_last_digit(text: str) -> str:
    place = max(place for place, character in enumerate(text) if character.isdigit())
    return text[:place] + str((int(text[place]) + 3) % 10) + text[place + 1 :]
