"""Days named by where they stand: yesterday, last week, the day before, November, on Saturdays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from service.receipts.dates import MONTH, month_number, month_range, weekday_number
from service.receipts.mentions import DayRange, Mention
from service.receipts.numerals import SPELLED

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_NUMBER = rf"(?P<number>[0-9]{{1,3}}|{'|'.join(SPELLED)})"
_FULL_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"

_RELATIVE = re.compile(
    r"\b(?=da|th|ye|to|we|la|pa|re|cu|pr|mo|tu|fr|sa|su|no|ne|fo|a |ev|ea|av|ty|pe|ja|fe|ma|ap|ju|au|se|oc|de)"
    r"(?:(?P<before_yesterday>(?:the )?day before yesterday)|(?P<yesterday>yesterday)|(?P<today>today|tonight)"
    r"|(?P<week_before_last>week before last)"
    rf"|(?P<latest>last|past|previous|latest|recent) {_NUMBER}(?: full| complete)?[ -](?P<unit>days?|weeks?)"
    r"|(?P<which>this|last|current|past|(?:the )?(?:previous|preceding|prior))"
    r" (?P<period>week(?!end)|month|year|weekend)"
    r"|(?P<to_date>week|month|year)[ -]to[ -]date|(?P<weekend>weekend)(?!s)"
    r"|(?P<earlier_day>(?:the |a )?(?:previous|preceding|prior) day|(?:the |a )day (?:before|earlier|prior))"
    r"|(?P<later_day>(?:the )?(?:next|following) day|the day after)"
    r"|(?P<same_day>(?:the )?same day (?:of )?(?:last|the (?:previous|week before)|a)"
    r" ?(?:week)?(?: (?:earlier|before))?)"
    r"|(?P<earlier_week>(?:the |a )?week (?:before|earlier|prior))(?! last)"
    r"|(?P<earlier_month>(?:the |a )month (?:before|earlier))"
    rf"|(?P<weekdays>{_FULL_WEEKDAY}s|weekends|weekdays|(?:every|each|average|typical|per) {_FULL_WEEKDAY})"
    rf"|(?P<last_weekday>(?:last |this )?(?P<weekday>{_FULL_WEEKDAY}))"
    rf"|(?P<last_month>(?:last )?(?P<month>{MONTH})))(?![a-z])"
)
_IN = re.compile(r"\b(?:in|of|for|during|since|through|to|until|and|vs|versus|than|last|this)\s+$")


def find_relative(text: str, today: date, stated: list[Mention]) -> list[Mention]:
    """Days in lower-case `text` that are named relative to today or to days `stated` before them, which
    come in order and do not overlap."""
    found: list[Mention] = []
    spoken: list[Mention] = []
    ahead = list(reversed(stated))
    for match in _RELATIVE.finditer(text):
        while ahead and ahead[-1].end <= match.start():
            spoken.append(ahead.pop())
        mention = _mention(match, text, today, spoken)
        if mention is None or (ahead and ahead[-1].start < match.end()):
            continue
        found.append(mention)
        if mention.kind == "days":
            spoken.append(mention)
    return found


def _mention(match: re.Match[str], text: str, today: date, before: list[Mention]) -> Mention | None:
    if match["weekdays"]:
        return Mention(*match.span("weekdays"), "weekdays", weekdays=_selected(match["weekdays"]))
    if match["last_month"] and not _means_month(match, text):
        return None
    ranges = tuple(dict.fromkeys(_MEANINGS[str(match.lastgroup)](match, today, before)))
    return Mention(*match.span(), "days", ranges)


def _selected(words: str) -> tuple[int, ...]:
    if words == "weekends":
        return (5, 6)
    return (0, 1, 2, 3, 4) if words == "weekdays" else (weekday_number(words.rsplit(maxsplit=1)[-1]),)


def _means_month(match: re.Match[str], text: str) -> bool:
    """`may` and `march` are words of other trades too."""
    ambiguous = match["month"].strip(".") in ("may", "march", "mar", "dec")
    return not ambiguous or _IN.search(text[max(0, match.start("month") - 12) : match.start("month")]) is not None


Meaning = Callable[[re.Match[str], date, list[Mention]], Iterator[DayRange]]


def _ago(days: int) -> Meaning:
    def meaning(_match: re.Match[str], today: date, _before: list[Mention]) -> Iterator[DayRange]:
        yield today - days * _DAY, today - days * _DAY

    return meaning


def _week(day: date) -> DayRange:
    monday = day - day.weekday() * _DAY
    return monday, monday + 6 * _DAY


def _week_before_last(_match: re.Match[str], today: date, _before: list[Mention]) -> Iterator[DayRange]:
    yield _week(today - 2 * _WEEK)


def _latest(match: re.Match[str], today: date, _before: list[Mention]) -> Iterator[DayRange]:
    """Some count today in and some do not: both are tried, and the receipt says which it was."""
    written = match["number"]
    number = SPELLED.index(written) if written in SPELLED else int(written)
    length = number * (7 if match["unit"].startswith("week") else 1)
    if 0 < length <= 1000:
        yield today - (length - 1) * _DAY, today
        yield today - length * _DAY, today - _DAY


def _period(match: re.Match[str], today: date, before: list[Mention]) -> Iterator[DayRange]:
    this, unit = match["which"] in ("this", "current"), match["period"]
    if match["which"] == "past":
        yield from ((today - 6 * _DAY, today), (today - 7 * _DAY, today - _DAY)) if unit == "week" else ()
    elif unit == "weekend":
        yield from _weekend(match, today, before)
    elif this:
        yield _so_far(unit, today)
    elif match["which"] != "last" and (earlier := list(_shifted(unit, before))):
        yield from earlier
    else:
        yield _last(unit, today)


def _so_far(unit: str, today: date) -> DayRange:
    if unit == "week":
        return _week(today)[0], today
    return (today.replace(day=1) if unit == "month" else today.replace(month=1, day=1)), today


def _last(unit: str, today: date) -> DayRange:
    if unit == "week":
        return _week(today - _WEEK)
    if unit == "month":
        end = today.replace(day=1) - _DAY
        return end.replace(day=1), end
    return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)


def _to_date(match: re.Match[str], today: date, _before: list[Mention]) -> Iterator[DayRange]:
    yield _so_far(match["to_date"], today)


def _weekend(_match: re.Match[str], today: date, _before: list[Mention]) -> Iterator[DayRange]:
    """The latest whole weekend before today."""
    sunday = today - (today.weekday() + 1) * _DAY
    yield sunday - _DAY, sunday


def _shifted(unit: str, before: list[Mention]) -> Iterator[DayRange]:
    """The week or month before the last one that was spoken of."""
    spoken = next((mention for mention in reversed(before) if mention.multi_day), None)
    for first, last in spoken.ranges if spoken else ():
        if unit == "week":
            yield first - _WEEK, last - _WEEK
            yield _week(first - _WEEK)
        elif unit == "month":
            end = first.replace(day=1) - _DAY
            yield end.replace(day=1), end


def _earlier_period(unit: str) -> Meaning:
    def meaning(_match: re.Match[str], _today: date, before: list[Mention]) -> Iterator[DayRange]:
        if unit == "week" and before and not before[-1].multi_day:
            yield from ((day - _WEEK, day - _WEEK) for day, _ in before[-1].ranges)
        yield from _shifted(unit, before)

    return meaning


def _beside(days: int) -> Meaning:
    def meaning(_match: re.Match[str], _today: date, before: list[Mention]) -> Iterator[DayRange]:
        single = next((mention for mention in reversed(before) if not mention.multi_day), None)
        yield from ((day + days * _DAY, day + days * _DAY) for day, _ in (single.ranges if single else ()))

    return meaning


def _weekday(match: re.Match[str], today: date, before: list[Mention]) -> Iterator[DayRange]:
    """The one within the week spoken of, else the latest before today."""
    number = weekday_number(match["weekday"])
    spoken = next((mention for mention in reversed(before) if mention.multi_day), None)
    for first, last in spoken.ranges if spoken else ():
        day = first + ((number - first.weekday()) % 7) * _DAY
        if day <= last < day + _WEEK:
            yield day, day
    latest = today - ((today.weekday() - number - 1) % 7 + 1) * _DAY
    if not spoken or all(first <= latest <= last for first, last in spoken.ranges):
        yield latest, latest


def _month(match: re.Match[str], today: date, _before: list[Mention]) -> Iterator[DayRange]:
    month = month_number(match["month"])
    this_year = month < today.month or (month == today.month and not match["last_month"].startswith("last"))
    yield month_range(today.year if this_year else today.year - 1, month, today)


_MEANINGS: dict[str, Meaning] = {
    "before_yesterday": _ago(2),
    "yesterday": _ago(1),
    "today": _ago(0),
    "week_before_last": _week_before_last,
    "unit": _latest,
    "period": _period,
    "to_date": _to_date,
    "weekend": _weekend,
    "earlier_day": _beside(-1),
    "later_day": _beside(1),
    "same_day": _beside(-7),
    "earlier_week": _earlier_period("week"),
    "earlier_month": _earlier_period("month"),
    "last_weekday": _weekday,
    "last_month": _month,
}
"""By the last group of each alternative of _RELATIVE."""
