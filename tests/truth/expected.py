"""What a right answer must state: pieces of text, each worked out from a restaurant's books when the test runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from tests.truth.books import Books

SYMBOLS = {"USD": "$", "GBP": "£", "AUD": "A$"}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SOLD = "FROM lines WHERE status <> 'cancelled' AND day BETWEEN $1 AND $2"
KEPT = "FROM bills WHERE status <> 'cancelled' AND day BETWEEN $1 AND $2"


class Expected(NamedTuple):
    """One value of SQL, and how an answer writes it."""

    sql: str
    values: tuple[Any, ...]
    show: Callable[[Any, str], str]

    async def text(self, books: Books) -> str:
        found = await self.text_or_none(books)
        assert found is not None, f"the books have nothing for {self}"
        return found

    async def text_or_none(self, books: Books) -> str | None:
        found = await books.value(self.sql, *self.values)
        return None if found is None else self.show(found, books.tenant.currency)


def stated_in(answer: str, piece: str) -> bool:
    """As a whole, not as a part of a longer figure or word; a count not as a part of a date."""
    plain = answer.replace("**", "").replace("&amp;", "&").replace("\\", "")
    if piece.replace(",", "").isdigit():
        plain = re.sub(rf"\b\d{{1,2}} (?:{'|'.join(MONTHS)}) \d{{4}}\b|\b(?:{'|'.join(MONTHS)}) \d{{4}}\b", "", plain)
    return re.search(rf"(?<![\w$£,.-]){re.escape(piece)}(?![\w%]|[.,]\d)", plain) is not None


# -- how figures are written -----------------------------------------------------------------------------------------


def money(hundredths: Any, currency: str) -> str:
    cents = int(hundredths)
    return f"{'-' if cents < 0 else ''}{SYMBOLS[currency]}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def count(number: Any, _: str) -> str:
    return f"{int(number):,}"


def percent(value: Any, _: str) -> str:
    return f"{value:.2f}%"


def one_decimal(value: Any, _: str) -> str:
    return f"{value:.1f}"


def words(value: Any, _: str) -> str:
    return str(value)


def written_day(day: date, _: str) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


# -- what is asked for most ------------------------------------------------------------------------------------------


def _between(first: str, last: str | None) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last or first)


def net(first: str, last: str | None = None) -> Expected:
    return Expected(f"SELECT coalesce(sum(total - refunded), 0) {KEPT}", _between(first, last), money)


def gross(first: str, last: str | None = None) -> Expected:
    return Expected(f"SELECT coalesce(sum(total), 0) {KEPT}", _between(first, last), money)


def refunds(first: str, last: str | None = None) -> Expected:
    return Expected(f"SELECT coalesce(sum(refunded), 0) {KEPT}", _between(first, last), money)


def orders(first: str, last: str | None = None) -> Expected:
    return Expected(f"SELECT count(*) {KEPT}", _between(first, last), count)


def of_status(status: str, first: str, last: str | None = None) -> Expected:
    sql = "SELECT count(*) FROM bills WHERE day BETWEEN $1 AND $2 AND status = $3"
    return Expected(sql, (*_between(first, last), status), count)


def average_order(first: str, last: str | None = None) -> Expected:
    return Expected(f"SELECT round(avg(total)) {KEPT}", _between(first, last), money)


def net_a_day(first: str, last: str) -> Expected:
    sql = f"SELECT round(sum(total - refunded) / ($2::date - $1::date + 1)) {KEPT}"
    return Expected(sql, _between(first, last), money)


def growth(
    first: tuple[str, str], second: tuple[str, str], what: str = "sum(total - refunded)"
) -> tuple[Expected, ...]:
    """From the first range to the second: by how much, and by how much percent, both without a sign."""
    of_first, of_second = (
        f"(SELECT {what} {KEPT.replace('$1', a).replace('$2', b)})" for a, b in (("$1", "$2"), ("$3", "$4"))
    )
    days = (*_between(*first), *_between(*second))
    show = count if what.startswith("count") else money
    return (
        Expected(f"SELECT abs({of_second} - {of_first})", days, show),
        Expected(f"SELECT round(100.0 * abs({of_second} - {of_first}) / {of_first}, 2)", days, percent),
    )


def net_share(part: tuple[str, str], whole: tuple[str, str]) -> Expected:
    sql = (
        f"SELECT round(100.0 * (SELECT sum(total - refunded) {KEPT}) / (SELECT sum(total - refunded) "
        f"{KEPT.replace('$1', '$3').replace('$2', '$4')}), 2)"
    )
    return Expected(sql, (*_between(*part), *_between(*whole)), percent)


# -- items -----------------------------------------------------------------------------------------------------------


def sold(item: str, first: str, last: str | None = None) -> Expected:
    """item: a pattern of LIKE."""
    return Expected(f"SELECT coalesce(sum(quantity), 0) {SOLD} AND item LIKE $3", (*_between(first, last), item), count)


def earned(item: str, first: str, last: str | None = None) -> Expected:
    return Expected(f"SELECT coalesce(sum(revenue), 0) {SOLD} AND item LIKE $3", (*_between(first, last), item), money)


def item_share(item: str, first: str, last: str | None = None) -> Expected:
    part = "100.0 * sum(revenue) FILTER (WHERE item LIKE $3)"
    return Expected(f"SELECT round({part} / sum(revenue), 2) {SOLD}", (*_between(first, last), item), percent)


def category_earned(category: str, first: str, last: str | None = None) -> Expected:
    return Expected(f"SELECT sum(revenue) {SOLD} AND category = $3", (*_between(first, last), category), money)


def ranked(
    number: int,
    first: str,
    last: str | None = None,
    *,
    by: str = "sum(quantity)",
    bottom: bool = False,
) -> tuple[Expected, ...]:
    """The names of the first so many, with what they are ranked by."""
    ties = "sum(revenue), sum(quantity)" if bottom else "sum(revenue) DESC, sum(quantity) DESC"
    order = f'{by} {"ASC" if bottom else "DESC"}, {ties}, item COLLATE "C"'
    found = f"SELECT item, {by} AS figure {SOLD} GROUP BY item, category ORDER BY {order}"
    show = count if "quantity" in by else money
    return tuple(
        Expected(f"SELECT {column} FROM ({found} OFFSET {place} LIMIT 1) AS ranked", _between(first, last), how)
        for place in range(number)
        for column, how in (("item", words), ("figure", show))
    )


# -- days ------------------------------------------------------------------------------------------------------------


def best_day(first: str, last: str, *, worst: bool = False) -> tuple[Expected, ...]:
    """Which, and its net. A day without orders is not the worst."""
    chosen = f"FROM days WHERE day BETWEEN $1 AND $2 AND orders > 0 ORDER BY net {'ASC' if worst else 'DESC'} LIMIT 1"
    between = _between(first, last)
    return Expected(f"SELECT day {chosen}", between, written_day), Expected(f"SELECT net {chosen}", between, money)


def days_without_orders(first: str, last: str) -> Expected:
    return Expected(
        "SELECT count(*) FROM days WHERE day BETWEEN $1 AND $2 AND orders + cancelled = 0", _between(first, last), count
    )


def days_above(cents: int, first: str, last: str) -> Expected:
    sql = "SELECT count(*) FROM days WHERE day BETWEEN $1 AND $2 AND net > $3"
    return Expected(sql, (*_between(first, last), cents), count)


def weekday_average(weekday: str, first: str, last: str) -> Expected:
    sql = "SELECT round(avg(net)) FROM days WHERE day BETWEEN $1 AND $2 AND weekday = $3"
    return Expected(sql, (*_between(first, last), weekday), money)


def weekday_orders(weekday: str, first: str, last: str) -> Expected:
    sql = "SELECT round(avg(orders), 1) FROM days WHERE day BETWEEN $1 AND $2 AND weekday = $3"
    return Expected(sql, (*_between(first, last), weekday), one_decimal)


def order_share_of_weekday(weekday: str, first: str, last: str) -> Expected:
    part = "100.0 * sum(orders) FILTER (WHERE weekday = $3)"
    sql = f"SELECT round({part} / sum(orders), 2) FROM days WHERE day BETWEEN $1 AND $2"
    return Expected(sql, (*_between(first, last), weekday), percent)


# -- single orders ---------------------------------------------------------------------------------------------------


def order_total(number: int) -> Expected:
    return Expected("SELECT total FROM bills WHERE number = $1", (number,), money)


def order_items(number: int, lines: int) -> tuple[Expected, ...]:
    """Name and line total of the first so many lines."""
    sql = "SELECT {} FROM lines WHERE number = $1 AND line = $2"
    return tuple(
        Expected(sql.format(column), (number, line), show)
        for line in range(1, lines + 1)
        for column, show in (("item", words), ("revenue", money))
    )


def newest(number: int, status: str | None = None) -> tuple[Expected, ...]:
    """Number and total of the newest so many orders up to the end of today."""
    where = f"WHERE status = '{status}'" if status else ""
    sql = f"SELECT {{}} FROM bills {where} ORDER BY at DESC, number DESC OFFSET {{}} LIMIT 1"
    return tuple(
        Expected(sql.format(column, place), (), show)
        for place in range(number)
        for column, show in (("number", lambda value, _: str(value)), ("total", money))
    )
