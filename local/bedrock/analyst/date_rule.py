"""A rule says what one way of naming a stretch of days means. The tables are calendar_rules.py and
relative_rules.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from re import Match

from .spans import Shift, Span
from .vocabulary import MONTHS, WEEKDAYS


@dataclass(frozen=True)
class Clock:
    """`day_first`: whether 3/4 is the third of April."""

    today: date
    day_first: bool = True


@dataclass(frozen=True)
class Weekdays:
    """Certain days of the week, within `span` when one came with them ("the last 4 Fridays")."""

    days: tuple[int, ...]
    span: Span | None = None


@dataclass(frozen=True)
class Unclear:
    """A stretch that does not exist or cannot be told; `sentence` says so, without a figure."""

    sentence: str


NO_SUCH_DATE = Unclear("There is no such date in the calendar.")
OPEN_ENDED = Unclear("I need to know where that range of days starts and ends.")

Found = Span | Shift | Weekdays | Unclear
Meaning = Callable[[Match[str], Clock], Found | None]
Rule = tuple[re.Pattern[str], Meaning]

M = rf"(?P<month>{'|'.join(name for name in MONTHS if name != 'may')}|may(?! (?:i|we|you|be|have|not|it|they)\b))"
W = rf"(?P<weekday>{'|'.join(WEEKDAYS)})"
D = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
D2 = r"(?P<day2>\d{1,2})(?:st|nd|rd|th)?"
Y = r"(?P<year>(?:19|20)\d\d|(?:last|this) year)"
UNIT = r"(?P<unit>day|week|month|quarter|year)"


def rule_adder(table: list[Rule]) -> Callable[[str], Callable[[Meaning], Meaning]]:
    """A decorator that puts a pattern, taken as whole words, and its meaning at the end of a table."""

    def rule(pattern: str) -> Callable[[Meaning], Meaning]:
        def add(function: Meaning) -> Meaning:
            table.append((re.compile(rf"\b(?:{pattern})\b"), function))
            return function

        return add

    return rule


def year_said(found: Match[str], clock: Clock) -> int:
    said = found["year"]
    return {"last year": clock.today.year - 1, "this year": clock.today.year}.get(said) or int(said)
