"""Bytes -> the words and the numbers in them, whatever they were escaped, nested, cut or formatted as.

Words are compared in plain form: escapes undone, compatibility forms and case folded, blanks made one. Numbers are
compared as hundredths: `2817.50`, `$2,817.50`, `2.817,50 €` and the integer 281750 are all one amount.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

_ESCAPE = re.compile(r"""\\(?:u([0-9a-fA-F]{4})|([nrtbf])|(["\\/]))""")
_DEEPEST = 4
"""JSON in a string in JSON, as DynamoDB keeps an answer, and one more."""

# A run of digits with dots, commas and thin blanks between them, touching no letter: part of an id it is no number.
_RUN = re.compile(r"(?<![\w.])[0-9]+(?:[.,'’\u00a0\u2009\u202f][0-9]+)*(?!\w)", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:([,.'’\u00a0\u2009\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]{2})?")
_BLANK_GROUPED = re.compile(r"(?<![\w.,])[0-9]{1,3}(?: [0-9]{3})+[.,][0-9]{2}(?!\w)", re.ASCII)
_NEXT_CELL = re.compile(r",\S")
_DECIMAL = re.compile(r"([0-9]+)[.,]([0-9]{2})")
_WHOLE = re.compile(r"0|[1-9][0-9]*")

_DELTAS = {"text-delta": "delta", "reasoning-delta": "delta", "tool-input-delta": "inputTextDelta"}


class Reading(Struct, frozen=True):
    """words: in plain form; numbers: as hundredths, and whole ones as they stand."""

    words: str
    numbers: frozenset[int]


def read(document: bytes) -> Reading:
    """A document of any kind: JSON, server-sent events, a line of a log, prose."""
    raw = document.decode("utf-8", "replace")
    texts, numbers = [raw], set[int]()
    for leaf in _leaves(raw):
        if isinstance(leaf, str):
            texts.append(leaf)
            numbers |= numbers_in(leaf)
        else:
            numbers.add(leaf)
    return Reading(plain("\n".join(texts)), frozenset(numbers))


def plain(text: str) -> str:
    """The form in which words are compared."""
    for _ in range(_DEEPEST):
        undone = html.unescape(_ESCAPE.sub(_unescaped, text))
        if undone == text:
            break
        text = undone
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split())


def numbers_in(text: str) -> set[int]:
    """Every number in a text, as hundredths when it has two decimals, else as it stands."""
    found = {_digits(run.group()) for run in _BLANK_GROUPED.finditer(text)}
    for run in _RUN.finditer(text):
        between_cells = text[run.start() - 1 : run.start()] == "," or _NEXT_CELL.match(text, run.end())
        found |= set(_meanings(run.group(), is_row=bool(between_cells)))
    return found


def _meanings(run: str, *, is_row: bool) -> Iterator[int]:
    """One number with separators, or else, between commas, cells of a CSV row, each by itself."""
    if not is_row and (_GROUPED.fullmatch(run) or _DECIMAL.fullmatch(run)):
        yield _digits(run)
        return
    for cell in run.split(","):
        if _WHOLE.fullmatch(cell) or _DECIMAL.fullmatch(cell):
            yield _digits(cell)


def _digits(text: str) -> int:
    return int("".join(each for each in text if each.isdecimal()))


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return found[3] or " "


# -- what a document is made of ---------------------------------------------------------------------------------------


def _leaves(text: str, depth: int = 0) -> Iterator[str | int]:
    """Texts and whole numbers. Other numbers are times and prices of tokens: ours are whole hundredths."""
    if depth < _DEEPEST and text.lstrip()[:1] in ("{", "["):
        try:
            document = msgspec.json.decode(text)
        except msgspec.DecodeError:
            yield text
        else:
            yield from _walk(document, depth)
    elif text.startswith(("data: ", ": ")):
        yield from _events(text, depth)
    else:
        yield text


def _walk(value: Any, depth: int) -> Iterator[str | int]:
    if isinstance(value, str):
        yield from _leaves(value, depth + 1)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _walk(each, depth)
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each, depth)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


def _events(text: str, depth: int) -> Iterator[str | int]:
    """Server-sent events, and the deltas of each block put together: a name may be cut anywhere."""
    spoken: dict[str, list[str]] = {}
    for line in text.splitlines():
        part = line.removeprefix("data: ")
        if part.startswith("{"):
            yield from _leaves(part, depth + 1)
            _collect(part, spoken)
        else:
            yield part
    for pieces in spoken.values():
        yield "".join(pieces)


def _collect(part: str, spoken: dict[str, list[str]]) -> None:
    try:
        decoded = msgspec.json.decode(part)
    except msgspec.DecodeError:  # cut off where the reader left: its text has been given as it is
        return
    kind = decoded.get("type")
    if kind in _DELTAS:
        spoken.setdefault(str(decoded.get("id") or decoded.get("toolCallId")), []).append(decoded[_DELTAS[kind]])
