"""DynamoDB away, slow, refusing, or answering into the void: what the service sees, over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from local.aws import prepare_conversations
from local.ministack import Ministack
from service.conversations.dynamodb import DynamoConversations
from service.conversations.store import BegunTurn
from service.errors import ConversationsUnavailableError, NotFoundError, TurnInProgressError
from tests.local.conversations.turns import PATIENCE, answer, ask, begin, new_id, open_client, question, said, somebody

TTL = timedelta(days=90)
BEGUN = BegunTurn("chat", 2, question("q2"), "a2")


def every_method(store: DynamoConversations) -> list[Any]:
    return [
        store.list(limit=10, cursor=None),
        store.open("chat"),
        store.rename("chat", "Another"),
        store.delete("chat"),
        store.begin_turn("chat", question("q2"), new_id(), stale_after=PATIENCE),
        store.begin_again("chat", None, new_id(), stale_after=PATIENCE),
        store.history(BEGUN, max_tokens=100),
        store.finish_turn(BEGUN, answer(BEGUN)),
        store.request_stop("chat"),
        store.stop_requested(BEGUN),
    ]


async def assert_unavailable(store: DynamoConversations, cause: type[Exception]) -> None:
    outcomes = await asyncio.gather(*every_method(store), return_exceptions=True)
    for outcome in outcomes:
        assert isinstance(outcome, ConversationsUnavailableError)
        assert isinstance(outcome.__cause__, cause)


async def test_away_and_back_again_with_the_same_client(tmp_path: Path) -> None:
    async with Ministack(tmp_path) as server:
        table = await prepare_conversations(server)
        async with open_client(server.endpoint) as client:
            store = DynamoConversations(client, table, somebody(), TTL)
            await ask(store, 1)
            await server.stop()
            await assert_unavailable(store, EndpointConnectionError)
            await server.start()
            assert said(await store.open("chat")) == [(1, "Question 1?", "Answer 1.")]
            assert (await ask(store, 2)).position == 2


# -- answers that are lost on the way ---------------------------------------------------------------------------


class LosingProxy:
    """Passes everything on; of the request after `lose` was set, the answer never comes back."""

    def __init__(self, port: int) -> None:
        self.lose = False
        self.lost = 0
        self._port = port

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        upstream, to_upstream = await asyncio.open_connection("127.0.0.1", self._port)
        with suppress(ConnectionError):
            await asyncio.gather(self._pass_on(client, to_upstream), self._answer(upstream, to_client, to_upstream))
        to_upstream.close()
        to_client.close()

    async def _pass_on(self, client: asyncio.StreamReader, to_upstream: asyncio.StreamWriter) -> None:
        while data := await client.read(65536):
            to_upstream.write(data)
            await to_upstream.drain()
        to_upstream.close()

    async def _answer(
        self, upstream: asyncio.StreamReader, to_client: asyncio.StreamWriter, to_upstream: asyncio.StreamWriter
    ) -> None:
        while data := await upstream.read(65536):
            if self.lose:
                self.lose, self.lost = False, self.lost + 1
                to_upstream.close()
                break
            to_client.write(data)
            await to_client.drain()
        to_client.close()


@pytest.fixture
async def proxy(ministack: Ministack) -> LosingProxy:
    return LosingProxy(ministack.port)


async def test_a_write_whose_answer_was_lost_counts_once(proxy: LosingProxy, conversations_table: str) -> None:
    """The client sends it again, and finds its own write there."""
    async with proxy.open() as endpoint, open_client(endpoint) as client:
        store = DynamoConversations(client, conversations_table, somebody(), TTL)
        proxy.lose = True
        begun = await begin(store, question("q1", "Question 1?"))
        assert (begun.position, proxy.lost) == (1, 1)
        proxy.lose = True
        await store.finish_turn(begun, answer(begun, "Answer 1."))
        assert proxy.lost == 2
        proxy.lose = True
        again = await store.begin_again("chat", begun.answer_id, new_id(), stale_after=PATIENCE)
        assert (again.position, proxy.lost) == (1, 3)
        await store.finish_turn(again, answer(again, "Answer 1."))
        following = await begin(store, question("q2"))
        proxy.lose = True
        with pytest.raises(TurnInProgressError):
            await begin(store, question("q3"))
        assert (following.position, proxy.lost) == (2, 4)
        assert said(await store.open("chat"))[0] == (1, "Question 1?", "Answer 1.")


# -- refusals that ministack does not make ----------------------------------------------------------------------


class RefusingDynamoDB:
    """Speaks DynamoDB's wire protocol: gives the `script`, one (status, body) a request, then 200 {} for good."""

    def __init__(self) -> None:
        self.script: list[tuple[int, dict[str, Any]]] = []
        self.requests: list[dict[str, Any]] = []
        ours = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                ours.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                status, body = ours.script.pop(0) if ours.script else (200, {})
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(data)))
                with suppress(ConnectionError):  # the caller may have given up
                    self.end_headers()
                    self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def error(code: str, **more: Any) -> tuple[int, dict[str, Any]]:
    return 400, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "…", **more}


def cancelled(*codes: str) -> tuple[int, dict[str, Any]]:
    return error("TransactionCanceledException", CancellationReasons=[{"Code": code} for code in codes])


@pytest.fixture
async def refusing() -> AsyncIterator[RefusingDynamoDB]:
    server = RefusingDynamoDB()
    yield server
    await asyncio.to_thread(server.close)


@pytest.fixture
async def refused(refusing: RefusingDynamoDB) -> AsyncIterator[DynamoConversations]:
    async with open_client(refusing.endpoint) as client:
        yield DynamoConversations(client, "conversations", somebody(), TTL)


CONFLICT = error("TransactionConflictException")
CANCELLED = cancelled("TransactionConflict", "None", "None")


@pytest.mark.parametrize("conflict", [CONFLICT, CANCELLED])
async def test_a_conflict_with_another_write_is_tried_again(
    refused: DynamoConversations, refusing: RefusingDynamoDB, conflict: tuple[int, dict[str, Any]]
) -> None:
    refusing.script = [conflict] * 3
    await refused.finish_turn(BEGUN, answer(BEGUN))
    assert len(refusing.requests) == 4
    tokens = {request["ClientRequestToken"] for request in refusing.requests}
    assert len(tokens) == 4, "a cancelled transaction is over: each is a new one"


async def test_a_conflict_that_does_not_end_is_given_up(
    refused: DynamoConversations, refusing: RefusingDynamoDB
) -> None:
    refusing.script = [CANCELLED] * 100
    with pytest.raises(ConversationsUnavailableError) as failure:
        await refused.finish_turn(BEGUN, answer(BEGUN))
    assert isinstance(failure.value.__cause__, ClientError)
    assert len(refusing.requests) == 5


async def test_a_failed_condition_beside_a_conflict_counts(
    refused: DynamoConversations, refusing: RefusingDynamoDB
) -> None:
    refusing.script = [cancelled("ConditionalCheckFailed", "TransactionConflict", "None")]
    with pytest.raises(NotFoundError):
        await refused.finish_turn(BEGUN, answer(BEGUN))


@pytest.mark.parametrize(
    "refusal",
    [
        error("ValidationException"),
        error("ResourceNotFoundException"),
        error("AccessDeniedException"),
        error("UnrecognizedClientException"),
        error("ItemCollectionSizeLimitExceededException"),
        cancelled("ThrottlingError", "None", "None"),
        cancelled("ValidationError", "TransactionConflict", "None"),
        (400, {"what": "no error at all"}),
    ],
)
async def test_whatever_dynamodb_refuses_is_unavailable(
    refused: DynamoConversations, refusing: RefusingDynamoDB, refusal: tuple[int, dict[str, Any]]
) -> None:
    refusing.script = [refusal] * 100
    await assert_unavailable(refused, ClientError)


async def test_what_a_batch_left_is_deleted_with_the_next(
    refused: DynamoConversations, refusing: RefusingDynamoDB
) -> None:
    keys = [{"pk": {"S": "p"}, "sk": {"S": f"MESSAGE#chat#Q#{number:06d}"}} for number in range(30)]
    left = [{"DeleteRequest": {"Key": key}} for key in keys[:3]]
    refusing.script = [
        (200, {}),
        (200, {"Items": keys}),
        (200, {"UnprocessedItems": {"conversations": left}}),
    ]
    await refused.delete("chat")
    batches = [len(request["RequestItems"]["conversations"]) for request in refusing.requests[2:]]
    assert batches == [25, 3, 5, 1]


async def test_a_batch_that_never_gets_done_is_given_up(
    refused: DynamoConversations, refusing: RefusingDynamoDB
) -> None:
    key = {"pk": {"S": "p"}, "sk": {"S": "MESSAGE#chat#Q#000001"}}
    left = {"UnprocessedItems": {"conversations": [{"DeleteRequest": {"Key": key}}]}}
    refusing.script = [(200, {}), (200, {"Items": [key]}), *[(200, left)] * 100]
    with pytest.raises(ConversationsUnavailableError):
        await refused.delete("chat")
    assert len(refusing.requests) == 7


async def test_a_list_goes_on_where_a_page_was_cut(refused: DynamoConversations, refusing: RefusingDynamoDB) -> None:
    def listed(id: str) -> dict[str, Any]:
        moment = "2026-11-23T09:14:00.000000Z"
        return {
            "recency": {"S": f"{moment}#{id}"},
            "title": {"S": id},
            "created_at": {"S": moment},
            "turns": {"N": "1"},
        }

    refusing.script = [
        (200, {"Items": [listed("a")], "LastEvaluatedKey": {"sk": {"S": "CONVERSATION#a"}}}),
        (200, {"Items": [], "LastEvaluatedKey": {"sk": {"S": "CONVERSATION#b"}}}),
        (200, {"Items": [listed("c"), listed("d")]}),
    ]
    page, cursor = await refused.list(limit=2, cursor=None)
    assert [summary.id for summary in page] == ["a", "c"]
    assert cursor is not None
    starts = [request.get("ExclusiveStartKey", {}).get("sk") for request in refusing.requests]
    assert starts == [None, {"S": "CONVERSATION#a"}, {"S": "CONVERSATION#b"}]


async def test_a_server_that_never_answers_is_given_up() -> None:
    held: list[asyncio.StreamWriter] = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, open_client(endpoint, read_timeout=0.05) as client:
        await assert_unavailable(DynamoConversations(client, "conversations", somebody(), TTL), ReadTimeoutError)
        for writer in held:
            writer.close()
