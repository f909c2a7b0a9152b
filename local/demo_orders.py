"""Makes up a demo restaurant's orders, a day at a time: the same day always gives the same orders.

Nothing but the restaurant and the day decides: not the day on which the seed runs, nor how far back it reaches. So a
later start adds the days since, and the rest is as it was.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import accumulate, islice
from random import Random
from zoneinfo import ZoneInfo

from msgspec import Struct

from local.demo_restaurants import DemoTenant, Habits, MenuItem
from service.provisioning.orders import NewLine, NewOrder

FIRST_NUMBER = 1001
_SLOT = 15 * 60
"""Seconds: within a quarter of an hour, orders come evenly."""
_CANCELLED = 0.020
_REFUNDED = 0.015
_FULLY_REFUNDED = 0.6
_WITH_NOTE = 0.07
_FIRST_SPECIAL = 101
"""Item ids: the menu's from 1, the specials' from here."""


class OfferedItem(Struct, frozen=True):
    item_id: int
    item: MenuItem
    retired_on: date | None


class DemoOrders:
    """The orders of one demo restaurant."""

    def __init__(self, tenant: DemoTenant) -> None:
        self._tenant = tenant
        self._habits = tenant.habits
        self._zone = ZoneInfo(tenant.time_zone)
        self._slots, self._slot_weights = _slots(tenant.habits)
        self._line_weights = list(accumulate(tenant.habits.lines))
        self._piece_weights = list(accumulate(tenant.habits.pieces))

    def between(self, first: date, last: date) -> Iterator[NewOrder]:
        """The orders of the days from `first` to `last`, oldest first; their numbers go up by one."""
        number = FIRST_NUMBER
        day = self._habits.opened_on
        while day <= last:
            # The days before `first` are only counted, for the numbers to go on from them.
            rng = Random(f"{self._tenant.tenant_id}/{day}")  # noqa: S311 (made up, not secret)
            count = self._count(day, rng)
            if day >= first:
                yield from self._day(day, rng, number, count)
            number += count
            day += timedelta(days=1)

    def offered(self, first: date, last: date) -> list[OfferedItem]:
        """The menu, and the specials that were on it at some time between the two days, as it stands on `last`."""
        offered = [OfferedItem(number, item, None) for number, item in enumerate(self._habits.menu, start=1)]
        left: dict[int, date | None] = {}
        for year in range(_season(self._habits, first), _season(self._habits, last) + 1):
            leaves = date(year + 1, *self._habits.specials_change)
            left[year % len(self._habits.specials)] = leaves if leaves <= last else None
        specials = self._habits.specials
        return offered + [OfferedItem(_FIRST_SPECIAL + place, specials[place], day) for place, day in left.items()]

    def _count(self, day: date, rng: Random) -> int:
        """How many orders a day has: weekday, season, slow growth, and luck."""
        habits = self._habits
        luck = 0.86 + 0.14 * (rng.random() + rng.random())
        if day in habits.closures(day.year):
            return 0
        season = 1 + habits.swing * math.cos((day.timetuple().tm_yday - habits.peak) / 365.25 * math.tau)
        growth: float = (1 + habits.growth) ** ((day - date(2026, 1, 1)).days / 365.25)
        return round(habits.daily_orders * habits.weekdays[day.weekday()] * season * growth * luck)

    def _day(self, day: date, rng: Random, number: int, count: int) -> Iterator[NewOrder]:
        """All of a day's dice are thrown at once: a call for each order would take several times as long."""
        slots = rng.choices(self._slots, cum_weights=self._slot_weights, k=count)
        seconds = sorted(slot + int(rng.random() * _SLOT) for slot in slots)
        sizes = rng.choices(range(1, len(self._line_weights) + 1), cum_weights=self._line_weights, k=count)
        lines = iter(self._lines(day, rng, sum(sizes)))
        midnight = datetime.combine(day, time(), self._zone)
        for second, size in zip(seconds, sizes, strict=True):
            # An item chosen twice for an order stays one line.
            chosen = {line.item: line for line in islice(lines, size)}
            ordered_at = midnight + timedelta(seconds=second)
            yield self._order(number, ordered_at, tuple(chosen.values()), rng)
            number += 1

    def _lines(self, day: date, rng: Random, count: int) -> list[NewLine]:
        specials = self._habits.specials
        menu = (*self._habits.menu, specials[_season(self._habits, day) % len(specials)])
        items = rng.choices(menu, weights=[item.weight for item in menu], k=count)
        pieces = rng.choices(range(1, len(self._piece_weights) + 1), cum_weights=self._piece_weights, k=count)
        return [
            NewLine(item.name, item.category, quantity, item.price_cents)
            for item, quantity in zip(items, pieces, strict=True)
        ]

    def _order(self, number: int, ordered_at: datetime, lines: tuple[NewLine, ...], rng: Random) -> NewOrder:
        note = rng.choice(self._habits.notes) if rng.random() < _WITH_NOTE else ""
        luck = rng.random()
        if luck < _CANCELLED:
            return NewOrder(number, ordered_at, lines, "cancelled", 0, note)
        if luck < _CANCELLED + _REFUNDED:
            return NewOrder(number, ordered_at, lines, "refunded", _refund(lines, rng), note)
        return NewOrder(number, ordered_at, lines, note=note)


def _refund(lines: tuple[NewLine, ...], rng: Random) -> int:
    """The whole order, or one piece of one line of it."""
    if rng.random() < _FULLY_REFUNDED:
        return sum(line.quantity * line.unit_price_cents for line in lines)
    return rng.choice(lines).unit_price_cents


def _slots(habits: Habits) -> tuple[list[int], list[float]]:
    """Seconds after midnight at which each open quarter of an hour begins, and their weights, added up."""
    slots, weights = [], []
    for opens, closes, weight in habits.hours:
        for slot in range(int(opens * 3600), int(closes * 3600), _SLOT):
            slots.append(slot)
            weights.append(weight)
    return slots, list(accumulate(weights))


def _season(habits: Habits, day: date) -> int:
    """The year in which the special of that day joined the menu."""
    return day.year if (day.month, day.day) >= habits.specials_change else day.year - 1
