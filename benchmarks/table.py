"""The results as tables: Markdown, for the terminal and for docs/performance.md alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from benchmarks.results import Results, Spread
from benchmarks.servers import KINDS, OURS_UVLOOP

LABELS = {kind.name: kind.label for kind in (*KINDS, OURS_UVLOOP)} | {"model": "(the model alone)"}


class Column(Struct, frozen=True):
    """figures: one, or the pair of a 50th and a 99th percentile; the spread shown is the first one's."""

    title: str
    figures: tuple[str, ...]
    digits: int = 0


FIRST_TOKEN = (
    Column("1 stream", ("first_1_p50_ms", "first_1_p99_ms"), 1),
    Column("20 streams", ("first_20_p50_ms", "first_20_p99_ms")),
    Column("50 streams", ("first_50_p50_ms", "first_50_p99_ms")),
    Column("20 at once", ("burst_20_p50_ms", "burst_20_p99_ms")),
    Column("50 at once", ("burst_50_p50_ms", "burst_50_p99_ms")),
)
CPU = (
    Column("a token, 20 paced, us", ("cpu_paced_20_us",)),
    Column("a token, 50 flat out, us", ("cpu_flat_50_us",), 1),
    Column("a question beside its tokens, ms", ("cpu_question_ms",), 2),
    Column("all in, 50 flat out, us a token", ("cpu_flat_50_with_question_us",), 1),
)
MANY = (
    Column("wall, s", ("overload_wall_s",), 2),
    Column("finished of 200", ("overload_finished",)),
    Column("CPU a token, us", ("overload_cpu_us",)),
    Column("gap at 20, p99, ms", ("gap_p99_20_ms",), 1),
    Column("gap at 200, p99, ms", ("gap_p99_200_ms",), 1),
)
PROCESS = (
    Column("start to ready, s", ("ready_s",), 2),
    Column("start to first token, s", ("start_first_s",), 2),
    Column("MB at rest", ("memory_rest_mb",)),
    Column("MB at 200 streams", ("memory_200_mb",)),
    Column("kB a stream held", ("memory_stream_kb",)),
)
LOOP = (
    Column("wall, s", ("overload_wall_s",), 2),
    Column("first token, p50 / p99, ms", ("burst_200_p50_ms", "burst_200_p99_ms")),
    Column("CPU a token, us", ("overload_cpu_us",)),
    Column("gap, p99, ms", ("gap_p99_200_ms",), 1),
    Column("CPU a token at 20 streams, us", ("cpu_paced_20_us",)),
)
ENDPOINT = (
    Column("tokens a second, flat out", ("flat_tokens_a_second",)),
    Column("gap at 20, p99, ms", ("gap_p99_20_ms",), 1),
    Column("gap at 200, p99, ms", ("gap_p99_200_ms",), 1),
    Column("its processor, of one", ("model_share",), 2),
    Column("the client's, of one", ("client_share",), 2),
)


def tables(found: Results) -> str:
    servers = [kind.name for kind in KINDS if kind.name in found.figures]
    loops = [name for name in found.figures if name.startswith("loop ")]
    return "\n\n".join(
        [
            _titled("First token, added to the model's own: p50 / p99, ms", found, servers, FIRST_TOKEN),
            _titled("CPU of the server's process", found, servers, CPU),
            _titled("200 streams at 50 tokens a second (ideal: 4.0 s), and the gaps", found, servers, MANY),
            _titled("The process", found, servers, PROCESS),
            _titled("The event loop, at 200 streams and then at 20", found, loops, LOOP),
            _titled("What feeds them, and what every server left of it", found, ["model", *servers], ENDPOINT),
            _slices(found),
            _policies(found),
            _pieces(found),
            _ratios(found),
        ]
    )


def _titled(title: str, found: Results, servers: list[str], columns: tuple[Column, ...]) -> str:
    rows = ([LABELS[name.removeprefix("loop ")], *(_cell(found, name, each) for each in columns)] for name in servers)
    return f"**{title}**\n\n" + _markdown(["", *(each.title for each in columns)], rows)


def _cell(found: Results, server: str, column: Column) -> str:
    values = [found.figures[server].get(name) for name in column.figures]
    first = values[0]
    if first is None:
        return "-"
    said = " / ".join(_number(each.median, column.digits) for each in values if each is not None)
    return f"{said} ({_range(first, column.digits)})" if first.rounds > 1 and first.least != first.most else said


def _range(of: Spread, digits: int) -> str:
    return f"{_number(of.least, digits)} to {_number(of.most, digits)}"


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def _slices(found: Results) -> str:
    rows = (
        [f"{each.system.tenants:,}", f"{each.system.lines:,}", f"{each.p50_ms:.2f}", f"{each.p99_ms:.2f}"]
        for each in found.slices
    )
    title = "**Context of a question: the same restaurants in systems of different size**\n\n"
    return title + _markdown(["restaurants", "order lines", "p50, ms", "p99, ms"], rows)


def _policies(found: Results) -> str:
    rows = (
        [each.name, f"{each.policies_us:,.0f}", f"{each.filter_us:,.0f}", "the same" if each.same_plan else "another"]
        for each in found.policies
    )
    title = "**Row-level security beside an explicit filter, medians**\n\n"
    return title + _markdown(["query", "policies, us", "filter, us", "plan"], rows)


def _pieces(found: Results) -> str:
    rows = ([each.name, f"{each.spread.median:,.0f}", f"{each.spread.least:,.0f}"] for each in found.pieces)
    return "**Parts of a question**\n\n" + _markdown(["", "median, us", "least, us"], rows)


def _ratios(found: Results) -> str:
    rows = ([name, f"{value:.2f}"] for name, value in found.ratios.items())
    return "**Ours to another's**\n\n" + _markdown(["ratio", ""], rows)


def _markdown(head: list[str], rows: Iterable[list[str]]) -> str:
    return "\n".join(_lines(head, rows))


def _lines(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
