"""Where a figure can come from: cells and facts of the slices, found by the day, item or order they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from service.receipts.mentions import DayRange, Mention
from service.receipts.names import find_names
from service.receipts.once import once
from service.receipts.receipt import FactSource, RowSource, Source
from service.receipts.table import Candidate, Scope, Table, key, table_of, whole_units
from service.receipts.words import measure_of
from service.rows import Column, Row, SliceResult

_LONGEST = 1_500


class Evidence:
    """The slices behind one answer."""

    def __init__(self, slices: Sequence[SliceResult], today: date) -> None:
        self.today = today
        self.tables = tuple(table_of(position, result) for position, result in enumerate(slices))
        self.currency = slices[0].currency if slices else ""
        self._by_day: dict[date, list[tuple[Table, int]]] = defaultdict(list)
        self._by_period: dict[DayRange, list[tuple[Table, int]]] = defaultdict(list)
        self._by_item: dict[str, list[tuple[Table, int]]] = defaultdict(list)
        self._by_order: dict[int, list[tuple[Table, int]]] = defaultdict(list)
        self._of_days: dict[DayRange, Sequence[Candidate]] = {}
        self._daily: dict[DayRange, Sequence[tuple[Table, list[Row]]]] = {}
        self._day_rows: dict[int, dict[date, int]] = defaultdict(dict)
        for table in self.tables:
            self._index(table)

    def _index(self, table: Table) -> None:
        for index, row in enumerate(table.result.rows):
            if table.periods:
                self._by_period[table.periods[index]].append((table, index))
            if table.day is not None:
                day = getattr(row, table.day)
                self._by_day[day].append((table, index))
                self._day_rows[table.position][day] = index
            if table.item is not None:
                self._by_item[key(getattr(row, table.item))].append((table, index))
            if table.number:
                self._by_order[row.number].append((table, index))  # type: ignore[attr-defined]

    @once
    def orders(self) -> frozenset[int]:
        return frozenset(self._by_order) | {table.order for table in self.tables if table.order is not None}

    def names_in(self, text: str) -> Iterator[Mention]:
        return find_names(text, self.tables, self._by_item)

    # -- rows and facts ----------------------------------------------------------------------------------------

    def of_days(self, days: DayRange) -> Sequence[Candidate]:
        """Rows of that day or period, and the facts of slices about exactly those days."""
        found = self._of_days.get(days)
        if found is None:
            found = self._of_days[days] = tuple(self._find_of_days(days))
        return found

    def _find_of_days(self, days: DayRange) -> Iterator[Candidate]:
        rows = self._by_day.get(days[0], []) if days[0] == days[1] else []
        for table, index in (*rows, *self._by_period.get(days, [])):
            yield from self.cells(table, index, ("days", *days))
        for table in self.tables:
            if not table.only and (table.days == days or days in table.periods):
                yield from self.facts(table)

    def of_item(self, name: str, days: Iterable[DayRange] | None) -> Iterator[Candidate]:
        """Rows of the item; where `days` are given, only from slices about exactly those."""
        allowed = None if days is None else set(days)
        for table, index in self._by_item.get(name, []):
            if table.order is None and (allowed is None or table.days in allowed):
                found = table.made.get(index)
                if found is None:
                    found = table.made[index] = tuple(self.cells(table, index, ("item", table.position, name)))
                yield from found
        yield from self.about(name, days)

    def about(self, name: str, days: Iterable[DayRange] | None) -> Iterator[Candidate]:
        """Facts of slices that were asked for that item or category alone."""
        allowed = None if days is None else set(days)
        for table in self.tables:
            if name in table.only and (allowed is None or table.days in allowed):
                yield from self.facts(table)

    def rows_of_category(self, table: Table, name: str) -> list[Row]:
        return [row for row in table.result.rows if key(getattr(row, "category", "")) == name]

    def of_order(self, number: int) -> Iterator[Candidate]:
        """The order's row and its facts."""
        for table, index in self._by_order.get(number, []):
            yield from self.cells(table, index, ("order", number))
        for table in self.tables:
            if table.order == number:
                yield from self.facts(table)

    def lines_of_order(self, number: int, names: Sequence[str]) -> Iterator[Candidate]:
        """What the order holds of the items."""
        for name in names:
            for table, index in self._by_item.get(name, []):
                if table.order == number:
                    yield from self.cells(table, index, ("line", table.position, index))

    def facts(self, table: Table) -> Iterator[Candidate]:
        scope: Scope = ("days", *table.days) if table.days else ("slice", table.position)
        if table.order is not None:
            scope = ("order", table.order)
        if table.only:
            scope = ("item", table.position, *scope)
        for fact in table.result.facts:
            if isinstance(fact.value, int) and fact.kind in ("money", "count", "percent"):
                source = FactSource(table.position, table.name, fact.name)
                measure = measure_of(fact.name)
                if fact.name == "matching" and table.status is not None:
                    measure = table.status
                yield Candidate(
                    source, fact.kind, measure, scope, *whole_units(fact.value, fact.kind), "change" in fact.name
                )

    @once
    def all_facts(self) -> tuple[Candidate, ...]:
        return tuple(fact for table in self.tables for fact in self.facts(table))

    @once
    def general_facts(self) -> tuple[Candidate, ...]:
        """Facts that are not about one item or category."""
        return tuple(fact for table in self.tables if not table.only for fact in self.facts(table))

    @once
    def all_cells(self) -> tuple[Candidate, ...]:
        rows = ((table, index) for table in self.tables for index in range(len(table.result.rows)))
        return tuple(cell for table, index in rows for cell in self.cells(table, index, ("row", table.position, index)))

    @once
    def values(self) -> frozenset[tuple[str, int]]:
        """Every value of every kind, in hundredths."""
        return frozenset([*((c.kind, c.numerator * (100 // c.denominator)) for c in self.all_facts), *self._in_cells()])

    def _in_cells(self) -> Iterator[tuple[str, int]]:
        """Without a candidate to each, for most answers want none of them."""
        for table in self.tables:
            for row in table.result.rows:
                for column, value in _numbers(table, row):
                    numerator, denominator = whole_units(value, column.kind)
                    yield column.kind, numerator * (100 // denominator)

    def cells(self, table: Table, index: int, scope: Scope) -> Iterator[Candidate]:
        for column, value in _numbers(table, table.result.rows[index]):
            source = RowSource(table.position, table.name, index, column.name)
            yield Candidate(source, column.kind, measure_of(column.name), scope, *whole_units(value, column.kind))

    # -- days --------------------------------------------------------------------------------------------------

    def knows(self, day: date) -> bool:
        """Whether any slice speaks of the day."""
        return day in self._by_day or any(first <= day <= last for first, last in self._spans)

    @once
    def _spans(self) -> list[DayRange]:
        ranges = [table.days for table in self.tables if table.days]
        moments = [
            moment.date() for table in self.tables for moment in self._times(table) if isinstance(moment, datetime)
        ]
        return [*ranges, *self._by_period, *((moment, moment) for moment in dict.fromkeys(moments))]

    def _times(self, table: Table) -> Iterator[object]:
        if table.time is not None:
            yield from (getattr(row, table.time) for row in table.result.rows)
        yield from (fact.value for fact in table.result.facts if fact.kind == "time")

    def daily(self, days: DayRange) -> Sequence[tuple[Table, list[Row]]]:
        """Slices with a row for every one of the days, and those rows in order of day. Where no slice reaches, slices
        of the same kind together, named by the one that holds the first day."""
        found = self._daily.get(days)
        if found is None:
            found = self._daily[days] = tuple(self._find_daily(days)) or tuple(self._joined(days))
        return found

    def _find_daily(self, days: DayRange) -> Iterator[tuple[Table, list[Row]]]:
        first, last = days
        length = (last - first).days + 1
        for table in self.tables:
            rows = self._day_rows.get(table.position, {})
            if length <= len(rows) and first in rows and last in rows:
                found = [rows[day] for n in range(length) if (day := first + timedelta(days=n)) in rows]
                if len(found) == length:
                    yield table, [table.result.rows[index] for index in found]

    def _joined(self, days: DayRange) -> Iterator[tuple[Table, list[Row]]]:
        first, last = days
        if not 0 < (last - first).days < _LONGEST or first not in self._by_day or last not in self._by_day:
            return
        table, _ = self._by_day[first][0]
        found = []
        for n in range((last - first).days + 1):
            same = (t.result.rows[i] for t, i in self._by_day.get(first + timedelta(days=n), ()))
            row = next((row for row in same if type(row) is table.result.row_type), None)
            if row is None:
                return
            found.append(row)
        yield table, found

    def row_of_day(self, day: date) -> RowSource | None:
        for table, index in self._by_day.get(day, []):
            return RowSource(table.position, table.name, index, table.day or "")
        return None

    def order_moment(self, number: int) -> tuple[datetime, Source] | None:
        """When the order was placed, and where that stands."""
        for table, index in self._by_order.get(number, []):
            if table.time is not None and isinstance(moment := getattr(table.result.rows[index], table.time), datetime):
                return moment, RowSource(table.position, table.name, index, table.time)
        for table in self.tables:
            for fact in table.result.facts:
                if table.order == number and isinstance(fact.value, datetime):
                    return fact.value, FactSource(table.position, table.name, fact.name)
        return None

    def order_source(self, number: int) -> Source | None:
        for table, index in self._by_order.get(number, []):
            return RowSource(table.position, table.name, index, "number")
        for table in self.tables:
            if table.order == number:
                return FactSource(table.position, table.name, "number")
        return None


def _numbers(table: Table, row: Row) -> Iterator[tuple[Column, int]]:
    """The cells of a row that a figure could come from."""
    for column in table.columns:
        if column.kind in ("money", "count", "percent") and isinstance(value := getattr(row, column.name), int):
            yield column, value
