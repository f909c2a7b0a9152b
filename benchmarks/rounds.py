"""One round: every server started in turn, every figure taken of each in turn, every server stopped."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from msgspec import Struct, field

from benchmarks.cloud import Cloud, forget_conversations, our_request
from benchmarks.endpoint import Endpoint, model_request
from benchmarks.process import resident_mb
from benchmarks.servers import Kind, Server, peer_environment, peer_request
from benchmarks.steadiness import piece_of_work
from benchmarks.streams import Figures, Lengths, Subject, arriving, at_once, check, first_token, flat_out, one_stream
from benchmarks.streams import overload as overloaded
from benchmarks.streams import paced as paced_together

Run = Callable[[Subject, Lengths], Awaitable[Figures]]
RUNS: dict[str, Run] = {
    "one stream": one_stream,
    "20 streams together": paced_together,
    "20 streams": lambda subject, lengths: arriving(subject, lengths, 20),
    "50 streams": lambda subject, lengths: arriving(subject, lengths, 50),
    "50 questions at once": at_once,
    "50 streams flat out": flat_out,
    "200 streams": overloaded,
}
OF_THE_MODEL = ("one stream", "20 streams together", "50 streams flat out", "200 streams")
WITH_HISTORY = 50


class Taken(Struct):
    """Every figure of every server, a value a round; and what went wrong with a peer."""

    values: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, server: str, figures: Figures) -> None:
        for name, value in figures.items():
            self.values.setdefault(server, {}).setdefault(name, []).append(value)


class Bench:
    """What all runs share. say: what becomes of a line of progress."""

    def __init__(self, endpoint: Endpoint, cloud: Cloud, logs: Path, lengths: Lengths, say: Callable[[str], None]):
        self.endpoint = endpoint
        self.cloud = cloud
        self.logs = logs
        self.lengths = lengths
        self.say = say
        self.taken = Taken()
        self.steadiness: list[float] = []
        self._started = 0

    # -- one server ----------------------------------------------------------------------------------------------

    def server(self, kind: Kind) -> Server:
        environment = self.cloud.environment if _is_ours(kind) else peer_environment(self.endpoint.url)
        return Server(kind, environment, self.logs)

    def subject(self, server: Server) -> Subject:
        if not _is_ours(server.kind):
            return Subject(server, lambda _: peer_request(), self.endpoint)
        self._started += 1
        name, owners = f"bench-{self._started}", self.cloud.owners
        return Subject(
            server,
            lambda at: our_request(owners[at % len(owners)], f"{name}-{at}"),
            self.endpoint,
            {"ministack": self.cloud.ministack.pid or 0, "postgres": self.cloud.postgres.pid or 0},
        )

    async def start(self, server: Server) -> Subject:
        """A started server, its start and first token taken. Ours has conversations with two earlier turns then."""
        await self.endpoint.play(20, 0)
        if _is_ours(server.kind):
            await forget_conversations(self.cloud)
        began = time.perf_counter()
        ready = await server.start()
        at_rest = resident_mb(server.pid)
        subject = self.subject(server)
        first = await first_token(subject) - began
        self.taken.add(server.kind.name, {"ready_s": ready, "start_first_s": first, "memory_rest_mb": at_rest})
        return subject

    async def give_history(self, subject: Subject) -> Subject:
        for _ in range(2 if _is_ours(subject.server.kind) else 0):
            await subject.ask(WITH_HISTORY, 20, 0)
        return subject

    async def take(self, name: str, subject: Subject) -> Subject:
        """Takes one run's figures. The subject to go on with: a server that did not finish its answers goes on with
        them when nobody waits any more, so it is replaced by a fresh one."""
        self.steadiness.append(piece_of_work())
        try:
            figures = await RUNS[name](subject, self.lengths)
        except RuntimeError as error:
            if _is_ours(subject.server.kind):
                raise
            self.taken.failures.append(f"{subject.server.kind.label}, {name}: {error}")
            return await self._again(subject)
        unfinished = figures.pop("unfinished")
        self.taken.add(subject.server.kind.name, figures)
        if unfinished:
            self.say(f"  {subject.server.kind.label}: {unfinished:.0f} not finished in time")
            return await self._again(subject)
        return subject

    async def _again(self, subject: Subject) -> Subject:
        if isinstance(subject.server, Endpoint):
            return subject
        await subject.server.stop()
        server = self.server(subject.server.kind)
        await server.start()
        fresh = await self.give_history(self.subject(server))
        await first_token(fresh)
        return fresh

    # -- all of them ---------------------------------------------------------------------------------------------

    async def check_all(self, kinds: Iterable[Kind]) -> None:
        """Raises AssertionError for a server that does not stream the very answer. Leaves pages and bytecode warm."""
        for kind in kinds:
            server = self.server(kind)
            try:
                await server.start()
                await check(self.subject(server))
            finally:
                await server.stop()

    async def round(self, number: int, kinds: tuple[Kind, ...]) -> None:
        """number: from 0; it turns the order, so that no server is always after the same one."""
        kinds = tuple(kind for kind in kinds if number < kind.rounds)
        kinds = kinds[number % len(kinds) :] + kinds[: number % len(kinds)]
        servers = [self.server(kind) for kind in kinds]
        try:
            subjects = {server.kind.name: await self.start(server) for server in servers}
            subjects = {name: await self.give_history(each) for name, each in subjects.items()}
            subjects["model"] = Subject(self.endpoint, lambda _: model_request(), self.endpoint)
            try:
                await self._take_all(number, subjects)
            finally:
                for subject in subjects.values():
                    if isinstance(subject.server, Server):
                        await subject.server.stop()
        finally:
            for server in servers:
                await server.stop()

    async def _take_all(self, number: int, subjects: dict[str, Subject]) -> None:
        for name in RUNS:
            began = time.perf_counter()
            for each, subject in subjects.items():
                kind = subject.server.kind
                wanted = (
                    name in OF_THE_MODEL if each == "model" else name != "200 streams" or number < kind.overload_rounds
                )
                if wanted:
                    subjects[each] = await self.take(name, subject)
            self.say(f"  {name}: {time.perf_counter() - began:.0f} s")

    async def starts(self, kinds: tuple[Kind, ...]) -> None:
        """Once more the start of each."""
        for kind in kinds:
            server = self.server(kind)
            try:
                await self.start(server)
            finally:
                await server.stop()

    async def loops(self, kinds: tuple[Kind, ...], times: int) -> None:
        """200 streams against fresh processes that run one event loop or the other, in turn, and 20 after them."""
        for _ in range(times):
            for kind in kinds:
                server = self.server(kind)
                try:
                    await server.start()
                    subject = self.subject(server)
                    await first_token(subject)
                    await self.take_loop(kind, subject)
                finally:
                    await server.stop()

    async def take_loop(self, kind: Kind, subject: Subject) -> None:
        figures = await overloaded(subject, self.lengths)
        paced = await paced_together(subject, self.lengths)
        self.taken.add(f"loop {kind.name}", figures | {"cpu_paced_20_us": paced["cpu_paced_20_us"]})


def _is_ours(kind: Kind) -> bool:
    return kind.name.startswith("ours")
