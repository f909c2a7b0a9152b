"""The figures that an answer states: every numeral in it that is not part of a date, a time, a name or a note."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from msgspec import Struct

from evals.reading.days import mentions
from evals.truth.rights import Right

MARKS = {
    "USD": r"US\$|\$|USD", "GBP": "£|GBP", "EUR": "€|EUR", "AUD": r"A\$|AU\$|\$|AUD", "CAD": r"C\$|CA\$|\$|CAD",
    "NZD": r"NZ\$|\$|NZD", "SGD": r"S\$|\$|SGD", "INR": "₹|INR|Rs", "ZAR": "R|ZAR", "MXN": r"MX\$|\$|MXN",
    "DKK": "kr|DKK",
}  # fmt: skip
"""What may stand before an amount in a currency."""
_ANY_MARK = r"(?:[A-Z]{1,3}\$|[$£€₹]|(?<![A-Za-z])(?:[A-Z]{3}|Rs|kr|R)(?=\s?[-\d]))"
_NUMERAL = re.compile(
    rf"(?P<sign>[-−])?(?:(?P<mark>{_ANY_MARK})\s?)?(?P<digits>\d{{1,3}}(?:,\d{{2,3}})+(?!\d)|\d+)(?P<rest>\.\d+)?(?P<percent>\s?%)?"
)
_TIME = re.compile(r"\b\d{1,2}:\d{2}\b(?:\s?[ap]m\b)?", re.IGNORECASE)
_NUMBERING = re.compile(r"^\s*\d{1,2}[.)]\s", re.MULTILINE)
_ABOUT = re.compile(r"(?:about|around|roughly|nearly|almost|approximately|some|~|≈)\s*\W{0,3}$", re.IGNORECASE)
_UNITS = {"money": 100, "percent": 1, "decimal": 1, "count": 1, "number": 1}


class Stated(Struct, frozen=True):
    """start, end: in the answer; value: as it is written, without a sign; places: decimals; mark: of a currency;
    about: whether it is said to be rounded."""

    start: int
    end: int
    text: str
    unit: Literal["money", "percent", "plain"]
    value: Decimal
    places: int
    mark: str
    negative: bool
    about: bool


def stated_figures(answer: str, today: date, names: Iterable[str]) -> list[Stated]:
    """names: of items, categories and whatever else may hold a numeral that is no figure."""
    hidden = [(each.start, each.end) for each in mentions(answer, today)]
    hidden += [found.span() for pattern in (_TIME, _NUMBERING) for found in pattern.finditer(answer)]
    hidden += [span for name in names for span in _places_of(name, answer)]
    blank = bytearray(len(answer))
    for start, end in hidden:
        blank[start:end] = b"x" * (end - start)
    return [
        _stated(found, answer)
        for found in _NUMERAL.finditer(answer)
        if not blank[found.start("digits")] and not _inside_a_word(found, answer)
    ]


def is_value_of(figure: Stated, right: Right, currency: str) -> bool:
    """Whether it is the right value, in the right unit, exact or rounded as it says that it is."""
    unit = {"money": "money", "percent": "percent"}.get(right.kind, "plain")
    if figure.unit != unit or not isinstance(right.value, Decimal):
        return False
    if unit == "money" and not re.fullmatch(MARKS.get(currency, currency), figure.mark):
        return False
    value = abs(right.value) / _UNITS[right.kind]
    return figure.value == value or (_may_round(figure, right) and figure.value == _rounded(value, figure.places))


def _may_round(figure: Stated, right: Right) -> bool:
    """A percentage to one decimal is exact enough; anything else has to say that it is rounded."""
    return figure.about or (right.kind in ("percent", "decimal") and figure.places >= 1)


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _stated(found: re.Match[str], answer: str) -> Stated:
    rest, mark = found["rest"] or "", (found["mark"] or "").strip()
    start = found.start("sign") if found["sign"] else found.start("mark") if mark else found.start("digits")
    return Stated(
        start=start,
        end=found.end(),
        text=answer[start : found.end()],
        unit="money" if mark else "percent" if found["percent"] else "plain",
        value=Decimal(found["digits"].replace(",", "") + rest),
        places=max(len(rest) - 1, 0),
        mark=mark,
        negative=found["sign"] is not None,
        about=_ABOUT.search(answer[: found.start()]) is not None,
    )


def _inside_a_word(found: re.Match[str], answer: str) -> bool:
    """The 4 of B4, and the 6 of 5-6."""
    start = found.start("digits")
    return not found["mark"] and answer[max(start - 1, 0) : start].isalpha()


def _places_of(name: str, answer: str) -> list[tuple[int, int]]:
    if not any(character.isdigit() for character in name):
        return []
    return [found.span() for found in re.finditer(re.escape(name), answer, re.IGNORECASE)]
