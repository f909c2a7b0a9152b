"""The figures of an answer: money, counts, percentages, dates, times and order numbers, and what is none of these."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from service.receipts.currency import CODE, LETTERED, SYMBOL, UNIT, is_of
from service.receipts.dates import Calendar, find_dates
from service.receipts.layout import Span, item_mark
from service.receipts.mentions import DateFigure, Mention
from service.receipts.numerals import MAGNITUDE, NUMBER, SPELLED, Numeral, read_numeral
from service.receipts.receipt import FigureKind
from service.receipts.relative import find_relative
from service.receipts.words import counted, counts_as_noun

_SPACE = "[ \u00a0]?"

_AMOUNT = re.compile(
    rf"(?=[-+–±$£€¥₹0-9]|(?<![a-z])[a-z])"
    rf"(?:(?:(?<![0-9a-z])(?P<sign>[-+–±])(?=\S))?(?:(?P<symbol>{SYMBOL}){_SPACE}(?P<inner>[-+–])?)?"
    rf"(?<![0-9.,_'])(?P<number>{NUMBER})(?P<magnitude>{MAGNITUDE})?"
    rf"(?:{_SPACE}(?P<percent>%|percentage points?\b|percent\b|per cent\b|pp\b)|{_SPACE}(?P<unit>{UNIT}))?"
    rf"|(?<![a-z-])(?P<spelled>{'|'.join(SPELLED)})(?![a-z-])(?:{_SPACE}(?P<spelled_percent>percent\b|per cent\b))?)"
)
_TIME = re.compile(
    r"(?=[0-9])(?<![0-9:.,])(?:(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])(?::[0-5][0-9])?(?:\s?(?P<half>[ap])(?:m\b|\.m\.))?"
    r"|(?P<hour12>1[0-2]|[1-9])\s?(?P<half12>[ap])(?:m\b|\.m\.))(?![0-9]|:[0-9])"
)
_DENIED = re.compile(r"\b(?:no|not|any)\s+$")
_CLOCK = re.compile(r"(?:\bas of|\bit is|\bnow|\bat the time of writing|local time),?\s*(?:now\s*)?\(?$")
_ORDER = re.compile(
    r"(?:(?P<word>\b(?:order|ticket|receipt)s?)\s*(?:(?:numbers?|nos?\.|nr\.?|id)\s*)?(?:[*_`]*[#№])?\s?[*_`]*|[#№]\s?)"
    r"(?P<list>[0-9]+(?:,[0-9]{3})*(?![0-9.,:]?[0-9]|[a-z%])"
    r"(?:(?:,\s+|\s*(?:,\s*)?(?:and|&)\s+)[#№]?[0-9]+(?![0-9.,:]?[0-9]|[a-z%]|\s*(?:%|percent|[a-z]{3}\b\s*(?:[a-z]|$))))*)"
)
_NUMBER = rf"[0-9]{{1,3}}|{'|'.join(SPELLED)}"
_STATUS = r"(?:cancelled|refunded|completed)"
_LATEST = re.compile(
    rf"\b(?:(?:last|latest|newest|past)\s+(?P<after>{_NUMBER})\s+(?:recent )?(?:(?P<status>{_STATUS})\s+)?orders"
    rf"|(?P<before>{_NUMBER})\s+(?:most recent|latest|newest|recent|last)\s+(?:(?P<status2>{_STATUS})\s+)?orders)\b"
)
_NO_FIGURE = re.compile(
    r"https?://\S+|www\.\S+|\]\([^)\s]{0,500}\)"
    r"|\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{14,22}"
    rf"|(?=[a-z_]++[0-9])(?!(?:{CODE})[0-9]|q[1-4]\b|{LETTERED})[\w-]+)"
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.\S+")
_SELECTION = re.compile(
    r"(?:\bno\.|\bnumber|\bnr\.?|\brank(?:ed|ing)?:?|\btop|\bbottom|\bbest|\bworst|\bbusiest|\bquietest|\bbiggest|\blargest"
    r"|\bhighest|\blowest|\bversion|\bstep|\bpage|\boption|\bsection|\btable|\bphase|\bthe first)[\s*_]*[#№]?$"
)
_GLUED = re.compile(r"(?!x\b)[a-z_]")
"""12in, 3rd, 330ml: a size or a rank. 2x is a count."""
_OF_THE_ANSWER = re.compile(
    r"[\s*_]*(?:\w+ )?(?:thing|way|reason|point|option|tip|step|question|suggestion|idea|part|column)s?\b"
)
_RANK_HEADERS = ("", "#", "no", "no.", "nr", "rank", "pos", "position", "place")


class Figure(Struct, frozen=True):
    """start, end: where in the text. numeral: for money, count and percent, signed as written (`signed`).
    foreign: money of another currency; order: an order's number; points: of percentage;
    optional: no figure unless it is matched, as in `two days stand out`."""

    start: int
    end: int
    kind: FigureKind
    value: str = ""
    numeral: Numeral = Numeral(0)
    signed: bool = False
    foreign: bool = False
    order: bool = False
    points: bool = False
    bare: bool = False
    optional: bool = False
    date: DateFigure | None = None


class Reading(Struct, frozen=True):
    """What an answer's text holds. `words`: the text in lower case with names, dates and ids blanked out."""

    words: str
    figures: tuple[Figure, ...]
    mentions: tuple[Mention, ...]


def read_figures(
    text: str, calendar: Calendar, currency: str, names: Iterable[Mention], orders: frozenset[int]
) -> Reading:
    """`text` is plain and in lower case; `names` are the items it mentions; `orders` the numbers of known orders."""
    named = list(names)
    open_text = _blanked(text, [(name.start, name.end) for name in named])
    addresses = _spans(_ADDRESS, open_text) if "@" in open_text else ()
    open_text = _blanked(open_text, [*_spans(_NO_FIGURE, open_text), *addresses, *_list_numbers(open_text)])
    dates, stated = find_dates(open_text, calendar)
    relative = find_relative(open_text, calendar.today, stated)
    dates, days = _reconciled(open_text, dates, stated, relative)
    latest = list(_latest(open_text))
    without_dates = _blanked(open_text, [(found.start, found.end) for found in dates])
    times = list(_times(without_dates))
    numbers = list(_orders(without_dates, orders))
    rest = _blanked(without_dates, [(f.start, f.end) for f in (*times, *numbers)])
    figures = [*_date_figures(dates), *times, *numbers, *_amounts(rest, currency)]
    ordered = [Mention(f.start, f.end, "order", number=f.numeral.digits) for f in numbers]
    return Reading(
        words=rest,
        figures=tuple(sorted(figures, key=lambda f: f.start)),
        mentions=tuple(sorted([*(n for n in named if n.names), *days, *latest, *ordered], key=lambda m: m.start)),
    )


def is_rank_header(header: str) -> bool:
    return header.strip(" *_`") in _RANK_HEADERS


def _blanked(text: str, spans: Iterable[Span]) -> str:
    pieces, position = [], 0
    for first, end in sorted(spans):
        start = max(first, position)
        if end > start:
            pieces += [text[position:start], "\x00" * (end - start)]
            position = end
    return "".join([*pieces, text[position:]])


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    return (match.span() for match in pattern.finditer(text))


def _list_numbers(text: str) -> Iterator[Span]:
    position = 0
    for line in text.split("\n"):
        if mark := item_mark(line):
            yield position, position + mark.end()
        position += len(line) + 1


def _reconciled(
    text: str, dates: list[DateFigure], stated: list[Mention], relative: list[Mention]
) -> tuple[list[DateFigure], list[Mention]]:
    """`yesterday, 22 November`: the date speaks, and is contradicted when yesterday was another day."""
    belied: set[int] = set()
    kept = []
    ends = [mention.end for mention in stated]
    for words in relative:
        place = bisect_right(ends, words.start)
        beside = next((m for m in stated[max(0, place - 1) : place + 1] if _adjoin(text, words, m)), None)
        if beside is None or words.kind != "days":
            kept.append(words)
        elif (
            words.ranges
            and not words.multi_day
            and not beside.multi_day
            and set(words.ranges).isdisjoint(beside.ranges)
        ):
            belied.add(beside.end)
    marked = [replace(found, contradicted=True) if found.end in belied else found for found in dates]
    return marked, stated + kept


_ADJOINED = re.compile(
    r"[\s,(*_–—]*(?:(?:was|is)\s+)?(?:the\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:the\s+)?"
)


def _adjoin(text: str, words: Mention, stated: Mention) -> bool:
    if words.end <= stated.start:
        return stated.start - words.end < 24 and _ADJOINED.fullmatch(text, words.end, stated.start) is not None
    gap = text[stated.end : words.start]
    return len(gap) < 4 and "(" in gap and not gap.strip(" (")


def _latest(text: str) -> Iterator[Mention]:
    for match in _LATEST.finditer(text):
        written = match["after"] or match["before"]
        number = SPELLED.index(written) if written in SPELLED else int(written)
        status = match["status"] or match["status2"]
        yield Mention(*match.span(), "latest", names=(status,) if status else (), number=number)


def _date_figures(dates: list[DateFigure]) -> Iterator[Figure]:
    return (Figure(found.start, found.end, "date", found.value, date=found) for found in dates)


def _times(text: str) -> Iterator[Figure]:
    for match in _TIME.finditer(text):
        if _CLOCK.search(text[max(0, match.start() - 30) : match.start()]):
            yield Figure(*match.span(), "time", "", optional=True)
            continue
        hour, half = int(match["hour"] or match["hour12"]), match["half"] or match["half12"]
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        yield Figure(*match.span(), "time", f"{hour:02d}:{match['minute'] or '00'}")


def _orders(text: str, known: frozenset[int]) -> Iterator[Figure]:
    """`order 1042`, `#1042`, `orders 1042 and 1043`. `orders 112` is a count and `#1` a rank unless there is such an
    order."""
    for match in _ORDER.finditer(text):
        offset = match.start("list")
        for found in re.finditer(r"[0-9]+(?:,[0-9]{3})*", match["list"]):
            number = int(found[0].replace(",", "")) if len(found[0]) < 16 else 0
            sure = match["word"] and not match["word"].endswith("s")
            denied = _DENIED.search(text[max(0, match.start() - 8) : match.start()]) is not None
            if number in known or sure or (not match["word"] and number > 100):
                start = (
                    match.start()
                    if "#" in match[0] and not match["word"] and found.start() == 0
                    else offset + found.start()
                )
                yield Figure(
                    start, offset + found.end(), "count", str(number), Numeral(number), order=True, optional=denied
                )


def _amounts(text: str, currency: str) -> Iterator[Figure]:
    matches = list(_AMOUNT.finditer(text))
    for position, match in enumerate(matches):
        following = matches[position + 1].start() if position + 1 < len(matches) else len(text)
        after = text[match.end() : min(following, match.end() + 80)]
        figure = _spelled(match, after) if match["spelled"] else _written(match, text, after, currency)
        if figure is not None:
            yield figure


def _spelled(match: re.Match[str], after: str) -> Figure | None:
    numeral = Numeral(SPELLED.index(match["spelled"]))
    if match["spelled_percent"]:
        return Figure(*match.span(), "percent", numeral=numeral)
    if not counts_as_noun(after):
        return None
    loose = bool(counted("", after) & {"pieces", "days", "weeks"})
    return Figure(*match.span(), "count", numeral=numeral, optional=loose)


def _written(match: re.Match[str], text: str, after: str, currency: str) -> Figure | None:
    money, percent = match["symbol"] or match["unit"], match["percent"]
    if not money and (_GLUED.match(after) or _SELECTION.search(text[max(0, match.start() - 24) : match.start()])):
        return None
    numeral = read_numeral(match["number"], match["magnitude"] or "", thousandths=bool(percent))
    if numeral is None:
        return None
    signs = {match["sign"], match["inner"]} - {None, "±"}
    if signs & {"-", "–"} or _in_accounting_brackets(text, match):
        numeral, signs = numeral.negated(), {"-"}
    if money:
        return _money(match, numeral, currency, bool(signs))
    if percent:
        points = percent.startswith(("percentage", "pp"))
        return Figure(*match.span(), "percent", numeral=numeral, signed=bool(signs), points=points)
    trivial = _OF_THE_ANSWER.match(after) is not None
    return Figure(*match.span(), "count", numeral=numeral, signed=bool(signs), bare=True, optional=trivial)


def _in_accounting_brackets(text: str, match: re.Match[str]) -> bool:
    before, after = (
        text[max(0, match.start() - 8) : match.start()].rstrip(" *"),
        text[match.end() : match.end() + 8].lstrip(" *"),
    )
    if not (before.endswith("(") and after.startswith(")")):
        return False
    return before[:-1].rstrip(" *").endswith("|") and after[1:].lstrip(" *").startswith("|")


def _money(match: re.Match[str], numeral: Numeral, currency: str, signed: bool) -> Figure:
    marks = [mark for mark in (match["symbol"], match["unit"]) if mark]
    if match["unit"] and match["unit"].startswith(("cent", "pence", "penny")):
        numeral = Numeral(numeral.digits, numeral.decimals + 2)
    foreign = not all(is_of(currency, mark) for mark in marks)
    return Figure(*match.span(), "money", numeral=numeral, signed=signed, foreign=foreign)
