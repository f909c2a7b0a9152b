"""A stand-in for Bedrock that costs nothing: the frames of one answer, made beforehand. `python -m … PORT`."""

from __future__ import annotations

import asyncio
import sys

from local.bedrock.wire import CONTENT_TYPE, event_frame

TOKENS = 200
WORD = "token"
EVENTS = (
    {"messageStart": {"role": "assistant"}},
    *({"contentBlockDelta": {"delta": {"text": f"{WORD}{n} "}, "contentBlockIndex": 0}} for n in range(TOKENS)),
    {"contentBlockStop": {"contentBlockIndex": 0}},
    {"messageStop": {"stopReason": "end_turn"}},
    {"metadata": {"usage": {"inputTokens": 9, "outputTokens": TOKENS, "totalTokens": 9}, "metrics": {"latencyMs": 1}}},
)
HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: {CONTENT_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
FRAMES = [event_frame(event) for event in EVENTS]
CHUNKS = [b"%x\r\n%s\r\n" % (len(frame), frame) for frame in FRAMES]
END = b"0\r\n\r\n"
WHOLE = HEAD + b"".join(CHUNKS) + END


async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The pause is written in the model's id, which is the path: `/model/pause-0.02/converse-stream`."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            await reader.readexactly(content_length(head))
            pause = float(head.split(b"/model/pause-", 1)[1].split(b"/", 1)[0])
            await (say_paced(writer, pause) if pause else say_at_once(writer))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has gone
    finally:
        writer.close()


def content_length(head: bytes) -> int:
    return int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])


async def say_at_once(writer: asyncio.StreamWriter) -> None:
    writer.write(WHOLE)
    await writer.drain()


async def say_paced(writer: asyncio.StreamWriter, pause: float) -> None:
    loop = asyncio.get_running_loop()
    due = loop.time()
    writer.write(HEAD)
    for chunk in CHUNKS:
        writer.write(chunk)
        due += pause
        await asyncio.sleep(due - loop.time())
    writer.write(END)


async def main() -> None:
    server = await asyncio.start_server(play, "127.0.0.1", int(sys.argv[1]), backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
