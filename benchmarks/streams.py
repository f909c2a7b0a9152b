"""What is measured of a server while it streams. Each function is one run, and gives its figures by name.

First tokens are counted from the sending of the question to the first token's own text, less the model's own time to
it. CPU is the server's process alone, threads and all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from msgspec import Struct, field

from benchmarks.answer import MARK, said, text
from benchmarks.endpoint import Endpoint
from benchmarks.servers import HOST, Server
from benchmarks.watch import Asked, Questions, Watched, gaps, percentile, watch

PACE = 0.02
Figures = dict[str, float]
RequestOf = Callable[[int], str]
"""The next question of a stream, by its number."""


class Lengths(Struct, frozen=True):
    """How much is asked in each run. one_each: questions of the one stream; arriving: tokens of an answer, by the
    number of streams; limit: seconds."""

    one_each: int = 8
    paced: int = 125
    arriving: dict[int, int] = field(default_factory=lambda: {20: 100, 50: 150})
    flat: tuple[int, int] = (50, 250)
    streams: int = 50
    overload: int = 200
    overload_tokens: int = 200
    limit: float = 15.0


class Subject(Struct, frozen=True):
    """A running server, how it is asked, the endpoint behind it, and the processes of what else works for it."""

    server: Server | Endpoint
    request_of: RequestOf
    endpoint: Endpoint
    beside: dict[str, int] = {}

    async def ask(
        self, streams: int, tokens: int, pace: float, *, each: int = 1, spread: float = 0, limit: float = 20
    ) -> Watched:
        await self.endpoint.play(tokens, pace)
        requests = [[self.request_of(at) for _ in range(each)] for at in range(streams)]
        questions = Questions(self.server.port, requests, spread, limit)
        return await watch(questions, self.server.pid, self.endpoint.pid, self.beside)


async def check(subject: Subject, tokens: int = 40) -> None:
    """Raises AssertionError unless the server streams the answer, all of it, and as it is made."""
    await subject.endpoint.play(tokens, PACE)
    questions = Questions(subject.server.port, [[subject.request_of(0)]], keep=True)
    watched = await watch(questions, subject.server.pid, subject.endpoint.pid)
    (asked,) = watched.answers.asked
    name = subject.server.kind.label
    assert said(asked.body) == text(tokens), f"{name} says something else: {said(asked.body)!r}"  # noqa: S101
    assert asked.tokens == tokens, f"{name} repeats {asked.tokens - tokens} tokens elsewhere"  # noqa: S101
    spread = asked.arrivals[-1][0] - asked.arrivals[0][0]
    assert spread > (tokens - 1) * PACE / 2, f"{name} holds its answer back"  # noqa: S101


async def first_token(subject: Subject) -> float:
    """The moment at which the first token of a question that is asked now had come, on time.perf_counter. Reads the
    answer to its end, for it may be kept after its last token."""
    reader, writer = await asyncio.open_connection(HOST, subject.server.port)
    first, received = 0.0, b""
    try:
        writer.write(subject.request_of(0).encode())
        while not received.endswith(b"0\r\n\r\n"):
            data = await asyncio.wait_for(reader.read(65536), 30)
            assert data, f"{subject.server.kind.label} ended too early: {received[-300:]!r}"  # noqa: S101
            received += data
            first = first or (time.perf_counter() if MARK.encode() in data else 0.0)
        return first
    finally:
        writer.close()


async def one_stream(subject: Subject, lengths: Lengths) -> Figures:
    watched = await subject.ask(1, 10, PACE, each=lengths.one_each)
    return _first(watched, "first_1") | _shares(watched)


async def arriving(subject: Subject, lengths: Lengths, streams: int) -> Figures:
    """As many owners as streams, who ask at moments of their own, and once more as soon as they are answered."""
    tokens = lengths.arriving[streams]
    watched = await subject.ask(streams, tokens, PACE, each=2, spread=tokens * PACE, limit=lengths.limit)
    return _first(watched, f"first_{streams}") | _shares(watched)


async def at_once(subject: Subject, lengths: Lengths) -> Figures:
    """50 questions in the same instant."""
    watched = await subject.ask(lengths.streams, 10, PACE, limit=lengths.limit)
    return _first(watched, "burst_50")


async def paced(subject: Subject, lengths: Lengths) -> Figures:
    """20 streams that begin together: what a token costs while all of them flow, and how evenly they come."""
    watched = await subject.ask(20, lengths.paced, PACE, limit=lengths.limit)
    figures = _first(watched, "burst_20") | _shares(watched)
    window = _all_flow(watched.answers.asked)
    if window is None:  # they never do: then of the whole run
        figures["cpu_paced_20_us"] = watched.server_cpu() / watched.answers.tokens * 1e6
        window = (watched.answers.began, watched.answers.ended)
    else:
        figures["cpu_paced_20_us"] = watched.server_cpu(*window) / _tokens_within(watched, window) * 1e6
    return figures | {"gap_p99_20_ms": _gap(watched, window)}


async def flat_out(subject: Subject, lengths: Lengths) -> Figures:
    """50 streams with the whole answer there at once. A token's cost is what a longer answer costs more; what does
    not depend on the length is the question's."""
    short, long = lengths.flat
    one = await subject.ask(lengths.streams, short, 0, limit=3 * lengths.limit)
    two = await subject.ask(lengths.streams, long, 0, limit=3 * lengths.limit)
    token = (two.server_cpu() - one.server_cpu()) / (lengths.streams * (long - short))
    return {
        "cpu_flat_50_us": token * 1e6,
        "cpu_question_ms": (one.server_cpu() / lengths.streams - short * token) * 1e3,
        "cpu_flat_50_with_question_us": two.server_cpu() / (lengths.streams * long) * 1e6,
        "flat_tokens_a_second": two.answers.tokens / two.wall,
        "unfinished": one.unfinished + two.unfinished,
        **_shares(two),
    }


async def overload(subject: Subject, lengths: Lengths) -> Figures:
    """200 streams at once at 50 tokens a second each; what is not done at the limit is cut."""
    watched = await subject.ask(lengths.overload, lengths.overload_tokens, PACE, limit=lengths.limit)
    before, most = watched.looks[0].resident, watched.most_resident
    whole = (watched.answers.began, watched.answers.ended)
    return _first(watched, "burst_200") | {
        "overload_cpu_us": watched.server_cpu() / max(watched.answers.tokens, 1) * 1e6,
        "overload_wall_s": watched.wall,
        "overload_finished": lengths.overload - watched.unfinished,
        "gap_p99_200_ms": _gap(watched, _all_flow(watched.answers.asked) or whole),
        "memory_200_mb": most,
        "memory_stream_kb": (most - before) * 1000 / lengths.overload,
        **_shares(watched),
    }


def _first(watched: Watched, name: str) -> Figures:
    """Of questions that had no token when time was up, the time that they had waited: less than they would have."""
    found = [
        (each.arrivals[0][0] if each.arrivals else watched.answers.ended) - each.began - PACE
        for each in watched.answers.asked
    ]
    return {
        f"{name}_p50_ms": percentile(found, 0.5) * 1e3,
        f"{name}_p99_ms": percentile(found, 0.99) * 1e3,
        "unfinished": watched.unfinished,
    }


def _shares(watched: Watched) -> Figures:
    """How busy the processes beside the server were, of one processor."""
    cloud = {f"{name}_share": share for name, share in watched.cloud_shares().items()}
    return {"model_share": watched.model_share, "client_share": watched.client_share, **cloud}


def _all_flow(asked: list[Asked]) -> tuple[float, float] | None:
    """From a little after the last stream's first token to a little before the first stream's last; None when that
    is under half a second."""
    if any(not each.arrivals for each in asked):
        return None
    begin = max(each.arrivals[0][0] for each in asked) + 0.1
    end = min(each.arrivals[-1][0] for each in asked) - 0.1
    return (begin, end) if end - begin >= 0.5 else None


def _tokens_within(watched: Watched, window: tuple[float, float]) -> int:
    return sum(count for each in watched.answers.asked for at, count in each.arrivals if window[0] < at <= window[1])


def _gap(watched: Watched, window: tuple[float, float]) -> float:
    """The 99th percentile over all streams, in ms, less the model's pace."""
    found = [gap for each in watched.answers.asked for gap in gaps(each, *window)]
    return (percentile(found, 0.99) - PACE) * 1e3 if found else float("nan")
