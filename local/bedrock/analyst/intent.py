"""A question in its regular form -> a Query, by tables: what to recognise, in order, and what the whole then is
about."""

from __future__ import annotations

import re
from dataclasses import replace

from .date_rule import Clock
from .dates import Dates, find_dates
from .flags import FLAGS
from .missing import missing
from .names import MARK as NAME_MARK
from .names import Names, mark_names
from .query import Grain, Metric, Name, Query, Threshold, Topic, saying
from .reading import Reading, whole_words
from .refuse import BY_WEEKDAY, FORECAST, FUTURE, NOT_BY_AMOUNT, NOT_UNDERSTOOD, ONE_CURRENCY, OWN_ONLY, refusal
from .request import Restaurant
from .smalltalk import small_talk
from .topics import ALL, topic_of
from .vocabulary import FOOD, MONTHS, TOPIC
from .words import regular, stem, tokens

MOST_WORDS = 90
LONGEST_NAME = 80
NOT_NAMES = TOPIC - FOOD
ORDINAL = re.compile(r"\b\d+(?:st|nd|rd|th)\b")
MONTH = "|".join(MONTHS)

ORDER_NUMBER = re.compile(
    rf"\b(?:(?:order|ticket|bill|check|receipt|invoice)(?: (?:number|no|nr|num|id))*|(?:orders? )?number)"
    rf" (?P<number>\d{{1,15}})(?![-/.\w])(?! (?:of )?(?:{MONTH})\b)"
)
# Too large to be a count of lines to list: only an order can be meant.
BARE_NUMBER = re.compile(r"(?<![\w_./-])(?P<number>[1-9]\d{3,14}|[2-9]\d\d|1\d[1-9]|1[1-9]\d)(?![\w./-])")
THRESHOLD = re.compile(
    r"\b(?:(?P<above>over|above|more than|at least|exceed\w*|hit|hitting|reach\w*|cross\w*|pass\w*"
    r"|break|broke|clear|cleared|beat|do|did|made|make)"
    r"|(?P<below>under|below|less than|fewer than))"
    r" (?P<amount>\d+(?:\.\d\d?)?)(?P<money> (?:dollars|pounds|euros|in sales|in revenue|in takings))?\b"
    r"(?! (?:days?|weeks?|months?|years?|items?|dishes|products|sellers)\b)(?![-/.]\d)"
)

BY_REVENUE = whole_words(
    r"by (?:\w+ )?(?:revenue|sales|money|value|amount|takings|turnover)",
    r"in (?:money|revenue|cash|value|dollars|pounds)",
    r"revenue|takings|turnover|money|earn\w*|income|cash|grossing",
    r"(?:makes?|made|making|brings?|brought|bringing|bring) (?:\w+ )?(?:in )?(?:the )?(?:most|least)",
    r"(?:most|highest|least|lowest) (?:valuable|sales|value)",
)
BY_QUANTITY = whole_words(
    r"by (?:quantity|volume|units|number|count|pieces)", r"in (?:units|volume|numbers|quantity|pieces)", r"quantity"
)
CUE = re.compile(
    r"^(?:only|just|by|in|per|as|and|but|so|ok|okay|then|also|plus|or|now|same|again|instead|what "
    r"about|how about|what of|hm+|right|cool|great|nice|thanks)\b"
)
STEPWISE = whole_words(r"(?P<unit>year|month|week) (?:on|over) (?P=unit)|yoy|mom|wow|y o y")
POINTING = whole_words(r"that|those|these|it|its|them|they|same|instead|there|then|ones?|again|else")
MANNER = re.compile(
    r"^(?:(?:and|but|so|ok|okay|or|then|also|now|what about|how about|what is (?:that|it)) )*(?:by|in"
    r"|as an?) (?:the )?\w+(?: terms)?$"
)
BASELINE = re.compile(r"\b(?:than|on|of|over|to|with|vs|versus|against|from|behind|beat\w*) d_\d+")
PER_GUEST = whole_words("head", "customer", "guest", "person", "cover")
ASKED_OF_ORDER = whole_words(r"cost", r"price", r"prices", r"what time", r"when")
CURRENCIES = {"EUR": "euros?", "USD": "dollars?", "GBP": "pounds?", "JPY": "yen", "INR": "rupees?", "CHF": "francs?"}
DOLLARS = ("USD", "AUD", "CAD", "NZD", "SGD", "HKD")
OWNER = re.compile(r"\w+['’]s\b")
PAST = whole_words("did", "was", "were", "made", "took", "had")
QUIET = whole_words("slowest", "quietest", "deadest", "calmest", "least busy")
WHO = whole_words("who", "where", "whose")
SEVERAL = whole_words("orders", "refunds")
# Where a number that is no date, order or mark means nothing that could be told.
UNCOUNTED = (Topic.TOTAL, Topic.BREAKDOWN, Topic.COMPARE, Topic.WEEKDAYS, Topic.SHARE, Topic.ITEMS, Topic.PIECES)
PER_ITEM = whole_words(r"orders? (?:\w+ )?(?:with|contain\w*|includ\w*|had|have|having)")
INSIDE = whole_words(
    r"(?:in|on|inside) (?:it|that|this|them)(?: one| order)?",
    r"(?:it|its|their|the) (?:items|contents|lines)",
    r"what did (?:they|he|she) (?:order|have|buy|get)",
    r"contents?|(?:more )?details?|what was (?:in|on)",
)
AGAIN = re.compile(r"^(?:really|are you sure|you sure|sure|seriously|repeat that|say that again|come again|again)$")
WORTH_LOOKING_UP = whole_words(
    r"sell\w*|sold|sales?|order(?:ed|s)?|revenue|takings|bring\w*|brought|made|make|earn\w*|shift\w*|went|moved?",
    r"bought|served?|did|do|doing|popular|best|top|worst|share|part",
)


def read_question(typed: str, restaurant: Restaurant, names: Names, clock: Clock) -> Query:
    """`typed` as it came; `restaurant`: the asker's own, whose name in the question says nothing."""
    text = regular(typed, names.words)
    if len(text.split()) > MOST_WORDS:
        return saying(NOT_UNDERSTOOD)
    text = _without_own_name(text, restaurant.name)
    if AGAIN.match(text):
        return Query(None, leaning=True)
    text, found = mark_names(text, names)
    sentence = small_talk(text, restaurant.name, clock.today) or refusal(typed, text)
    sentence = sentence or _other_currency(text, restaurant.currency)
    return saying(sentence) if sentence else _read(text, found, clock)


def _other_currency(text: str, own: str) -> str | None:
    own_word = "dollars?" if own in DOLLARS else CURRENCIES.get(own)
    others = "|".join(word for word in CURRENCIES.values() if word != own_word)
    return ONE_CURRENCY if re.search(rf"\b(?:(?:in|into|to) (?:{others})|convert\w*)\b", text) else None


def _without_own_name(text: str, restaurant: str) -> str:
    """The whole name, and for "Marlow's Pizza" the "Marlow's" too, say no more than "we"."""
    words = [re.escape(word) + "s?" for word in tokens(restaurant)]
    if not words:
        return text
    text = re.sub(rf"\b{' '.join(words)}\b", "we", text)
    return re.sub(rf"\b{words[0]}\b", "we", text) if OWNER.match(restaurant) else text


def _read(text: str, found: list[Name], clock: Clock) -> Query:
    reading = Reading(text)
    number = reading.take(ORDER_NUMBER)
    threshold = None if number else _threshold(reading)
    dates = find_dates(reading.text, clock)
    reading = Reading(dates.text)
    if dates.unclear:
        return saying(dates.unclear.sentence)
    sentence = None if number and ASKED_OF_ORDER.search(dates.text) else missing(dates.text)
    if any(span.start > clock.today for span in dates.spans) and sentence in (None, FORECAST):
        return saying(FUTURE)
    if sentence:
        return saying(sentence)
    for name, pattern in FLAGS:
        reading.flag(name, pattern)
    if any(set(run.split()) <= NOT_NAMES or ORDINAL.search(run) for run in reading.left_over()):
        return saying(NOT_UNDERSTOOD)
    query = _slots(reading, dates, found)
    bare = BARE_NUMBER.search(reading.text)
    if bare and query.spans:
        return saying(NOT_UNDERSTOOD)
    number = number or bare
    query = replace(query, compared=query.compared or STEPWISE.search(text) is not None)
    query = replace(query, number=int(number["number"]) if number else None, threshold=threshold)
    return _about(reading, query)


def _threshold(reading: Reading) -> Threshold | None:
    found = THRESHOLD.search(reading.text)
    if not found or (not found["money"] and re.fullmatch(r"20[0-3]\d", found["amount"])):
        return None
    if found["above"] in ("do", "did", "made", "make") and not found["money"] and float(found["amount"]) < 100:
        return None
    reading.take(THRESHOLD)
    return Threshold(
        above=found["below"] is None, amount=round(float(found["amount"]) * 100), money=bool(found["money"])
    )


# -- what was said, part by part -------------------------------------------------------------------------------------


def _slots(reading: Reading, dates: Dates, found: list[Name]) -> Query:
    groups = [weekdays.days for weekdays in dates.weekdays]
    spans = list(dates.spans)
    if _means_every_week(reading, dates):
        groups += [] if reading.said("weekday") else [(span.start.weekday(),) for span in spans]
        spans = []
    spans += [weekdays.span for weekdays in dates.weekdays if weekdays.span]
    return Query(
        None,
        spans=tuple(spans),
        shifts=tuple(dates.shifts),
        metric=_metric(reading),
        names=_names(reading, found),
        weekdays=tuple(dict.fromkeys(groups)),
        limit=_limit(reading),
        by="revenue" if reading.has(BY_REVENUE) else "quantity" if reading.has(BY_QUANTITY) else None,
        bottom=_bottom(reading),
        status="cancelled" if reading.said("cancelled") else "refunded" if reading.said("refunds") else None,
        grain=_grain(reading),
        mean=reading.said("mean"),
        share=reading.said("share", "percent"),
        of_orders=reading.said("order"),
        listing=reading.said("list"),
        baseline=BASELINE.search(dates.text) is not None,
        compared=reading.said("compare"),
        guests=reading.said("guests") or (reading.said("average_order") and reading.has(PER_GUEST)),
        leaning=_leans(reading),
        pointing=reading.has(POINTING),
        manner=MANNER.match(reading.whole) is not None,
        per_item=reading.has(PER_ITEM),
    )


def _leans(reading: Reading) -> bool:
    """Whether it points back, or is too short to stand by itself; one that does not need it takes nothing over."""
    words = len(reading.whole.split())
    short = words < 3 or (words < 5 and not reading.flags)
    return short or _points_back(reading)


def _points_back(reading: Reading) -> bool:
    return bool(CUE.search(reading.whole)) or reading.has(POINTING)


def _means_every_week(reading: Reading, dates: Dates) -> bool:
    """ "Is Friday better than Saturday" is about Fridays; "did Friday beat Saturday" about two days that were."""
    weekdays = (len(dates.spans) > 1 or reading.said("weekday")) and all(span.bare for span in dates.spans)
    return weekdays and not reading.has(PAST)


def _names(reading: Reading, found: list[Name]) -> tuple[Name, ...]:
    """Known names, and what is left over. Both side by side are one name: "hawaiian pizza" where only "Pizza" is
    known."""
    names: list[Name] = []
    for run in reading.left_over():
        marks = [found[int(place)] for place in NAME_MARK.findall(run)]
        words = NAME_MARK.sub(lambda mark: found[int(mark[1])].text.casefold(), run)
        names += marks if len(marks) == len(run.split()) else [Name(words[:LONGEST_NAME])]
    return tuple(dict.fromkeys(names))


def _metric(reading: Reading) -> Metric | None:
    order: tuple[tuple[str, Metric], ...] = (
        ("items_per_order", "average_order"),
        ("average_order", "average_order"),
        ("refunds", "refunds"),
        ("cancelled", "cancelled"),
        ("order", "orders"),
        ("guests", "orders"),
        ("gross", "gross"),
        ("net", "net"),
        ("money", "net"),
        ("sales", "net"),
        ("slow", "orders"),
    )
    return next((metric for flag, metric in order if reading.said(flag)), None)


def _bottom(reading: Reading) -> bool | None:
    if reading.said("bottom", "slow_item") or reading.has(QUIET):
        return True
    return False if reading.said("top", "slow", "bestseller") else None


def _grain(reading: Reading) -> Grain | None:
    order: tuple[tuple[str, Grain], ...] = (
        ("weekday", "weekday"),
        ("daily", "day"),
        ("day", "day"),
        ("weekend", "weekend"),
        ("weekly", "week"),
        ("monthly", "month"),
        ("quarterly", "quarter"),
        ("yearly", "year"),
    )
    return next((grain for flag, grain in order if reading.said(flag)), None)


def _limit(reading: Reading) -> int | None:
    found = re.search(r"(?<![\w_.])(\d{1,3})(?![\w.-])", reading.text)
    return int(found[1]) if found and int(found[1]) else None


# -- what the whole is about -----------------------------------------------------------------------------------------


def _about(reading: Reading, query: Query) -> Query:
    topic = topic_of(reading, query)
    if sentence := _beyond(reading, query, topic):
        return saying(sentence)
    if reading.has(INSIDE) and topic in (None, Topic.ORDERS, Topic.PIECES, Topic.TOTAL):
        return replace(query, topic=Topic.ORDER, metric=None, leaning=topic is not Topic.ORDERS or query.leaning)
    alone = topic is Topic.COMPARE and not (query.spans or query.shifts or query.names or query.metric)
    limit = query.limit or _implied_limit(reading, query, topic)
    return replace(query, topic=topic, limit=limit, leaning=query.leaning or topic is None or alone)


def _beyond(reading: Reading, query: Query, topic: Topic | None) -> str | None:
    """Why the question as a whole cannot be answered, if it cannot."""
    if topic is Topic.ITEMS and not _points_back(reading) and not _worth_looking_up(reading, query):
        return OWN_ONLY
    if query.threshold and query.threshold.money and query.metric == "orders" and not query.grain:
        return NOT_BY_AMOUNT
    if topic is Topic.COMPARE and query.weekdays:
        return BY_WEEKDAY
    counts_what_has_no_number = query.limit and topic in UNCOUNTED and not query.leaning
    by_strange_name = query.grain and query.names and not any(_looks_like_food(name) for name in query.names)
    strange_threshold = query.threshold and topic not in (Topic.TOTAL, Topic.COUNT_DAYS, Topic.ITEMS)
    return NOT_UNDERSTOOD if counts_what_has_no_number or by_strange_name or strange_threshold else None


def _implied_limit(reading: Reading, query: Query, topic: Topic | None) -> int | None:
    if topic is Topic.TOP_ITEMS and reading.has(ALL) and query.bottom is None:
        return 50
    return 1 if topic is Topic.ORDERS and reading.said("recent") and not reading.has(SEVERAL) else None


def _worth_looking_up(reading: Reading, query: Query) -> bool:
    if any(name.kind != "unknown" for name in query.names) or query.spans:
        return True
    few = len(reading.whole.split()) < 4 and any(_looks_like_food(name) for name in query.names)
    return few or (reading.has(WORTH_LOOKING_UP) and not reading.has(WHO))


def _looks_like_food(name: Name) -> bool:
    return name.kind != "unknown" or any(word in FOOD or stem(word) in FOOD for word in name.text.split())
