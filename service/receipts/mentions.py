"""What an answer speaks of: days, items, orders. A figure is only believed for what is mentioned near it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

DayRange = tuple[date, date]
"""First and last day, both included."""

MentionKind = Literal["days", "weekdays", "name", "category", "order", "latest"]


class Mention(Struct, frozen=True):
    """start, end: where in the text. By kind:

    days: `ranges` that the words may mean (`the last 7 days` with or without today), a single day being a range too;
    weekdays: `weekdays` that select days of a range (`on Saturdays`), Monday being 0;
    name, category: `names` of items or of a category, lower case; order: its `number`;
    latest: the newest `number` of orders, of the status in `names` if there is one.
    """

    start: int
    end: int
    kind: MentionKind
    ranges: tuple[DayRange, ...] = ()
    weekdays: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    number: int = 0

    @property
    def multi_day(self) -> bool:
        return any(first != last for first, last in self.ranges)


class DateFigure(Struct, frozen=True):
    """A date as written. value: 2026-11-22, 2026-11 or 2026; `days`: what it covers; `contradicted`: its own weekday,
    or a `yesterday` beside it, says another day; `lead`: where its weekday begins, if it has one before it."""

    start: int
    end: int
    value: str
    days: DayRange | None
    contradicted: bool = False
    lead: int = -1

    @property
    def first(self) -> int:
        return self.start if self.lead < 0 else self.lead
