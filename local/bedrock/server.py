"""The endpoint: Bedrock Runtime's Converse and ConverseStream over HTTP/1.1, answered by a voice.

aiohttp's server, because it flushes each frame as it is written, shows the transport (to cut it), and
cancels the handler when the client leaves. Every event is a write of its own; a client that stops reading
holds the voice back.
"""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Self
from urllib.parse import unquote
from uuid import uuid4

from aiohttp import web

from local.bedrock.answer import Answer
from local.bedrock.errors import INTERNAL, BedrockException
from local.bedrock.requests import read_request
from local.bedrock.voice import Event, Spoilt, StandIn, Utterance, Voice, closing
from local.bedrock.wire import CONTENT_TYPE, encode_json, event_frame, exception_frame, with_wrong_checksum

STAND_IN_HEADER = "x-tableside-stand-in"

_log = logging.getLogger(__name__)
_PATH = re.compile(r"/model/([^/]+)/(converse|converse-stream)")
_LARGEST_BODY = 25 * 1024 * 1024

Page = Callable[[], Any]


class BedrockEndpoint:
    """`async with BedrockEndpoint(voice) as endpoint:` then give `endpoint.url` to a client as its endpoint.

    port: None for a free one; only 127.0.0.1 is listened on. model_ids: those that are answered (or the ARNs
    that end in one); None for any well-formed one. pages: what a GET of a path answers, as JSON.
    """

    def __init__(
        self,
        voice: Voice,
        port: int | None = None,
        *,
        model_ids: frozenset[str] | None = None,
        pages: Mapping[str, Page] | None = None,
    ) -> None:
        self._voice = voice
        self._port = port
        self._model_ids = model_ids
        self._pages = pages or {}
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        listener = socket.socket()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", self._port or 0))
            await self._serve(listener)
        except BaseException:
            listener.close()
            raise
        # The same port again after a restart, so that clients find the endpoint back.
        self._port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Cuts what is under way."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def running(self) -> bool:
        return self._runner is not None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _serve(self, listener: socket.socket) -> None:
        app = web.Application(client_max_size=_LARGEST_BODY)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.001)
        await self._runner.setup()
        await web.SockSite(self._runner, listener, backlog=1024).start()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        headers = {"x-amzn-RequestId": str(uuid4())}
        try:
            return await self._answer(request, headers)
        except BedrockException as error:
            return _refusal(error, headers)
        except ConnectionError:
            return web.Response()  # The connection is gone, and this goes nowhere.
        except web.HTTPException:
            raise
        except Exception:
            _log.exception("The voice failed")
            return _refusal(BedrockException("InternalServerException", INTERNAL), headers)

    async def _answer(self, request: web.Request, headers: dict[str, str]) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0]
        if request.method == "GET" and path in self._pages:
            return _json(200, self._pages[path](), headers)
        found = _PATH.fullmatch(path)
        if found is None or request.method != "POST":
            raise BedrockException("UnknownOperationException", "There is no such operation.")
        _check_signed(request)
        asked = read_request(unquote(found[1]), await request.read(), self._model_ids)
        if found[2] == "converse":
            return await _whole(request, self._voice(asked), headers)
        return await _streamed(request, self._voice(asked), headers)


def _check_signed(request: web.Request) -> None:
    """That there is a signature, not that it is right."""
    authorization = request.headers.get("Authorization", "")
    if not authorization:
        raise BedrockException("AccessDeniedException", "Authorization header is missing")
    if not authorization.startswith("AWS4-HMAC-SHA256 "):
        raise BedrockException("AccessDeniedException", "Invalid API Key format: Must start with pre-defined prefix")


async def _whole(request: web.Request, said: AsyncIterator[Utterance], headers: dict[str, str]) -> web.StreamResponse:
    """Converse: one document, when all is said."""
    answer = Answer()
    try:
        async with closing(said):
            async for utterance in said:
                if isinstance(utterance, StandIn):
                    headers[STAND_IN_HEADER] = utterance.name
                elif isinstance(utterance, Spoilt) and utterance.how != "checksum":
                    _abort(request)
                else:
                    answer.take(utterance.event if isinstance(utterance, Spoilt) else utterance)
        return _json(200, answer.document(), headers)
    except BedrockException as error:
        raise error.in_answer from None


async def _streamed(
    request: web.Request, said: AsyncIterator[Utterance], headers: dict[str, str]
) -> web.StreamResponse:
    """ConverseStream: a frame for an event. The status goes out with the first of them."""
    response: web.StreamResponse | None = None
    try:
        async with closing(said):
            async for utterance in said:
                if isinstance(utterance, StandIn):
                    headers[STAND_IN_HEADER] = utterance.name
                    continue
                if isinstance(utterance, Spoilt) and utterance.how == "dropped":
                    _abort(request)
                if response is None:
                    response = await _begin(request, headers)
                await _write(request, response, utterance)
    except BedrockException as error:
        if response is None:
            raise
        await response.write(exception_frame(error.in_stream, error.message))
    except (ConnectionError, web.HTTPException):
        raise
    except Exception:
        if response is None:
            raise
        _log.exception("The voice failed in mid-stream")
        await response.write(exception_frame("internalServerException", INTERNAL))
    return await _begin(request, headers) if response is None else response


async def _begin(request: web.Request, headers: dict[str, str]) -> web.StreamResponse:
    response = web.StreamResponse(headers=headers)
    response.content_type = CONTENT_TYPE
    response.enable_chunked_encoding()
    await response.prepare(request)
    return response


async def _write(request: web.Request, response: web.StreamResponse, utterance: Event | Spoilt) -> None:
    if not isinstance(utterance, Spoilt):
        await response.write(event_frame(utterance))
        return
    frame = event_frame(utterance.event)
    if utterance.how == "checksum":
        await response.write(with_wrong_checksum(frame))
        return
    await response.write(frame[: len(frame) // 2])
    _abort(request)


def _abort(request: web.Request) -> None:
    """Ends the connection in the middle of whatever it was doing."""
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionAbortedError


def _refusal(error: BedrockException, headers: dict[str, str]) -> web.Response:
    return _json(error.status, {"message": error.message}, {**headers, "x-amzn-errortype": error.header})


def _json(status: int, document: Any, headers: dict[str, str]) -> web.Response:
    body = encode_json(document)
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)
