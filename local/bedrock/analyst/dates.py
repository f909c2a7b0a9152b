"""Time expressions in a question -> stretches of days, in three passes: those that stand by themselves, those made
of two ("from … to …", "since …"), and those that lean on another ("the week before").

Each one found is replaced in the text by a mark, `d_0`, `d_1`, …, so that nothing is read twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from re import Match

from . import calendar_rules, relative_rules
from .date_rule import OPEN_ENDED, Clock, Found, Unclear, Weekdays
from .spans import Shift, Span, Unit, earlier, moved, week_of
from .vocabulary import WEEKDAYS

RULES = (*calendar_rules.RULES, *relative_rules.RULES)
HINT = re.compile(
    r"\d|day|week|month|quarter|year|night|fort|ever\b|all time|lifetime|open|start|beginning|history|christmas|xmas"
    r"|hallow|thanks|valentine|easter|nye|half|now|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
    r"|[wmqy]td|yoy|mom|wow"
    r"|period|before|after|earlier|today|tomorrow"
)
COMPARING = re.compile(r"\b(?:compar\w*|growth|grow|grew|grown|growing|chang\w*|differen\w*|vs|versus|against|than)\b")
MARK = re.compile(r"\bd_(\d+)\b")
UNIT = r"(?P<unit>day|weekend|week|month|quarter|year)"


@dataclass
class Dates:
    """text: the question with marks in it; spans and shifts in the order in which they were said."""

    text: str
    found: list[Found] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        return [one for one in self.in_order() if isinstance(one, Span)]

    @property
    def shifts(self) -> list[Shift]:
        return [one for one in self.in_order() if isinstance(one, Shift)]

    @property
    def weekdays(self) -> list[Weekdays]:
        return [one for one in self.in_order() if isinstance(one, Weekdays)]

    @property
    def unclear(self) -> Unclear | None:
        return next((one for one in self.in_order() if isinstance(one, Unclear)), None)

    def in_order(self) -> list[Found]:
        return [self.found[int(place)] for place in MARK.findall(self.text)]

    def marked(self, found: Found) -> str:
        self.found.append(found)
        return f"d_{len(self.found) - 1}"

    def span(self, mark: str) -> Span | None:
        found = self.found[int(mark)]
        return found if isinstance(found, Span) else None


def find_dates(text: str, clock: Clock) -> Dates:
    """`text` in its regular form."""
    dates = Dates(_completed(text))
    if not HINT.search(text):
        return dates
    _lean(dates, SAME)
    for pattern, meaning in RULES:

        def mark(match: Match[str], meaning: Callable[[Match[str], Clock], Found | None] = meaning) -> str:
            found = meaning(match, clock)
            return match[0] if found is None else dates.marked(found)

        dates.text = pattern.sub(mark, dates.text)
    _join(dates, clock)
    _lean(dates, LEANING)
    return dates


def _completed(text: str) -> str:
    """ "this week compared to last" leaves a word out: put it in."""
    for pattern in ELLIPSES:
        text = pattern.sub(r"\g<all> \g<unit>", text)
    return text


# -- stretches made of others ----------------------------------------------------------------------------------------

Joint = Callable[[Dates, Match[str], Clock], Found | None]


def _between(dates: Dates, match: Match[str], _: Clock) -> Found | None:
    first, last = dates.span(match["one"]), dates.span(match["two"])
    if first is None or last is None or COMPARING.search(dates.text):
        return None
    return ordered(first, last)


def ordered(first: Span, last: Span) -> Span:
    """From the beginning of one to the end of the other; "from Monday to Friday" on a Thursday is last week's."""
    start, end = first.start, last.end
    if start > end and first.unit == "day":
        start = moved(start, -7) if first.bare else start
    if start > end and first.unit == "month":
        start = start.replace(year=start.year - 1)
    return Span(min(start, end), max(start, end))


def _since(dates: Dates, match: Match[str], clock: Clock) -> Found | None:
    span = dates.span(match["one"])
    return Span(min(span.start, clock.today), clock.today) if span else None


def _after(dates: Dates, match: Match[str], clock: Clock) -> Found | None:
    span = dates.span(match["one"])
    return Span(moved(span.end, 1), max(clock.today, moved(span.end, 1))) if span else None


def _without(dates: Dates, match: Match[str], _: Clock) -> Found | None:
    whole, left_out = dates.span(match["one"]), dates.span(match["two"])
    if whole is None or left_out is None:
        return OPEN_ENDED
    if whole.start < left_out.start and left_out.end >= moved(left_out.start, 0) and whole.end >= left_out.start:
        return Span(whole.start, moved(left_out.start, -1))
    return OPEN_ENDED


def _week_from(dates: Dates, match: Match[str], _: Clock) -> Found | None:
    span = dates.span(match["one"])
    if span is None:
        return None
    return week_of(span.start) if "of" in match["how"] else Span(span.start, moved(span.start, 6), "week")


def _weekday_within(dates: Dates, match: Match[str], _: Clock) -> Found | None:
    day, week = dates.span(match["one"]), dates.span(match["two"])
    if day is None or week is None or not day.bare or week.unit != "week":
        return None
    return Span(moved(week.start, day.start.weekday()), moved(week.start, day.start.weekday()), "day")


def _step_before(dates: Dates, match: Match[str], _: Clock) -> Found | None:
    span = dates.span(match["one"])
    unit: Unit = match["unit"]  # type: ignore[assignment]
    if span is None or COMPARING.search(dates.text):
        return None
    if span.unit == "day" and unit == "week":
        start = moved(span.start, -7 if match["side"] == "before" else 1)
        return Span(start, moved(start, 6))
    return earlier(span, Shift(unit, 1 if match["side"] == "before" else -1))


def _same(dates: Dates, match: Match[str], _: Clock) -> Found | None:
    return dates.span(match["one"])


def _open(_: Dates, __: Match[str], ___: Clock) -> Found:
    return OPEN_ENDED


JOINTS: tuple[tuple[re.Pattern[str], Joint], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), joint)
    for pattern, joint in (
        (r"(?:week|w c) (?P<how>of|commencing|beginning|starting|from)(?: the)? d_(?P<one>\d+)", _week_from),
        (r"(?:the )?(?:whole |entire )?(?:month|quarter|year) of d_(?P<one>\d+)", _same),
        (rf"(?:the )?{UNIT} (?P<side>before|after) d_(?P<one>\d+)", _step_before),
        (r"d_(?P<one>\d+) (?:on |in |of |during |from )?(?:the )?d_(?P<two>\d+)", _weekday_within),
        (r"between d_(?P<one>\d+) and d_(?P<two>\d+)", _between),
        (
            r"(?:from )?d_(?P<one>\d+) (?:up )?(?:to|until|till|through|thru)(?: and including)? d_(?P<two>\d+)",
            _between,
        ),
        (
            (
                r"d_(?P<one>\d+) (?:excluding|except|without|minus|but not|not counting|not including|leaving "
                r"out) d_(?P<two>\d+)"
            ),
            _without,
        ),
        (r"(?:ever )?since d_(?P<one>\d+)(?: until now| till now)?", _since),
        (r"(?:from|starting) d_(?P<one>\d+) (?:on|onwards?|forward|(?:un)?til+ now|to now|to date|up to now)", _since),
        (r"after d_(?P<one>\d+)", _after),
        (r"(?:before|until|till|up to|prior to) d_(?P<one>\d+)", _open),
    )
)


def _join(dates: Dates, clock: Clock) -> None:
    if "d_" not in dates.text:
        return
    for pattern, joint in JOINTS:

        def mark(match: Match[str], joint: Joint = joint) -> str:
            found = joint(dates, match, clock)
            return match[0] if found is None else dates.marked(found)

        dates.text = pattern.sub(mark, dates.text)


# -- stretches that lean on another ----------------------------------------------------------------------------------

STEPS = "day|weekend|week|month|quarter|year"
Leaning = tuple[re.Pattern[str], Callable[[Match[str]], Shift]]


NOUNS: dict[str, Unit] = {"time": "day", "date": "day", "days": "day", "dates": "day"}


def _leaning(pattern: str, unit: Unit | None = None, steps: int = 1) -> Leaning:
    """`unit`: the step's, or None when the pattern's group says it. A noun ("this day last year") says what is
    stepped back from when nothing else does."""

    def shift(match: Match[str]) -> Shift:
        noun = match.groupdict().get("noun") or ""
        of = noun if noun in STEPS.split("|") else NOUNS.get(noun)
        return Shift(unit or match["unit"], steps, of)  # type: ignore[arg-type]

    return re.compile(rf"\b(?:{pattern})\b"), shift


U = rf"(?P<unit>{STEPS})"
NOUN = r"(?:(?P<noun>\w+) )?"
# These hold a "last week" or "this month" of their own, so they come before the rules that would take it.
SAME = (
    _leaning(rf"(?:the )?(?:same|this|that|these) {NOUN}(?:(?:of|in|from|for|the) )*(?:last|previous|prior) {U}s?"),
    _leaning(rf"(?:the )?same {NOUN}(?:a|the|1) {U} (?:earlier|before|ago|prior|back)"),
    _leaning(rf"(?:the )?same {NOUN}(?:the )?(?:previous|prior) {U}"),
)
LEANING = (
    _leaning(rf"(?:a|1) {U} (?:earlier|before|prior)(?: that| this)?"),
    _leaning(rf"(?:the )?{U} (?:before|prior|preceding)(?: that| this| it| then)?(?! d_)"),
    _leaning(rf"(?:the )?(?:previous|prior|preceding) {U}"),
    _leaning(r"(?:the )?\d{1,4} (?:day|week|month|year)s? (?:earlier|before|prior)(?: that)?", "range"),
    _leaning(r"(?:the )?(?:previous|prior|preceding) (?:\d{1,4} )?(?:period|stretch|days|weeks|months|years)", "range"),
    _leaning(r"(?:the )?(?:same )?(?:period|stretch|days|dates) (?:before|prior)(?: that)?", "range"),
    _leaning(rf"(?:the )?(?:{'|'.join(WEEKDAYS)}) (?:before|prior)(?: that)?", "week"),
    _leaning(r"the (?:previous|prior) one|the one before(?: that)?", "range"),
    _leaning(rf"(?:the )?{U} after(?: that| this| it)?", steps=-1),
    _leaning(rf"(?:the )?following {U}", steps=-1),
    _leaning(r"year (?:on|over) year|yoy|y o y", "year"),
    _leaning(r"month (?:on|over) month|mom", "month"),
    _leaning(r"week (?:on|over) week|wow", "week"),
)
AGAINST = r"(?:than|to|with|vs|versus|against|on|and|over|or|from)"
ELLIPSES = (
    re.compile(rf"(?P<all>\bthis (?P<unit>week|month|quarter|year|weekend)\b.*? {AGAINST} last)(?! \w)"),
    re.compile(rf"(?P<all>\blast (?P<unit>week|month|quarter|year|weekend)\b.*? {AGAINST} this)(?! \w)"),
)


def _lean(dates: Dates, table: tuple[Leaning, ...]) -> None:
    for pattern, shift in table:

        def mark(match: Match[str], shift: Callable[[Match[str]], Shift] = shift) -> str:
            return dates.marked(shift(match))

        dates.text = pattern.sub(mark, dates.text)
