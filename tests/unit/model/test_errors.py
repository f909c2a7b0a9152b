"""AWS's errors as ours: each by its type, wherever it comes, and none that nobody has thought of."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from local.bedrock.faults import Fault
from service.errors import (
    MalformedToolUseError,
    ModelError,
    ModelRefusedRequestError,
    ModelStreamError,
    ModelThrottledError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from service.model.bedrock import ERRORS, BedrockModel
from service.model.stream import AnswerOpened, TextChunk
from tests.unit.model.conftest import faulty, hear_until_it_fails, in_one

EVENTS = {"messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"}


def converse_stream() -> tuple[set[str], set[str], set[str]]:
    """Of botocore's own model: the errors before the stream, the exceptions within it, its events."""
    model = botocore.session.get_session().get_service_model("bedrock-runtime").operation_model("ConverseStream")
    members: dict[str, Any] = model.output_shape.members["stream"].members
    exceptions = {name for name, shape in members.items() if shape.metadata.get("exception")}
    return {shape.name for shape in model.error_shapes}, exceptions, members.keys() - exceptions


def test_no_error_of_the_service_model_is_unmapped() -> None:
    before, within, events = converse_stream()
    assert "ThrottlingException" in before
    assert "throttlingException" in within
    unmapped = {name for name in before | within if name.lower() not in ERRORS}
    assert not unmapped, "botocore's service model has errors that ERRORS does not name"
    assert events == EVENTS, "botocore's service model has events that nobody reads"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("throttle_before", ModelThrottledError),
        ("not_ready_before", ModelThrottledError),
        ("unavailable_before", ModelUnavailableError),
        ("internal_before", ModelUnavailableError),
        ("denied_before", ModelUnavailableError),
        ("timeout_before", ModelTimeoutError),
        ("model_error_before", ModelStreamError),
        ("dropped_before", ModelUnavailableError),
    ],
)
async def test_before_the_stream(fault: str, expected: type[ModelError]) -> None:
    async with faulty(Fault(name=fault), patience=0.5) as line:
        events, error = await hear_until_it_fails(line)
    assert events == []
    assert type(error) is expected
    assert error.__cause__ is not None, "the log is to tell what AWS said"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("throttle_mid", ModelThrottledError),
        ("unavailable_mid", ModelUnavailableError),
        ("internal_mid", ModelUnavailableError),
        ("model_error_mid", ModelStreamError),
        ("cut", ModelStreamError),
        ("checksum", ModelStreamError),
    ],
)
async def test_within_the_stream(fault: str, expected: type[ModelError]) -> None:
    async with faulty(Fault(name=fault, after=2)) as line:
        events, error = await hear_until_it_fails(line)
        assert line.busy_connections == 0
        assert line.tries == 1, "what has been shown cannot be taken back by another try"
    assert in_one(events) == [AnswerOpened("script"), TextChunk("One two ")]
    assert type(error) is expected
    assert error.__cause__ is not None


async def test_a_stream_that_ends_before_the_answer_does_is_broken() -> None:
    """Botocore raises nothing there."""
    async with faulty(Fault(name="early_end", after=2)) as line:
        events, error = await hear_until_it_fails(line)
    assert in_one(events) == [AnswerOpened("script"), TextChunk("One two ")]
    assert type(error) is ModelStreamError


async def test_an_invalid_sequence_in_a_tool_use_is_known_by_its_words() -> None:
    async with faulty(Fault(name="invalid_tool_sequence")) as line:
        _, error = await hear_until_it_fails(line)
    assert type(error) is MalformedToolUseError


async def test_what_the_model_refuses_is_told_as_refused() -> None:
    async with faulty() as line:
        line.model = BedrockModel(line.client, "no-such-model", patience=20)
        _, error = await hear_until_it_fails(line)
        assert line.tries == 1
    assert type(error) is ModelRefusedRequestError


@pytest.mark.parametrize("fault", ["duplicate_metadata", "missing_metadata", "unknown_event"])
async def test_an_oddity_is_no_error(fault: str) -> None:
    async with faulty(Fault(name=fault, after=1)) as line:
        events, error = await hear_until_it_fails(line)
        assert line.idle_connections == 1
    assert error is None
    assert "".join(event.text for event in events if isinstance(event, TextChunk)) == "One two three."
