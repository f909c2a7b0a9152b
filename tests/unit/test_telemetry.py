"""The log: JSON lines, metrics in CloudWatch's embedded format, users without names, libraries kept quiet."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import structlog

from service.principal import Principal
from service.telemetry import (
    RequestReport,
    TurnReport,
    configure_logging,
    log_failure,
    log_request,
    logger,
    user_hash,
)
from tests.embedded_metrics import dimensions_of, metrics_of

TENANT, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """What a test configures, it configures for itself."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**before)


def request(**given: Any) -> RequestReport:
    least: dict[str, Any] = {"request_id": "r1", "method": "POST", "route": "/ai/ask", "status": 200, "total_ms": 12.5}
    return RequestReport(**(least | given))


def turn(**given: Any) -> TurnReport:
    least = {
        "conversation_id": "c1",
        "prompt_version": "v001",
        "prompt_hash": "0123456789ab",
        "model": "stand-in.analyst-v1:0",
    }
    return TurnReport(**(least | given))


FINISHED = turn(
    stand_in=True,
    outcome="complete",
    stop_reason="end_turn",
    tools=["order_details"],
    tool_rounds=1,
    input_tokens=100,
    output_tokens=10,
    cost_usd=0.000012,
    first_token_ms=31.5,
    total_ms=80.25,
)


def line(capsys: pytest.CaptureFixture[str]) -> str:
    [only] = capsys.readouterr().out.splitlines()
    return only


def test_a_request_s_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    log_request(request(route="/me", tenant=str(TENANT), user="0a1b"))
    said = json.loads(line(capsys))
    assert {name: said[name] for name in ("event", "level", "request_id", "method", "route", "status", "total_ms")} == {
        "event": "request",
        "level": "info",
        "request_id": "r1",
        "method": "POST",
        "route": "/me",
        "status": 200,
        "total_ms": 12.5,
    }
    assert (said["tenant"], said["user"], said["failures"]) == (str(TENANT), "0a1b", 0)
    assert said["timestamp"].endswith("Z")


def test_a_turn_is_told_in_its_request_s_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    log_request(request(), FINISHED)
    said = json.loads(line(capsys))
    assert said["tools"] == ["order_details"]
    assert (said["prompt_version"], said["prompt_hash"]) == ("v001", "0123456789ab")
    assert (said["stop_reason"], said["outcome"]) == ("end_turn", "complete")
    assert said["total_ms"] == 80.25


def test_the_line_is_its_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    log_request(request(tenant=str(TENANT), user="0a1b"), FINISHED)
    said = line(capsys)
    assert metrics_of(said) == {
        "total_ms": 80.25,
        "first_token_ms": 31.5,
        "input_tokens": 100,
        "output_tokens": 10,
        "cost_usd": 0.000012,
        "failures": 0,
    }
    assert dimensions_of(said) == {"route"}


def test_what_was_not_measured_is_no_metric(capsys: pytest.CaptureFixture[str]) -> None:
    """No first token, no price, no tokens: an average over zeros would be a lie."""
    configure_logging("INFO")
    log_request(request(tenant=str(TENANT)), turn(outcome="interrupted", error_code="model_timeout", total_ms=5.0))
    said = line(capsys)
    assert metrics_of(said) == {"total_ms": 5.0, "failures": 1}
    assert not {"first_token_ms", "cost_usd"} & set(json.loads(said))


@pytest.mark.parametrize(
    ("status", "error_code", "failures"),
    [(200, None, 0), (404, None, 0), (429, None, 0), (500, None, 1), (503, None, 1), (200, "model_timeout", 1)],
)
def test_a_failure_is_ours_or_the_turn_s(
    capsys: pytest.CaptureFixture[str], status: int, error_code: str | None, failures: int
) -> None:
    configure_logging("INFO")
    log_request(request(status=status), turn(error_code=error_code))
    assert json.loads(line(capsys))["failures"] == failures


def test_a_failure_s_cause_is_one_line_under_its_incident(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    log_failure(RuntimeError("first\nsecond"), "internal", "0a1b2c")
    said = json.loads(line(capsys))
    assert (said["event"], said["level"]) == ("failure", "error")
    assert (said["error_code"], said["incident_id"]) == ("internal", "0a1b2c")
    assert said["exception"] == "builtins.RuntimeError"


def test_a_user_is_told_from_others_and_not_named() -> None:
    somebody = Principal(TENANT, "sub-1", "owner@pizza.example")
    assert user_hash(somebody) == user_hash(Principal(TENANT, "sub-1", None))
    others = [Principal(TENANT, "sub-2"), Principal(OTHER, "sub-1")]
    assert len({user_hash(each) for each in (somebody, *others)}) == 3
    assert "sub-1" not in user_hash(somebody)
    assert len(user_hash(somebody)) == 16


def test_what_libraries_say_is_json_too_and_only_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    library = logging.getLogger("botocore.auth")
    library.debug("signing with AKIA…")
    library.info("signed")
    library.warning("a %s token", "stale")
    assert json.loads(line(capsys)) == {"event": "a stale token", "level": "warning", "logger": "botocore.auth"}


def test_a_library_s_exception_stays_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=ValueError("no"))
    assert json.loads(line(capsys))["exception"] == "builtins.ValueError"


def test_values_of_any_type_can_be_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    logger().info("odd", id=TENANT, thing=object)
    assert json.loads(line(capsys))["id"] == str(TENANT)


def test_below_the_level_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    logger().debug("hidden")
    assert capsys.readouterr().out == ""


def test_libraries_stay_quiet_when_the_service_is_told_to_say_all(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("DEBUG")
    logging.getLogger("botocore.auth").debug("signing with AKIA…")
    logger().debug("shown")
    assert json.loads(line(capsys))["event"] == "shown"
