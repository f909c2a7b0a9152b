"""Dates as people write them, and the ranges they join into."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from service.receipts.mentions import DateFigure, DayRange, Mention

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b(?:\.(?=,?\s*[0-9]))?"
)
WEEKDAY = r"\b(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b"

_DAY = r"(?<![0-9.,/])[0-9]{1,2}(?:st|nd|rd|th)?(?![0-9a-z]|[.,/][0-9])"
_OPTIONAL_WEEKDAY = rf"(?:{WEEKDAY}\.?,?\s+)?(?:the\s+)?"
_TO = r"\s*(?:–|—|-|\bto\b|\bthrough\b|\bthru\b|\buntil\b|\btill\b|\band\b|&|\bor\b|,)\s*(?:and\s|&\s)?"
_YEAR = r"(?:,?\s+(?P<{name}>(?:19|20)[0-9]{{2}})(?![0-9]|[.,][0-9]))?"
_NO_NOUN = r"(?!\s*(?:%|orders?\b|items?\b|cancel|refund|pieces?\b|days?\b|sold\b|percent))"

_DAY_FIRST = (
    rf"(?P<dmy_days>(?:{_OPTIONAL_WEEKDAY}{_DAY}{_TO}){{0,6}}{_OPTIONAL_WEEKDAY}{_DAY})(?:\s+of)?[\s-]+(?P<dmy_month>{MONTH})"
    + _YEAR.format(name="dmy_year")
)
_MONTH_FIRST = (
    rf"(?P<mdy_name>{WEEKDAY}\.?,?\s+)?\b(?P<mdy_month>{MONTH})\s+"
    rf"(?P<mdy_days>{_DAY}(?:\s*(?:–|—|-|\bto\b|\bthrough\b|\band\b|&)\s*{_DAY}){{0,6}}){_NO_NOUN}"
    + _YEAR.format(name="mdy_year")
)
_DATE = re.compile(
    r"(?=[0-9]|\b(?:ja|fe|ma|ap|ju|au|se|oc|no|de|mo|tu|we|th|fr|sa|su|q[1-4]|on|si|un|by|in|of|du|fo|ye))"
    r"(?:(?P<iso>(?<![0-9-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9]))"
    rf"|{_DAY_FIRST}|{_MONTH_FIRST}"
    r"|(?P<numeric>(?<![0-9./])[0-9]{1,2}(?P<mark>[/.])[0-9]{1,2}(?P=mark)[0-9]{4}(?![0-9]))"
    r"|(?<![0-9./])(?P<short>[0-9]{1,2}/[0-9]{1,2})(?![0-9/])"
    rf"|\b(?P<my>(?P<my_month>{MONTH})\s+(?P<my_year>(?:19|20)[0-9]{{2}}))(?![0-9]|[.,][0-9])"
    r"|\b(?P<quarter>q(?P<q>[1-4])(?:\s+(?:of\s+)?(?P<q_year>(?:19|20)[0-9]{2}))?)(?![0-9a-z])"
    r"|\b(?:on|since|until|from|by)\s+the\s+(?P<nth>[0-9]{1,2}(?:st|nd|rd|th))(?=\s*(?:[.,;:!?)(]|$|was|were|you|we|had|with|to))"
    r"|\b(?:in|of|during|since|for|throughout|year)\s+(?P<year>(?:19|20)[0-9]{2})(?![0-9]|[.,:/-]?[0-9])"
    r"(?!\s*(?:%|orders|items|pieces|days|cancel|refund|percent))"
    rf"|(?<![0-9.,])(?P<headed>(?:19|20)[0-9]{{2}})(?=\s\((?:{WEEKDAY}\s+)?(?:{_DAY}\s+{MONTH}|{MONTH}\s+{_DAY})))"
)
_ONE_DAY = re.compile(rf"(?P<name>{WEEKDAY}\.?,?\s+)?(?:the\s+)?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?")
_RANGE_GAP = re.compile(
    r"[\s*_]*(?:–|—|-|\bto\b|\bthrough\b|\bthru\b|\buntil\b|\btill\b|\bup to\b)[\s*_]*(?:and including\s+)?"
)
_AND_GAP = re.compile(r"\s*\band\b\s*")
_TRAILING_WEEKDAY = re.compile(rf"[\s,(]{{1,3}}({WEEKDAY})")
_WEEK_OF = re.compile(r"week (?:of|starting|beginning|commencing|from)\s+$")
_WEEK_ENDING = re.compile(r"week ending\s+(?:on\s+)?$")
_SINCE = re.compile(r"\b(?:since|from)\s+$")
_ONWARDS = re.compile(r"\s+(?:on|onwards?)\b")


class Calendar(Struct, frozen=True):
    """How a date without a year, or with the month in doubt, is read."""

    today: date
    month_first: bool
    known: Callable[[date], bool]
    """Whether any slice speaks of the day."""

    def without_year(self, month: int, day: int) -> date | None:
        """The latest such day that a slice knows, else the latest that is not in the future."""
        years = range(self.today.year + 1, self.today.year - 12, -1)
        days = [found for year in years if (found := day_or_none(year, month, day)) is not None]
        past = [found for found in days if found <= self.today]
        return next((found for found in days if self.known(found)), past[0] if past else None)


class Written(Struct):
    """A day being read. `year` may be given later, by the end of its range."""

    start: int
    end: int
    year: int | None
    month: int
    day: int
    weekday: int | None = None
    lead: int = -1


def find_dates(text: str, calendar: Calendar) -> tuple[list[DateFigure], list[Mention]]:
    """Every date figure in lower-case `text`, in order, and the days and ranges they state."""
    figures: list[DateFigure] = []
    mentions: list[Mention] = []
    days: list[Written] = []
    for match in _DATE.finditer(text):
        if match["quarter"] or match["my"] or match["year"] or match["headed"]:
            figure = _named_range(match, calendar.today)
            figures.append(figure)
            mentions.append(Mention(figure.start, figure.end, "days", (figure.days,) if figure.days else ()))
        else:
            days += _written_days(match, calendar)
    _share_years(text, days)
    dated = [_figure(text, written, calendar) for written in days]
    figures += dated
    mentions += _stated_ranges(text, dated, calendar.today)
    return sorted(figures, key=lambda f: f.start), sorted(mentions, key=lambda m: m.start)


def day_or_none(year: int, month: int, day: int) -> date | None:
    """None for the 31st of February, and far from any business, where reckoning with days would run out of them."""
    try:
        return date(year, month, day) if 1900 <= year < 2200 else None
    except ValueError:
        return None


def month_number(name: str) -> int:
    return MONTHS.index(name[:3]) + 1


def weekday_number(name: str) -> int:
    return WEEKDAYS.index(name[:3])


def month_range(year: int, month: int, today: date) -> DayRange:
    """The whole month, or what there is of it so far."""
    first = date(year, month, 1)
    last = first.replace(day=monthrange(year, month)[1])
    return first, (min(last, today) if first <= today else last)


def _named_range(match: re.Match[str], today: date) -> DateFigure:
    if match["quarter"]:
        return _quarter(match, today)
    if match["my"]:
        year, month = int(match["my_year"]), month_number(match["my_month"])
        return DateFigure(*match.span("my"), f"{year}-{month:02d}", month_range(year, month, today))
    group = "year" if match["year"] else "headed"
    year = int(match[group])
    first, last = date(year, 1, 1), date(year, 12, 31)
    return DateFigure(*match.span(group), str(year), (first, min(last, today) if first <= today else last))


def _quarter(match: re.Match[str], today: date) -> DateFigure:
    """`Q3 2026`; without a year the latest that has begun."""
    quarter = int(match["q"])
    year = int(match["q_year"]) if match["q_year"] else today.year - (date(today.year, 3 * quarter - 2, 1) > today)
    first, last = date(year, 3 * quarter - 2, 1), month_range(year, 3 * quarter, date.max)[1]
    days = (first, min(last, today) if first <= today else last)
    return DateFigure(*match.span("quarter"), f"{year}-Q{quarter}", days)


def _written_days(match: re.Match[str], calendar: Calendar) -> Iterator[Written]:
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
        yield Written(*match.span("iso"), year, month, day)
    elif match["dmy_days"]:
        yield from _named_days(match, "dmy")
    elif match["mdy_days"]:
        yield from _named_days(match, "mdy")
    elif match["nth"]:
        yield _nth(match, calendar.today)
    else:
        yield from _numeric(match, calendar)


def _named_days(match: re.Match[str], form: str) -> Iterator[Written]:
    """The days of `21 and 22 November 2026` or `Nov 16-22`: the first carries the month before it, the last the
    month after it and the year."""
    month, offset = month_number(match[f"{form}_month"]), match.start(f"{form}_days")
    year = int(match[f"{form}_year"]) if match[f"{form}_year"] else None
    found = list(_ONE_DAY.finditer(match[f"{form}_days"]))
    for position, day in enumerate(found):
        start, end, lead = offset + day.start("day"), offset + day.end(), offset + day.start("name")
        name = day["name"]
        if form == "mdy" and position == 0:
            start, lead, name = match.start("mdy_month"), match.start("mdy_name"), match["mdy_name"]
        if position == len(found) - 1:
            end = match.end()
        yield Written(
            start, end, year, month, int(day["day"]), weekday_number(name) if name else None, lead if name else -1
        )


def _nth(match: re.Match[str], today: date) -> Written:
    """`on the 22nd`: the latest one that is not in the future."""
    day = int(match["nth"][:-2])
    month = today if day <= today.day else today.replace(day=1) - timedelta(days=1)
    return Written(*match.span("nth"), month.year, month.month, day)


def _numeric(match: re.Match[str], calendar: Calendar) -> Iterator[Written]:
    """11/22/2026, 22.11.2026; without a year only when that gives a day some slice speaks of, for it may be 5/7."""
    group = "numeric" if match["numeric"] else "short"
    first, second, *rest = map(int, re.split(r"[/.]", match[group]))
    month, day = (first, second) if calendar.month_first and "." not in match[group] else (second, first)
    if month > 12:
        month, day = day, month
    if rest:
        yield Written(*match.span(group), rest[0], month, day)
    elif 1 <= month <= 12 and (found := calendar.without_year(month, day)) and calendar.known(found):
        yield Written(*match.span(group), found.year, month, day)


def _share_years(text: str, days: list[Written]) -> None:
    """In `28 October - 3 November 2026` the year stands once."""
    for first, second in zip(reversed(days[:-1]), reversed(days[1:]), strict=True):
        gap = text[first.end : second.start if second.lead < 0 else second.lead]
        if first.year is None and second.year is not None and (len(gap) < 8 or _is_range(gap)):
            later = (first.month, first.day) > (second.month, second.day)
            first.year = second.year - 1 if later else second.year


def _figure(text: str, written: Written, calendar: Calendar) -> DateFigure:
    if written.year is not None:
        day = day_or_none(written.year, written.month, written.day)
    else:
        day = calendar.without_year(written.month, written.day)
    if day is None:
        return DateFigure(written.start, written.end, text[written.start : written.end], None)
    weekday = written.weekday
    if weekday is None and (trailing := _TRAILING_WEEKDAY.match(text, written.end)):
        weekday = weekday_number(trailing[1])
    belied = weekday is not None and weekday != day.weekday()
    return DateFigure(written.start, written.end, day.isoformat(), (day, day), belied, written.lead)


def _stated_ranges(text: str, dated: list[DateFigure], today: date) -> Iterator[Mention]:
    """Two dates with `to` between them are one range; else each is a day of its own, or the edge of a named range."""
    position = 0
    while position < len(dated):
        figure, following = dated[position], dated[position + 1 : position + 2]
        if following and _joined(text, figure, following[0]):
            yield _range(figure, following[0])
            position += 2
            continue
        mention = Mention(figure.first, figure.end, "days", (figure.days,) if figure.days else ())
        yield _edge(text, mention, today) if figure.days else mention
        position += 1


def _joined(text: str, first: DateFigure, second: DateFigure) -> bool:
    gap = text[first.end : second.first]
    between = "between" in text[max(0, first.first - 24) : first.first] and _AND_GAP.fullmatch(gap)
    return bool(between) or _is_range(gap)


def _is_range(gap: str) -> bool:
    return _RANGE_GAP.fullmatch(gap) is not None


def _range(first: DateFigure, second: DateFigure) -> Mention:
    if first.days is None or second.days is None or first.days[0] > second.days[0]:
        return Mention(first.first, second.end, "days")
    return Mention(first.first, second.end, "days", ((first.days[0], second.days[0]),))


def _edge(text: str, mention: Mention, today: date) -> Mention:
    """`the week of 16 November`, `the week ending 22 November`, `since 1 November`."""
    day, _ = mention.ranges[0]
    before = text[max(0, mention.start - 40) : mention.start].removesuffix("the ")
    if _WEEK_OF.search(before):
        return replace(mention, ranges=((day, day + timedelta(days=6)),))
    if _WEEK_ENDING.search(before):
        return replace(mention, ranges=((day - timedelta(days=6), day),))
    onwards = before.rstrip().endswith("since") or (_SINCE.search(before) and _ONWARDS.match(text, mention.end))
    if onwards and day < today:
        return replace(mention, ranges=((day, today), (day, today - timedelta(days=1))))
    return mention
