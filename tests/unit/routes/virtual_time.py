"""An event loop whose clock moves only when everybody sleeps, and then at once: seconds are exact and cost nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualTime(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        wait = self._selector.select  # type: ignore[attr-defined]

        def skip(seconds: float | None) -> Any:
            self._now += seconds or 0
            return wait(seconds and 0)

        self._selector.select = skip  # type: ignore[attr-defined]

    def time(self) -> float:
        return self._now


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    loop = VirtualTime()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def now() -> float:
    """Seconds since the loop began, to the millisecond: sums of floats are not round."""
    return round(asyncio.get_running_loop().time(), 3)
