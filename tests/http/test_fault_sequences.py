"""A thousand random sequences of faults and of what people do, at the same time: nothing is lost, nothing is left."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from msgspec import Struct, field

from local.bedrock.faults import FAULTS, Fault
from local.bedrock.voice import ConverseRequest, Utterance
from local.database import Database
from service.config import Config
from tests.http.conftest import Client
from tests.http.faulty_service import FaultyService, faulty_service
from tests.http.judge import StreamJudge
from tests.http.scripted import text, tool_use

SEED = int(os.environ.get("FAULT_SEED", "20261123"))
SEQUENCES = 1000
AT_A_TIME = 20
CONVERSATIONS = 8
"""Of each of the two owners."""

ONE_DOCUMENT = {"accept": "application/json"}
TAKEN = {200, 429, 502, 503, 504}
"""The question was stored, whatever became of it."""


class Plan:
    """The fault that a question carries in its words, for as many calls as it says: `… [cut 2 1]`."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def __call__(self, request: ConverseRequest) -> Fault | None:
        question = _question(request)
        name, after, times = question[question.rindex("[") + 1 : -1].split()
        self._seen[question] += 1
        if name == "none" or self._seen[question] > int(times):
            return None
        return Fault(name=name, after=int(after), seconds=0.3 if name.startswith("slow") else 3600.0)


class Voice:
    """Answers in a few words, after a tool use when the question wants one. `quiet` while nobody is being answered."""

    def __init__(self) -> None:
        self._speaking = 0
        self.quiet = asyncio.Event()

    async def __call__(self, request: ConverseRequest) -> AsyncIterator[Utterance]:
        self._speaking += 1
        self.quiet.clear()
        try:
            wants_tool = "look up" in _question(request) and "text" in request.body["messages"][-1]["content"][0]
            script = tool_use(("order_details", {"number": 5})) if wants_tool else text("You ", "made ", "$5.00.")
            async for utterance in script(request):
                yield utterance
        finally:
            self._speaking -= 1
            if not self._speaking:
                self.quiet.set()


def _question(request: ConverseRequest) -> str:
    said = [block["text"] for message in request.body["messages"] for block in message["content"] if "text" in block]
    return next(text for text in reversed(said) if text.endswith("]"))


class Owner(Struct):
    """What one owner did. taken: by conversation, the questions that were certainly stored, by id."""

    client: Client
    conversations: list[str]
    taken: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        return self.client.of.tenant_id.hex

    def note(self, body: dict[str, Any], response: httpx.Response) -> None:
        if response.status_code in TAKEN:
            [message] = body["messages"]
            self.taken.setdefault(body["id"], {})[message["id"]] = message["parts"][0]["text"]


class Sequence:
    """One thing or two that an owner does in one conversation, one after the other."""

    def __init__(self, number: int, owners: tuple[Owner, ...], judge: StreamJudge, outcomes: Counter[str]) -> None:
        self._chance = random.Random(f"{SEED}/{number}")
        self._owner = self._chance.choice(owners)
        self._conversation = self._chance.choice(self._owner.conversations)
        self._client = self._owner.client
        self._judge = judge
        self._outcomes = outcomes

    async def run(self) -> None:
        actions = (self._ask, self._ask, self._ask_and_leave, self._ask_for_one_document, self._stop)
        actions += (self._document_and_leave, self._regenerate, self._ask_twice)
        for action in self._chance.choices(actions, k=self._chance.choice((1, 1, 1, 2))):
            await action()

    async def _ask(self) -> None:
        await self._read(self._body())

    async def _ask_twice(self) -> None:
        body = self._body()
        await asyncio.gather(self._read(body), self._read(body))

    async def _regenerate(self) -> None:
        await self._read({"id": self._conversation, "trigger": "regenerate-message", "messages": []})

    async def _ask_for_one_document(self) -> None:
        body = self._body()
        response = await self._client.post("/ai/ask", json=body, headers=ONE_DOCUMENT)
        self._owner.note(body, response)
        self._count(response)
        if response.status_code != 200:
            assert response.headers["content-type"] == "application/problem+json"

    async def _ask_and_leave(self) -> None:
        body, patience = self._body(), self._chance.randint(0, 6)
        async with self._client.stream("POST", "/ai/ask", json=body) as response:
            self._owner.note(body, response)
            self._count(response)
            async for _ in response.aiter_raw():
                patience -= 1
                if patience < 0:
                    break

    async def _document_and_leave(self) -> None:
        """At any moment, before the question has arrived or when it is half answered."""
        asking = asyncio.create_task(self._ask_for_one_document())
        for _ in range(self._chance.randint(1, 300)):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    async def _stop(self) -> None:
        response = await self._client.post(f"/chat/conversations/{self._conversation}/stop")
        assert response.status_code in (202, 404)

    async def _read(self, body: dict[str, Any]) -> None:
        async with self._client.stream("POST", "/ai/ask", json=body) as response:
            raw = await response.aread()
        self._count(response)
        if body["messages"]:
            self._owner.note(body, response)
        if response.status_code == 200:
            await self._judge.check(raw)
        else:
            assert response.status_code in (404, 409), raw

    def _body(self) -> dict[str, Any]:
        fault = self._chance.choice([*FAULTS, *["none"] * len(FAULTS)])
        wish = "look up an order" if self._chance.random() < 0.2 else "tell me"
        after, times = self._chance.randint(0, 4), self._chance.randint(1, 3)
        question = f"{self._owner.mark} {self._chance.getrandbits(64):x}: {wish} [{fault} {after} {times}]"
        return self._client.body(question, conversation=self._conversation, message=f"q{uuid4().hex}")

    def _count(self, response: httpx.Response) -> None:
        self._outcomes[str(response.status_code)] += 1


@pytest.fixture
def voice() -> Voice:
    return Voice()


@pytest_asyncio.fixture
async def service(config: Config, voice: Voice) -> AsyncIterator[FaultyService]:
    limits = {"model_patience_seconds": 0.8, "model_idle_seconds": 0.3, "turn_max_seconds": 2.0}
    async with faulty_service(config, Plan(), stop_poll_seconds=0.5, **limits) as service:
        service.director.otherwise = voice
        yield service


@pytest_asyncio.fixture
async def owners(
    service: FaultyService, maria: Client, amir: Client, judge: StreamJudge
) -> AsyncIterator[tuple[Owner, ...]]:
    async with (
        Client(service.address, maria.token, maria.of, judge) as hers,
        Client(service.address, amir.token, amir.of, judge) as his,
    ):
        yield tuple(Owner(client, [f"c{uuid4().hex}" for _ in range(CONVERSATIONS)]) for client in (hers, his))


@contextmanager
def watching_the_loop() -> Iterator[list[dict[str, Any]]]:
    """What the event loop complains of meanwhile, like an exception that nobody looked at; a failure tells the seed."""
    complaints: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    try:
        yield complaints
    except BaseException as error:
        error.add_note(f"FAULT_SEED={SEED}")
        raise
    finally:
        loop.set_exception_handler(handler)


async def test_a_thousand_sequences_lose_nothing_and_leave_nothing(
    service: FaultyService,
    owners: tuple[Owner, ...],
    voice: Voice,
    judge: StreamJudge,
    database: Database,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for owner in owners:
        await owner.client.ask(f"{owner.mark} warm: [none 0 0]")
    before, outcomes = asyncio.all_tasks(), Counter[str]()
    with watching_the_loop() as complaints:
        await _run_all(service, owners, judge, outcomes, database)
        await _turns_end(service, voice)
        assert outcomes["200"] > 100, outcomes
        assert outcomes["409"] > 50, outcomes
        assert sum(outcomes[status] for status in ("429", "502", "503", "504")) > 10, outcomes
        for owner in owners:
            for conversation in owner.conversations:
                await _nothing_is_lost(owner, conversation)
        await _no_task_is_left(before)
        await _no_connection_is_left(service, database)
        assert complaints == []
        bugs = [line for line in capsys.readouterr().out.splitlines() if '"error_code":"internal"' in line]
        assert bugs == []


async def _run_all(
    service: FaultyService, owners: tuple[Owner, ...], judge: StreamJudge, outcomes: Counter[str], database: Database
) -> None:
    places, finished = asyncio.Semaphore(AT_A_TIME), asyncio.Queue[int]()

    async def run(number: int) -> None:
        async with places:
            await Sequence(number, owners, judge, outcomes).run()
        finished.put_nowait(number)

    async with asyncio.TaskGroup() as group:
        group.create_task(_keep_readers_waiting(database, service, finished))
        for number in range(SEQUENCES):
            group.create_task(run(number))


async def _keep_readers_waiting(database: Database, service: FaultyService, finished: asyncio.Queue[int]) -> None:
    """Twice the orders are locked, until the turns that wait for them have been stopped or cut off in mid-query."""
    connection = await database.connect()
    try:
        for calm in (SEQUENCES // 4, SEQUENCES // 2):
            for _ in range(calm):
                await finished.get()
            async with connection.transaction():
                await connection.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
                for _ in range(20):
                    await finished.get()
                if blocked := service.app.state.running_turns:
                    await asyncio.wait(blocked)
    finally:
        await connection.close()


async def _turns_end(service: FaultyService, voice: Voice) -> None:
    async with asyncio.timeout(20):
        while running := service.app.state.running_turns:
            await asyncio.wait(running)
        await voice.quiet.wait()


async def _nothing_is_lost(owner: Owner, conversation: str) -> None:
    response = await owner.client.get(f"/chat/conversations/{conversation}")
    document = response.json()
    assert response.status_code == 200
    assert document["conversation"]["answering"] is False
    questions, answers = document["messages"][::2], document["messages"][1::2]
    assert [message["role"] for message in questions] == ["user"] * len(questions)
    assert [message["role"] for message in answers] == ["assistant"] * len(questions), "a question has no answer"
    kept = {message["id"]: message["parts"][0]["text"] for message in questions}
    assert len(kept) == len(questions), "a question was stored twice"
    assert owner.taken.get(conversation, {}).items() <= kept.items(), "a stored question is gone"
    assert all(text.startswith(owner.mark) for text in kept.values())
    for answer in answers:
        ended = answer["metadata"]
        assert (ended["status"] == "interrupted") == (ended["errorCode"] is not None), ended
        said = [part["text"] for part in answer["parts"] if part["type"] == "text"]
        assert said or ended["status"] != "complete", answer


async def _no_task_is_left(before: set[asyncio.Task[Any]]) -> None:
    """The endpoint has one for each connection that is kept open for another request."""
    left = {task for task in asyncio.all_tasks() - before if "RequestHandler.start" not in repr(task.get_coro())}
    _, pending = await asyncio.wait(left, timeout=10) if left else (set(), set())
    assert pending == set()


async def _no_connection_is_left(service: FaultyService, database: Database) -> None:
    resources = service.app.state.resources
    pool = resources.pool._connections
    assert pool.get_idle_size() == pool.get_size() <= resources.config.database_pool_size
    assert resources.pool._turns._value == resources.config.database_pool_size
    for client in (resources.model._client, service.app.state.dynamodb):
        for session in client._endpoint.http_session._sessions.values():
            assert not session.connector._acquired
    connection = await database.connect(database.superuser)
    try:
        busy = await connection.fetch(
            "SELECT state, query FROM pg_stat_activity WHERE usename = $1 AND state <> 'idle'", database.service_user
        )
    finally:
        await connection.close()
    assert busy == []
