"""An endpoint that answers with whatever bytes a test wants, before the real client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiobotocore.config import AioConfig
from msgspec import Struct

from local.bedrock.wire import CONTENT_TYPE
from service.model.bedrock import BedrockModel
from tests.unit.model.conftest import MODEL, SESSION

HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: {CONTENT_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
END = b"0\r\n\r\n"


class RawEndpoint(Struct):
    """says: the HTTP chunks of each response, which leave in one write, so that they come in one read."""

    says: Sequence[bytes] = ()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).lower():
                await reader.readexactly(int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))
                chunks = (b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in self.says if chunk)
                writer.write(b"".join((HEAD, *chunks, END)))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has left
        finally:
            writer.close()


class RawLine(Struct):
    """model: ours, to be tested; client: the aioboto3 client that it uses."""

    model: BedrockModel
    client: Any
    endpoint: RawEndpoint


@asynccontextmanager
async def raw_line() -> AsyncIterator[RawLine]:
    config = AioConfig(read_timeout=20, retries={"total_max_attempts": 1}, parameter_validation=False)
    endpoint = RawEndpoint()
    async with await asyncio.start_server(endpoint.answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with SESSION.client("bedrock-runtime", endpoint_url=url, config=config, verify=False) as client:
            yield RawLine(BedrockModel(client, MODEL, patience=20), client, endpoint)
