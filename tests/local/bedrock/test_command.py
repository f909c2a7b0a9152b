"""python -m local.bedrock as a child process."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.bedrock.record import Recorder
from local.bedrock.recordings import read_recordings
from local.bedrock.server import BedrockEndpoint
from tests.local.bedrock import clients
from tests.local.bedrock.clients import TEXT, raw, saying

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def command(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "local.bedrock", *arguments,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def started(process: asyncio.subprocess.Process) -> str:
    """The address in its start line."""
    assert process.stderr is not None
    line = (await process.stderr.readline()).decode()
    assert line.startswith("bedrock: "), line + (await process.stderr.read()).decode()
    return line.split()[-1]


@pytest.fixture
async def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in clients.CREDENTIALS.items():
        monkeypatch.setenv({"region_name": "AWS_REGION"}.get(name, name.upper()), value)
    async with (
        BedrockEndpoint(saying(TEXT)) as answering,
        Recorder(tmp_path, target=answering.url, region="us-east-1") as recorder,
        BedrockEndpoint(recorder) as endpoint,
    ):
        await clients.stream(endpoint.url)
    return tmp_path


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_answers_until_a_signal_and_ends_at_once(recorded: Path, number: signal.Signals) -> None:
    stalling = ("--mode", "fault", "--of", "replay", "--fault", "throttle_before:times=1", "--fault", "stall")
    async with asyncio.timeout(60), command(*stalling, "--recordings", str(recorded)) as process:
        url = await started(process)
        with pytest.raises(ClientError, match="ThrottlingException"):
            await clients.stream(url)
        async with raw(url) as (reader, _):
            await reader.readuntil(b"messageStart")
            process.send_signal(number)
            output, errors = await process.communicate()
    assert process.returncode == 0
    assert (output, errors) == (b"", b"")


async def test_the_analyst_answers_under_its_own_name_only() -> None:
    async with asyncio.timeout(60), command("--pace-ms", "0") as process:
        url = await started(process)
        answer = await clients.converse(url, "stand-in.analyst-v1:0")
        with pytest.raises(ClientError, match="The provided model identifier is invalid"):
            await clients.converse(url, "us.amazon.nova-lite-v1:0")
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-tableside-stand-in"] == "analyst"
    assert answer["additionalModelResponseFields"]["stand_in"] == "analyst"


async def test_it_records(tmp_path: Path, recorded: Path) -> None:
    target = tmp_path / "of-its-own"
    async with asyncio.timeout(60), BedrockEndpoint(saying(TEXT)) as answering:
        arguments = ("--mode", "record", "--recordings", str(target), "--target", answering.url)
        async with command(*arguments) as process:
            await clients.stream(await started(process))
    assert set(read_recordings(target)) == set(read_recordings(recorded)) != set()


async def test_a_taken_port_is_one_sentence(recorded: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        arguments = ("--mode", "replay", "--recordings", str(recorded), "--port", str(taken.getsockname()[1]))
        async with asyncio.timeout(60), command(*arguments) as process:
            _, errors = await process.communicate()
    assert process.returncode == 1
    assert errors.startswith(b"bedrock: ")
    assert b"Address already in use" in errors
    assert errors.count(b"\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--mode", "fault", "--fault", "earthquake"), 2, "there is no fault called earthquake"),
        (("--mode", "fault", "--fault", "stall:loudly=1"), 2, "a fault has no loudly"),
        (("--mode", "fault", "--fault", "stall:after=x"), 2, "after"),
        (("--mode", "replay"), 2, "--recordings DIR is needed"),
        (("--mode", "replay", "--recordings", "nowhere"), 1, "nowhere is not a directory of recordings."),
    ],
)
async def test_what_it_cannot_do_it_says(arguments: tuple[str, ...], code: int, says: str) -> None:
    async with asyncio.timeout(60), command(*arguments) as process:
        _, errors = await process.communicate()
    assert process.returncode == code
    assert says in errors.decode()
    assert "Traceback" not in errors.decode()
