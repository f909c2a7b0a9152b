"""Calls ConverseStream and turns what AWS says into ours, errors too. The only file that imports AWS's clients."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import aiohttp
import msgspec
from botocore import exceptions as aws
from msgspec import Struct

from service.errors import (
    MalformedToolUseError,
    ModelError,
    ModelRefusedRequestError,
    ModelStreamError,
    ModelThrottledError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from service.model.converse import ContentReader, Event, to_converse
from service.model.event_stream import EventStreamReader, MalformedStreamError, StreamMessage
from service.model.stream import AnswerOpened, ModelEvent, ModelRequest

STAND_IN_HEADER = "x-tableside-stand-in"
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 4.0

_OPERATION = "ConverseStream"
_BEFORE_PARSING = f"before-parse.bedrock-runtime.{_OPERATION}"
"""An event of botocore's: a handler may add to what the caller gets."""
_BODY = "unread-body"

ERRORS: dict[str, type[ModelError]] = {
    "throttlingexception": ModelThrottledError,
    "modelnotreadyexception": ModelThrottledError,
    "toomanyrequestsexception": ModelThrottledError,
    "servicequotaexceededexception": ModelThrottledError,
    "serviceunavailableexception": ModelUnavailableError,
    "internalserverexception": ModelUnavailableError,
    "modeltimeoutexception": ModelTimeoutError,
    "modelerrorexception": ModelStreamError,
    "modelstreamerrorexception": ModelStreamError,
    "validationexception": ModelRefusedRequestError,
    "accessdeniedexception": ModelUnavailableError,
    "resourcenotfoundexception": ModelUnavailableError,
}
"""By AWS's code in small letters: in the stream it begins with one, as an HTTP error with a capital."""

_WORTH_ANOTHER_TRY = {
    "throttlingexception",
    "modelnotreadyexception",
    "toomanyrequestsexception",
    "serviceunavailableexception",
    "internalserverexception",
    "modeltimeoutexception",
}
_BROKEN_CONNECTION = (
    aws.HTTPClientError,
    aws.ConnectionError,
    aws.IncompleteReadError,
    aws.ResponseStreamingError,
    aiohttp.ClientError,
    ConnectionError,
)

_WORDS = {"contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"}
_members = msgspec.json.Decoder(dict[str, Any]).decode


class BedrockModel:
    """client: an open aioboto3 bedrock-runtime client that tries nothing again by itself, and whose read_timeout
    bounds the model's silence; patience: seconds to the first word of an answer, all tries together."""

    def __init__(self, client: Any, model_id: str, *, patience: float) -> None:
        self.model_id = model_id
        self._client = client
        self._patience = patience
        client.meta.events.register(_BEFORE_PARSING, _hand_over_body, unique_id=_BODY)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Raises a ModelError. Whoever leaves before the end closes it (`aclosing`), and the connection with it."""
        reader = ContentReader()
        try:
            answer = await self._open(to_converse(self.model_id, request))
            async with aclosing(answer.rest) as rest:
                yield AnswerOpened(answer.stand_in)
                for out in reader.read(answer.first):
                    yield out
                async for events in rest:
                    for out in reader.read(events):
                        yield out
        except _Failed as failed:
            raise failed.error from failed.__cause__
        if not reader.complete:
            raise ModelStreamError  # the response ended in good order, and the answer did not

    async def _open(self, converse: dict[str, Any]) -> _Answer:
        """Tried again with jitter until patience ends: as long as nothing has been shown, a failure can be hidden."""
        now = asyncio.get_running_loop().time
        deadline, pause, earlier = now() + self._patience, FIRST_PAUSE, None
        while True:
            try:
                return await self._try_once(converse, deadline)
            except _Failed as failed:
                if now() >= deadline:
                    raise earlier or failed  # noqa: B904 (cut short, this try says less than those before it)
                wait = pause * random.uniform(0.5, 1.5)  # noqa: S311 (jitter, not a secret)
                if not failed.passing or now() + wait >= deadline:
                    raise
                earlier = failed
            await asyncio.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _try_once(self, converse: dict[str, Any], deadline: float) -> _Answer:
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._client.converse_stream(**converse)
                batches = self._batches(response[_BODY])
                first = await _first_words(batches)
        except (TimeoutError, aws.ReadTimeoutError) as error:
            raise _Failed(ModelTimeoutError(), passing=True) from error
        except aws.ClientError as error:
            raise _Failed(_error_of(error), passing=_is_passing(error)) from error
        except _BROKEN_CONNECTION as error:
            raise _Failed(ModelUnavailableError(), passing=True) from error
        if first is None:
            raise _Failed(ModelStreamError(), passing=True)
        headers = response["ResponseMetadata"]["HTTPHeaders"]
        return _Answer(headers.get(STAND_IN_HEADER), first, batches)

    async def _batches(self, body: aiohttp.ClientResponse) -> AsyncGenerator[list[Event], None]:
        """The stream's events, those that came together in one list. When we leave before the last one, its connection
        is closed at once; after it, the connection has gone back to the client's pool already, and closing does
        nothing."""
        reader = EventStreamReader()
        try:
            while piece := await self._next_piece(body):
                events, wrong = _events(reader, piece)
                if events:
                    yield events
                if wrong is not None:
                    raise _failure(wrong) from wrong
        finally:
            body.close()

    async def _next_piece(self, body: aiohttp.ClientResponse) -> bytes:
        """All that has come since the last; empty at the end."""
        try:
            return await body.content.readany()
        except TimeoutError as error:
            raise _Failed(ModelTimeoutError(), passing=True) from error
        except _BROKEN_CONNECTION as error:
            raise _Failed(ModelStreamError(), passing=True) from error


class _Answer(Struct, frozen=True):
    """A response whose first word has come, and the events that came with it. stand_in: who speaks, when it is not the
    model."""

    stand_in: str | None
    first: list[Event]
    rest: AsyncGenerator[list[Event], None]


class _Failed(Exception):  # noqa: N818
    """A call that failed. passing: another try may do better, and hides this one when nothing was shown yet."""

    def __init__(self, error: ModelError, *, passing: bool) -> None:
        self.error = error
        self.passing = passing


def _hand_over_body(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """The body as it came, into the response that the caller gets. botocore's parser for it reads only when asked."""
    customized_response_dict[_BODY] = response_dict["body"]


def _events(reader: EventStreamReader, piece: bytes) -> tuple[list[Event], Exception | None]:
    """What a piece completes, and what is wrong behind that."""
    events: list[Event] = []
    try:
        for message in reader.read(piece):
            events.append(_event(message))
    except (aws.EventStreamError, MalformedStreamError, msgspec.DecodeError) as error:
        return events, error
    return events, None


def _failure(error: Exception) -> _Failed:
    if isinstance(error, aws.EventStreamError):
        return _Failed(_error_of(error), passing=_is_passing(error))
    return _Failed(ModelStreamError(), passing=True)


def _event(message: StreamMessage) -> Event:
    """Raises botocore's EventStreamError for an exception within the stream, as botocore does, and DecodeError for an
    event that is no JSON object."""
    headers = message.headers
    if headers.get(":message-type") in ("exception", "error"):
        code = headers.get(":exception-type") or headers.get(":error-code", "")
        raise aws.EventStreamError({"Error": {"Code": code, "Message": _words_of(message)}}, _OPERATION)
    return {str(headers.get(":event-type")): _members(message.payload or b"{}")}


def _words_of(exception: StreamMessage) -> str:
    try:
        words = _members(exception.payload).get("message")
    except msgspec.DecodeError:
        words = exception.payload.decode(errors="replace")
    return str(words or exception.headers.get(":error-message", ""))


async def _first_words(batches: AsyncGenerator[list[Event], None]) -> list[Event] | None:
    """The first events of which one says anything: messageStart does not, nor does what is of no type that we know."""
    async for events in batches:
        if any(event.keys() & _WORDS for event in events):
            return events
    return None


def _code_of(error: aws.ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "")).lower()


def _error_of(error: aws.ClientError) -> ModelError:
    """Nova's "Invalid sequence as part of ToolUse" is a model error by type, and known by its words only."""
    found = ERRORS.get(_code_of(error), ModelUnavailableError)
    message = str(error.response.get("Error", {}).get("Message", ""))
    return MalformedToolUseError() if found is ModelStreamError and "ToolUse" in message else found()


def _is_passing(error: aws.ClientError) -> bool:
    """Throttling and 5xx are; what the model refused it will refuse again."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return _code_of(error) in _WORTH_ANOTHER_TRY or status >= 500
