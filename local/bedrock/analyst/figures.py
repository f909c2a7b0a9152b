"""Money, counts and percentages: exact integers inside (cents, basis points), plain English outside."""

from __future__ import annotations

from decimal import Decimal

SYMBOLS = {
    "USD": "$",
    "GBP": "£",
    "EUR": "€",
    "AUD": "A$",
    "CAD": "C$",
    "NZD": "NZ$",
    "SGD": "S$",
    "HKD": "HK$",
    "INR": "₹",
    "ZAR": "R",
}


def cents(text: str) -> int:
    """2817.50 -> 281750. Raises ArithmeticError when it is no number."""
    return int(Decimal(text) * 100)


def basis_points(text: str) -> int:
    """12.34% -> 1234. Raises ArithmeticError when it is no percentage."""
    return cents(text.removesuffix("%"))


def money(amount: int, currency: str) -> str:
    """281750, USD -> $2,817.50; a currency without a symbol here goes by its code."""
    sign, hundredths = ("-" if amount < 0 else ""), abs(amount)
    symbol = SYMBOLS.get(currency, f"{currency} ".lstrip())
    return f"{sign}{symbol}{hundredths // 100:,}.{hundredths % 100:02d}"


def percent(points: int) -> str:
    sign, hundredths = ("-" if points < 0 else ""), abs(points)
    return f"{sign}{hundredths // 100:,}.{hundredths % 100:02d}%"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """1, order -> 1 order; 1200, order -> 1,200 orders."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def one_decimal(numerator: int, denominator: int) -> str:
    """A mean of counts: 83, 7 -> 11.9."""
    tenths = rounded(numerator * 10, denominator)
    return f"{tenths // 10:,}.{tenths % 10}"


def rounded(numerator: int, denominator: int) -> int:
    """The quotient, half away from zero; 0 when there is nothing to divide by."""
    if denominator == 0:
        return 0
    quotient, rest = divmod(abs(numerator), abs(denominator))
    quotient += rest * 2 >= abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def share(part: int, whole: int) -> int:
    """In basis points."""
    return rounded(part * 10_000, whole)
