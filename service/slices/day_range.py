"""The days that a question is about: local days of the tenant, both ends included."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from service.errors import ToolRejected

DEFAULT_DAYS = 35
MAX_DAYS = 400
FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

StartDay = Annotated[date, Meta(description="First day, as YYYY-MM-DD. Left out: 34 days before the last day.")]
EndDay = Annotated[date, Meta(description="Last day, included, as YYYY-MM-DD. Left out: today.")]


class DayRange(Struct, frozen=True):
    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def each_day(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range(self.days)]


def day_range(start: date | None, end: date | None, today: date) -> DayRange:
    """The range from `start` to `end`, or what is left out of it: by default the 35 days that end today.

    Raises ToolRejected, in words to act on, when it is the wrong way round or over 400 days.
    """
    end = today if end is None else checked_day(end)
    return checked_range(end - timedelta(days=DEFAULT_DAYS - 1) if start is None else start, end)


def checked_range(start: date, end: date, names: tuple[str, str] = ("start", "end")) -> DayRange:
    """names: what the two arguments are called, for the sentence when they do not go together."""
    days = DayRange(checked_day(start), checked_day(end))
    if start > end:
        raise ToolRejected(f"{names[0]} ({start}) is after {names[1]} ({end}). Give the earlier day first.")
    if days.days > MAX_DAYS:
        raise ToolRejected(f"From {start} to {end} are {days.days} days; at most {MAX_DAYS} can be asked for at once.")
    return days


def checked_day(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ToolRejected(f"{day} is no day to have orders on; days go from {FIRST_DAY} to {LAST_DAY}.")
    return day


def weekday(day: date) -> str:
    """In English whatever the machine's language."""
    return WEEKDAYS[day.weekday()]
