"""Written numbers: 1,234.50, 1.234,50, 1'234, 1.2k, twelve. Exact, with the precision that was written."""

from __future__ import annotations

import re

from msgspec import Struct

from service.receipts.plain import NARROW

NUMBER = rf"[0-9]+(?:['{NARROW}][0-9]{{3}}(?![0-9])|[.,][0-9]+)*"
SPELLED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_POWERS = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "billion": 9}
MAGNITUDE = r"(?:k|mn|m|bn|[ \u00a0](?:thousand|million|billion))\b"

_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}")
_MOST_DIGITS = 15


class Numeral(Struct, frozen=True):
    """digits / 10**decimals: 12.30 is (1230, 2), 1.2k is (12, -2)."""

    digits: int
    decimals: int = 0

    def scaled(self, places: int) -> int | None:
        """The number times 10**places where that is whole, else None."""
        shift = places - self.decimals
        return self.digits * 10**shift if shift >= 0 else None

    def equals(self, numerator: int, denominator: int) -> bool:
        up, down = _powers(self.decimals)
        return self.digits * down * denominator == numerator * up

    def rounds(self, numerator: int, denominator: int) -> bool:
        """Whether rounding the fraction to the written precision gives this number, a half going either way."""
        up, down = _powers(self.decimals)
        return 2 * abs(self.digits * down * denominator - numerator * up) <= down * denominator

    def negated(self) -> Numeral:
        return Numeral(-self.digits, self.decimals)

    def loosened(self) -> Numeral:
        """Trailing zeros taken for precision, down to two digits: what `about` says before 2,800."""
        digits, decimals = self.digits, self.decimals
        while digits and digits % 10 == 0 and abs(digits) >= 100 and decimals <= 0:
            digits, decimals = digits // 10, decimals - 1
        return Numeral(digits, decimals)

    def significant(self) -> int:
        return len(str(abs(self.digits)))


def read_numeral(written: str, magnitude: str = "", *, thousandths: bool = False) -> Numeral | None:
    """None when the marks make no number (3.5.1). `thousandths`: whether 1.234 may have three decimals; else the
    point is a thousands mark, for no money and no count is written so."""
    text = written.replace("'", "").replace(NARROW, "")
    if len(text) > _MOST_DIGITS:
        return None
    whole, _, part = _with_point(text, thousandths).partition(".")
    if not whole.isdigit() or not (part.isdigit() or part == ""):
        return None
    return Numeral(int(whole + part), len(part) - _POWERS.get(magnitude.strip(f" {NARROW}"), 0))


def _with_point(text: str, thousandths: bool) -> str:
    """The number with a decimal point and no thousands marks; what cannot be read stays unreadable."""
    if "," in text and "." in text:
        mark = max(",.", key=text.rfind)
        grouped, _, part = text.rpartition(mark)
        other = "." if mark == "," else ","
        return f"{_ungrouped(grouped.replace(other, ','))}.{part}"
    if "," in text:
        return _ungrouped(text)
    if _grouped_by_points(text, thousandths):
        return text.replace(".", "")
    return text


def _grouped_by_points(text: str, thousandths: bool) -> bool:
    points = text.count(".")
    return (points > 1 or (points == 1 and not thousandths and text[0] != "0")) and bool(
        _THOUSANDS.fullmatch(text.replace(".", ","))
    )


def _ungrouped(text: str) -> str:
    if _THOUSANDS.fullmatch(text):
        return text.replace(",", "")
    head, _, tail = text.partition(",")
    return f"{head}.{tail}" if len(tail) in (1, 2) and tail.isdigit() else text


def _powers(decimals: int) -> tuple[int, int]:
    """(10**decimals, 1) or (1, 10**-decimals)."""
    return (10**decimals, 1) if decimals >= 0 else (1, int(10**-decimals))
