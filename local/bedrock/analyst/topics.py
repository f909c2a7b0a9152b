"""What a question as a whole is about: tests on what was recognised, tried in order."""

from __future__ import annotations

import re
from collections.abc import Callable

from .query import Query, Topic
from .reading import Reading, whole_words
from .spans import part_and_whole

Test = Callable[[Reading, Query], bool]

ALL = whole_words("all", "every")
MENU = whole_words("menu")
WHICH_DAY = whole_words(r"(?:what|which) (?:single )?(?:day|date|weekday|weekend|week|month)")
WHEN = whole_words("when")
WHAT_SOLD = re.compile(r"\bwhat (?:\w+ ){0,4}(?:sell|sells|selling|sold)\b")
HOW_IS_IT = whole_words(r"how (?:is|are|was|were|did|have) (?:we|business|things|trade|sales|it)(?: \w+)?")
AGAINST_AVERAGE = whole_words(
    r"(?:above|below|than|against|with|to|vs|over|under|beat) (?:the |our |an? |my )?(?:daily )?"
    r"(?:usual|average|normal|typical|norm|mean)(?! (?:order|bill|ticket|check|spend))"
)
ONE_ORDER = whole_words(
    r"(?:biggest|largest|highest|smallest|lowest|best|top|most expensive|cheapest) (?:single |valued? )?"
    r"(?:orders?|tickets?|bills?|checks?|transactions?)"
)


def _shares(reading: Reading, query: Query) -> bool:
    if reading.said("share"):
        return True
    of_something = query.names or query.weekdays or query.status
    of_range = len(query.spans) == 2 and part_and_whole(*query.spans)
    return reading.said("percent") and not query.compared and bool(of_something or of_range)


def _picks_an_order(reading: Reading, query: Query) -> bool:
    if query.bottom is None or query.grain or query.names:
        return False
    return reading.has(ONE_ORDER) or (reading.said("refunds") and not reading.said("items"))


def _ranks_days(reading: Reading, query: Query) -> bool:
    if query.bottom is None or query.grain is None or reading.said("items"):
        return False
    return not reading.said("bestseller", "slow_item") or reading.has(WHICH_DAY)


def _ranks_items(reading: Reading, query: Query) -> bool:
    about_items = reading.said("items", "sold") and not (query.grain and not reading.said("items"))
    named = query.bottom is not None and (about_items or bool(query.names))
    return not _ranks_days(reading, query) and (reading.said("bestseller", "slow_item") or named)


def _asks_what_sold(reading: Reading, query: Query) -> bool:
    narrowed = query.names or query.metric or query.grain or query.compared
    return WHAT_SOLD.search(reading.whole) is not None and not narrowed


def _lists_items(reading: Reading, query: Query) -> bool:
    if not reading.said("items") or reading.has(MENU) or query.metric:
        return False
    return reading.said("list", "sold") or reading.has(ALL)


def _counts_days(reading: Reading, query: Query) -> bool:
    if reading.said("closed") and reading.has(WHEN):
        return True
    closed = reading.said("closed") and reading.said("how_many", "list")
    return query.grain is not None and (query.threshold is not None or closed)


def _lists_orders(reading: Reading, query: Query) -> bool:
    if query.mean or reading.said("average_order", "share", "percent") or query.grain or query.threshold:
        return False
    if reading.said("how_many"):
        return reading.said("refunds")
    listed = reading.said("list", "recent")
    if listed and query.status:
        return True
    return reading.said("order") and not reading.said("guests") and (listed or query.status is not None)


def _counts_pieces(reading: Reading, _: Query) -> bool:
    return reading.said("items_per_order") or (reading.said("pieces", "items") and reading.said("how_many"))


def _breaks_down(reading: Reading, query: Query) -> bool:
    by = reading.said("daily", "weekly", "monthly", "quarterly", "yearly", "broken_down")
    return query.grain is not None and not query.mean and by


def _sums_up(reading: Reading, query: Query) -> bool:
    if query.metric is not None or query.mean or reading.said("closed"):
        return True
    return (reading.said("done") and bool(query.spans)) or reading.has(HOW_IS_IT)


def _against_average(reading: Reading, query: Query) -> bool:
    return reading.has(AGAINST_AVERAGE) and not (query.names or query.weekdays)


TOPICS: tuple[tuple[Topic, Test], ...] = (
    (Topic.ORDER, lambda _, query: query.number is not None),
    (Topic.SHARE, _shares),
    (Topic.BIGGEST_ORDER, _picks_an_order),
    (Topic.CATEGORIES, lambda reading, query: reading.said("categories") and not query.names),
    (Topic.TOP_ITEMS, _ranks_items),
    (Topic.TOP_ITEMS, _asks_what_sold),
    (Topic.BEST, _ranks_days),
    (Topic.COUNT_DAYS, _counts_days),
    (Topic.WEEKDAYS, lambda _, query: len(query.weekdays) > 1 or (query.grain == "weekday" and not query.names)),
    (Topic.AGAINST_AVERAGE, _against_average),
    (Topic.COMPARE, lambda _, query: query.compared or len(query.spans) > 1),
    (Topic.WEEKDAYS, lambda _, query: bool(query.weekdays)),
    (Topic.ITEMS, lambda _, query: bool(query.names)),
    (Topic.ORDERS, _lists_orders),
    (Topic.PIECES, _counts_pieces),
    (Topic.TOP_ITEMS, _lists_items),
    (Topic.BREAKDOWN, _breaks_down),
    (Topic.TOTAL, _sums_up),
)


def topic_of(reading: Reading, query: Query) -> Topic | None:
    """None when the words give no topic of their own."""
    return next((topic for topic, test in TOPICS if test(reading, query)), None)
