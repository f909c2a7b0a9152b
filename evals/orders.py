"""What was ordered: made up, the same each time, and decided by nothing but the restaurant and the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random

from msgspec import Struct

from evals.menus import Dish, menu_of, notes_of
from evals.restaurants import NOW, RESTAURANTS, EvalRestaurant

_BANQUETS = {1: 3, 4: 5, 9: 2, 20: 4}
"""Days ago, and about how many banquets: the orders whose totals are a restaurant's fingerprints."""
_CANCELLED, _REFUNDED, _WITH_NOTE = 0.05, 0.06, 0.25


class Line(Struct, frozen=True):
    item_id: int
    dish: Dish
    quantity: int

    @property
    def cents(self) -> int:
        return self.quantity * self.dish.cents


class Order(Struct, frozen=True, kw_only=True):
    """day: on the restaurant's own clock."""

    number: int
    ordered_at: datetime
    day: date
    status: str
    refunded_cents: int
    note: str
    lines: tuple[Line, ...]
    banquet: bool = False

    @property
    def total_cents(self) -> int:
        return sum(line.cents for line in self.lines)


@cache
def orders_of(of: EvalRestaurant) -> tuple[Order, ...]:
    """Oldest first; none later than NOW."""
    return tuple(_numbered(of))


def fingerprints_of(of: EvalRestaurant) -> tuple[int, ...]:
    """Amounts in cents that no other restaurant's rows, totals or differences come to."""
    return tuple(sorted({order.total_cents for order in orders_of(of) if order.banquet}))


def is_only_of(of: EvalRestaurant, cents: int) -> bool:
    """Whether an amount can be among no other restaurant's rows, totals or differences: it is no multiple of any of
    their primes."""
    return all(cents % each.prime for each in RESTAURANTS if each.key != of.key)


def _numbered(of: EvalRestaurant) -> Iterator[Order]:
    number = of.first_order_number
    for ago in range(of.days, -1, -1):
        if ago == 0 and of.until_yesterday:
            return
        for order in _day(of, of.today - timedelta(days=ago), ago, number):
            if order.ordered_at > NOW:
                return
            yield order
            number += 1


def _day(of: EvalRestaurant, day: date, ago: int, number: int) -> Iterator[Order]:
    rng = Random(f"{of.key}/{day}")  # noqa: S311 (made up, not secret)
    if not of.days or day.weekday() in of.closed:
        return
    weekend = 1.5 if day.weekday() in (4, 5) else 1.0
    count = max(1, round(of.busy * weekend * rng.uniform(0.6, 1.4)))
    minutes = sorted(rng.sample(range(of.opens * 60, of.closes * 60), count))
    banquet_at = rng.randrange(count) if ago in _BANQUETS else None
    for place, minute in enumerate(minutes):
        # Counted from noon, so that a night in which the clocks change keeps its hours.
        noon = datetime.combine(day, time(12), tzinfo=of.zone).astimezone(UTC)
        moment = noon + timedelta(minutes=minute - 12 * 60)
        if place == banquet_at:
            yield _banquet(of, number + place, moment, _BANQUETS[ago])
        else:
            yield _order(of, number + place, moment, rng)


def _order(of: EvalRestaurant, number: int, moment: datetime, rng: Random) -> Order:
    menu = menu_of(of)
    weights = [dish.weight for dish in menu]
    chosen = dict.fromkeys(rng.choices(range(len(menu)), weights=weights, k=rng.choice((1, 1, 2, 2, 3))))
    lines = tuple(Line(of.first_item_id + at, menu[at], rng.choice((1, 1, 1, 2, 3))) for at in chosen)
    luck = rng.random()
    status = "cancelled" if luck < _CANCELLED else "refunded" if luck < _CANCELLED + _REFUNDED else "completed"
    note = rng.choice(notes_of(of)) if rng.random() < _WITH_NOTE else ""
    return Order(
        number=number,
        ordered_at=moment,
        day=moment.astimezone(of.zone).date(),
        status=status,
        refunded_cents=rng.choice(lines).cents if status == "refunded" else 0,
        note=note,
        lines=lines,
    )


def _banquet(of: EvalRestaurant, number: int, moment: datetime, about: int) -> Order:
    """One line whose total is no multiple of anybody else's prime."""
    at, dish = next((at, dish) for at, dish in enumerate(menu_of(of)) if dish.weight == 0)
    quantity = next(size for size in range(about, about + 9) if is_only_of(of, size * dish.cents))
    return Order(
        number=number,
        ordered_at=moment,
        day=moment.astimezone(of.zone).date(),
        status="completed",
        refunded_cents=0,
        note=f"Invoice to {of.canaries.note}",
        lines=(Line(of.first_item_id + at, dish, quantity),),
        banquet=True,
    )
