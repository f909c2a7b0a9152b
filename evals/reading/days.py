"""The days that a piece of an answer speaks of, however it writes them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from msgspec import Struct

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_MONTH = "(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r"|sept)\b\.?"
# Alone it needs its capital letter: one may march.
_BARE_MONTH = "(?-i:" + "|".join(name.capitalize() for name in MONTHS) + ")"
_NTH = "(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<y>\d{4}))?"
_FORMS = (
    ("iso", r"\b(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    ("daysmonth", rf"\b(?P<d>\d{{1,2}}){_NTH}\s*[-–]\s*(?P<e>\d{{1,2}}){_NTH}\s+(?P<m>{_MONTH}){_YEAR}"),
    ("monthdays", rf"\b(?P<m>{_MONTH})\s+(?P<d>\d{{1,2}}){_NTH}\s*[-–]\s*(?P<e>\d{{1,2}})(?!\d){_NTH}{_YEAR}"),
    ("daymonth", rf"\b(?P<d>\d{{1,2}}){_NTH}\s+(?:of\s+)?(?P<m>{_MONTH}){_YEAR}"),
    ("monthday", rf"\b(?P<m>{_MONTH})\s+(?P<d>\d{{1,2}})(?!\d){_NTH}{_YEAR}"),
    ("quarter", r"\bq(?P<q>[1-4])(?:\s+(?P<y>\d{4}))?\b"),
    ("month", rf"\b(?P<m>{_MONTH})\s+(?P<y>\d{{4}})\b|\b(?P<m2>{_BARE_MONTH})\b"),
    ("relative", r"\b(?:day\s+before\s+yesterday|yesterday|today|(?:this|last)\s+(?:week|month|year|weekend))\b"),
    ("weekday", rf"\b(?:{'|'.join(WEEKDAYS)})s?\b"),
)  # fmt: skip


def _named(name: str, form: str) -> str:
    """Groups are called by their form, for a name may stand only once in a pattern."""
    inside = re.sub(r"[?]P<(\w+)>", rf"?P<{name}_\1>", form)
    return f"(?P<{name}>{inside})"


_ANY = re.compile("|".join(_named(name, form) for name, form in _FORMS), re.IGNORECASE)


class Mention(Struct, frozen=True):
    """start, end: in the text; first, last: the days; weekday: a bare weekday's name, which may be any such day."""

    start: int
    end: int
    first: date
    last: date
    weekday: bool = False


def mentions(text: str, today: date) -> list[Mention]:
    """In order; `x to y` is one mention. today: of the restaurant."""
    found = [mention for match in _ANY.finditer(text) if (mention := _read(match, today)) is not None]
    return _joined(text, [each for each in found if not _is_apposition(text, each, found)])


def fits(right_first: date, right_last: date, said: list[Mention]) -> bool:
    """Whether one of the mentions is just these days."""
    return any(
        (each.first, each.last) == (right_first, right_last)
        or (each.weekday and right_first == right_last and right_first.weekday() == each.first.weekday())
        for each in said
    )


def _is_apposition(text: str, each: Mention, found: list[Mention]) -> bool:
    """The Sunday of `Sunday 22 November`."""
    return each.weekday and any(
        other.start >= each.end and not text[each.end : other.start].strip(" ,") for other in found if not other.weekday
    )


def _joined(text: str, found: list[Mention]) -> list[Mention]:
    joined: list[Mention] = []
    for each in found:
        before = joined[-1] if joined else None
        between = text[before.end : each.start] if before else ""
        if before and not before.weekday and not each.weekday and _is_to(between) and before.first <= each.last:
            joined[-1] = Mention(before.start, each.end, before.first, each.last)
        else:
            joined.append(each)
    return joined


def _is_to(between: str) -> bool:
    words = re.sub("|".join(WEEKDAYS), "", between, flags=re.IGNORECASE)
    return re.fullmatch(r"\s*(?:[-–—]|to|until|through)\s*", words) is not None


def _read(match: re.Match[str], today: date) -> Mention | None:
    form = next(name for name, _ in _FORMS if match[name] is not None)
    part = {name.removeprefix(f"{form}_"): value for name, value in match.groupdict().items()
            if name.startswith(f"{form}_") and value is not None}  # fmt: skip
    try:
        days = _days(form, part, match[0].lower(), today)
    except ValueError:
        return None  # 31 November
    return Mention(match.start(), match.end(), *days, weekday=form == "weekday")


def _days(form: str, part: dict[str, str], words: str, today: date) -> tuple[date, date]:
    match form:
        case "iso":
            day = date(int(part["y"]), int(part["m"]), int(part["d"]))
            return day, day
        case "quarter":
            year, month = int(part.get("y", today.year)), 3 * int(part["q"]) - 2
            return date(year, month, 1), _month_end(year, month + 2)
        case "month":
            month = _month(part.get("m") or part["m2"])
            year = int(part["y"]) if "y" in part else today.year - (month > today.month)
            return date(year, month, 1), _month_end(year, month)
        case "relative":
            return _relative(words, today)
        case "weekday":
            day = today - timedelta(days=(today.weekday() - WEEKDAYS.index(words.rstrip("s"))) % 7)
            return day, day
    month, first = _month(part["m"]), int(part["d"])
    year = int(part["y"]) if "y" in part else today.year - (date(today.year, month, 1) > today)
    return date(year, month, first), date(year, month, int(part.get("e", first)))


def _relative(words: str, today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    first_of_month = today.replace(day=1)
    last_month = first_of_month - timedelta(days=1)
    if "before yesterday" in words:
        return (today - timedelta(days=2),) * 2
    words = " ".join(words.split())
    return {
        "yesterday": (today - timedelta(days=1),) * 2,
        "today": (today, today),
        "this week": (monday, today),
        "last week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this weekend": (monday + timedelta(days=5), monday + timedelta(days=6)),
        "last weekend": (monday - timedelta(days=2), monday - timedelta(days=1)),
        "this month": (first_of_month, today),
        "last month": (last_month.replace(day=1), last_month),
        "this year": (today.replace(month=1, day=1), today),
        "last year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }[words]


def _month(word: str) -> int:
    return next(at for at, name in enumerate(MONTHS, start=1) if name.startswith(word.lower().rstrip(".")[:3]))


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
