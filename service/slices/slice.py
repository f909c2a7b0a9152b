"""The shape of a slice: one file holds its SQL, its prefetched context and its tool.

To add one: a file like `revenue_by_day.py`, a line in `registry.py`, a unit test and an eval case that needs it.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from html import escape
from typing import Generic, TypeVar

from msgspec import Struct
from msgspec.structs import astuple

from service.db.tenant import TenantConnection
from service.rows import Fact, Kind, SliceResult, Value

A = TypeVar("A", bound=Struct)

_JOINERS = "\u200c\u200d"
"""Zero-width, but part of how words and emoji are spelt."""
_SELECTORS = frozenset(map(chr, range(0xE0100, 0xE01F0)))


class Slice(Struct, Generic[A], frozen=True):
    """name: also the tool's, so letters and underscores only (Nova takes no hyphens); description: for the model;
    args: a Struct whose field types and Meta descriptions become the tool's schema; fetch: runs the SQL under
    the tenant's own transaction and raises ToolRejected when the arguments make no sense together.

    A prefetched slice is fetched with `args()`, its defaults.
    """

    name: str
    description: str
    args: type[A]
    fetch: Callable[[TenantConnection, A], Awaitable[SliceResult]]


def given(name: str, kind: Kind, value: Value) -> tuple[Fact, ...]:
    """A fact, unless there is nothing to say."""
    return () if value is None else (Fact(name, kind, value),)


def render(result: SliceResult) -> str:
    """A slice as the model reads it, in the prompt and as a tool result alike: its facts as attributes, its rows
    as CSV, in a fence that nothing inside can close: text from the tenant's data is escaped and kept on one line.

        <slice name="revenue_by_day" currency="USD" start="2026-10-20" end="2026-11-23" rows="35">
        day,weekday,orders,cancelled,gross,refunds,net
        2026-10-20,Tuesday,112,3,2841.50,24.00,2817.50
        </slice>
    """
    facts = {fact.name: show(fact.value, fact.kind) for fact in result.facts}
    opening = attributes({"name": result.name, "currency": result.currency} | facts | {"rows": str(len(result.rows))})
    body = io.StringIO()
    writer = csv.writer(body, lineterminator="\n")
    writer.writerow(column.name for column in result.columns)
    for row in result.rows:
        values = zip(astuple(row), result.columns, strict=True)
        writer.writerow(_cell(value, column.kind) for value, column in values)
    return f"<slice {opening}>\n{body.getvalue()}</slice>"


def _cell(value: Value, kind: Kind) -> str:
    """Numbers and days hold nothing that could close the fence, and they are most of a slice."""
    shown = show(value, kind)
    return fenced(shown) if isinstance(value, str) else shown


def attributes(values: Mapping[str, str]) -> str:
    """name="Marlow's" currency="USD": what stands in an opening tag; nothing in a value can end it."""
    return " ".join(f'{name}="{fenced(value).replace(chr(34), "&quot;")}"' for name, value in values.items())


def fenced(text: str) -> str:
    """Text that can neither close a fence nor begin a line of its own, and with nothing in it that is not seen:
    control characters, direction marks, invisible tags and the selectors that can smuggle them are left out."""
    line = " ".join(text.split())
    if not (line.isascii() and line.isprintable()):
        line = "".join(character for character in line if _is_seen(character))
    return escape(line, quote=False)


def show(value: Value, kind: Kind) -> str:
    """2817.50 for money, 12.34% for a percentage, 2026-11-23 for a day, 2026-11-23 19:05 for a time."""
    match value:
        case None:
            return ""
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case int() if kind in ("money", "percent"):
            sign, hundredths = ("-" if value < 0 else ""), abs(value)
            return f"{sign}{hundredths // 100}.{hundredths % 100:02d}{'%' if kind == 'percent' else ''}"
        case _:
            return str(value)


def _is_seen(character: str) -> bool:
    if character in _JOINERS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs") and character not in _SELECTORS
