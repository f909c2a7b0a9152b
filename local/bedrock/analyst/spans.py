"""Stretches of days, and how to step from one to the one before it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from .vocabulary import MONTHS

Unit = Literal["day", "weekend", "week", "month", "quarter", "year", "range"]
FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True)
class Span:
    """Both ends belong to it. `name` is how the asker put it ("last week"), for the answer to repeat; `bare` marks a
    weekday with nothing about which one; `loose` a range that was not asked for, because none was."""

    start: date
    end: date
    unit: Unit = "range"
    name: str = ""
    bare: bool = False
    loose: bool = False

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def until(self, last: date) -> Span:
        return replace(self, end=last) if self.start <= last < self.end else self

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end

    def each_day(self) -> list[date]:
        return [self.start + timedelta(days=offset) for offset in range(self.days)]


@dataclass(frozen=True)
class Shift:
    """The same stretch `steps` units earlier (or later, when negative), of a range that is named elsewhere, or else
    of the present day, week, … that `of` says."""

    unit: Unit
    steps: int = 1
    of: Unit | None = None


def one_day(day: date, name: str = "") -> Span:
    return Span(day, day, "day", name)


def moved(day: date, days: int) -> date:
    """Kept within years that a restaurant's books can hold, so that "99999 days ago" is a day too."""
    return min(max(FIRST, day + timedelta(days=max(-40_000, min(40_000, days)))), LAST)


def month_of(day: date, name: str = "") -> Span:
    return Span(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]), "month", name)


def week_of(day: date, name: str = "") -> Span:
    monday = moved(day, -day.weekday())
    return Span(monday, moved(monday, 6), "week", name)


def quarter_of(day: date, name: str = "") -> Span:
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return Span(first, month_of(months_later(first, 2)).end, "quarter", name)


def year_of(day: date, name: str = "") -> Span:
    return Span(day.replace(month=1, day=1), day.replace(month=12, day=31), "year", name)


AROUND: dict[str, Callable[..., Span]] = {
    "day": one_day,
    "week": week_of,
    "month": month_of,
    "quarter": quarter_of,
    "year": year_of,
}


def months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last when it is shorter."""
    index = day.year * 12 + day.month - 1 + max(-1200, min(1200, months))
    year = min(max(FIRST.year, index // 12), LAST.year)
    return date(year, index % 12 + 1, min(day.day, monthrange(year, index % 12 + 1)[1]))


def months_in(unit: Unit) -> int:
    return {"month": 1, "quarter": 3, "year": 12}.get(unit, 0)


def earlier(span: Span, shift: Shift) -> Span:
    """What "the week before" is to a span: the same stretch a week earlier; for a span much longer than the step,
    the step that ends the day before it begins."""
    if shift.unit == "range":
        return _preceding(span, shift.steps)
    if span.unit == "week" and (weeks := {"month": 4, "year": 52}.get(shift.unit, 0) * shift.steps):
        return Span(moved(span.start, -7 * weeks), moved(span.end, -7 * weeks), "week")  # Monday stays Monday
    if months := months_in(shift.unit) * shift.steps:
        return _months_earlier(span, months, shift.unit)
    step = {"day": 1, "week": 7, "weekend": 7}[shift.unit]
    if span.days > (1 if step == 1 else 14):
        end = moved(span.start, -1) if shift.steps > 0 else moved(span.end, step)
        return Span(moved(end, 1 - step), end, shift.unit)
    days = step * shift.steps
    return Span(moved(span.start, -days), moved(span.end, -days), span.unit)


def part_and_whole(one: Span, other: Span) -> tuple[Span, Span] | None:
    """The shorter span within the longer; a weekday with nothing about which one is that of the week beside it. None
    when neither lies within the other."""
    part, whole = sorted((one, other), key=lambda span: span.days)
    if part.bare and whole.unit == "week":
        part = one_day(moved(whole.start, part.start.weekday()))
    within = whole.holds(part.start) and whole.holds(part.end) and part.days < whole.days
    return (part, whole) if within else None


def _preceding(span: Span, steps: int) -> Span:
    if months := months_in(span.unit) * steps:
        return _months_earlier(span, months, span.unit)
    days = span.days * steps
    return Span(moved(span.start, -days), moved(span.end, -days), span.unit)


def _months_earlier(span: Span, months: int, unit: Unit) -> Span:
    if span.days > 31 * months_in(unit) + 1 and months > 0:
        end = moved(span.start, -1)
        return Span(months_later(span.start, -months), end, unit)
    whole = span.end == month_of(span.end).end and span.start.day == 1
    start, end = months_later(span.start, -months), months_later(span.end, -months)
    return Span(start, month_of(end).end if whole else end, span.unit)


def calendar_name(span: Span) -> str:
    """October 2026, the third quarter of 2026, 2026: when the span is exactly that; else nothing."""
    if _same(span, month_of(span.start)):
        return f"{MONTHS[span.start.month - 1].title()} {span.start.year}"
    if _same(span, quarter_of(span.start)):
        return f"Q{(span.start.month + 2) // 3} {span.start.year}"
    return f"{span.start.year}" if _same(span, year_of(span.start)) else ""


def _same(one: Span, other: Span) -> bool:
    return (one.start, one.end) == (other.start, other.end)
