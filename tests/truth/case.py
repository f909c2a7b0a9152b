"""One question of an owner, and what makes its answer right."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tests.http.conftest import Answered
from tests.truth.expected import Expected, stated_in
from tests.truth.place import Place
from tests.truth.receipts import figures_of, overlooked, unmatched, wrong
from tests.truth.recount import recounted_slices


class Case(NamedTuple):
    """ask: one question after the other, the last of which counts; states: what its answer has to state, beside the
    words in `says`; without_receipt: figures that have none, and why that is right."""

    ask: tuple[str, ...]
    states: tuple[Expected, ...] = ()
    says: tuple[str, ...] = ()
    without_receipt: Mapping[str, str] = MappingProxyType({})

    def __str__(self) -> str:
        return " / ".join(self.ask)


def case(*ask_then_expected: Any, says: tuple[str, ...] = (), without_receipt: Mapping[str, str] | None = None) -> Case:
    """Questions as text, then what the last one's answer states; tuples of expectations count as several."""
    ask = tuple(part for part in ask_then_expected if isinstance(part, str))
    states: list[Expected] = []
    for part in ask_then_expected[len(ask) :]:
        states += [part] if isinstance(part, Expected) else part
    return Case(ask, tuple(states), says, without_receipt or {})


async def check(one: Case, place: Place) -> Answered:
    """Fails when the last answer, or what any of them rests on, is not what the books say. The last answer."""
    assert one.states or one.says, "nothing is expected of the answer"
    for answered in await place.ask(*one.ask):
        slices = await recounted_slices(answered, place.books)
        figures = figures_of(answered)
        contradicted = await wrong(figures, slices, place.books)
        assert not contradicted, f"{contradicted} in: {answered.text}"
        without = overlooked(answered.text, figures, place.books.names)
        assert not without, f"{without} in: {answered.text}"
    without = unmatched(figures)
    assert set(without) == set(one.without_receipt), f"{without} in: {answered.text}"
    pieces = [await expected.text(place.books) for expected in one.states]
    missing = [piece for piece in (*pieces, *one.says) if not stated_in(answered.text, piece)]
    assert not missing, f"{missing} not in: {answered.text}"
    return answered
