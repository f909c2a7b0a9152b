"""An answer's text made plain for reading: same length, fewer kinds of character."""

from __future__ import annotations

import unicodedata
from itertools import accumulate

NARROW = "\u00a0"
"""Stands for every space that does not break a line: a thousands mark in many countries."""

_NARROW_SPACES = "\u00a0\u2007\u2008\u2009\u200a\u202f"
_MINUS_SIGNS = "\u2010\u2011\u2212\ufe63"
_APOSTROPHES = "\u2018\u2019\u02bc"
_YEN, _POUND = "\uffe5", "\uffe1"


class _Plain(dict[int, str]):
    """Fills itself with the characters it meets. Any script's decimal digits and full-width forms become ASCII."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if (digit := unicodedata.decimal(character, None)) is not None:
            character = str(digit)
        elif 0xFF01 <= code <= 0xFF5E:
            character = chr(code - 0xFEE0)
        if len(self) < 10_000:
            self[code] = character
        return character


_TABLE = _Plain(
    {ord(c): NARROW for c in _NARROW_SPACES}
    | {ord(c): "-" for c in _MINUS_SIGNS}
    | {ord(c): "'" for c in _APOSTROPHES}
    | {ord(_YEN): "¥", ord(_POUND): "£"}
)


def plain(text: str) -> str:
    """Digits, minus signs, apostrophes and unbreakable spaces in one form each; the length stays."""
    return text if text.isascii() else text.translate(_TABLE)


def lowered(text: str) -> str:
    """Lower case without changing the length, which str.lower does for a few letters."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def utf16_offsets(text: str) -> range | list[int]:
    """For each position in `text`, its end included, the number of UTF-16 code units before it."""
    if text.isascii() or max(text) <= "\uffff":
        return range(len(text) + 1)
    return list(accumulate((2 if c > "\uffff" else 1 for c in text), initial=0))
