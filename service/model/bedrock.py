"""ConverseStream <-> our types; AWS errors -> ours. The only file that knows Bedrock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import aiohttp
from botocore import exceptions as aws
from botocore.eventstream import ParserError

from service.errors import (
    MalformedToolUseError,
    ModelError,
    ModelRefusedRequestError,
    ModelStreamError,
    ModelThrottledError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from service.messages import ContentBlock, Message, TextBlock, ToolResultBlock, ToolSpec, ToolUseBlock
from service.model.stream import (
    AnswerOpened,
    AnswerStopped,
    ModelEvent,
    ModelRequest,
    ToolUseChunk,
    ToolUseClosed,
    ToolUseOpened,
    UsageCounted,
)
from service.model.thinking import ThinkingSplitter

STAND_IN_HEADER = "x-tableside-stand-in"
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 4.0

_ERRORS: dict[str, type[ModelError]] = {
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
    TimeoutError,
)


class BedrockModel:
    """patience: seconds to the first event of an answer, all tries together; idle: seconds of silence after it."""

    def __init__(self, client: Any, model_id: str, *, patience: float, idle: float) -> None:
        self.model_id = model_id
        self._client = client
        self._patience = patience
        self._idle = idle

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        deadline = asyncio.get_running_loop().time() + self._patience
        response, events = await self._open(_to_converse(self.model_id, request), deadline)
        headers = response["ResponseMetadata"]["HTTPHeaders"]
        yield AnswerOpened(headers.get(STAND_IN_HEADER))
        reader = _ContentReader()
        async with aclosing(events):
            async for event in events:
                for out in reader.read(event):
                    yield out

    async def _open(self, converse: dict[str, Any], deadline: float) -> tuple[dict[str, Any], AsyncIterator[Any]]:
        """The response and its events, the first of which has arrived; tried again with jitter until the deadline,
        for as long as nothing has been shown a failure can be hidden."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._try_once(converse, deadline)
            except _Retryable as again:
                wait = pause * random.uniform(0.5, 1.5)  # noqa: S311 (jitter, not a secret)
                if asyncio.get_running_loop().time() + wait >= deadline:
                    raise again.error from again.__cause__
                await asyncio.sleep(wait)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _try_once(self, converse: dict[str, Any], deadline: float) -> tuple[dict[str, Any], AsyncIterator[Any]]:
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._client.converse_stream(**converse)
                events = self._events(response["stream"])
                first = await anext(events, None)
        except TimeoutError as error:
            raise ModelTimeoutError from error
        except aws.ClientError as error:
            raise _known(error) from error
        except _BROKEN_CONNECTION as error:
            raise _Retryable(ModelUnavailableError()) from error
        except _InStream as error:
            raise (_Retryable(error.error) if error.retryable else error.error) from error.__cause__
        if first is None:
            raise _Retryable(ModelStreamError())
        return response, _chained(first, events)

    async def _events(self, stream: Any) -> AsyncIterator[dict[str, Any]]:
        """The stream's events, its silences bounded, its errors ours, its connection given up when we leave early."""
        iterator = aiter(stream)
        try:
            while True:
                try:
                    async with asyncio.timeout(self._idle):
                        event = await anext(iterator, None)
                except TimeoutError as error:
                    raise ModelTimeoutError from error
                except aws.EventStreamError as error:
                    raise _InStream(_error_of(error), _code_of(error) in _WORTH_ANOTHER_TRY) from error
                except (*_BROKEN_CONNECTION, ParserError) as error:
                    raise _InStream(ModelStreamError(), retryable=True) from error
                if event is None:
                    return
                yield event
        finally:
            stream.close()


class _Retryable(Exception):  # noqa: N818
    def __init__(self, error: ModelError) -> None:
        self.error = error


class _InStream(Exception):  # noqa: N818
    """An error that came as part of the stream: hidden by another try before the first event, told after it."""

    def __init__(self, error: ModelError, retryable: bool) -> None:
        self.error = error
        self.retryable = retryable


async def _chained(first: dict[str, Any], rest: AsyncIterator[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    async with aclosing(rest):  # type: ignore[type-var]
        yield first
        try:
            async for event in rest:
                yield event
        except _InStream as error:
            raise error.error from error.__cause__


def _code_of(error: aws.ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "")).lower()


def _error_of(error: aws.ClientError) -> ModelError:
    """Nova's "Invalid sequence as part of ToolUse" is a model stream error by type, and known by its words only."""
    message = str(error.response.get("Error", {}).get("Message", ""))
    if _code_of(error) == "modelstreamerrorexception" and "ToolUse" in message:
        return MalformedToolUseError()
    return _ERRORS.get(_code_of(error), ModelUnavailableError)()


def _known(error: aws.ClientError) -> Exception:
    """Throttling and 5xx are worth another try; what the model refused will be refused again."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    retryable = _code_of(error) in _WORTH_ANOTHER_TRY or status >= 500
    return _Retryable(_error_of(error)) if retryable else _error_of(error)


class _ContentReader:
    """Turns one ConverseStream event after another into ours. Text blocks usually come without a contentBlockStart;
    metadata comes after messageStop; an event of a type we do not know is passed over."""

    def __init__(self) -> None:
        self._tools: dict[int, tuple[str, str, list[str]]] = {}
        self._thinking = ThinkingSplitter()

    def read(self, event: dict[str, Any]) -> Iterator[ModelEvent]:
        match event:
            case {"contentBlockStart": {"start": {"toolUse": tool}, "contentBlockIndex": index}}:
                yield from self._thinking.finish()
                self._tools[index] = (tool["toolUseId"], tool["name"], [])
                yield ToolUseOpened(tool["toolUseId"], tool["name"])
            case {"contentBlockDelta": {"delta": delta, "contentBlockIndex": index}}:
                yield from self._delta(delta, index)
            case {"contentBlockStop": {"contentBlockIndex": index}}:
                yield from self._block_ended(index)
            case {"messageStop": {"stopReason": reason}}:
                yield from self._thinking.finish()
                yield AnswerStopped(reason)
            case {"metadata": {"usage": usage}}:
                yield UsageCounted(usage["inputTokens"], usage["outputTokens"])

    def _delta(self, delta: dict[str, Any], index: int) -> Iterator[ModelEvent]:
        if "text" in delta:
            yield from self._thinking.feed(delta["text"])
        elif "toolUse" in delta and index in self._tools:
            id_, _, fragments = self._tools[index]
            fragments.append(delta["toolUse"]["input"])
            yield ToolUseChunk(id_, delta["toolUse"]["input"])

    def _block_ended(self, index: int) -> Iterator[ModelEvent]:
        """A thought may end in one block's text and the tool use follow in the next: tags never span blocks."""
        if index in self._tools:
            id_, name, fragments = self._tools.pop(index)
            yield ToolUseClosed(id_, name, "".join(fragments) or "{}")
        else:
            yield from self._thinking.finish()


def _to_converse(model_id: str, request: ModelRequest) -> dict[str, Any]:
    """topK has no place in inferenceConfig; Nova takes it among the model's own fields."""
    return {
        "modelId": model_id,
        "system": [{"text": request.system}],
        "messages": [_message(message) for message in request.messages],
        "inferenceConfig": {
            "maxTokens": request.settings.max_tokens,
            "temperature": request.settings.temperature,
        },
        "toolConfig": {"tools": [_tool(tool) for tool in request.tools]},
        "requestMetadata": request.labels,
        "additionalModelRequestFields": {"inferenceConfig": {"topK": request.settings.top_k}},
    }


def _message(message: Message) -> dict[str, Any]:
    return {"role": message.role, "content": [_block(block) for block in message.content]}


def _block(block: ContentBlock) -> dict[str, Any]:
    match block:
        case TextBlock(text):
            return {"text": text}
        case ToolUseBlock(id_, name, arguments):
            return {"toolUse": {"toolUseId": id_, "name": name, "input": arguments}}
        case ToolResultBlock(id_, text, failed):
            status = "error" if failed else "success"
            return {"toolResult": {"toolUseId": id_, "content": [{"text": text}], "status": status}}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    return {
        "toolSpec": {
            "name": tool.name,
            "description": tool.description,
            "inputSchema": {"json": tool.schema},
        }
    }
