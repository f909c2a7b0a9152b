"""A deterministic stand-in for the model: it computes its answer from what the Converse request holds, and from
nothing else.

The way of a question: request.py (what is in the body) -> intent.py and follow_up.py (what is asked) -> plan.py and
menu.py (is it at hand, or has a tool to be asked) -> answer/ (words). It keeps nothing between calls: while a
turn's tool results come in, the same question is worked out again from the start, each time with more at hand.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from .answer import answer
from .date_rule import Clock
from .follow_up import understand
from .names import known_names
from .plan import MOST_CALLS, Desk, NeededError, OutOfReachError, TooMuchError, UnreadableError, Want
from .query import Query, Topic
from .refuse import NO_RESTAURANT, NOT_UNDERSTOOD, TOO_MANY_AT_ONCE
from .request import Request, Restaurant, read_request

MOST_ROUNDS = 3
UNREADABLE = "I could not read that data just now, so I cannot give you a figure for it."
OUT_OF_REACH = "That lies outside the data I can see here, and I have no way to look it up."
PLANS = {
    "revenue_by_day": "The days at hand do not reach, so I look up the sales of those days.",
    "top_menu_items": "I need the item sales for that, so I look them up.",
    "recent_orders": "I need the list of orders for that, so I look it up.",
    "order_details": "I look that order up.",
    "compare_revenue": "I compare the two ranges with the tool for it.",
}

__all__ = ["respond"]


def respond(body: dict[str, Any]) -> list[dict[str, Any]]:
    """A Converse request's body -> the content blocks of the assistant's message: {"text": …} and, when data is
    missing, {"toolUse": {"toolUseId", "name", "input"}}. Pure and deterministic; never raises, and never without
    text."""
    request = read_request(body)
    if request.restaurant is None:
        return [{"text": NO_RESTAURANT}]
    if not request.questions:
        return [{"text": NOT_UNDERSTOOD}]
    names = known_names(request.slices)
    clock = Clock(request.restaurant.today, day_first=request.restaurant.currency != "USD")
    query = understand(request.questions, request.restaurant, names, clock)
    return _answered(query, request, request.restaurant)


def _answered(query: Query, request: Request, restaurant: Restaurant) -> list[dict[str, Any]]:
    if query.topic is Topic.SAID:
        return [{"text": query.said}]
    desk = Desk(request, restaurant.today, restaurant.currency)
    try:
        return [{"text": answer(query, desk)}]
    except NeededError as needed:
        return _tool_uses(needed.wants, request, desk)
    except UnreadableError:
        return [{"text": UNREADABLE}]
    except OutOfReachError:
        return [{"text": OUT_OF_REACH}]
    except TooMuchError:
        return [{"text": TOO_MANY_AT_ONCE}]


def _tool_uses(wants: tuple[Want, ...], request: Request, desk: Desk) -> list[dict[str, Any]]:
    if not all(desk.offers(want) for want in wants):
        return [{"text": OUT_OF_REACH}]
    if request.rounds >= MOST_ROUNDS or len(wants) > MOST_CALLS:
        return [{"text": TOO_MANY_AT_ONCE}]
    thinking = {"text": f"<thinking>{PLANS[wants[0].name]}</thinking>"}
    return [thinking, *({"toolUse": _tool_use(want, request)} for want in wants)]


def _tool_use(want: Want, request: Request) -> dict[str, Any]:
    """The id is new in the conversation and the same each time the same request is answered."""
    seed = json.dumps([request.messages, request.rounds, want.name, want.arguments], sort_keys=True)
    return {
        "toolUseId": f"tooluse_{sha256(seed.encode()).hexdigest()[:22]}",
        "name": want.name,
        "input": want.arguments,
    }
