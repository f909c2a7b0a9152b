"""Dates, ranges, names and tables in plain English and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ..spans import Span, calendar_name
from ..vocabulary import MONTHS, WEEKDAYS

ESCAPED = str.maketrans({"\\": "\\\\", "*": "\\*", "_": "\\_", "`": "\\`", "[": "\\[", "|": "\\|", "<": "&lt;"})


def short_date(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1].title()} {day.year}"


def long_date(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()].title()} {short_date(day)}"


def dates_of(span: Span) -> str:
    """Both ends in full, so that the range can be told from the answer alone."""
    if span.days == 1:
        return long_date(span.start)
    show = long_date if span.days <= 14 else short_date
    return f"{show(span.start)} to {show(span.end)}"


def when(span: Span, today: date) -> str:
    """As it stands in a sentence: "yesterday (Wednesday 18 November 2026)", "from … to …"."""
    named = _named(span, today)
    if named:
        return f"{named} ({dates_of(span)})"
    return f"on {dates_of(span)}" if span.days == 1 else f"from {dates_of(span)}"


def title(span: Span, today: date) -> str:
    """As it stands at the head of a line: "Last week (…)", "October 2026 (…)"."""
    named = _named(span, today).removeprefix("in ").removeprefix("on ")
    return f"{named[:1].upper()}{named[1:]} ({dates_of(span)})" if named else dates_of(span)


def _named(span: Span, today: date) -> str:
    if span.name == "ever":
        return "since the first order"
    if span.days == 1:
        named = span.name
    else:
        calendar = calendar_name(span)
        named = f"in {calendar}" if calendar else span.name
    if span.end == today and span.name in ("today", "this week", "this month", "this quarter", "this year"):
        return f"{span.name} so far"
    return f"on {named}" if named and named[0].isupper() else named


def plain(text: str) -> str:
    """A name from the data, so that nothing in it is Markdown or a tag."""
    return text.translate(ESCAPED)


def typed(text: str) -> str:
    """Words from the question, for an answer that declines and so must hold no figure."""
    kept = "".join(" " if letter.isdigit() else letter for letter in plain(text))
    return " ".join(kept.split())[:60] or "that"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Words read left, figures right."""
    rule = ["---:" if all(_is_figure(row[place]) for row in rows) else "---" for place in range(len(header))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, rule, *rows))


def _is_figure(cell: str) -> bool:
    return (cell[-1:].isdigit() and cell.count(" ") < 2) or cell.endswith("%")


def listed(parts: Sequence[str]) -> str:
    """a, b and c"""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
