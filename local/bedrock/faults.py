"""Any voice, with something going wrong.

A fault is chosen for each request by a plan and works on the events of the voice that it wraps, so that
request, wire and client are the real ones. Those ending in `_before` act before the first event, mostly as
an HTTP status; the others begin after `after` deltas of content, or before messageStop when the answer has
fewer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from msgspec.structs import replace

from local.bedrock import spoilers
from local.bedrock.errors import INTERNAL, MODEL_NOT_READY, MODEL_TIMED_OUT, THROTTLED, UNAVAILABLE
from local.bedrock.spoilers import Fault, Spoiler, Stream
from local.bedrock.voice import ConverseRequest, Voice, closing

__all__ = ["FAULTS", "Fault", "FaultPlan", "Plan", "with_faults"]

_MODEL_ERROR = "The model encountered an unexpected error during processing. Try your request again."
_DENIED = "You don't have access to the model with the specified model ID."

FAULTS: Final[dict[str, Spoiler]] = {
    "throttle_before": spoilers.refused("ThrottlingException", THROTTLED),
    "unavailable_before": spoilers.refused("ServiceUnavailableException", UNAVAILABLE),
    "internal_before": spoilers.refused("InternalServerException", INTERNAL),
    "timeout_before": spoilers.refused("ModelTimeoutException", MODEL_TIMED_OUT),
    "not_ready_before": spoilers.refused("ModelNotReadyException", MODEL_NOT_READY),
    "model_error_before": spoilers.refused("ModelErrorException", _MODEL_ERROR),
    "denied_before": spoilers.refused("AccessDeniedException", _DENIED),
    "dropped_before": spoilers.dropped,
    "slow_start": spoilers.slow_start,
    "slow_first_token": spoilers.slow_first_token,
    "throttle_mid": spoilers.broken_off("ThrottlingException", THROTTLED),
    "unavailable_mid": spoilers.broken_off("ServiceUnavailableException", UNAVAILABLE),
    "internal_mid": spoilers.broken_off("InternalServerException", INTERNAL),
    "model_error_mid": spoilers.broken_off("ModelStreamErrorException", _MODEL_ERROR),
    "malformed_tool_use": spoilers.malformed_tool_use,
    "invalid_tool_sequence": spoilers.invalid_tool_sequence,
    "split_thinking": spoilers.split_thinking,
    "max_tokens": spoilers.max_tokens,
    "stall": spoilers.stall,
    "cut": spoilers.cut,
    "early_end": spoilers.early_end,
    "checksum": spoilers.checksum,
    "stop_reason": spoilers.stop_reason,
    "empty_answer": spoilers.empty_answer,
    "duplicate_metadata": lambda _fault, _request, said: spoilers.metadata(said, 2),
    "missing_metadata": lambda _fault, _request, said: spoilers.metadata(said, 0),
    "unknown_event": spoilers.unknown_event,
}

Plan: TypeAlias = Callable[[ConverseRequest], Fault | None]


class FaultPlan:
    """A plan that goes by the order of the requests: each fault for its `times`, then the next; after the
    last, none.

    A test may add to it while the endpoint runs. Any other function from a request to a Fault or None is a
    plan too.
    """

    def __init__(self, *faults: Fault) -> None:
        self._left: list[Fault] = []
        self.add(*faults)

    def add(self, *faults: Fault) -> None:
        """Raises ValueError for a name that there is not."""
        for fault in faults:
            if fault.name not in FAULTS:
                raise ValueError(f"There is no fault called {fault.name}. There are: {', '.join(sorted(FAULTS))}.")
        self._left += faults

    def clear(self) -> None:
        self._left.clear()

    def __call__(self, _request: ConverseRequest) -> Fault | None:
        if not self._left:
            return None
        fault = self._left[0]
        if fault.times is not None:
            self._left[:1] = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
        return fault


def with_faults(voice: Voice, plan: Plan) -> Voice:
    async def spoilt(request: ConverseRequest) -> Stream:
        fault = plan(request)
        async with closing(voice(request)) as said:
            told = said if fault is None else FAULTS[fault.name](fault, request, said)
            async with closing(told):
                async for utterance in told:
                    yield utterance

    return spoilt
