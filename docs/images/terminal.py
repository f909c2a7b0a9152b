"""Draws a question asked in the terminal as it really streamed: `make picture AS=owner@… Q="…"` with `make run` up.

Runs the same program as `make ask`, notes when each word came on stdout and stderr, and writes an animated SVG in
which they come at that pace.
"""

from __future__ import annotations

import asyncio
import os
import sys
import textwrap
import time
from html import escape
from pathlib import Path

WIDTH, SIZE, LINE = 100, 14, 20
TARGET = Path(__file__).with_name("terminal.svg")
STYLE = """
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #e6e6e6;
       white-space: pre; animation: come 1ms both; }
.aside { fill: #8a93a6; } .prompt { fill: #7fd1ae; }
@keyframes come { from { opacity: 0 } to { opacity: 1 } }
@media (prefers-reduced-motion: reduce) { text { animation: none } }
"""

Word = tuple[float, str, str]
"""When it came, in seconds; whence (out or aside); what."""


async def record() -> list[Word]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "local.ask", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    began, words = time.monotonic(), []

    async def listen(stream: asyncio.StreamReader | None, whence: str) -> None:
        while stream and (said := await stream.read(4096)):
            words.append((time.monotonic() - began, whence, said.decode()))

    await asyncio.gather(listen(process.stdout, "out"), listen(process.stderr, "aside"))
    if await process.wait() != 0:
        raise SystemExit("".join(text for _, _, text in words))
    return words


def lines_of(words: list[Word]) -> list[tuple[float, str, int, int, str]]:
    """(when, class, row, column, text) of each piece, wrapped at WIDTH columns."""
    question = f'$ make ask Q="{os.environ["Q"]}" AS={os.environ["AS"]}'
    placed, row, column = [(0.0, "prompt", 0, 0, question)], 1, 0
    for when, whence, text in words:
        for number, line in enumerate(text.split("\n")):
            if number:
                row, column = row + 1, 0
            for whole in textwrap.wrap(line, WIDTH) if whence == "aside" else [line]:
                piece = whole
                if column and column + len(piece) > WIDTH:
                    row, column, piece = row + 1, 0, piece.lstrip()
                if piece:
                    placed.append((when, whence, row, column, piece))
                    column += len(piece)
                if whence == "aside" and len(line) > WIDTH:
                    row, column = row + 1, 0
    return placed


def draw(placed: list[tuple[float, str, int, int, str]]) -> str:
    height = (max(row for _, _, row, _, _ in placed) + 2) * LINE + 10
    advance = 8.43
    width = WIDTH * advance + 40
    texts = "\n".join(
        f'<text class="{kind}" x="{20 + column * advance:.1f}" y="{30 + row * LINE}"'
        f' textLength="{len(text) * advance:.1f}" style="animation-delay:{when + 0.5:.3f}s">{escape(text)}</text>'
        for when, kind, row, column, text in placed
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img"'
        f' aria-label="A question asked in the terminal and its answer streaming in"><style>{STYLE}</style>'
        f'<rect width="100%" height="100%" rx="8" fill="#14171f"/>\n{texts}\n</svg>\n'
    )


if __name__ == "__main__":
    TARGET.write_text(draw(lines_of(asyncio.run(record()))), "utf-8")
    print(f"wrote {TARGET.name}")
