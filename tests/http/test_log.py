"""What the service logs: one JSON line a request, which is its metrics too, with nothing private in any line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog

from tests.http.conftest import Client
from tests.http.scripted import Director, text, tool_use


@pytest.fixture
def said(address: str) -> Iterator[io.StringIO]:
    before = structlog.get_config()
    out = io.StringIO()
    structlog.configure(**(before | {"logger_factory": structlog.PrintLoggerFactory(file=out)}))
    yield out
    structlog.configure(**before)


async def test_x(said: Any, maria: Client, director: Director, address: str) -> None:
    await maria.get("/me")
    await maria.get("/nowhere")
    await maria.delete("/me")
    await maria.get("/orders/abc")
    await maria.get("/orders/99999")
    await maria.post("/ai/ask", content=b"{")
    await maria.post("/ai/ask", content=b'{"id": "' + b"x" * 70_000 + b'"}', headers={"content-type": "application/json"})
    async with httpx.AsyncClient(base_url=address) as c:
        await c.get("/me")
        await c.get("/health")
        print((await c.get("/nowhere")).headers)
    await maria.ask("hello?")
    director.play(text(stop="end_turn"))
    await maria.post("/ai/ask", json=maria.body("JSON?"), headers={"accept": "application/json"})
    print(said.getvalue())
    assert 0
