"""What the words beside a figure say that it measures."""

from __future__ import annotations

import re
from collections.abc import Iterable

Measures = frozenset[str]

_COUNTED: dict[str, Measures] = {
    word: frozenset(measures.split())
    for words, measures in (
        ("order orders ticket tickets check checks bill bills transaction transactions", "orders"),
        ("cancelled canceled cancellation cancellations", "cancelled"),
        ("refunded refund refunds", "refunded"),
        ("completed", "completed"),
        ("item items piece pieces unit units portion portions serving servings sold times quantity qty x ×", "pieces"),
        ("sale sales", "pieces orders"),
        ("day days mondays tuesdays wednesdays thursdays fridays saturdays sundays weekdays", "days"),
        ("week weeks", "weeks"),
    )
    for word in words.split()
}
_EARNED: dict[str, Measures] = {
    word: frozenset(measures.split())
    for words, measures in (
        ("gross", "gross total"),
        ("net", "net"),
        ("refund refunds refunded", "refunds"),
        ("price priced cost costs each apiece @", "price"),
        ("total totals totalled totalling totaled totaling", "gross net total refunds"),
        (
            "revenue sales takings turnover income earnings took take taken made making earned earning brought"
            " generated generating",
            "gross net total",
        ),
    )
    for word in words.split()
}
_SPECIFIC = ("gross", "net", "refund", "refunds", "refunded")

_MEASURE_OF_COLUMN = {
    "revenue": "gross",
    "refunded": "refunds",
    "line": "line_number",
    "line_total": "total",
    "unit_price": "price",
    "matching": "orders",
    "quantity": "pieces",
    "items": "pieces",
    "net_change": "net",
    "orders_change": "orders",
    "net_change_percent": "change",
}

_TOKEN = re.compile(r"[a-z]+|[×@]|[,;:.!?()|→]")
_MARKS = frozenset(",;:.!?()|→")
_TURN = re.compile(
    "and|with|for|from|on|at|in|to|but|after|before|excluding|less|minus|plus|than|versus|vs|against|while|when|whereas"
    "|compared|by|a|an|per|each|every|over|last|this"
)
_LENGTHS = frozenset({"days", "weeks"})
_EACH_AFTER = re.compile(
    r"[\s*_]*(?:(?:net|gross|orders?|items?|pieces?)[\s*_]+)?"
    r"(?:(?:a|per|each|every) (?:day|week|order|piece)|daily|on average)\b(?!\s*(?:and|but)\b)"
)
_NAME_AFTER = re.compile(
    r"[\s*_]*(?:\()?(?:in |of |as |worth of |\w{3} )?(?:total |overall |your )?"
    r"(?P<word>gross|net|refund(?:s|ed)?|before refunds|after refunds|each|apiece)\b(?! (?:a|per) day)"
    r"(?!\s*(?:of (?!refund)|was|were|is|:|=|\())"
)
_LEANING = re.compile(
    r"[\s*_]*[,(→–—/-]?[\s*_]*(?:to|and|from|or|vs\.?|versus|against|up from|down from)?[\s*_]*\(?[\s*_]*"
)
_TIMES = re.compile(r"[\s*_]*(?:x\b|×)")

AVERAGE_ORDER = re.compile(
    r"average (?:order|ticket|check|bill|spend|basket|transaction)|\baov\b|(?:per|an|each) (?:order|ticket)\b"
    r"|orders? on average"
)
AVERAGE_PRICE = re.compile(
    r"\beach\b|apiece|average price|per (?:piece|unit|item|portion)|an? (?:piece|portion)\b|unit price"
)
MEAN = re.compile(r"\b(?:averag\w*|avg|mean|daily|typical\w*)\b|(?:\ba|per|each|every) day\b|/\s?day\b")
HIGHEST = re.compile(r"\b(?:best|highest|high|busiest|peak\w*|top|strongest|biggest|largest|most|record|maximum|max)\b")
LOWEST = re.compile(r"\b(?:worst|lowest|low|quietest|slowest|weakest|smallest|least|minimum|min)\b")
TOTAL = re.compile(
    r"\b(?:totals?|totall?ed|totall?ing|altogether|overall|combined|in all|sum\w*|whole|entire|period|range"
    r"|week(?:'?s|ly)?|month(?:'?s|ly)?|year(?:'?s|ly)?|days(?: together)?)\b"
)
UP = re.compile(
    r"\b(?:up|rose|rise[sn]?|rising|grew|grow[ns]?|growth|growing|increas\w*|gain\w*|more|higher|above|ahead|better"
    r"|jump\w*|climb\w*|exceed\w*|improv\w*)\b"
)
DOWN = re.compile(
    r"\b(?:down|fell|fall\w*|drop\w*|declin\w*|decreas\w*|less|lower|below|behind|fewer|worse"
    r"|slip\w*|dip\w*|shrank|shrunk|lost|lag\w*)\b"
)
CHANGE = re.compile(
    r"\b(?:chang\w*|differ\w*|gap|compar\w*|versus|vs|against|growth|swing|delta|between|beats?|short of|by)\b|[→Δ±]"
)
SHARE = re.compile(
    r"\b(?:share\w*|portion|proportion|of|rate|represent\w*|account\w*|made up|makes up|make up|contribut\w*"
    r"|percentage|ratio|fraction)\b"
)
SHARE_ALONE = re.compile("share")
IDLE_DAYS = re.compile(
    r"[\s*_]*(?:days?[\s*_]+(?:(?:had|have|with|saw) no|without(?: any)?) orders|days?[\s*_]+(?:were |was )?closed"
    r"|closed days?)\b"
)
IDLE_ON = re.compile(r"\bno orders on[\s*_]*$")
TRADING_DAYS = re.compile(r"[\s*_]*(?:days?[\s*_]+(?:with|that had|had) orders|trading days?|open days?)\b")
MULTIPLE = re.compile(r"[\s*_]*(?:times|[x×](?= (?:more|less|as|the|higher|lower)))\b")
HEDGE = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx\.?|nearly|almost|some|over|under"
    r"|just (?:over|under)|close to|more than|less than|ca\.?)|[~≈])[\s*_]*$"
)


def measure_of(column: str) -> str:
    """What a column or fact measures: total_gross and revenue are both `gross`."""
    known = _MEASURE_OF_COLUMN.get(column)
    if known is None and column.startswith("total_"):
        return measure_of(column.removeprefix("total_"))
    return known or column


def counted(before: str, after: str) -> Measures:
    """What a count counts, by the words after it and else before it; empty when they do not say.

    before: lower-case text since the last figure; after: up to the next one.
    """
    if _TIMES.match(after):
        return _COUNTED["x"]
    if found := _counted_after(after):
        return found
    for token in list(_reversed_tokens(before))[:9]:
        if not _COUNTED.get(token, _LENGTHS) <= _LENGTHS:
            return _COUNTED[token]
    return frozenset()


def counted_in_table(header: str, label: str) -> Measures:
    """What a count under a header, in a row with a label, counts."""
    return _counted_after(header) or _counted_after(label)


def without_label(text: str) -> str:
    """`text` without the words at its start that name the figure before it: `each` in `$12.50 each, $25.00`."""
    for label in (_EACH_AFTER, _NAME_AFTER):
        if match := label.match(text):
            return text[match.end() :]
    return text


def leans_back(text: str) -> bool:
    """Whether the words between two figures say no more than that the second is of the first one's kind."""
    return _LEANING.fullmatch(text) is not None


def counts_as_noun(after: str) -> bool:
    """Whether the words right after a spelled number make it a figure: `three refunds`, and not `one of the`."""
    return bool(_counted_after(after, reach=2))


def _counted_after(after: str, reach: int = 4) -> Measures:
    found: Measures = frozenset()
    for token in _TOKEN.findall(after)[:reach]:
        if token in _MARKS or _TURN.fullmatch(token):
            break
        measures = _COUNTED.get(token, frozenset())
        if measures & {"cancelled", "refunded", "completed"}:
            return measures
        found = found or measures
    return found


def earned(before: str, after: str) -> Measures:
    """What an amount of money is, by the words beside it; empty when they do not say."""
    if match := _NAME_AFTER.match(after):
        return _named(match["word"])
    tokens = list(_reversed_tokens(before, marks=True))[:14]
    for position, token in enumerate(tokens):
        if token in _EARNED:
            return _refined(token, tokens[position + 1 : position + 3])
    return frozenset()


def _named(word: str) -> Measures:
    match word:
        case "before refunds":
            return _EARNED["gross"]
        case "after refunds":
            return _EARNED["net"]
        case _:
            return _EARNED[word]


def _refined(token: str, earlier: list[str]) -> Measures:
    """`net revenue` is net, `after refunds` is net, `revenue` alone is either."""
    nearest = earlier[0] if earlier else ""
    if token.startswith("refund"):
        if nearest in ("after", "less", "minus") or earlier == ["of", "net"]:
            return _EARNED["net"] if nearest != "less" else _EARNED["refunds"]
        return _EARNED["gross"] if nearest == "before" else _EARNED["refunds"]
    if token not in _SPECIFIC and nearest in _SPECIFIC:
        return _EARNED[nearest]
    return _EARNED[token]


def _reversed_tokens(text: str, *, marks: bool = False) -> Iterable[str]:
    return (token for token in reversed(_TOKEN.findall(text)) if marks or token not in _MARKS)
