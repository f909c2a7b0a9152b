"""Record from one endpoint, replay from another: the same answer, and no recording of what broke off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from botocore.exceptions import ClientError, EventStreamError, NoRegionError

from local.bedrock.faults import Fault, FaultPlan, with_faults
from local.bedrock.record import Recorder
from local.bedrock.recordings import RecordingError, hash_of, read_recording
from local.bedrock.replay import Replay
from local.bedrock.server import BedrockEndpoint
from local.bedrock.voice import ConverseRequest, Event, Voice, speech
from tests.local.bedrock import clients
from tests.local.bedrock.clients import MODEL, QUESTION, TEXT, TOOL, TOOL_USE, raw, saying

NOVA = "us.amazon.nova-lite-v1:0"
ASKED: dict[str, Any] = {
    "system": [{"text": "Be brief."}],
    "inferenceConfig": {"temperature": 0, "maxTokens": 500},
    "toolConfig": {"tools": [{"toolSpec": TOOL}]},
    "requestMetadata": {"prompt_version": "v001", "turn": "17"},
}


@pytest.fixture(autouse=True)
def user_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual chain finds these, and nothing of the machine's."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@asynccontextmanager
async def recording(voice: Voice, directory: Path) -> AsyncIterator[BedrockEndpoint]:
    """An endpoint that records from an endpoint with this voice."""
    async with (
        BedrockEndpoint(voice) as answering,
        Recorder(directory, target=answering.url) as recorder,
        BedrockEndpoint(recorder) as endpoint,
    ):
        yield endpoint


async def nova(request: ConverseRequest) -> AsyncIterator[Event]:
    """A voice without a stand-in's name: a model's, as far as anybody can tell."""
    for event in speech(request.body, [TEXT, TOOL_USE], {}):
        yield event


def files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


async def test_what_is_recorded_is_replayed(tmp_path: Path) -> None:
    async with recording(nova, tmp_path) as endpoint:
        recorded, error = await clients.stream(endpoint.url, NOVA, **ASKED)
    assert error is None
    assert clients.text_of(recorded) == TEXT["text"]
    replay = Replay(tmp_path)
    pages = {"/_recordings/unplayed": replay.unplayed}
    async with BedrockEndpoint(replay, pages=pages) as endpoint, httpx.AsyncClient() as http:
        (unplayed,) = (await http.get(f"{endpoint.url}/_recordings/unplayed")).json()
        again, error = await clients.stream(endpoint.url, NOVA, **{**ASKED, "requestMetadata": {"turn": "18"}})
        whole = await clients.converse(endpoint.url, NOVA, **ASKED)
        left = (await http.get(f"{endpoint.url}/_recordings/unplayed")).json()
    assert error is None
    assert again == recorded
    assert whole["output"]["message"]["content"] == [TEXT, TOOL_USE]
    assert "x-tableside-stand-in" not in whole["ResponseMetadata"]["HTTPHeaders"]
    assert unplayed == {
        "hash": hash_of(NOVA, {**QUESTION, **ASKED}),
        "model": NOVA,
        "spoken_by": NOVA,
        "question": "How did we do?",
    }
    assert left == []


async def test_a_recording_can_be_read_by_people(tmp_path: Path) -> None:
    async with recording(nova, tmp_path) as endpoint:
        events, _ = await clients.stream(endpoint.url, NOVA, **ASKED)
    (path,) = files(tmp_path)
    header, *lines = [msgspec.json.decode(line) for line in path.read_text().splitlines()]
    assert path.name == f"{header['request_hash']}.jsonl"
    assert list(header) == ["model", "spoken_by", "recorded_at", "prompt_version", "request_hash", "request"]
    assert header["prompt_version"] == "v001"
    assert header["request"]["messages"] == QUESTION["messages"]
    assert "requestMetadata" not in header["request"]
    assert [line["event"] for line in lines] == events
    offsets = [line["ms"] for line in lines]
    assert offsets == sorted(offsets)
    assert "café" in path.read_text()


async def test_who_spoke_is_taken_from_the_answering_side(tmp_path: Path) -> None:
    async with recording(saying(TEXT), tmp_path) as endpoint:
        await clients.stream(endpoint.url, NOVA)
    (path,) = files(tmp_path)
    assert read_recording(path).header.spoken_by == "stand-in analyst, not Nova"
    async with BedrockEndpoint(Replay(tmp_path, speed=0)) as endpoint:
        answer = await clients.converse(endpoint.url, NOVA)
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-tableside-stand-in"] == "analyst"
    assert answer["additionalModelResponseFields"]["stand_in"] == "analyst"


async def test_recording_again_replaces(tmp_path: Path) -> None:
    for text in ("First.", "Second."):
        async with recording(saying({"text": text}), tmp_path) as endpoint:
            await clients.converse(endpoint.url)
    assert len(files(tmp_path)) == 1
    async with BedrockEndpoint(Replay(tmp_path)) as endpoint:
        assert (await clients.converse(endpoint.url))["output"]["message"]["content"] == [{"text": "Second."}]


@pytest.mark.parametrize(
    "name",
    ["cut", "checksum", "early_end", "throttle_mid", "model_error_mid", "empty_answer", "missing_metadata"],
)
async def test_what_broke_off_is_not_kept(name: str, tmp_path: Path) -> None:
    plan = FaultPlan(Fault(name=name))
    async with recording(with_faults(saying(TEXT), plan), tmp_path) as endpoint:
        events, error = await clients.stream(endpoint.url)
    refused = name in ("cut", "checksum", "throttle_mid", "model_error_mid")
    assert files(tmp_path) == []
    assert events
    assert isinstance(error, EventStreamError) == refused


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("throttle_before", "ThrottlingException"),
        ("denied_before", "AccessDeniedException"),
        ("timeout_before", "ModelTimeoutException"),
        ("dropped_before", "ServiceUnavailableException"),
    ],
)
async def test_a_refusal_is_passed_on_and_not_kept(name: str, code: str, tmp_path: Path) -> None:
    async with recording(with_faults(saying(TEXT), FaultPlan(Fault(name=name))), tmp_path) as endpoint:
        with pytest.raises(ClientError, match=code):
            await clients.stream(endpoint.url)
    assert files(tmp_path) == []


async def test_an_answer_that_the_client_left_is_not_kept(tmp_path: Path) -> None:
    left = asyncio.Event()

    async def voice(_request: ConverseRequest) -> AsyncIterator[Event]:
        try:
            yield {"messageStart": {"role": "assistant"}}
            await asyncio.Event().wait()
        finally:
            left.set()

    async with asyncio.timeout(20), recording(voice, tmp_path) as endpoint:
        async with raw(endpoint.url) as (reader, _):
            await reader.readuntil(b"messageStart")
        await left.wait()
    assert files(tmp_path) == []


async def test_images_are_not_recorded(tmp_path: Path) -> None:
    image = {"image": {"format": "png", "source": {"bytes": b"x"}}}
    async with recording(saying(TEXT), tmp_path) as endpoint:
        refusal = await clients.refusal(endpoint.url, messages=[{"role": "user", "content": [image]}])
    assert refusal == ("ValidationException", 400, "Only requests of text and tools can be recorded.")


async def test_without_credentials_and_without_a_region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    async with recording(saying(TEXT), tmp_path) as endpoint:
        with pytest.raises(ClientError, match=r"AccessDeniedException.*Unable to locate credentials"):
            await clients.stream(endpoint.url)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(NoRegionError):
        async with Recorder(tmp_path):
            pass


async def test_a_request_without_a_recording_says_how_to_get_one(tmp_path: Path) -> None:
    questions = ["How was yesterday?", "What are the top items?"]
    async with recording(saying(TEXT), tmp_path) as endpoint:
        for question in questions:
            messages = [{"role": "user", "content": [{"text": question}]}]
            await clients.stream(endpoint.url, NOVA, messages=messages)
    asked = {"messages": [{"role": "user", "content": [{"text": "How was Tuesday?"}]}], "system": [{"text": "x"}]}
    async with BedrockEndpoint(Replay(tmp_path)) as endpoint:
        code, status, message = await clients.refusal(endpoint.url, NOVA, **asked)
    assert (code, status) == ("ValidationException", 400)
    assert hash_of(NOVA, asked) in message
    assert "The nearest recorded question is 'How was yesterday?'" in message
    assert "it differs in messages, system." in message
    assert f"make record MODEL={NOVA}" in message


async def test_an_empty_directory_of_recordings_has_no_nearest(tmp_path: Path) -> None:
    async with BedrockEndpoint(Replay(tmp_path)) as endpoint:
        _, _, message = await clients.refusal(endpoint.url)
    assert "nearest" not in message
    assert f"make record MODEL={MODEL}" in message


def test_the_hash_is_of_what_reaches_the_model() -> None:
    body = {**QUESTION, **ASKED}
    same = {key: body[key] for key in reversed(body)} | {
        "inferenceConfig": {"maxTokens": 500.0, "temperature": 0.0},
        "requestMetadata": {},
    }
    assert hash_of(NOVA, same) == hash_of(NOVA, body)
    assert hash_of(MODEL, body) != hash_of(NOVA, body)
    assert hash_of(NOVA, {**body, "system": []}) != hash_of(NOVA, body)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda text: text.replace("Be brief.", "Be long."), "was edited or renamed"),
        (lambda text: text[:-20], "truncated"),
        (lambda _text: "", "truncated"),
        (lambda text: text.replace('"ms"', '"at"', 1), "unknown field `at`"),
    ],
)
async def test_a_damaged_recording_is_named(damage: Any, says: str, tmp_path: Path) -> None:
    async with recording(nova, tmp_path) as endpoint:
        await clients.stream(endpoint.url, NOVA, **ASKED)
    (path,) = files(tmp_path)
    path.write_text(damage(path.read_text()))
    with pytest.raises(RecordingError, match=says) as caught:
        Replay(tmp_path)
    assert str(path) in str(caught.value)


async def test_a_recording_goes_with_its_recorded_silences_or_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with recording(saying(TEXT, pace_ms=5), tmp_path) as endpoint:
        await clients.stream(endpoint.url)
    (path,) = files(tmp_path)
    moments = read_recording(path).moments
    assert moments[-1].ms >= 5 * 6
    slept: dict[float, float] = {}
    for speed in (0, 1, 2):
        slept[speed] = await _slept(Replay(tmp_path, speed=speed), monkeypatch)
    assert slept[0] == 0
    assert slept[1] == pytest.approx(sum(moment.ms for moment in moments) / 1000, rel=0.2)
    assert slept[2] == pytest.approx(slept[1] / 2, rel=0.2)


async def _slept(replay: Replay, monkeypatch: pytest.MonkeyPatch) -> float:
    """Seconds that a replay asks to sleep until each event, when none of them pass."""
    asked: list[float] = []

    async def note(seconds: float) -> None:
        asked.append(seconds)

    with monkeypatch.context() as patch:
        patch.setattr("local.bedrock.replay.asyncio.sleep", note)
        async for _ in replay(ConverseRequest(MODEL, QUESTION)):
            pass
    return sum(asked)
