"""Days, months, quarters and years that are named by the calendar: "2 November", "11/05", "Q3 2026", "Christmas Eve".

The order matters: what is longer or more particular comes first. A rule that answers None lets the next ones try.
"""

from __future__ import annotations

import re
from datetime import date
from re import Match

from .date_rule import D2, NO_SUCH_DATE, Clock, D, Found, M, Rule, Unclear, W, Y, rule_adder, year_said
from .holidays import FIXED, MOVING, holiday
from .spans import Span, month_of, months_later, moved, one_day, quarter_of
from .vocabulary import MONTHS

RULES: list[Rule] = []
rule = rule_adder(RULES)
NTH = r"(?P<nth>first|second|third|fourth|1st|2nd|3rd|4th|1|2|3|4)"
PLACES = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}

# -- days with a date ------------------------------------------------------------------------------------------------


@rule(r"(?P<year>\d{4})[-/.](?P<number>\d{1,2})[-/.](?P<day>\d{1,2})")
def _iso(found: Match[str], _: Clock) -> Found:
    return _date(int(found["year"]), int(found["number"]), int(found["day"]))


@rule(r"(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})[-/.](?P<year>\d{4}|\d\d)")
def _slashed(found: Match[str], clock: Clock) -> Found:
    day, month = _day_and_month(found, clock)
    year = int(found["year"])
    return _date(year + 2000 if year < 100 else year, month, day)


@rule(r"(?P<year>(?:19|20)\d\d)[-/](?P<number>\d{1,2})")
def _year_and_month(found: Match[str], _: Clock) -> Found:
    number = int(found["number"])
    return month_of(date(int(found["year"]), number, 1)) if 1 <= number <= 12 else NO_SUCH_DATE


@rule(r"(?P<one>\d{1,2})/(?P<two>\d{1,2})")
def _slashed_without_year(found: Match[str], clock: Clock) -> Found:
    day, month = _day_and_month(found, clock)
    return _recent_date(month, day, clock)


@rule(
    rf"(?:from |between )?(?:the )?{D}(?:-| to | until | through |(?<=\w) and )"
    rf"(?:the )?{D2} (?:of )?{M}(?:(?: of)? {Y})?"
)
def _days_of_month(found: Match[str], clock: Clock) -> Found | None:
    if " and " in found[0] and not found[0].startswith("between"):
        return None
    return _stretch_in_month(found, clock)


@rule(
    rf"(?:from |between )?{M} (?:the )?{D}(?:-| to | until | through | and )"
    rf"(?:the )?{D2}(?! (?:{'|'.join(MONTHS)}))(?: {Y})?"
)
def _month_and_days(found: Match[str], clock: Clock) -> Found | None:
    if " and " in found[0] and not found[0].startswith("between"):
        return None
    return _stretch_in_month(found, clock)


@rule(rf"(?:{W} )?(?:the )?{D} (?:of )?{M}(?:(?: of)? {Y})?")
def _day_month(found: Match[str], clock: Clock) -> Found:
    return _dated(found, clock)


@rule(rf"(?:{W} )?{M} (?:the )?{D}(?: {Y})?")
def _month_day(found: Match[str], clock: Clock) -> Found:
    return _dated(found, clock)


@rule(rf"(?:{W} )?(?:the )?{D} (?:of )?(?P<which>last|this|previous) month")
def _day_of_near_month(found: Match[str], clock: Clock) -> Found:
    month = month_of(clock.today) if found["which"] == "this" else month_of(months_later(clock.today, -1))
    return _date(month.start.year, month.start.month, int(found["day"]))


@rule(
    rf"(?P<name>{'|'.join(re.escape(name) for name in sorted((*FIXED, *MOVING), key=len, reverse=True))})"
    rf"(?:(?: in)? "
    rf"{Y})?|(?P<past>last|this) (?P<past_name>{'|'.join(sorted(FIXED, key=len, reverse=True))}|thanksgiving)"
)
def _holiday(found: Match[str], clock: Clock) -> Found:
    name = found["name"] or found["past_name"]
    if found["year"]:
        return one_day(holiday(name, year_said(found, clock)), name.title())
    day = holiday(name, clock.today.year)
    return one_day(day if day <= clock.today else holiday(name, clock.today.year - 1), name.title())


@rule(
    r"(?:mother|father)s? day|mothering sunday|ramadan|eid|diwali|(?:chinese|lunar) new year|super "
    r"?bowl|passover|hanukkah"
    r"|(?:bank|public) holidays?|memorial day|labou?r day|mardi gras|pancake day|shrove tuesday"
)
def _unknown_holiday(_: Match[str], __: Clock) -> Found:
    return Unclear("I do not know the date of that day; please give it as a day and month.")


# -- parts of months, months, quarters, years ------------------------------------------------------------------------


@rule(rf"(?:the )?(?:{NTH}|(?P<final>last)) week (?:of|in) (?:{M}(?: {Y})?|(?P<which>last|this) month)")
def _week_of_month(found: Match[str], clock: Clock) -> Found:
    month = _named_month(found, clock)
    if found["final"]:
        return Span(moved(month.end, -6), month.end)
    start = moved(month.start, 7 * (_place(found["nth"]) - 1))
    return Span(start, min(moved(start, 6), month.end))


@rule(rf"(?:the )?{NTH} half (?:of|in) (?:{M}(?: {Y})?|(?P<which>last|this) month)")
def _half_month(found: Match[str], clock: Clock) -> Found | None:
    month = _named_month(found, clock)
    middle = month.start.replace(day=15)
    first, second = Span(month.start, middle), Span(moved(middle, 1), month.end)
    return {1: first, 2: second}.get(_place(found["nth"]))


@rule(rf"(?:the )?(?:h ?(?P<half>[12])|(?P<which_half>first|second) half)(?: (?:of )?(?:the year|{Y}))?")
def _half_year(found: Match[str], clock: Clock) -> Found:
    first = found["half"] == "1" or found["which_half"] == "first"
    year = year_said(found, clock) if found["year"] else clock.today.year
    if not found["year"] and not first and clock.today.month < 7:
        year -= 1
    return Span(date(year, 1, 1), date(year, 6, 30)) if first else Span(date(year, 7, 1), date(year, 12, 31))


@rule(rf"(?:the )?(?:q ?(?P<number>[1-4])|{NTH} quarter)(?: (?:of )?(?:the year|{Y}))?")
def _quarter(found: Match[str], clock: Clock) -> Found:
    place = int(found["number"] or _place(found["nth"]))
    year = year_said(found, clock) if found["year"] else clock.today.year
    start = date(year, place * 3 - 2, 1)
    if not found["year"] and start > clock.today:
        start = start.replace(year=year - 1)
    return quarter_of(start)


@rule(
    rf"{M}(?:(?: of| in)? {Y})|(?:last|past|this|previous) "
    rf"{M.replace('month>', 'month2>')}|{M.replace('month>', 'month3>')}"
)
def _month(found: Match[str], clock: Clock) -> Found:
    name = found["month"] or found["month2"] or found["month3"]
    number = MONTHS.index(name) + 1
    if found["year"]:
        return month_of(date(year_said(found, clock), number, 1))
    last = found[0].startswith("last") and number == clock.today.month
    return month_of(_recent_month(number, clock, before_this=last))


# -- what the rules are made of --------------------------------------------------------------------------------------


def _date(year: int, month: int, day: int) -> Found:
    try:
        return one_day(date(year, month, day))
    except ValueError:
        return NO_SUCH_DATE


def _recent_date(month: int, day: int, clock: Clock) -> Found:
    """The newest day of that date that is not in the future; 29 February looks back to a leap year."""
    for year in range(clock.today.year, clock.today.year - 8, -1):
        found = _date(year, month, day)
        if isinstance(found, Span) and found.start <= clock.today:
            return found
    return NO_SUCH_DATE


def _dated(found: Match[str], clock: Clock) -> Found:
    month, day = MONTHS.index(found["month"]) + 1, int(found["day"])
    return _date(year_said(found, clock), month, day) if found["year"] else _recent_date(month, day, clock)


def _stretch_in_month(found: Match[str], clock: Clock) -> Found:
    month, day, day2 = MONTHS.index(found["month"]) + 1, int(found["day"]), int(found["day2"])
    first = _date(year_said(found, clock), month, day) if found["year"] else _recent_date(month, day, clock)
    if not isinstance(first, Span):
        return first
    last = _date(first.start.year, month, day2)
    if not isinstance(last, Span):
        return last
    return Span(min(first.start, last.end), max(first.start, last.end))


def _named_month(found: Match[str], clock: Clock) -> Span:
    if found["which"]:
        return month_of(months_later(clock.today, 0 if found["which"] == "this" else -1))
    number = MONTHS.index(found["month"]) + 1
    return month_of(
        date(year_said(found, clock), number, 1) if found["year"] else _recent_month(number, clock, before_this=False)
    )


def _recent_month(number: int, clock: Clock, *, before_this: bool) -> date:
    first = date(clock.today.year, number, 1)
    return first.replace(year=first.year - 1) if before_this or first > clock.today else first


def _place(word: str) -> int:
    return PLACES.get(word) or int(word)


def _day_and_month(found: Match[str], clock: Clock) -> tuple[int, int]:
    one, two = int(found["one"]), int(found["two"])
    return (one, two) if (clock.day_first and two <= 12) or one > 12 else (two, one)
