"""Failures in the log: kinds, codes and places, and nothing that an exception says."""

from __future__ import annotations

from collections.abc import Callable

import asyncpg
import httpx
import msgspec
import pytest
from botocore.exceptions import ClientError

from service.errors import ModelTimeoutError
from service.failure_trace import failure_trace

SAID = "Zebulon"


def caught(act: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - of any kind
        act()
    return raised.value


def fails(error: BaseException, cause: BaseException | None = None) -> Callable[[], object]:
    def act() -> None:
        raise error from cause

    return act


def refused() -> ClientError:
    answer = {
        "Error": {"Code": "ValidationException", "Message": f"The value {SAID} is not allowed."},
        "ResponseMetadata": {"RequestId": "0a1b-2c", "HTTPStatusCode": 400},
    }
    return ClientError(answer, "ConverseStream")  # type: ignore[arg-type]


def test_codes_stand_for_words() -> None:
    assert failure_trace(refused()) == (
        "botocore.exceptions.ClientError (ConverseStream, ValidationException, 0a1b-2c)"
    )
    violated = asyncpg.UniqueViolationError(f"duplicate key value {SAID}")
    violated.detail = f"Key (name)=({SAID}) already exists."
    assert failure_trace(violated) == "asyncpg.exceptions.UniqueViolationError (23505)"
    assert failure_trace(ConnectionRefusedError(111, SAID)) == "builtins.ConnectionRefusedError (111)"


def test_places_are_within_the_checkout_or_a_package() -> None:
    said = failure_trace(caught(lambda: msgspec.json.decode(b"{" + SAID.encode())))
    assert "  tests/unit/test_failure_trace.py:" in said
    assert said.splitlines()[-1] == "msgspec.DecodeError"
    outside = failure_trace(caught(lambda: httpx.URL(1)))  # type: ignore[arg-type]
    assert "  httpx/_urls.py:" in outside


def test_causes_come_first() -> None:
    said = failure_trace(caught(fails(ModelTimeoutError(), refused()))).splitlines()
    assert said[0].startswith("botocore.exceptions.ClientError")
    assert said[1] == "which led to:"
    assert said[-1] == f"service.errors.ModelTimeoutError ({ModelTimeoutError.code})"


def test_a_hidden_context_stays_hidden() -> None:
    def hides() -> None:
        try:
            fails(KeyError(SAID))()
        except KeyError:
            raise ValueError(SAID) from None

    assert "KeyError" not in failure_trace(caught(hides))


def test_each_of_a_group_is_shown() -> None:
    said = failure_trace(ExceptionGroup(SAID, [KeyError(SAID), refused()]))
    assert said.splitlines() == [
        "builtins.ExceptionGroup",
        "of which one:",
        "builtins.KeyError",
        "of which one:",
        "botocore.exceptions.ClientError (ConverseStream, ValidationException, 0a1b-2c)",
    ]


def test_errors_that_cause_each_other_come_to_an_end() -> None:
    first, second = KeyError(SAID), ValueError(SAID)
    first.__cause__, second.__cause__ = second, first
    assert failure_trace(first).splitlines() == ["builtins.ValueError", "which led to:", "builtins.KeyError"]


def test_nothing_is_said_by_an_error_whose_code_is_a_sentence() -> None:
    error = RuntimeError()
    error.code = f"{SAID} was here"  # type: ignore[attr-defined]
    assert SAID not in failure_trace(error)
