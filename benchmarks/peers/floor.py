"""What no server does for less, in this language: bare ASGI, aiohttp, frames taken apart with struct and msgspec.

It checks the frames' sums and writes the AI SDK's parts; it knows no one, keeps nothing, signs nothing and never tries
again. `python floor.py PORT [LOOP]`.
"""

from __future__ import annotations

import os
import struct
import sys
from typing import Any
from zlib import crc32

import aiohttp
import msgspec
import uvicorn

URL = f"{os.environ['BEDROCK_ENDPOINT']}/model/{os.environ['BEDROCK_MODEL_ID']}/converse-stream"
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache"),
    (b"x-vercel-ai-ui-message-stream", b"v1"),
]
BEGINNING = b'data: {"type":"start"}\n\ndata: {"type":"text-start","id":"0"}\n\n'
ENDING = b'data: {"type":"text-end","id":"0"}\n\ndata: {"type":"finish"}\n\ndata: [DONE]\n\n'
PRELUDE = struct.Struct("!III")
SUM = struct.Struct("!I")


class Asked(msgspec.Struct):
    question: str


class Delta(msgspec.Struct):
    text: str = ""


class Said(msgspec.Struct):
    delta: Delta = msgspec.field(default_factory=Delta)


class Part(msgspec.Struct):
    type: str
    id: str
    delta: str


asked_of = msgspec.json.Decoder(Asked).decode
said_in = msgspec.json.Decoder(Said).decode
encode = msgspec.json.Encoder().encode
session: aiohttp.ClientSession


def take_frames(received: bytearray) -> list[bytes]:
    """The parts of all frames that are complete; what is left of them stays."""
    out, at = [], 0
    while len(received) - at >= 16:
        total, headers, prelude_sum = PRELUDE.unpack_from(received, at)
        if len(received) - at < total:
            break
        frame = bytes(received[at : at + total])
        if crc32(frame[:8]) != prelude_sum or SUM.unpack_from(frame, total - 4)[0] != crc32(frame[:-4]):
            raise ValueError("a frame's sum is wrong")
        if b"contentBlockDelta" in frame[12 : 12 + headers]:
            text = said_in(frame[12 + headers : -4]).delta.text
            out.append(b"data: " + encode(Part("text-delta", "0", text)) + b"\n\n")
        at += total
    del received[:at]
    return out


async def ask(receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    content = [{"text": asked_of(body).question}]
    async with session.post(URL, json={"messages": [{"role": "user", "content": content}]}) as response:
        response.raise_for_status()
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": BEGINNING, "more_body": True})
        received = bytearray()
        async for data in response.content.iter_any():
            received += data
            if out := take_frames(received):
                await send({"type": "http.response.body", "body": b"".join(out), "more_body": True})
    await send({"type": "http.response.body", "body": ENDING})


async def lifespan(receive: Any, send: Any) -> None:
    global session  # noqa: PLW0603 (one program, one session)
    await receive()
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await session.close()
    await send({"type": "lifespan.shutdown.complete"})


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["path"] == "/ask":
        await ask(receive, send)
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


if __name__ == "__main__":
    loop: Any = sys.argv[2] if len(sys.argv) > 2 else "auto"
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop=loop, log_level="warning", access_log=False)
