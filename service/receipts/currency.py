"""Marks of currencies, and which currency each may mean."""

from __future__ import annotations

_CURRENCIES = {
    "$": "USD CAD AUD NZD SGD HKD MXN",
    "us$": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "nz$": "NZD",
    "s$": "SGD",
    "hk$": "HKD",
    "mx$": "MXN",
    "r$": "BRL",
    "£": "GBP",
    "€": "EUR",
    "¥": "JPY CNY",
    "₹": "INR",
    "zł": "PLN",
    "r": "ZAR",
    "rs": "INR PKR LKR",
    "kr": "SEK NOK DKK ISK",
    "dollar": "USD CAD AUD NZD SGD HKD",
    "buck": "USD CAD AUD",
    "pound": "GBP",
    "quid": "GBP",
    "euro": "EUR",
    "yen": "JPY",
    "cent": "USD CAD AUD NZD SGD HKD EUR",
    "pence": "GBP",
    "penny": "GBP",
}
CODE = "usd|eur|gbp|jpy|cny|cad|aud|nzd|sgd|hkd|mxn|brl|chf|sek|nok|dkk|isk|pln|czk|huf|inr|zar|ils|try|thb|krw"
_LETTERS = r"(?<![\w-])(?:kr|rs?)(?=[ \u00a0]?[0-9])"
SYMBOL = rf"(?<![a-z])(?:us|au?|ca?|nz|s|hk|mx|r)?\$|[£€¥₹]|(?<![a-z])(?:{CODE})(?![a-z])|{_LETTERS}"
UNIT = rf"[£€¥₹$]|(?:{CODE}|zł|kr|dollars?|bucks?|pounds?|quid|euros?|yen|cents?|pence|penny)\b"
LETTERED = r"(?:kr|rs?)[0-9]{1,3}(?:,?[0-9]{3})*(?:\.[0-9]{2})?(?![\w-])"
"""Patterns, for lower-case text: codes; what stands before an amount; what stands after one; rands, rupees
and kroner, which without a space look like a name with a number in it."""


def is_of(currency: str, mark: str) -> bool:
    """Whether the mark may mean the currency: `$` is many dollars, `A$` one."""
    known = _CURRENCIES.get(mark) or _CURRENCIES.get(mark.rstrip("s"))
    return currency in (known.split() if known else [mark.upper()])
