"""A text in which a pattern is looked for once, however many figures ask whether it stands near them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right


class SearchedText:
    def __init__(self, words: str) -> None:
        self.words = words
        self._found: dict[re.Pattern[str], tuple[list[int], list[int]]] = {}

    def stands(self, pattern: re.Pattern[str], start: int, end: int) -> bool:
        """Whether the pattern stands, whole, between two positions."""
        return self.first(pattern, start, end) is not None

    def first(self, pattern: re.Pattern[str], start: int, end: int) -> int | None:
        """Where the first between the positions begins."""
        starts, ends = self._places(pattern)
        at = bisect_left(starts, start)
        return starts[at] if at < len(starts) and ends[at] <= end else None

    def last(self, pattern: re.Pattern[str], start: int, end: int) -> int | None:
        """Where the last between the positions ends."""
        starts, ends = self._places(pattern)
        at = bisect_right(ends, end) - 1
        return ends[at] if at >= 0 and starts[at] >= start else None

    def _places(self, pattern: re.Pattern[str]) -> tuple[list[int], list[int]]:
        """Where it begins, and where it ends, each in order: matches of a pattern do not overlap."""
        found = self._found.get(pattern)
        if found is None:
            spans = [match.span() for match in pattern.finditer(self.words)]
            found = self._found[pattern] = [start for start, _ in spans], [end for _, end in spans]
        return found
