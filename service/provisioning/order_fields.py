"""The fields of a point-of-sale export, each read strictly: what is not certain is refused, never guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

# [0-9] and not \d, which would take the digits of every script.
_NUMBER = re.compile(r"[0-9]{1,15}")  # more digits than a browser's numbers hold exactly are refused
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?")
_PRICE = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,2}))?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNDECODED = re.compile(r"[\ud800-\udfff]")
_LONGEST_ITEM = 200
_LONGEST_CATEGORY = 100
_LARGEST_QUANTITY = 100_000
_YEARS = range(1990, 2101)


class BadFieldError(ValueError):
    """Says what is wrong in words that follow a line number."""


class FieldReader:
    """Reads the fields of one file. Most values come many times over, so each reading is kept."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.ordered_at = cache(self._ordered_at)
        self.quantity = cache(_quantity)
        self.unit_price_cents = cache(_unit_price_cents)
        self.item = cache(_item)
        self.category = cache(_category)
        self.order_number = cache(_order_number)

    def _ordered_at(self, text: str) -> datetime:
        """In UTC."""
        value = _readable("ordered_at", text)
        if not _TIME.fullmatch(value):
            raise BadFieldError(f"ordered_at {value[:40]!r} is not a local time like 2015-12-31T23:02:05")
        try:
            local = datetime.fromisoformat(value).replace(tzinfo=self._zone)
        except ValueError:
            raise BadFieldError(f"ordered_at {value!r} is no day or time of the calendar") from None
        if local.year not in _YEARS:
            raise BadFieldError(f"ordered_at {value!r} is not between {_YEARS[0]} and {_YEARS[-1]}")
        moment = local.astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            raise BadFieldError(f"ordered_at {value!r} never was: the clocks of {self._zone} skipped it")
        return moment


def _order_number(text: str) -> int:
    value = _readable("order_number", text)
    if not _NUMBER.fullmatch(value) or int(value) == 0:
        raise BadFieldError(f"order_number {value[:40]!r} is not a whole number from 1 to 15 digits")
    return int(value)


def _quantity(text: str) -> int:
    value = _readable("quantity", text)
    if not _NUMBER.fullmatch(value) or not 1 <= int(value) <= _LARGEST_QUANTITY:
        raise BadFieldError(f"quantity {value[:40]!r} is not a whole number from 1 to {_LARGEST_QUANTITY}")
    return int(value)


def _unit_price_cents(text: str) -> int:
    value = _readable("unit_price", text)
    match = _PRICE.fullmatch(value)
    if match is None:
        raise BadFieldError(f"unit_price {value[:40]!r} is not a plain amount like 12.95, without a currency sign")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _item(text: str) -> str:
    return _name("item", text, _LONGEST_ITEM)


def _category(text: str) -> str:
    return _name("category", text, _LONGEST_CATEGORY) if text.strip() else ""


def _name(column: str, text: str, longest: int) -> str:
    value = _readable(column, text)
    if len(value) > longest:
        raise BadFieldError(f"{column} has {len(value)} characters, and {longest} is the most")
    if _CONTROL.search(value):
        raise BadFieldError(f"{column} {value[:40]!r} holds a control character or a line break")
    return value


def _readable(column: str, text: str) -> str:
    value = text.strip()
    if not value:
        raise BadFieldError(f"{column} is missing")
    if _UNDECODED.search(value):
        raise BadFieldError(f"{column} is not UTF-8")
    return value
