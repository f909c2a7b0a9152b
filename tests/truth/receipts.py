"""Each figure of an answer, worked out again from the place that its receipt names."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.http.conftest import Answered
from tests.truth.books import Books
from tests.truth.recount import Slice

Figure = dict[str, Any]
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
UNITS = {"money": 100, "percent": 100, "count": 1}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def figures_of(answered: Answered) -> list[Figure]:
    """None when the answer states none: then there is no such part, or an empty one."""
    found = answered.of_type("data-receipts")
    return list(found[0]["data"]["figures"]) if found else []


def unmatched(figures: list[Figure]) -> list[str]:
    return [figure["text"] for figure in figures if figure["source"]["type"] == "unmatched"]


def overlooked(answer: str, figures: list[Figure], names: frozenset[str]) -> list[str]:
    """Numbers of the answer that have no receipt and are no part of an item's name: there should be none."""
    covered = bytearray(len(answer))
    for figure in figures:
        start, end = figure["start"], figure["end"]
        assert answer[start:end] == figure["text"], "an offset is off"
        covered[start:end] = b"x" * (end - start)
    for name in names:
        for place in re.finditer(re.escape(name), answer):
            covered[place.start() : place.end()] = b"x" * len(name)
    return [found[0] for found in NUMBER.finditer(answer) if not all(covered[found.start() : found.end()])]


async def wrong(figures: list[Figure], slices: list[Slice], books: Books) -> list[str]:
    """Those that the books contradict."""
    found = []
    for figure in figures:
        if figure["source"]["type"] == "unmatched":
            continue
        if figure["kind"] in ("date", "time"):
            right = await _moment_is_right(figure, slices, books)
        else:
            worked_out = await _worked_out(figure, figures, slices, books)
            right = abs(_stated(figure)) == _to_the_precision_of(figure, abs(worked_out))
        if not right:
            found.append(f"{figure['text']} of {figure['source']}")
    return found


def _stated(figure: Figure) -> Decimal:
    """In whole units of money, percent or pieces."""
    found = NUMBER.search(figure["text"])
    assert found, figure
    return Decimal(found[0].replace(",", ""))


def _to_the_precision_of(figure: Figure, value: Decimal) -> Decimal:
    exponent = _stated(figure).as_tuple().exponent
    return value.quantize(Decimal(1).scaleb(int(exponent)), ROUND_HALF_UP)


async def _worked_out(figure: Figure, figures: list[Figure], slices: list[Slice], books: Books) -> Decimal:
    source, unit = figure["source"], UNITS[figure["kind"]]
    match source["type"]:
        case "row":
            return Decimal(slices[source["slice"]]["rows"][source["row"]][source["column"]]) / unit
        case "fact":
            return Decimal(slices[source["slice"]]["facts"][source["fact"]]) / unit
        case "range":
            return await _of_range(source, slices[source["slice"]], books) / unit
    first, second = [await _worked_out(figures[place], figures, slices, books) for place in source["of"]]
    match source["type"]:
        case "difference":
            return first - second
        case "change":
            return 100 * (first - second) / abs(second)
        case "ratio":
            return first / second * (100 if figure["kind"] == "percent" else 1)
    raise AssertionError(f"a kind of source that nobody recounts: {source}")


async def _of_range(source: dict[str, Any], of: Slice, books: Books) -> Decimal:
    """In cents or pieces."""
    assert of["name"] == source["name"]
    if source.get("start") and (source["name"] == "revenue_by_day" or source["column"] == "day"):
        values = await _of_days(source, books)
    else:
        values = [row[source["column"]] for row in _chosen(source, of)]
    match source["operation"]:
        case "total":
            return Decimal(sum(values))
        case "mean":
            return Decimal(sum(values)) / len(values)
        case "minimum":
            return Decimal(min(values))
        case "maximum":
            return Decimal(max(values))
    return Decimal(len(values))


async def _of_days(source: dict[str, Any], books: Books) -> list[Any]:
    column = source["column"]
    start, end = (date.fromisoformat(source[name]) for name in ("start", "end"))
    only = source.get("only") or ""
    rows = await books.rows("SELECT * FROM days WHERE day BETWEEN $1 AND $2", start, end)
    if only in ("with orders", "without orders"):
        return [row[column] for row in rows if bool(row["orders"] + row["cancelled"]) is (only == "with orders")]
    named = [weekday for weekday in WEEKDAYS if weekday in only]
    assert named or not only, f"rows that nobody recounts: {source}"
    return [row[column] for row in rows if not named or row["weekday"] in named]


def _chosen(source: dict[str, Any], of: Slice) -> list[dict[str, Any]]:
    """The rows of a slice that a source's `only` names: a category, or the newest orders."""
    only, rows = source.get("only"), of["rows"]
    if only is None:
        return list(rows)
    if newest := re.fullmatch(r"(?:(\w+) of the )?newest (\d+)((?: \w+)*)", only):
        of_status = set(newest[3].split())
        rows = [row for row in rows if not of_status or row["status"] in of_status][: int(newest[2])]
        return [row for row in rows if newest[1] in (None, row["status"])]
    return [row for row in rows if row["category"].lower() == only]


async def _moment_is_right(figure: Figure, slices: list[Slice], books: Books) -> bool:
    source, stated = figure["source"], str(figure["value"])
    if quarter := re.fullmatch(r"(\d{4})-Q(\d)", stated):
        months = [f"{quarter[1]}-{3 * int(quarter[2]) - ahead:02d}" for ahead in (2, 1, 0)]
        return any(_reaches(slices[source["slice"]], month) for month in months)
    match source["type"]:
        case "row":
            found = slices[source["slice"]]["rows"][source["row"]][source["column"]]
        case "fact":
            found = slices[source["slice"]]["facts"][source["fact"]]
        case "clock":
            found = (books.today - timedelta(days=source["day"] == "yesterday")).isoformat()
        case "within":
            return _reaches(slices[source["slice"]], stated)
        case _:
            return False
    return found[11:16] == stated if figure["kind"] == "time" else found.startswith(stated)


def _reaches(of: Slice, stated: str) -> bool:
    """Whether the slice's days and a day, month or year have a day in common."""
    ranges = [(row["start"], row["end"]) for row in of["rows"] if "start" in row] or [_days_of(of)]
    return any(start[: len(stated)] <= stated <= end[: len(stated)] for start, end in ranges)


def _days_of(of: Slice) -> tuple[str, str]:
    days = [row["day"] for row in of["rows"] if "day" in row] + [
        of["facts"][name] for name in ("start", "end") if name in of["facts"]
    ]
    days += [row["ordered_at"][:10] for row in of["rows"] if "ordered_at" in row]
    return min(days), max(days)
