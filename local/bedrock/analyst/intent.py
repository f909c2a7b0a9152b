"""A question in its regular form -> a Query, by tables: what to recognise, in order, and what the whole then is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from .dates import Dates, find_dates
from .date_rule import Clock
from .names import MARK as NAME_MARK
from .names import Names, mark_names
from .query import Grain, Metric, Name, Query, Threshold, Topic, saying
from .reading import Reading, whole_words
from .refuse import FORECAST, FUTURE, NOT_UNDERSTOOD, ONE_CURRENCY, OWN_ONLY, missing, refusal
from .request import Restaurant
from .smalltalk import small_talk
from .vocabulary import FOOD, KNOWN, MONTHS, TOPIC
from .words import regular, stem, tokens

MOST_WORDS = 90
NOT_NAMES = TOPIC - FOOD
MONTH = "|".join(MONTHS)

ORDER_NUMBER = re.compile(
    rf"\b(?:(?:order|ticket|bill|check|receipt|invoice)(?: (?:number|no|nr|num|id))*|(?:orders? )?number)"
    rf" (?P<number>\d{{1,15}})(?![-/.\w])(?! (?:of )?(?:{MONTH})\b)"
)
# Too large to be a count of lines to list: only an order can be meant.
BARE_NUMBER = re.compile(r"(?<![\w_./-])(?P<number>[1-9]\d{3,14}|[2-9]\d\d|1\d[1-9]|1[1-9]\d)(?![\w./-])")
THRESHOLD = re.compile(
    r"\b(?:(?P<above>over|above|more than|at least|exceed\w*|hit|hitting|reach\w*|cross\w*|pass\w*|break|broke|clear|cleared|beat|do|did|made|make)"
    r"|(?P<below>under|below|less than|fewer than))"
    r" (?P<amount>\d+(?:\.\d\d?)?)(?P<money> (?:dollars|pounds|euros|in sales|in revenue|in takings))?\b"
    r"(?! (?:days?|weeks?|months?|years?|items?|dishes|products|sellers)\b)(?![-/.]\d)"
)

FLAGS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, whole_words(*patterns))
    for name, *patterns in (
        ("broken_down", r"br[eo]ak(?:s|ing|en)? (?:it |that |this |them )?down", r"broken down", r"breakdown"),
        ("kept_only", r"(?:excluding|without|ignoring|minus|except|not counting|not including) (?:any |the |all )?(?:cancel\w*)(?: ones| orders)?"),
        ("gross", r"gross", r"(?:before|ignoring|including|with) (?:any |the )?refunds"),
        ("net", r"net(?: of refunds)?", r"(?:after|less|minus|excluding|without|not counting) (?:any |the )?refunds"),
        ("items_per_order", r"(?:items?|pieces|dishes|things|products) (?:per|an|a|in (?:an|each)|for each) (?:order|ticket|bill|check)"),
        (
            "average_order",
            r"aov",
            r"(?:average|typical|mean|usual|normal) (?:customer |guest )?(?:order|ticket|check|cheque|bill|basket|spend|sale|transaction)(?: value| size| amount| total| spend)?",
            r"(?:average|typical|mean|usual|normal) (?:value|size|amount|spend|total) (?:of|per|for|on) (?:an |each |every |a |the )?(?:order|bill|check|ticket|sale|transaction|customer|head|guest)",
            r"(?:order|ticket|check|bill|basket) (?:value|size|average)",
            r"(?:spend|spent|revenue|sales|money|takings|value|average) (?:per|an|each|for each|for every) (?:order|head|customer|guest|person|ticket|bill|check|cover)",
            r"per (?:order|head|cover|customer|ticket)",
        ),
        ("weekday", r"days? (?:of|in) (?:the|a) week", r"week ?days?"),
        ("cancelled", r"cancel\w*", r"void(?:ed|s)?"),
        ("refunds", r"refund\w*", r"money back", r"g[ai]ve back", r"given back", r"paid back", r"returned"),
        ("guests", r"covers?", r"customers?", r"guests?", r"diners", r"patrons", r"people", r"footfall", r"visitors", r"clients", r"heads", r"punters"),
        ("how_many", r"how many", r"number of", r"counts?(?: of)?", r"quantity(?: of)?", r"how often"),
        ("list", r"show", r"list(?: of)?", r"which", r"see", r"display", r"pull up", r"what (?=~|cancel|orders?)"),
        ("recent", r"most recent(?:ly)?", r"latest", r"newest", r"recent(?:ly)?", r"just come in", r"last(?= (?:\d+ |few |~ )?(?:orders?|~|one|ones|tickets?|\d))"),
        ("slow", r"(?:least|most|less) busy", r"busiest", r"slowest", r"quietest", r"deadest", r"calmest"),
        ("percent", r"(?:as (?:a )?|in )?percent(?:age)?s?(?: terms)?"),
        (
            "share",
            r"shares?(?: of)?", r"proportion(?: of)?", r"(?:what|which|how big a|big a|large a|a|the) (?:part|slice|chunk|portion|fraction|cut)(?: of)?", r"how much of",
            r"contribut\w*", r"makes? up", r"accounts? for", r"accounted for", r"split",
        ),
        ("categories", r"categor(?:y|ies)", r"sections?(?: of the menu)?", r"departments?", r"(?:type|kind)s? of (?:food|item|dish|product)s?", r"product groups?"),
        ("bestseller", r"best ?sellers?", r"top ?sellers?", r"best ?selling", r"top ?selling", r"favou?rites?", r"most popular", r"sells? (?:the )?best", r"selling (?:the )?best", r"sold (?:the )?best", r"most sold", r"most ordered", r"sells? (?:the )?most", r"sold (?:the )?most", r"ordered (?:the )?most", r"star (?:dish|item|product)\w*", r"hits?"),
        ("slow_item", r"worst ?sellers?", r"worst ?selling", r"least popular", r"unpopular", r"slow (?:movers?|sellers?|moving)", r"sells? (?:the )?(?:least|worst)", r"selling (?:the )?(?:least|worst|poorly|badly)", r"sold (?:the )?(?:least|worst)", r"(?:hardly|barely|not|rarely|never) (?:sell\w*|sold|moving|ordered|bought|selling)", r"least (?:sold|ordered|selling)", r"flops?", r"duds?", r"do not sell"),
        ("bottom", r"worst", r"bottom", r"least", r"lowest", r"smallest", r"weakest", r"poorest", r"fewest", r"minimum", r"min"),
        ("top", r"best", r"top", r"most", r"highest", r"biggest", r"largest", r"strongest", r"greatest", r"record", r"maximum", r"max", r"peak", r"leading", r"popular", r"number 1"),
        ("mean", r"on average", r"average[ds]?", r"mean", r"typical(?:ly)?", r"usual(?:ly)?", r"normal(?:ly)?", r"(?:daily|per day|a day|each day|every day) average", r"(?:per|a) (?:single )?day"),
        ("compare", r"compar\w*", r"vs", r"versus", r"against", r"than", r"beat\w*", r"growth", r"gr[eo]w\w*", r"chang\w*", r"differ(?:s|ed|ence|ences)?", r"up or down", r"(?:up|down)(?= (?:on|from|by|this|over|or|versus|compared|~|d_))", r"(?:we|sales|revenue|takings|orders) (?:are )?(?:up|down)", r"increas\w*", r"decreas\w*", r"drop(?:ped)?", r"r[io]se", r"risen", r"f[ea]ll(?:en)?", r"better", r"worse", r"stack(?:s|ed)? up", r"ahead of", r"behind", r"outperform\w*", r"improv\w*", r"trend\w*", r"stronger", r"weaker", r"higher", r"lower", r"bigger", r"smaller", r"busier", r"quieter", r"measure up", r"(?:or|more|less|fewer)(?= .*\bd_)"),
        ("closed", r"(?:were we |we were |we )?(?:closed|shut)", r"no orders", r"(?:with )?nothing sold"),
        ("items", r"items?", r"dish(?:es)?", r"products?", r"sellers?", r"plates?", r"menu(?: items?)?", r"things?", r"meals?", r"skus?", r"movers?", r"earners?"),
        ("pieces", r"pieces", r"units", r"portions"),
        ("daily", r"(?:by|per|each|every|for each|for every) (?:the )?day", r"day by day", r"daily", r"days"),
        ("weekend", r"weekends?"),
        ("weekly", r"(?:by|per|each|every|for each|a) week", r"week by week", r"weekly", r"weeks?"),
        ("monthly", r"(?:by|per|each|every|for each|a) month", r"month by month", r"monthly", r"months?"),
        ("day", r"day", r"dates?", r"nights?"),
        ("money", r"revenue", r"takings?", r"turn ?over", r"turned over", r"income", r"earnings?", r"earn(?:s|ed)?", r"money", r"cash", r"grossing", r"gross(?:ed)?", r"dollars", r"pounds", r"euros", r"made", r"makes?", r"making", r"br(?:ings?|ought) in", r"bringing in", r"pull(?:ed|s)? in", r"took", r"taken?", r"by value", r"rak(?:ed|es?|ing) in", r"rung up", r"ring up"),
        ("sales", r"sales?"),
        ("order", r"orders?", r"tickets?", r"checks", r"cheques", r"bills?", r"transactions?", r"receipts?"),
        ("sold", r"sell(?:s|ing)?", r"sold", r"shift(?:ed)?", r"went out", r"go(?:es)? out", r"served?", r"moved?", r"ordered", r"bought", r"flew"),
        ("done", r"(?:how|what) (?:\w+ )?(?:we |it |business |things |trade |trading )?(?:did|do|does|doing|done|was|is|were|are|has|have|went|go|goes|going|look\w*|perform\w*|been)", r"(?:did|do|does|doing|done|was|is|were|are|going|go|went|looking|looks?|perform\w*)"),
    )
)  # fmt: skip
BY_REVENUE = whole_words(
    r"by (?:\w+ )?(?:revenue|sales|money|value|amount|takings|turnover)", r"in (?:money|revenue|cash|value|dollars|pounds)", r"revenue", r"takings", r"turnover",
    r"money", r"earn\w*", r"income", r"cash", r"grossing", r"(?:makes?|made|making|brings?|brought|bringing|bring) (?:\w+ )?(?:in )?(?:the )?(?:most|least)",
    r"(?:most|highest|least|lowest) (?:valuable|sales|value)",
)  # fmt: skip
BY_QUANTITY = whole_words(r"by (?:quantity|volume|units|number|count|pieces)", r"in (?:units|volume|numbers|quantity|pieces)", r"quantity")
CUE = re.compile(r"^(?:only|just|by|in|per|as|and|but|so|ok|okay|then|also|plus|or|now|same|again|instead|what about|how about|what of|hm+|right|cool|great|nice|thanks)\b")
POINTING = whole_words(r"that", r"those", r"it", r"its", r"them", r"they", r"same", r"instead", r"these", r"there", r"then", r"one", r"ones", r"again", r"else")
MANNER = re.compile(r"^(?:(?:and|but|so|ok|okay|or|then|also|now|what about|how about|what is (?:that|it)) )*(?:by|in|as an?) (?:the )?\w+(?: terms)?$")
BASELINE = re.compile(r"\b(?:than|on|of|over|to|with|vs|versus|against|from|behind|beat\w*) d_\d+")
PER_GUEST = whole_words("head", "customer", "guest", "person", "cover")
ALL = whole_words("all", "every")
MENU = whole_words("menu")
WHICH_DAY = whole_words(r"(?:what|which) (?:single )?(?:day|date|weekday|weekend|week|month)")
WHAT_SOLD = re.compile(r"\bwhat (?:\w+ ){0,4}(?:sell|sells|selling|sold)\b")
CURRENCIES = {"EUR": "euros?", "USD": "dollars?", "GBP": "pounds?", "JPY": "yen", "INR": "rupees?", "CHF": "francs?"}
PER_ITEM = whole_words(r"orders? (?:\w+ )?(?:with|contain\w*|includ\w*|had|have|having)")
INSIDE = whole_words(
    r"(?:in|on|inside) (?:it|that|this|them)(?: one| order)?", r"(?:it|its|their|the) (?:items|contents|lines)", r"what did (?:they|he|she) (?:order|have|buy|get)",
    r"contents?", r"(?:more )?details?", r"what was (?:in|on)",
)  # fmt: skip
AGAIN = re.compile(r"^(?:really|are you sure|you sure|sure|seriously|repeat that|say that again|come again|again)$")
WORTH_LOOKING_UP = whole_words(r"sell\w*", r"sold", r"sales?", r"order(?:ed|s)?", r"revenue", r"takings", r"bring\w*", r"brought", r"made", r"make", r"earn\w*", r"shift\w*", r"went", r"moved?", r"bought", r"served?", r"did", r"do", r"doing", r"popular", r"best", r"top", r"worst", r"share", r"part")  # fmt: skip


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
    others = "|".join(word for code, word in CURRENCIES.items() if code != own and word != CURRENCIES.get(own[-3:]))
    asked = re.search(rf"\b(?:in|into|to) (?:{others})\b|\bconvert\w*\b", text)
    dollars = "dollars" in text and own in ("AUD", "CAD", "NZD", "SGD", "HKD")
    return ONE_CURRENCY if asked and not dollars else None


def _without_own_name(text: str, restaurant: str) -> str:
    words = [re.escape(word) + "s?" for word in tokens(restaurant)]
    if not words:
        return text
    text = re.sub(rf"\b{' '.join(words)}\b", "we", text)
    first = tokens(restaurant)[0]
    return text if first in KNOWN or stem(first) in KNOWN else re.sub(rf"\b{words[0]}\b", "we", text)


def _read(text: str, found: list[Name], clock: Clock) -> Query:
    reading = Reading(text)
    number = reading.take(ORDER_NUMBER)
    threshold = None if number else _threshold(reading)
    dates = find_dates(reading.text, clock)
    reading = Reading(dates.text)
    if dates.unclear:
        return saying(dates.unclear.sentence)
    sentence = missing(dates.text)
    if any(span.start > clock.today for span in dates.spans) and sentence in (None, FORECAST):
        return saying(FUTURE)
    if sentence:
        return saying(sentence)
    for name, pattern in FLAGS:
        reading.flag(name, pattern)
    if any(set(run.split()) <= NOT_NAMES for run in reading.left_over()):
        return saying(NOT_UNDERSTOOD)
    query = _slots(reading, dates, found)
    bare = BARE_NUMBER.search(reading.text)
    if bare and query.spans:
        return saying(NOT_UNDERSTOOD)
    number = number or bare
    query = replace(query, number=int(number["number"]) if number else None, threshold=threshold)
    return _about(reading, query)


def _threshold(reading: Reading) -> Threshold | None:
    found = THRESHOLD.search(reading.text)
    if not found or (not found["money"] and re.fullmatch(r"20[0-3]\d", found["amount"])):
        return None
    if found["above"] in ("do", "did", "made", "make") and not found["money"] and float(found["amount"]) < 100:
        return None
    reading.take(THRESHOLD)
    return Threshold(above=found["below"] is None, amount=round(float(found["amount"]) * 100))


# -- what was said, part by part ----------------------------------------------------------------------------------------


def _slots(reading: Reading, dates: Dates, found: list[Name]) -> Query:
    groups = [weekdays.days for weekdays in dates.weekdays]
    spans = list(dates.spans)
    if _means_every_week(reading, dates):
        groups, spans = groups + [(span.start.weekday(),) for span in spans], []
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
        listing=reading.said("list"),
        baseline=BASELINE.search(dates.text) is not None,
        compared=reading.said("compare"),
        guests=reading.said("guests") or (reading.said("average_order") and reading.has(PER_GUEST)),
        leaning=bool(CUE.search(reading.whole)) or reading.has(POINTING) or len(reading.whole.split()) < 3 or not reading.flags,
        pointing=reading.has(POINTING),
        manner=MANNER.match(reading.whole) is not None,
        per_item=reading.has(PER_ITEM),
    )


def _means_every_week(reading: Reading, dates: Dates) -> bool:
    """ "Is Friday better than Saturday" is about Fridays; "did Friday beat Saturday" about two days that were."""
    weekdays = len(dates.spans) > 1 and all(span.bare for span in dates.spans)
    return weekdays and not reading.has(whole_words("did", "was", "were", "made", "took", "had"))


def _names(reading: Reading, found: list[Name]) -> tuple[Name, ...]:
    """Known names, and what is left over. Both side by side are one name: "hawaiian pizza" where only "Pizza" is known."""
    names: list[Name] = []
    for run in reading.left_over():
        marks = [found[int(place)] for place in NAME_MARK.findall(run)]
        words = NAME_MARK.sub(lambda mark: found[int(mark[1])].text.casefold(), run)
        names += marks if len(marks) == len(run.split()) else [Name(words)]
    return tuple(dict.fromkeys(names))


def _metric(reading: Reading) -> Metric | None:
    order: tuple[tuple[str, Metric], ...] = (
        ("items_per_order", "average_order"),
        ("average_order", "average_order"),
        ("refunds", "refunds"),
        ("cancelled", "cancelled"),
        ("order", "orders"),
        ("guests", "orders"),
        ("slow", "orders"),
        ("gross", "gross"),
        ("net", "net"),
        ("money", "net"),
        ("sales", "net"),
    )
    return next((metric for flag, metric in order if reading.said(flag)), None)


def _bottom(reading: Reading) -> bool | None:
    if reading.said("bottom", "slow_item") or reading.has(whole_words("slowest", "quietest", "deadest", "calmest", "least busy")):
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
    )
    return next((grain for flag, grain in order if reading.said(flag)), None)


def _limit(reading: Reading) -> int | None:
    found = re.search(r"(?<![\w_.])(\d{1,3})(?![\w.])", reading.text)
    return int(found[1]) if found and int(found[1]) else None


# -- what the whole is about ---------------------------------------------------------------------------------------------

Test = Callable[[Reading, Query], bool]


def _ranks_items(reading: Reading, query: Query) -> bool:
    superlative = query.bottom is not None
    about_items = reading.said("items", "sold") and not (query.grain and not reading.said("items"))
    return not _ranks_days(reading, query) and (
        reading.said("bestseller", "slow_item") or (superlative and (about_items or bool(query.names)))
    )


def _ranks_days(reading: Reading, query: Query) -> bool:
    if query.bottom is None or query.grain is None or reading.said("items"):
        return False
    return not reading.said("bestseller", "slow_item") or reading.has(WHICH_DAY)


def _lists_orders(reading: Reading, query: Query) -> bool:
    if query.mean or reading.said("average_order", "share", "percent") or query.grain or query.threshold:
        return False
    counts_refunded = reading.said("refunds") and reading.said("how_many")
    if counts_refunded or (reading.said("list", "recent") and query.status and not reading.said("how_many")):
        return True
    return reading.said("order") and not reading.said("how_many", "guests") and (reading.said("list", "recent") or query.status is not None)


def _shares(reading: Reading, query: Query) -> bool:
    if reading.said("share"):
        return True
    return reading.said("percent") and not query.compared and bool(query.names or query.weekdays or query.status)


TOPICS: tuple[tuple[Topic, Test], ...] = (
    (Topic.ORDER, lambda _, query: query.number is not None),
    (Topic.SHARE, _shares),
    (
        Topic.BIGGEST_ORDER,
        lambda reading, query: (
            query.bottom is not None and reading.said("order") and not query.grain and not query.names
            and reading.has(whole_words(r"(?:biggest|largest|highest|smallest|lowest|best|top|most expensive|cheapest) (?:single |valued? )?(?:orders?|tickets?|bills?|checks?|transactions?)"))
        ),
    ),
    (Topic.CATEGORIES, lambda reading, query: reading.said("categories") and not query.names),
    (Topic.TOP_ITEMS, _ranks_items),
    (Topic.TOP_ITEMS, lambda reading, query: WHAT_SOLD.search(reading.whole) is not None and not (query.names or query.metric or query.grain or query.compared)),
    (Topic.BEST, _ranks_days),
    (Topic.COUNT_DAYS, lambda reading, query: query.grain is not None and (query.threshold is not None or (reading.said("closed") and reading.said("how_many", "list")))),
    (Topic.WEEKDAYS, lambda reading, query: len(query.weekdays) > 1 or (query.grain == "weekday" and not query.names)),
    (Topic.COMPARE, lambda reading, query: query.compared or len(query.spans) > 1),
    (Topic.WEEKDAYS, lambda _, query: bool(query.weekdays)),
    (Topic.ITEMS, lambda _, query: bool(query.names)),
    (Topic.ORDERS, _lists_orders),
    (Topic.PIECES, lambda reading, _: reading.said("items_per_order")),
    (Topic.PIECES, lambda reading, _: reading.said("pieces", "items") and reading.said("how_many")),
    (Topic.TOP_ITEMS, lambda reading, query: reading.said("items") and (reading.said("list", "sold") or reading.has(ALL)) and not reading.has(MENU) and not query.metric),
    (Topic.BREAKDOWN, lambda reading, query: query.grain is not None and not query.mean and reading.said("daily", "weekly", "monthly", "broken_down")),
    (Topic.TOTAL, lambda reading, query: query.metric is not None or query.mean or reading.said("closed")),
    (Topic.TOTAL, lambda reading, query: reading.said("done") and bool(query.spans) ),
    (Topic.TOTAL, lambda reading, query: reading.has(whole_words(r"how (?:is|are|was|were|did|have) (?:we|business|things|trade|sales|it)(?: \w+)?"))),
)  # fmt: skip


def _about(reading: Reading, query: Query) -> Query:
    topic = next((topic for topic, test in TOPICS if test(reading, query)), None)
    if topic is Topic.ITEMS and not query.leaning and not _worth_looking_up(reading, query):
        return saying(OWN_ONLY)
    if topic is Topic.COMPARE and not (query.spans or query.shifts or query.leaning or query.metric or reading.said("done", "compare")):
        return saying(NOT_UNDERSTOOD)
    if query.threshold and topic not in (Topic.TOTAL, Topic.COUNT_DAYS, Topic.ITEMS):
        return saying(NOT_UNDERSTOOD)
    if topic is Topic.TOP_ITEMS and query.limit is None and reading.has(ALL) and query.bottom is None:
        query = replace(query, limit=50)
    if reading.has(INSIDE) and topic in (None, Topic.ORDERS, Topic.PIECES, Topic.TOTAL):
        return replace(query, topic=Topic.ORDER, metric=None, leaning=topic is not Topic.ORDERS or query.leaning)
    if reading.said("recent") and topic is Topic.ORDERS and query.limit is None and not re.search(r"\borders\b|\brefunds\b", reading.whole):
        query = replace(query, limit=1)
    return replace(query, topic=topic, leaning=query.leaning or topic is None)


def _worth_looking_up(reading: Reading, query: Query) -> bool:
    if any(name.kind != "unknown" for name in query.names) or query.spans:
        return True
    if any(word in FOOD or stem(word) in FOOD for name in query.names for word in name.text.split()):
        return True
    return reading.has(WORTH_LOOKING_UP) and not reading.has(whole_words("who", "where", "whose"))
