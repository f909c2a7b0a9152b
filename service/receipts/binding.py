"""Which of the days, items or orders that a sentence names a figure in it belongs to."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from service.receipts.figures import Figure
from service.receipts.layout import Segment
from service.receipts.mentions import Mention
from service.receipts.searched import SearchedText

SIGHT = 300
"""How far a sentence reaches around a figure, in characters."""
_MANY = 8
_CLAUSE = re.compile(
    r"[,;](?=\s)|\s(?:while|whereas|but|versus|vs\.?|against|than|up from|down from)\s"
    r"|\s(?:and|compared) (?:with|to)\s"
)
_MAJOR_CLAUSE = re.compile(r";(?=\s)|\s(?:while|whereas)\s")
_FOLLOWS = re.compile(
    r"[\s*_`]*(?:\(|\[)?[\s*_`]*(?:on|for|in|at|during|over|of|from|net on|gross on|×|x)?\s*(?:the\s+)?[*_`]*"
)
_AND = re.compile(r"\s*(?:,|and|&|or)\s*")


def in_sight(figure: Figure, mentions: list[Mention]) -> list[Mention]:
    """The mentions around a figure, in a sentence of any length. `last 7 days` says nothing about its own 7."""
    if len(mentions) >= _MANY:
        first = bisect_left(mentions, figure.start - 2 * SIGHT, key=lambda m: m.start)
        last = bisect_right(mentions, figure.end + 2 * SIGHT, key=lambda m: m.start)
        mentions = mentions[first:last]
    return [m for m in mentions if not m.start <= figure.start < m.end]


def belonging(
    text: SearchedText, segment: Segment, figure: Figure, mentions: Sequence[Mention], measured: Sequence[int]
) -> tuple[Mention, ...]:
    """Where a sentence names several, a figure belongs to the one right after it (`$5 on Monday`), else to the last
    one before it in its clause, else to the first after it there; else to any of them. In a table row, to any.

    mentions: in order; measured: where the measured figures of the text begin, in order.
    """
    if segment.cells or len(mentions) == 1:
        return tuple(mentions)
    words = text.words
    starts = [mention.start for mention in mentions]
    following = bisect_left(starts, figure.end)
    if following < len(mentions) and follows(words, figure, mentions[following]):
        return (mentions[following],)
    if listed := _before_colon(words, figure, mentions[: bisect_left(starts, figure.start)]):
        return listed
    for boundary in (_CLAUSE, _MAJOR_CLAUSE):
        start, end = _clause(text, boundary, segment, figure)
        if within := mentions[bisect_left(starts, start) : bisect_left(starts, end)]:
            return tuple(_run(words, figure, within, measured))
    return tuple(mentions)


def follows(words: str, figure: Figure, mention: Mention) -> bool:
    """Whether the mention comes right after the figure, but for a preposition."""
    return _FOLLOWS.fullmatch(words, figure.end, mention.start) is not None


def _before_colon(words: str, figure: Figure, earlier: Sequence[Mention]) -> tuple[Mention, ...]:
    """All that a colon sums up for the figures after it: `Monday was better than Sunday: $5 against $4`."""
    if not earlier or words.find(": ", earlier[-1].end, figure.start) < 0:
        return ()
    run = [earlier[-1]]
    for mention in reversed(earlier[:-1]):
        if re.search(r"[:;] ", words[mention.end : run[-1].start]):
            break
        run.append(mention)
    return tuple(run)


def _clause(text: SearchedText, boundary: re.Pattern[str], segment: Segment, figure: Figure) -> tuple[int, int]:
    start = text.last(boundary, max(segment.start, figure.start - SIGHT), figure.start)
    end = text.first(boundary, figure.end, segment.end)
    return (segment.start if start is None else start), (segment.end if end is None else end)


def _run(words: str, figure: Figure, mentions: Sequence[Mention], measured: Sequence[int]) -> list[Mention]:
    """The nearest mention before the figure (else after it), with those beside it that no figure parts from it."""
    earlier = [m for m in mentions if m.start < figure.start]
    ordered = list(reversed(earlier)) if earlier else list(mentions)
    run = ordered[:1]
    for mention in ordered[1:]:
        low, high = sorted((run[-1].start, mention.start))
        apart = bisect_right(measured, low) < bisect_left(measured, high)
        if apart or (mention.kind == "weekdays" and not _AND.fullmatch(words, *_gap(run[-1], mention))):
            break
        run.append(mention)
    return run


def _gap(one: Mention, other: Mention) -> tuple[int, int]:
    return min(one.end, other.end), max(one.start, other.start)
