"""The nine checkpoints of a question, with what each took as far as this process can see it."""

from __future__ import annotations

from time import perf_counter
from typing import Literal

from msgspec import Struct

NAMES = (
    "keystroke",
    "cloudfront",
    "waf",
    "api_gateway",
    "lambda",
    "postgres",
    "bedrock",
    "dynamodb",
    "stream_back",
)
_BEFORE_THE_SERVICE = ("cloudfront", "waf", "api_gateway")


class Checkpoint(Struct, frozen=True):
    """at_ms: milliseconds from the request's arrival in the service until the checkpoint was passed.
    state: `measured`; `elsewhere`, passed before the request came here, so not measured here; `absent`, this
    deployment does not have it; `not_reached`, the turn ended before it."""

    number: int
    name: str
    state: Literal["measured", "elsewhere", "absent", "not_reached"]
    at_ms: float | None = None


class Checkpoints:
    """front_doors: which of CloudFront, WAF and API Gateway stand before this deployment."""

    def __init__(self, front_doors: frozenset[str], arrived: float | None = None) -> None:
        self._front_doors = front_doors
        self._arrived = arrived if arrived is not None else perf_counter()
        self._passed: dict[str, float] = {}

    def passed(self, name: str) -> None:
        """The first time counts: a checkpoint is passed once."""
        if name not in self._passed:
            self._passed[name] = self.elapsed_ms()

    def elapsed_ms(self) -> float:
        return round((perf_counter() - self._arrived) * 1000, 2)

    def at(self, name: str) -> float | None:
        return self._passed.get(name)

    def report(self) -> list[Checkpoint]:
        return [self._checkpoint(number, name) for number, name in enumerate(NAMES, start=1)]

    def _checkpoint(self, number: int, name: str) -> Checkpoint:
        if name in self._passed:
            return Checkpoint(number, name, "measured", self._passed[name])
        if name == "keystroke" or name in self._front_doors:
            return Checkpoint(number, name, "elsewhere")
        return Checkpoint(number, name, "absent" if name in _BEFORE_THE_SERVICE else "not_reached")
