"""Numbers without a unit, whose kind a heading or label tells: 2,817.50 under `Net ($)`, 12.3 under `Share`."""

from __future__ import annotations

import re

from msgspec.structs import replace

from service.receipts.nearby import Nearby
from service.receipts.words import earned

_PERCENT = re.compile(r"%|\b(?:share|percent|percentage)\b")
_MONEY = re.compile(r"\b(?:gross|net|revenue|sales|takings|turnover|total|price|average order|aov)\b|[$£€¥]")
_COUNT = re.compile(r"\b(?:orders|quantity|qty|sold|pieces|items|units|count|cancelled|days)\b")


def typed(nearby: Nearby) -> Nearby:
    """The same surroundings, the figure's kind settled."""
    figure = nearby.figure
    if figure.kind != "count" or not figure.bare:
        return nearby
    header = nearby.header
    if header and _PERCENT.search(header):
        return nearby.about(replace(figure, kind="percent", bare=False))
    cents = figure.numeral.decimals == 2
    if cents and not header and earned(nearby.before, nearby.after):
        return nearby.about(replace(figure, kind="money", bare=False))
    if header and _MONEY.search(header) and not _COUNT.search(header):
        return nearby.about(replace(figure, kind="money", bare=False))
    return nearby
