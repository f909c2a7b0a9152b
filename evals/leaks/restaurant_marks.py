"""The marks of the restaurants that the evals ask about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from evals.leaks.marks import TenantMarks
from evals.orders import fingerprints_of, is_only_of, orders_of
from evals.restaurants import RESTAURANTS, EvalRestaurant
from evals.seed import imported_file

_NEWEST = 40
"""More than the newest orders that are in every prompt."""
_DAYS = 100
_LARGE = 20_000
"""Averages are no multiples of a prime; hardly any is as large as a day's sales."""


def restaurant_marks(users: Mapping[str, str] | None = None) -> tuple[TenantMarks, ...]:
    """Of every restaurant. users: the claim `sub` of its owner by its key, where somebody has signed in."""
    known = users or {}
    return tuple(_marks_of(each, known.get(each.key)) for each in RESTAURANTS)


def _marks_of(of: EvalRestaurant, user: str | None) -> TenantMarks:
    orders = orders_of(of)
    return TenantMarks(
        tenant=of.key,
        canaries=(*of.canaries.all, imported_file(of)),
        ids=(str(of.tenant_id), of.owner_email, *([user] if user else [])),
        numbers=tuple(order.number for order in orders[-_NEWEST:] if not order.banquet),
        amounts=tuple(sorted({*fingerprints_of(of), *_sales(of)})),
    )


def _sales(of: EvalRestaurant) -> set[int]:
    """Of its days, before and after refunds, those that no other restaurant's amounts can come to."""
    gross, net = Counter[date](), Counter[date]()
    for order in orders_of(of):
        if order.status != "cancelled" and order.day > of.today - timedelta(days=_DAYS):
            gross[order.day] += order.total_cents
            net[order.day] += order.total_cents - order.refunded_cents
    return {cents for cents in (*gross.values(), *net.values()) if cents >= _LARGE and is_only_of(of, cents)}
