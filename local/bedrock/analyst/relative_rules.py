"""Stretches of days that are named by where they stand to today: "yesterday", "last 7 days", "this month", "last
Friday".

The order matters: what is longer or more particular comes first. A rule that answers None lets the next ones try.
"""

from __future__ import annotations

from datetime import date
from re import Match

from .date_rule import NO_SUCH_DATE, UNIT, Clock, Found, M, Rule, W, Weekdays, Y, rule_adder, year_said
from .spans import AROUND, FIRST, Span, month_of, months_in, months_later, moved, one_day, week_of, year_of
from .vocabulary import FOOD, WEEKDAYS

RULES: list[Rule] = []
rule = rule_adder(RULES)


@rule(r"(?:the )?day before yesterday|2 days ago")
def _day_before_yesterday(_: Match[str], clock: Clock) -> Found:
    return one_day(moved(clock.today, -2), "the day before yesterday")


@rule(rf"(?:the )?{UNIT} before last")
def _before_last(found: Match[str], clock: Clock) -> Found:
    return _around(found["unit"], clock, 2, f"the {found['unit']} before last")


@rule(r"(?:the )?weekend before last")
def _weekend_before_last(_: Match[str], clock: Clock) -> Found:
    return _weekend(moved(_past_weekend(clock).start, -7), "the weekend before last")


@rule(
    r"(?:the )?(?:last|past|recent|trailing|rolling) (?P<count>\d{1,5}) (?P<units>days?|nights?|weeks?"
    r"|months?|quarters?|years?)"
)
def _last_units(found: Match[str], clock: Clock) -> Found:
    return last_units(int(found["count"]), found["units"].rstrip("s"), clock)


@rule(rf"(?:the )?(?:last|past) (?P<count>\d{{1,3}}) (?:{W}s?|(?P<weekend>weekends?))")
def _last_weekdays(found: Match[str], clock: Clock) -> Found:
    days = (5, 6) if found["weekend"] else (WEEKDAYS.index(found["weekday"]),)
    newest = _past_weekend(clock).end if found["weekend"] else _past_weekday(days[0], clock)
    return Weekdays(days, Span(moved(newest, 1 - 7 * int(found["count"])), newest))


@rule(r"(?:the )?(?:last|past|this) fortnight|fortnight")
def _fortnight(_: Match[str], clock: Clock) -> Found:
    return last_units(14, "day", clock)


@rule(r"(?:the )?(?:past|rolling|trailing) (?P<unit>week|month|quarter|year)")
def _past_unit(found: Match[str], clock: Clock) -> Found:
    return last_units(1, found["unit"], clock)


@rule(r"(?:a|1) week ago(?: today)?")
def _a_week_ago(_: Match[str], clock: Clock) -> Found:
    return one_day(moved(clock.today, -7), "a week ago")


@rule(r"(?P<count>a|\d{1,5}) (?P<units>days?|weeks?|months?|years?) ago(?P<today> today)?")
def _ago(found: Match[str], clock: Clock) -> Found:
    count, unit = 1 if found["count"] == "a" else int(found["count"]), found["units"].rstrip("s")
    if found["today"] and unit != "day":
        steps = -count * months_in(unit)  # type: ignore[arg-type]
        return one_day(months_later(clock.today, steps) if steps else moved(clock.today, -7 * count))
    return _around(unit, clock, count, "")


@rule(
    rf"{W} (?:of |in )?(?P<which>last|this|previous) week"
    rf"|(?P<which2>last|this|previous) week (?:on )?{W.replace('weekday>', 'weekday2>')}"
)
def _weekday_of_week(found: Match[str], clock: Clock) -> Found:
    monday = week_of(clock.today).start
    back = 0 if "this" in (found["which"], found["which2"]) else 7
    return one_day(moved(monday, WEEKDAYS.index(found["weekday"] or found["weekday2"]) - back))


@rule(r"(?:the )?last (?P<unit>day|week|month|quarter|year)s?")
def _last_unit(found: Match[str], clock: Clock) -> Found | None:
    return None if found["unit"] == "day" else _around(found["unit"], clock, 1, f"last {found['unit']}")


@rule(
    r"(?:so far )?(?:this|the current|current) (?P<unit>week|month|quarter|year)(?: so far| to date)?"
    r"|(?:the )?(?<!best )(?<!worst )(?<!busiest )(?P<unit2>week|month|quarter|year) (?:to date|so far)"
    r"|(?P<short>[wmqy])td"
)
def _this_unit(found: Match[str], clock: Clock) -> Found:
    spelled = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
    unit = found["unit"] or found["unit2"] or spelled[found["short"]]
    return _around(unit, clock, 0, f"this {unit}")


@rule(r"(?:the )?day after tomorrow|(?:for )?tomorrow")
def _tomorrow(_: Match[str], clock: Clock) -> Found:
    return one_day(moved(clock.today, 1), "tomorrow")


@rule(rf"(?:the )?(?:next|coming|upcoming) (?:\d{{1,5}} )?(?:{UNIT}s?|{W}s?|weekends?|{M})")
def _next(_: Match[str], clock: Clock) -> Found:
    return one_day(moved(clock.today, 1), "next")


@rule(r"(?:so far )?today(?: so far)?|tonight")
def _today(_: Match[str], clock: Clock) -> Found:
    return one_day(clock.today, "today")


@rule(r"yesterday(?: night| evening)?(?: so far)?|last night")
def _yesterday(_: Match[str], clock: Clock) -> Found:
    return one_day(moved(clock.today, -1), "yesterday")


@rule(
    r"(?:on |at |the |every |each )*(?:weekends|weekend days)|(?:every|each|a typical|an average"
    r"|average|typical) weekend"
)
def _weekends(_: Match[str], __: Clock) -> Found:
    return Weekdays((5, 6))


@rule(r"(?:on |the )*(?:weekdays|week days|weeknights)(?! (?:is|are|was|were|do|did|has|have|brings?|sells?|makes?)\b)")
def _working_days(_: Match[str], __: Clock) -> Found:
    return Weekdays((0, 1, 2, 3, 4))


@rule(
    r"(?<!best )(?<!worst )(?<!top )(?<!which )(?<!busiest )(?<!quietest )(?<!by )(?<!per "
    r")(?P<last>(?:last|past|previous) )?(?:over |on |at )?(?:this |the )?weekend(?! (?:was|had|were"
    r"|did|is)\b(?! d_)(?=.*\b(?:best|busiest|most|worst|quietest|strongest)))"
)
def _one_weekend(found: Match[str], clock: Clock) -> Found:
    if found["last"] or clock.today.weekday() < 5:
        return _weekend(_past_weekend(clock).start, "last weekend")
    return _weekend(week_of(clock.today).start, "this weekend")


@rule(
    rf"(?:on )?(?:every |each |all )?{W}s"
    r"|(?:every|each|any|an?|an average|an? typical|an? usual|an? normal|average|typical|usual) "
    rf"{W.replace('weekday>', 'weekday2>')}"
)
def _weekdays(found: Match[str], _: Clock) -> Found:
    return Weekdays((WEEKDAYS.index(found["weekday"] or found["weekday2"]),))


@rule(rf"(?:the )?{W} before last")
def _weekday_before_last(found: Match[str], clock: Clock) -> Found:
    return one_day(moved(_past_weekday(WEEKDAYS.index(found["weekday"]), clock), -7))


@rule(rf"(?:on )?this (?:past )?{W}")
def _this_weekday(found: Match[str], clock: Clock) -> Found:
    weekday = WEEKDAYS.index(found["weekday"])
    if "past" in found[0]:
        return one_day(_past_weekday(weekday, clock))
    return one_day(moved(week_of(clock.today).start, weekday))


@rule(rf"(?:on )?(?P<last>(?:the )?(?:last|past|previous) )?{W}(?! before\b)")
def _one_weekday(found: Match[str], clock: Clock) -> Found | None:
    after = found.string[found.end() :].split(maxsplit=1)
    if after and after[0] in FOOD and not found["last"]:
        return None  # "Sunday roast" is a dish
    day = _past_weekday(WEEKDAYS.index(found["weekday"]), clock)
    return Span(day, day, "day", bare=not found["last"] and not found[0].startswith("on"))


@rule(
    r"(?:(?:on )?the |^(?:and |what about |how about )*)(?P<day>\d{1,2})(?:st|nd|rd|th)(?! (?:best"
    r"|worst|most|half|highest|of)\b)"
)
def _day_of_month(found: Match[str], clock: Clock) -> Found:
    day = int(found["day"])
    for back in range(3):
        month = month_of(months_later(clock.today.replace(day=1), -back))
        if 1 <= day <= month.days and (wanted := month.start.replace(day=day)) <= clock.today:
            return one_day(wanted)
    return NO_SUCH_DATE


@rule(rf"week (?P<number>\d{{1,2}})(?:(?: of)? {Y})?")
def _numbered_week(found: Match[str], clock: Clock) -> Found:
    year = year_said(found, clock) if found["year"] else clock.today.year
    try:
        return week_of(date.fromisocalendar(year, int(found["number"]), 1))
    except ValueError:
        return NO_SUCH_DATE


@rule(
    r"(?:of )?all time|(?:since|when) (?:we|you|the (?:restaurant|place|business)) (?:first )?open(?:ed)?"
    r"|(?:since|from) the (?:very )?(?:start|beginning)|since day 1|ever(?: since)?|in (?:our |the )?history|lifetime"
)
def _ever(_: Match[str], clock: Clock) -> Found:
    return Span(FIRST, clock.today, "range", "ever")


@rule(r"(?:calendar |the )?(?:year )?(?P<year>20[123]\d)")
def _year_alone(found: Match[str], _: Clock) -> Found:
    return year_of(date(int(found["year"]), 1, 1))


# -- what the rules are made of --------------------------------------------------------------------------------------


def last_units(count: int, unit: str, clock: Clock) -> Span:
    """The last `count` days, weeks, … that end today: rolling, not calendar ones."""
    months = months_in(unit) * count  # type: ignore[arg-type]
    if months:
        start = moved(months_later(clock.today, -months), 1)
    else:
        start = moved(clock.today, 1 - max(1, count) * (7 if unit == "week" else 1))
    return Span(start, clock.today, "range")


def _around(unit: str, clock: Clock, back: int, name: str) -> Span:
    back = min(back, 40_000)
    if unit == "day":
        return one_day(moved(clock.today, -back), name)
    if unit == "week":
        return week_of(moved(clock.today, -7 * back), name)
    steps = months_in(unit) * back  # type: ignore[arg-type]
    return AROUND[unit](months_later(clock.today.replace(day=1), -steps), name)


def _weekend(day: date, name: str) -> Span:
    saturday = moved(week_of(day).start, 5)
    return Span(saturday, moved(saturday, 1), "weekend", name)


def _past_weekend(clock: Clock) -> Span:
    """The newest weekend that is over."""
    return _weekend(moved(clock.today, -7), "last weekend")


def _past_weekday(weekday: int, clock: Clock) -> date:
    return moved(clock.today, -((clock.today.weekday() - weekday - 1) % 7) - 1)
