"""uvicorn around the application: the same in the container, on a developer's machine and under the evals."""

from __future__ import annotations

from typing import Any

import uvicorn

from service.app import DRAIN_SECONDS


def serve(app: Any, *, host: str, port: int) -> None:
    """Until SIGTERM or SIGINT. app: ASGI's."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        loop="asyncio",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # Longer than the adapter keeps a connection: who closes first must not be the one that is about to be asked.
        timeout_keep_alive=65,
        timeout_graceful_shutdown=int(DRAIN_SECONDS),
    )
