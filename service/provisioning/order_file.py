"""Reads a point-of-sale export: CSV, plain or gzipped, one line per order line.

Columns, in any order: order_number, ordered_at (the restaurant's local time), item, category (may be empty),
quantity, unit_price. Every line is checked before any is used, and every bad one is named. A column of another name is
refused, because a status or a discount that is passed over would make wrong figures. An hour that the clocks
repeat in autumn is taken as its first pass; one that they skip in spring is refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from service.provisioning.errors import ProvisioningError
from service.provisioning.order_fields import BadFieldError, FieldReader
from service.provisioning.order_file_text import DamagedFileError, decoded, unzipped
from service.provisioning.orders import NewLine, NewOrder

COLUMNS = ("order_number", "ordered_at", "item", "category", "quantity", "unit_price")
NAMED_AT_MOST = 20


class Problem(Struct, frozen=True):
    """line: counted from 1, the header's."""

    line: int
    words: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.words}"


class OrderFileError(ProvisioningError):
    """Nothing of the file can be used. `problems` has them all; the sentence names the first 20."""

    code = "order_file_refused"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        named = [str(problem) for problem in problems[:NAMED_AT_MOST]]
        if len(problems) > NAMED_AT_MOST:
            named.append(f"and {len(problems) - NAMED_AT_MOST} more")
        super().__init__("\n".join(named))


class OrderFile(Struct, frozen=True):
    """orders: in the order of their first lines; sha256: of the content, whether it came gzipped or not."""

    orders: tuple[NewOrder, ...]
    lines: int
    sha256: str


def parse_order_file(content: bytes, time_zone: str) -> OrderFile:
    """time_zone: the restaurant's, an IANA name. Raises OrderFileError."""
    try:
        data = unzipped(content)
    except DamagedFileError as error:
        raise OrderFileError([Problem(error.line, str(error))]) from None
    if not data:
        raise OrderFileError([Problem(1, "the file is empty")])
    reading = _Reading(ZoneInfo(time_zone))
    reading.read(decoded(data))
    if reading.problems:
        raise OrderFileError(reading.problems)
    return OrderFile(
        orders=tuple(order.finished(number) for number, order in reading.orders.items()),
        lines=sum(len(order.lines) for order in reading.orders.values()),
        sha256=hashlib.sha256(data).hexdigest(),
    )


class _OpenOrder(Struct):
    """An order whose lines are still being gathered: they need not stand together in the file."""

    ordered_at: datetime
    first_line: int
    lines: list[NewLine]

    def finished(self, number: int) -> NewOrder:
        return NewOrder(number, self.ordered_at, tuple(self.lines))


class _Reading:
    """One pass over the text: what was understood of it, and what was not."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.fields = FieldReader(zone)
        self.orders: dict[int, _OpenOrder] = {}
        self.problems: list[Problem] = []

    def read(self, text: str) -> None:
        rows = self._rows(text)
        _, header = next(rows, (1, []))
        places = self._places(header)
        if self.problems:
            return
        for line, row in rows:
            try:
                self._take(line, row, places)
            except BadFieldError as error:
                self.problems.append(Problem(line, str(error)))
        if not self.orders and not self.problems:
            self.problems.append(Problem(1, "there are no order lines after the header"))

    def _rows(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Rows with the line that each begins on; empty lines are passed over."""
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line = 1
        try:
            for row in reader:
                if row:
                    yield line, row
                line = reader.line_num + 1
        except csv.Error as error:
            self.problems.append(Problem(line, f"cannot be read from here on ({error})"))

    def _places(self, header: list[str]) -> list[int]:
        """Where in a row each of COLUMNS is."""
        names = [name.strip().lower() for name in header]
        for column in COLUMNS:
            if names.count(column) != 1:
                word = "missing" if column not in names else "there twice"
                self.problems.append(Problem(1, f"the column {column} is {word}"))
        for name in names:
            if name not in COLUMNS:
                self.problems.append(Problem(1, f"there is a column {name[:40]!r} that has no meaning here"))
        return [] if self.problems else [names.index(column) for column in COLUMNS]

    def _take(self, line: int, row: list[str], places: list[int]) -> None:
        if len(row) != len(COLUMNS):
            raise BadFieldError(f"has {len(row)} fields and not {len(COLUMNS)}")
        number, ordered_at, item, category, quantity, unit_price = [row[place] for place in places]
        order_number = self.fields.order_number(number)
        moment = self.fields.ordered_at(ordered_at)
        new_line = NewLine(
            self.fields.item(item),
            self.fields.category(category),
            self.fields.quantity(quantity),
            self.fields.unit_price_cents(unit_price),
        )
        order = self.orders.setdefault(order_number, _OpenOrder(moment, line, []))
        if order.ordered_at != moment:
            # Two orders of one number: somewhere the till began to count anew.
            raise BadFieldError(f"order {order_number} has another time here than on line {order.first_line}")
        order.lines.append(new_line)
