"""find_leaks: the marks of other tenants in what was observed of one asker, boundary by boundary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal

import msgspec
from msgspec import Struct

from evals.leaks.marks import Forbidden, Kind, Mark, TenantMarks, foreign_to, of_anybody
from evals.leaks.readings import read
from evals.leaks.wire_rows import columns, read_column
from evals.observed import Boundaries

Boundary = Literal["sql_rows", "bedrock_requests", "tool_results", "sse", "dynamodb_items", "log_lines"]
BOUNDARIES: tuple[Boundary, ...] = (
    "sql_rows",
    "bedrock_requests",
    "tool_results",
    "sse",
    "dynamodb_items",
    "log_lines",
)

_AROUND = 40
_METRICS = ("total_ms", "first_token_ms", "cost_usd", "input_tokens", "output_tokens", "timestamp", "_aws")


class Leak(Struct, frozen=True):
    """of: whose mark it is; excerpt: what stood around it, in plain form."""

    boundary: Boundary
    kind: Kind
    of: str
    mark: str
    excerpt: str

    def __str__(self) -> str:
        return f"{self.boundary}: {self.kind} {self.mark!r} of {self.of} (… {self.excerpt} …)"


def find_leaks(
    asker: str, everybody: tuple[TenantMarks, ...], seen: Boundaries, typed: Iterable[str] = ()
) -> list[Leak]:
    """Empty when nothing of anybody else crossed a boundary.

    typed: the asker's own words, which are taken from the marks first; but not for rows and log lines, for what was
    typed is never in a row and never logged. Of the asker itself a log line holds nothing but its tenant id.
    """
    foreign = foreign_to(asker, everybody)
    unsaid = foreign.without(typed)
    found = [leak for row in seen.sql_rows for leak in in_row(row, foreign)]
    documents: list[tuple[Boundary, Sequence[bytes]]] = [
        ("bedrock_requests", seen.bedrock_requests),
        ("tool_results", seen.tool_results),
        ("sse", [seen.sse]),
        ("dynamodb_items", seen.dynamodb_items),
    ]
    for boundary, several in documents:
        found += [leak for document in several for leak in in_document(boundary, document, unsaid)]
    never_logged = never_logged_of(asker, everybody)
    return _once(found + [leak for line in seen.log_lines for leak in in_log_line(line, never_logged)])


@lru_cache(maxsize=64)
def never_logged_of(asker: str, everybody: tuple[TenantMarks, ...]) -> Forbidden:
    own = next(each for each in everybody if each.tenant == asker)
    others = foreign_to(asker, everybody).marks
    return Forbidden((*others, *(mark for mark in own.marks() if mark.kind != "id")))


def find_in_nobodys(everybody: tuple[TenantMarks, ...], rows: Iterable[bytes], lines: Iterable[bytes]) -> list[Leak]:
    """Rows that were read and lines that were logged with no tenant named: no mark of anybody may be in them."""
    anybodys = of_anybody(everybody)
    found = [leak for row in rows for leak in in_row(row, anybodys)]
    return _once(found + [leak for line in lines for leak in in_log_line(line, anybodys)])


def in_document(boundary: Boundary, document: bytes, forbidden: Forbidden) -> Iterator[Leak]:
    """A document of any kind that `readings.read` knows."""
    reading = read(document)
    for mark in forbidden.texts_in(reading.words):
        yield _leak(boundary, mark, reading.words)
    for number in reading.numbers & forbidden.numbers.keys():
        yield _leak(boundary, forbidden.numbers[number], reading.words)


def in_row(row: bytes, forbidden: Forbidden) -> Iterator[Leak]:
    """row: a DataRow's body."""
    texts = []
    for raw in columns(row):
        column = read_column(raw)
        texts.append(column.text)
        if (mark := forbidden.uuids.get(raw)) is not None:
            yield _leak("sql_rows", mark, raw.hex())
        for number in column.numbers & forbidden.numbers.keys():
            yield _leak("sql_rows", forbidden.numbers[number], str(number))
    if any(texts):
        yield from in_document("sql_rows", "\n".join(filter(None, texts)).encode(), forbidden)


def in_log_line(line: bytes, forbidden: Forbidden) -> Iterator[Leak]:
    """What a line measured (milliseconds, tokens, dollars) may be any number."""
    return in_document("log_lines", _without_metrics(line), forbidden)


def _without_metrics(line: bytes) -> bytes:
    try:
        fields = msgspec.json.decode(line, type=dict[str, object])
    except msgspec.MsgspecError:  # a traceback, or a library's own words
        return line
    return msgspec.json.encode({name: value for name, value in fields.items() if name not in _METRICS})


def _leak(boundary: Boundary, mark: Mark, words: str) -> Leak:
    """With what stands around it, where it stands as it is or as an amount is written."""
    forms = (mark.text,) if mark.number is None else _written(mark.number)
    at = next((words.index(form) for form in forms if form in words), 0)
    return Leak(boundary, mark.kind, mark.of, mark.text, words[max(at - _AROUND, 0) : at + len(mark.text) + _AROUND])


def _written(number: int) -> tuple[str, ...]:
    units, hundredths = divmod(number, 100)
    return (str(number), f"{units}.{hundredths:02d}", f"{units:,}.{hundredths:02d}", f"{units},{hundredths:02d}")


def _once(found: Iterable[Leak]) -> list[Leak]:
    """The same mark twice at the same boundary is one leak."""
    return list({(leak.boundary, leak.of, leak.mark): leak for leak in found}.values())
