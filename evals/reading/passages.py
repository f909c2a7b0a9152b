"""What of an answer belongs together: a table's row, an item of a list, a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[A-Z*“\"])")


class Passage(Struct, frozen=True):
    """start, end: in the answer."""

    start: int
    end: int
    text: str
    in_table: bool = False


def passages(answer: str) -> list[Passage]:
    found: list[Passage] = []
    start = 0
    for line in answer.split("\n"):
        if line.lstrip().startswith("|"):
            found.append(Passage(start, start + len(line), line, in_table=True))
        elif line.strip():
            found += _sentences(line, start)
        start += len(line) + 1
    return found


def spoken_before(at: int, among: Sequence[Passage]) -> list[Passage]:
    """The passage that holds the offset and then those before it, nearest first. A row looks past the other rows of its
    table, to what stands above it."""
    own = next(place for place, each in enumerate(among) if each.start <= at < max(each.end, each.start + 1))
    before = [each for each in reversed(among[:own]) if not (among[own].in_table and each.in_table)]
    return [among[own], *before]


def _sentences(line: str, start: int) -> list[Passage]:
    cuts = [0, *(found.end() for found in _SENTENCE_END.finditer(line)), len(line)]
    return [
        Passage(start + first, start + last, line[first:last])
        for first, last in pairwise(cuts)
        if line[first:last].strip()
    ]
