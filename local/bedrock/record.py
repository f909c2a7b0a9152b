"""Record: each request goes on to Bedrock with the user's own credentials, and its answer both to the client
and, when it came whole, into a recording. What broke off, was refused or was left half-read is not kept."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from aioboto3.session import Session
from aiobotocore.config import AioConfig
from aiohttp import ClientError as TransportError
from botocore.eventstream import ParserError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EventStreamError,
    NoCredentialsError,
    PartialCredentialsError,
)

from local.bedrock.errors import BedrockException, invalid
from local.bedrock.recordings import Moment, Recording, header_for, write_recording
from local.bedrock.server import STAND_IN_HEADER
from local.bedrock.voice import ConverseRequest, StandIn, Utterance

_BROKE_OFF = "The answer broke off on its way from the endpoint that is being recorded."


class Recorder:
    """A voice, to be entered first: `async with Recorder(directory) as voice:`.

    target: another endpoint than Bedrock's own. Credentials and region come from the usual chain
    (environment, profile, …); region overrides it. Raises botocore's NoRegionError on entering when there is
    none.
    """

    def __init__(self, directory: Path, *, target: str | None = None, region: str | None = None) -> None:
        self._directory = directory
        self._target = target
        self._region = region
        self._stack = AsyncExitStack()
        self._client: Any = None

    async def __aenter__(self) -> Self:
        opening = Session(region_name=self._region).client(
            "bedrock-runtime", endpoint_url=self._target, config=AioConfig(read_timeout=300)
        )
        self._client = await self._stack.enter_async_context(opening)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def __call__(self, request: ConverseRequest) -> AsyncIterator[Utterance]:
        _check_recordable(request.body)
        started = time.monotonic()
        response = await self._ask(request)
        stand_in = response["ResponseMetadata"]["HTTPHeaders"].get(STAND_IN_HEADER)
        if stand_in is not None:
            yield StandIn(stand_in)
        moments: list[Moment] = []
        stream = response["stream"]
        try:
            async for event in stream:
                moments.append(Moment(round((time.monotonic() - started) * 1000), event))
                yield event
        except EventStreamError as error:
            raise _as_bedrock(error) from None
        except (BotoCoreError, ParserError, TransportError) as error:
            raise BedrockException("ModelStreamErrorException", _BROKE_OFF) from error
        finally:
            stream.close()
        if _is_whole(moments):
            recorded_at = datetime.now(UTC).isoformat(timespec="seconds")
            header = header_for(request, stand_in, recorded_at)
            write_recording(self._directory, Recording(header, moments))

    async def _ask(self, request: ConverseRequest) -> Any:
        try:
            return await self._client.converse_stream(modelId=request.model_id, **request.body)
        except ClientError as error:
            raise _as_bedrock(error) from None
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise BedrockException("AccessDeniedException", f"{error}.") from None
        except BotoCoreError as error:
            raise BedrockException("ServiceUnavailableException", f"{error}") from None


def _check_recordable(body: dict[str, Any]) -> None:
    """Images and the like would have to be decoded for boto, and nothing here asks with them."""
    for message in body["messages"]:
        for block in message["content"]:
            if not {"text", "toolUse", "toolResult", "cachePoint"}.intersection(block):
                raise invalid("Only requests of text and tools can be recorded.")


def _as_bedrock(error: ClientError) -> BedrockException:
    """In a stream, botocore gives the exception's name as it stands in the frame: with a small first
    letter."""
    code = error.response["Error"]["Code"]
    return BedrockException(code[0].upper() + code[1:], error.response["Error"].get("Message", ""))


def _is_whole(moments: list[Moment]) -> bool:
    kinds = {kind for moment in moments for kind in moment.event}
    return {"messageStart", "messageStop", "metadata"} <= kinds
