"""ministack, run in its own virtual environment, that also saves its state while it runs.

By itself it saves on SIGTERM only. Here it saves besides at once, before it answers, when asked with
POST /_tableside/save, and, where TABLESIDE_SAVING is set, within a second of a change. So a kill -9 costs at most the
last second.

    .venv-ministack/bin/python -I ministack_child.py      settings in the environment, as ministack's own
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from hypercorn.asyncio import serve  # type: ignore[import-not-found]  # lives in ministack's environment
from hypercorn.config import Config  # type: ignore[import-not-found]
from ministack import app as ministack  # type: ignore[import-not-found]
from ministack.core.persistence import save_all  # type: ignore[import-not-found]

_READS = ("Get", "BatchGet", "TransactGet", "Query", "Scan", "List", "Describe", "AdminGet", "InitiateAuth")


class SavingApp:
    """ministack's ASGI app, watched for requests that may have changed something."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        if scope["type"] == "http" and scope["path"] == "/_tableside/save":
            self.save()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})
            return
        await ministack.app(scope, receive, send)
        if scope["type"] == "http" and _may_change(scope):
            self.changed.set()

    def save(self) -> None:
        self.changed.clear()
        save_all(ministack._build_persistence_save_dict())

    async def save_soon_after_changes(self) -> None:
        while True:
            await self.changed.wait()
            await asyncio.sleep(1.0)
            self.save()


def _may_change(scope: dict[str, Any]) -> bool:
    target: bytes = dict(scope["headers"]).get(b"x-amz-target", b"")
    operation = target.decode("latin-1").rpartition(".")[2]
    return bool(operation) and not operation.startswith(_READS)


async def main() -> None:
    stop, app = asyncio.Event(), SavingApp()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.loglevel = os.environ["LOG_LEVEL"]
    config.graceful_timeout = 2
    saving = [asyncio.create_task(app.save_soon_after_changes())] if os.environ["TABLESIDE_SAVING"] else []
    await serve(app, config, shutdown_trigger=stop.wait)
    for task in saving:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


if __name__ == "__main__":
    asyncio.run(main())
