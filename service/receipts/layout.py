"""How an answer is laid out: sentences, list items, table rows, and what stands above each."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from msgspec import Struct

Span = tuple[int, int]

_BREAK = re.compile(r"[.!?][\"')\]*_]*\s+(?=[\"'(\[*_]*[A-Z0-9$£€¥#-])")
_ABBREVIATION = re.compile(r"(?:\b(?:nos?|vs|approx|avg|incl|ca|st|mr|mrs|dr|e\.g|i\.e|a\.m|p\.m)|(?<![a-z0-9])[a-z])$")
_ITEM = re.compile(r"(\s*)(?:[-*•+–]|[0-9]{1,3}[.)])\s+")
_HEADING = re.compile(r"\s*(#{1,6})\s")
_SEPARATOR = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-*:?\s*)*")
_TABLE_DEPTH = 100


class Cell(Struct, frozen=True):
    """One cell of a table row; `header` spans the cell that heads its column."""

    start: int
    end: int
    header: Span


class Segment(Struct, frozen=True):
    """A stretch of text whose figures and mentions belong together. `depth` orders what may stand above what;
    `leads` says that what follows it and lies deeper is about what it mentions."""

    start: int
    end: int
    depth: int
    leads: bool
    cells: tuple[Cell, ...] = ()


class Layout(Struct, frozen=True):
    segments: tuple[Segment, ...]
    parents: tuple[int | None, ...]
    """For each segment, the one that leads it in: a heading, `Yesterday:`, the list item it is nested in."""

    def at(self, position: int) -> int:
        """The segment that holds the position."""
        return max(0, bisect_right(self.segments, position, key=lambda segment: segment.start) - 1)


def lay_out(text: str, whole: Sequence[Span]) -> Layout:
    """`text` is plain; no sentence ends inside a span of `whole` (a date such as `Nov. 22`)."""
    segments = tuple(_segments(text, whole)) or (Segment(0, len(text), 0, False),)
    return Layout(segments, tuple(_parents(segments)))


def item_mark(line: str) -> re.Match[str] | None:
    """The bullet or number that opens a list item."""
    return _ITEM.match(line)


def _lines(text: str) -> list[Span]:
    lines = text.split("\n")
    ends = list(accumulate((len(line) + 1 for line in lines), initial=-1))[1:]
    return [(end - len(line), end) for line, end in zip(lines, ends, strict=True)]


def _segments(text: str, whole: Sequence[Span]) -> Iterator[Segment]:
    header: tuple[Span, ...] = ()
    lines = _lines(text)
    for number, (start, end) in enumerate(lines):
        line = text[start:end]
        if not line.strip():
            header = ()
        elif "|" in line and _SEPARATOR.fullmatch(line) and number:
            header = tuple(_cells(text, *lines[number - 1]))
        elif header and "|" in line:
            yield _row(text, start, end, header)
        else:
            header = ()
            yield from _prose(text, start, end, whole)


def _cells(text: str, start: int, end: int) -> Iterator[Span]:
    bars = [i for i in range(start, end) if text[i] == "|" and text[i - 1 : i] != "\\"]
    edges = [start - 1, *bars, end]
    for left, right in pairwise(edges):
        if text[left + 1 : right].strip() or (left in bars and right in bars):
            yield left + 1, right


def _row(text: str, start: int, end: int, header: tuple[Span, ...]) -> Segment:
    spans = list(_cells(text, start, end))
    heads = header[: len(spans)] + ((start, start),) * (len(spans) - len(header))
    cells = tuple(Cell(*span, head) for span, head in zip(spans, heads, strict=True))
    return Segment(start, end, _TABLE_DEPTH, False, cells)


def _prose(text: str, start: int, end: int, whole: Sequence[Span]) -> Iterator[Segment]:
    line = text[start:end]
    heading, item = _HEADING.match(line), _ITEM.match(line)
    if heading:
        yield Segment(start, end, len(heading[1]) - 10, True)
    elif item:
        yield Segment(start, end, 1 + len(item[1].expandtabs(4)), True)
    else:
        sentences = list(_sentences(text, start, end, whole))
        for first, last in sentences:
            bare = text[first:last].strip().strip("*_ ")
            yield Segment(first, last, 0, last == end and bare.endswith((":", "：")))


def _sentences(text: str, start: int, end: int, whole: Sequence[Span]) -> Iterator[Span]:
    position = start
    for match in _BREAK.finditer(text, start, end):
        stop = match.start()
        if any(first <= stop < last for first, last in whole) or _ABBREVIATION.search(
            text[max(start, stop - 7) : stop].lower()
        ):
            continue
        yield position, match.end()
        position = match.end()
    yield position, end


def _parents(segments: Sequence[Segment]) -> Iterator[int | None]:
    for index, segment in enumerate(segments):
        above = (i for i in range(index - 1, -1, -1) if segments[i].depth < segment.depth)
        nearest = next(above, None)
        while nearest is not None and not segments[nearest].leads:
            nearest = next((i for i in range(nearest - 1, -1, -1) if segments[i].depth < segments[nearest].depth), None)
        yield nearest
