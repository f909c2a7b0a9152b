"""What stands near a figure: the days, items and orders that it speaks of, and the words that say what it measures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from service.receipts.binding import SIGHT, belonging, follows, in_sight
from service.receipts.figures import Figure, Reading
from service.receipts.layout import Cell, Layout
from service.receipts.mentions import DayRange, Mention, MentionKind
from service.receipts.once import once
from service.receipts.order_cells import with_order_cells
from service.receipts.searched import SearchedText
from service.receipts.words import AVERAGE_ORDER, AVERAGE_PRICE, CHANGE, DOWN, HEDGE, UP, leans_back, without_label

Strength = Literal["own", "above", "before", "none"]
"""Where a mention stands: in the figure's own sentence, list item or table row; in what leads that in; in an earlier
sentence; nowhere."""

_CUT = re.compile(r"[,;(|:]|\b(?:and|but|with|while|against|versus|vs|than)\b")
_PLACED = re.compile(r"\b(?:from|to)\s*[*_(]*$")
_WORDS = 160
_NEAR = {"name": 1, "category": 0, "weekdays": 0, "order": 2}
_WORD_KINDS = ("money", "count", "percent")


class Bound(Struct, frozen=True):
    """Mentions of one kind that a figure belongs to."""

    mentions: tuple[Mention, ...] = ()
    strength: Strength = "none"

    @property
    def close(self) -> bool:
        return self.strength in ("own", "above")


_UNBOUND = Bound()


class Nearby:
    """One figure's surroundings. Everything is worked out when it is asked for."""

    def __init__(
        self, figure: Figure, segment: int, words: tuple[str, str], previous: Nearby | None, answer: Surroundings
    ) -> None:
        self.figure = figure
        self.segment = segment
        self.before, self.after = words
        self.previous = previous
        self._answer = answer
        self._said: dict[re.Pattern[str], bool] = {}

    @once
    def leans(self) -> Nearby | None:
        """The measured figure before this one, where nothing but `to`, `and` or a bracket stands between them."""
        return self.previous if self.previous is not None and leans_back(self.before) else None

    def about(self, figure: Figure) -> Nearby:
        """The same surroundings for the figure read otherwise."""
        return Nearby(figure, self.segment, (self.before, self.after), self.previous, self._answer)

    @once
    def cell(self) -> Cell | None:
        cells = self._answer.layout.segments[self.segment].cells
        return next((cell for cell in cells if cell.start <= self.figure.start < cell.end), None)

    @once
    def header(self) -> str:
        return self._answer.words[slice(*self.cell.header)].strip(" *_|") if self.cell else ""

    @once
    def table_start(self) -> int:
        """The segment with the header of the figure's table."""
        segments, index = self._answer.layout.segments, self.segment
        while index and segments[index].cells:
            index -= 1
        return index

    @once
    def compares_rows(self) -> bool:
        """Whether the figure stands in a table row such as `Change`, which is about the rows above it."""
        return CHANGE.search(self.row_label) is not None

    @once
    def labels(self) -> str:
        """The words before the figure that can name it; in a table the column's header and the row's first cell."""
        if self.cell is None:
            return without_label(self.before) if self.previous is not None else self.before
        return f"{self.header} {self.row_label} {self.before}".replace("|", " ")

    @once
    def row_label(self) -> str:
        """The first cell of the figure's table row."""
        cells = self._answer.layout.segments[self.segment].cells
        if not cells or cells[0] is self.cell:
            return ""
        return self._answer.words[cells[0].start : cells[0].end].strip(" *_|")

    @once
    def words(self) -> str:
        """The words close by, without those that go on to something else."""
        return f"{self.labels} {_CUT.split(self.after, maxsplit=1)[0]}"

    def sentence_says(self, pattern: re.Pattern[str]) -> bool:
        """Whether a word of the pattern stands in the figure's sentence; in a very long one, around the figure."""
        segment, figure = self._answer.layout.segments[self.segment], self.figure
        start, end = max(segment.start, figure.start - SIGHT), min(segment.end, figure.end + SIGHT)
        return self._answer.text.stands(pattern, start, end) or pattern.search(self.header) is not None

    def says(self, pattern: re.Pattern[str]) -> bool:
        found = self._said.get(pattern)
        if found is None:
            found = self._said[pattern] = pattern.search(self.words) is not None
        return found

    @once
    def hedged(self) -> bool:
        """Whether the words before the figure say that it is not exact."""
        return HEDGE.search(self.before) is not None

    @once
    def direction(self) -> int:
        """1 for up, -1 for down, 0 when the words do not say."""
        for says in (self.says, self.sentence_says):
            up, down = says(UP), says(DOWN)
            if up != down:
                return 1 if up else -1
            if up and down:
                return 0
        return 0

    @once
    def per_one(self) -> bool:
        """Whether the figure is money for one order or one piece."""
        return self.says(AVERAGE_ORDER) or self.says(AVERAGE_PRICE)

    @once
    def days(self) -> Bound:
        return self._answer.bound(self, "days")

    @once
    def items(self) -> Bound:
        return self._answer.bound(self, "name")

    @once
    def orders(self) -> Bound:
        return self._answer.bound(self, "order")

    @once
    def weekdays(self) -> Bound:
        found = self._answer.bound(self, "weekdays")
        return found if found.close else _UNBOUND

    @once
    def names(self) -> tuple[str, ...]:
        return tuple(name for mention in self.items.mentions for name in mention.names)

    @once
    def of_item(self) -> bool:
        """Whether an item's name comes right after the figure: `2 × Margherita`."""
        follower = next((m for m in self.items.mentions if m.start >= self.figure.end), None)
        return follower is not None and follows(self._answer.words, self.figure, follower)

    @once
    def named_weekdays(self) -> frozenset[int]:
        return frozenset(day for mention in self.weekdays.mentions for day in mention.weekdays)

    @once
    def weekdays_counted(self) -> frozenset[int]:
        """The weekdays that a figure counts: `5 Saturdays`, or in a table the row's."""
        if self.cell is not None:
            return self.named_weekdays
        end = self.figure.end
        close = (m for m in self.weekdays.mentions if end <= m.start <= end + 2)
        return frozenset(day for mention in close for day in mention.weekdays)

    @once
    def ranges(self) -> tuple[DayRange, ...]:
        """The days and ranges that the figure belongs to; the ends of a range for a figure that says from or to."""
        found = [days for mention in self.days.mentions for days in mention.ranges]
        if self.days.strength == "own" and _PLACED.search(self.before):
            found += [(day, day) for days in tuple(found) if days[0] != days[1] for day in days]
        return tuple(dict.fromkeys(found))

    @once
    def stated(self) -> tuple[DayRange, ...]:
        """Every range of several days that the answer states."""
        return self._answer.stated_ranges

    @property
    def answer_names_days(self) -> bool:
        return self._answer.names_days

    @property
    def latest(self) -> list[Mention]:
        """How many of the newest orders the answer, up to this sentence, says it is about."""
        if not self._answer.latest:
            return []
        end = self._answer.layout.segments[self.segment].end
        return [mention for mention in self._answer.latest if mention.start < end]

    @once
    def category_names(self) -> tuple[str, ...]:
        found = self._answer.bound(self, "category")
        return tuple(name for mention in found.mentions for name in mention.names) if found.close else ()

    @once
    def dates_beside(self) -> int:
        """How many dates the figure's segment holds."""
        return sum(f.kind == "date" for f in self._answer.figures_in(self.segment))

    @once
    def anything(self) -> bool:
        """Whether the figure's own sentence, or what leads it in, says what it is about."""
        return self.days.close or self.items.close or self.orders.close or self.weekdays.close


class Surroundings:
    """An answer's figures and mentions, each in its place."""

    def __init__(self, text_reading: Reading, layout: Layout) -> None:
        reading = with_order_cells(text_reading, layout)
        self.words = reading.words
        self.text = SearchedText(reading.words)
        self.layout = layout
        self.reading = reading
        self._mentions: dict[MentionKind, dict[int, list[Mention]]] = {}
        for mention in reading.mentions:
            by_segment = self._mentions.setdefault(mention.kind, {})
            by_segment.setdefault(layout.at(mention.start), []).append(mention)
        self.latest = [mention for mention in reading.mentions if mention.kind == "latest"]
        self._measured = [figure.start for figure in reading.figures if _speaks(figure)]
        self._figures: dict[int, list[Figure]] = {}
        for figure in reading.figures:
            self._figures.setdefault(layout.at(figure.start), []).append(figure)

    def each(self) -> Iterator[Nearby]:
        """Every figure in order, with the words between the measured figures on either side of it."""
        for index, figures in self._figures.items():
            segment = self.layout.segments[index]
            previous: Nearby | None = None
            for figure, left, right in _between(figures, segment.start, segment.end):
                cell = next((c for c in segment.cells if c.start <= figure.start < c.end), None)
                first, last = (max(left, cell.start), min(right, cell.end)) if cell else (left, right)
                before = self.words[max(first, figure.start - _WORDS) : figure.start]
                after = self.words[figure.end : min(last, figure.end + _WORDS)]
                nearby = Nearby(figure, index, (before, after), None if cell else previous, self)
                previous = nearby if _speaks(figure) else previous
                yield nearby

    @once
    def stated_ranges(self) -> tuple[DayRange, ...]:
        """Ranges in so many words, and the days that a table or list names one after the other."""
        days = (m for m in self.reading.mentions if m.kind == "days")
        spoken = [r for mention in days for r in mention.ranges if r[0] != r[1]]
        return tuple(dict.fromkeys([*spoken, *self._listed_ranges()]))

    def _listed_ranges(self) -> Iterator[DayRange]:
        run: list[date] = []
        depth = 0
        for index, segment in enumerate(self.layout.segments):
            day = self._only_day(index) if segment.depth > 0 else None
            if run and day is not None and segment.depth == depth and abs((day - run[-1]).days) == 1:
                run.append(day)
                continue
            if len(run) > 1:
                yield min(run), max(run)
            run, depth = ([day] if day is not None else []), segment.depth
        if len(run) > 1:
            yield min(run), max(run)

    def _only_day(self, segment: int) -> date | None:
        """The one day that a list item or table row is about."""
        found = self._mentions.get("days", {}).get(segment, [])
        if len(found) != 1 or len(found[0].ranges) != 1 or found[0].multi_day:
            return None
        return found[0].ranges[0][0]

    @once
    def names_days(self) -> bool:
        return any(mention.kind == "days" for mention in self.reading.mentions)

    def figures_in(self, segment: int) -> list[Figure]:
        return self._figures.get(segment, [])

    def bound(self, nearby: Nearby, kind: MentionKind) -> Bound:
        """The nearest mentions: in the figure's own segment, in what leads it in, or in an earlier segment."""
        found = self._mentions.get(kind)
        if found is None:
            return _UNBOUND
        segment = self.layout.segments[nearby.segment]
        if own := in_sight(nearby.figure, found.get(nearby.segment, [])):
            return Bound(belonging(self.text, segment, nearby.figure, own, self._measured), "own")
        if nearby.cell is not None and (heads := self._in_header(nearby.cell, found)):
            return Bound(heads, "own")
        if above := self._above(nearby, found):
            return Bound(above, "above")
        earlier = max((index for index in found if index < nearby.segment), default=None)
        far = kind == "days" or (kind == "order" and nearby.cell is not None)
        if earlier is not None and (far or nearby.segment - earlier <= _NEAR[kind]):
            return Bound(tuple(found[earlier]), "before")
        return _UNBOUND

    def _above(self, nearby: Nearby, found: dict[int, list[Mention]]) -> tuple[Mention, ...]:
        """What leads the figure in: a heading, `Yesterday:`, an outer list item, the line above a table."""
        above = self.layout.parents[nearby.segment]
        while above is not None:
            if above in found:
                return tuple(found[above])
            above = self.layout.parents[above]
        if nearby.cell is not None:
            lines = range(nearby.table_start, nearby.table_start - 3, -1)
            return tuple(next((found[line] for line in lines if line in found), ()))
        return ()

    def _in_header(self, cell: Cell, found: dict[int, list[Mention]]) -> tuple[Mention, ...]:
        first, last = cell.header
        return tuple(m for m in found.get(self.layout.at(first), ()) if first <= m.start < last)


def _speaks(figure: Figure) -> bool:
    """Whether the figure is measured in words of its own; a date or an order's number is not."""
    return figure.kind in _WORD_KINDS and not figure.order


def _between(figures: Sequence[Figure], start: int, end: int) -> Iterator[tuple[Figure, int, int]]:
    lefts, rights = [], []
    for figure in figures:
        lefts.append(start)
        start = figure.end if _speaks(figure) else start
    for figure in reversed(figures):
        rights.append(end)
        end = figure.start if _speaks(figure) else end
    return zip(figures, lefts, reversed(rights), strict=True)
