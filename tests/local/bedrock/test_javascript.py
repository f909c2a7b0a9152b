"""The endpoint, judged by the JavaScript SDK's own client."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from local.bedrock.faults import Fault, FaultPlan, with_faults
from local.bedrock.server import BedrockEndpoint
from local.bedrock.voice import Voice
from tests.local.bedrock import clients
from tests.local.bedrock.clients import MODEL, QUESTION, TEXT, TOOL, TOOL_USE, saying

HERE = Path(__file__).parent / "js"
TOOLS: dict[str, Any] = {"toolConfig": {"tools": [{"toolSpec": TOOL}]}}


@pytest.fixture(scope="session")
def sdk() -> Path:
    """The script, its packages installed as the lock file has them."""
    installed, lock = HERE / "node_modules" / ".package-lock.json", HERE / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        try:
            done = subprocess.run(
                ["npm", "ci", "--omit=dev", "--no-audit", "--no-fund"],
                cwd=HERE,
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            pytest.fail("npm is not on this machine: Node 20 or newer is needed.", pytrace=False)
        if done.returncode:
            pytest.fail(f"npm could not install the JavaScript SDK's client:\n{done.stderr}", pytrace=False)
        installed.touch()
    return HERE / "ask.mjs"


async def ask(sdk: Path, voice: Voice, operation: str, model: str = MODEL, **body: Any) -> dict[str, Any]:
    async with asyncio.timeout(60), BedrockEndpoint(voice) as endpoint:
        question = {"url": endpoint.url, "operation": operation, "input": {"modelId": model, **QUESTION, **body}}
        process = await asyncio.create_subprocess_exec(
            "node", str(sdk), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        output, errors = await process.communicate(msgspec.json.encode(question))
    assert process.returncode == 0, errors.decode()
    seen: dict[str, Any] = msgspec.json.decode(output)
    return seen


async def test_a_stream_is_what_boto3_sees(sdk: Path) -> None:
    theirs = await ask(sdk, saying(TEXT, TOOL_USE), "stream", **TOOLS)
    async with BedrockEndpoint(saying(TEXT, TOOL_USE)) as endpoint:
        ours, _ = await clients.stream(endpoint.url, **TOOLS)
    for events in (theirs["events"], ours):
        assert events[-1]["metadata"].pop("metrics").keys() == {"latencyMs"}
    assert theirs == {"events": ours}


async def test_converse(sdk: Path) -> None:
    document = (await ask(sdk, saying(TEXT, TOOL_USE), "converse", **TOOLS))["document"]
    assert document["output"]["message"] == {"role": "assistant", "content": [TEXT, TOOL_USE]}
    assert document["stopReason"] == "tool_use"
    assert document["additionalModelResponseFields"]["stand_in"] == "analyst"
    assert document["$metadata"]["httpStatusCode"] == 200
    assert document["$metadata"]["requestId"]


@pytest.mark.parametrize("operation", ["stream", "converse"])
@pytest.mark.parametrize(
    ("model", "body", "message"),
    [
        ("nonsense", {}, "The provided model identifier is invalid."),
        (
            MODEL,
            {"messages": [{"role": "user", "content": [{"text": " "}]}]},
            "The text field in the ContentBlock object at messages.0.content.0 is blank. "
            "Add text to the text field, and try again.",
        ),
        (
            MODEL,
            {"toolConfig": {"tools": [{"toolSpec": TOOL}], "toolChoice": {"tool": {"name": "tomorrow"}}}},
            "The value at toolConfig.toolChoice.tool.name must be one of the following: revenue_by_day.",
        ),
    ],
)
async def test_a_refused_request(sdk: Path, operation: str, model: str, body: dict[str, Any], message: str) -> None:
    seen = await ask(sdk, saying(TEXT), operation, model, **body)
    assert seen["error"] == {
        "name": "ValidationException",
        "message": message,
        "status": 400,
        "fault": "client",
    }


@pytest.mark.parametrize(
    ("fault", "name", "events"),
    [
        ("throttle_before", "ThrottlingException", 0),
        ("unavailable_before", "ServiceUnavailableException", 0),
        ("throttle_mid", "ThrottlingException", 3),
        ("model_error_mid", "ModelStreamErrorException", 3),
        ("internal_mid", "InternalServerException", 3),
    ],
)
async def test_an_exception(sdk: Path, fault: str, name: str, events: int) -> None:
    voice = with_faults(saying(TEXT), FaultPlan(Fault(name=fault, after=2)))
    seen = await ask(sdk, voice, "stream")
    assert seen["error"]["name"] == name
    assert seen["error"]["message"]
    assert len(seen["events"]) == events


@pytest.mark.parametrize("fault", ["cut", "checksum"])
async def test_a_broken_stream_is_an_error_there_too(sdk: Path, fault: str) -> None:
    seen = await ask(sdk, with_faults(saying(TEXT), FaultPlan(Fault(name=fault, after=2))), "stream")
    assert seen["error"]
    assert clients.text_of(seen["events"]) == "Net revenue"
