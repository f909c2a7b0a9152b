"""The servers that are measured, each in a process and an environment of its own, all fed by one endpoint."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import urllib.request
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.answer import MODEL, QUESTION
from local.children import Command, last_words, start_child, stop_child
from local.errors import LocalCloudError
from local.ports import answers, free_port

CHECKOUT = Path(__file__).resolve().parent.parent
PEERS = CHECKOUT / "benchmarks" / "peers"
HOST = "127.0.0.1"
AUTHORITIES = {"SSL_CERT_FILE": os.devnull}
"""For every server. As in the container image, OpenSSL looks an authority up in a directory; where there is a file of
all of them, aiohttp reads it at its import."""


class Kind(Struct, frozen=True):
    """argv: without the port, which comes last but for `after`; environment: beside what all get; rounds: in how many
    of a run's rounds it is measured, and overloaded, because those that are slow take most of the run's time."""

    name: str
    label: str
    argv: tuple[str, ...]
    after: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    rounds: int = 3
    overload_rounds: int = 1


def python(environment: str) -> str:
    return str(CHECKOUT / environment / "bin" / "python")


def _peer(name: str, label: str, folder: str, file: str, **more: Any) -> Kind:
    return Kind(name, label, (python(folder), str(PEERS / file)), **more)


OURS = Kind("ours", "Tableside", (python(".venv-bench-service"), "-m", "benchmarks.serve"), overload_rounds=3)
OURS_UVLOOP = msgspec.structs.replace(OURS, name="ours_uvloop", label="Tableside, uvloop", after=("uvloop",))
FLOOR = _peer("floor", "floor", ".venv-bench", "floor.py", overload_rounds=3)
KINDS = (
    FLOOR,
    OURS,
    _peer("fastapi_aioboto3", "FastAPI + aioboto3", ".venv-bench", "fastapi_aioboto3.py", overload_rounds=3),
    _peer("fastapi_boto3", "FastAPI + boto3", ".venv-bench", "fastapi_boto3.py"),
    Kind("ai_sdk", "AI SDK on Node", ("node", str(PEERS / "ai_sdk" / "server.mjs")), rounds=2),
    _peer("pydantic_ai", "pydantic-ai", ".venv-bench-pydantic-ai", "pydantic_ai_agent.py", rounds=1),
    _peer("strands", "strands", ".venv-bench-strands", "strands_agent.py", rounds=1),
    _peer(
        "strands_256", "strands, 256 threads", ".venv-bench-strands", "strands_agent.py", rounds=1,
        environment={"EXECUTOR_THREADS": "256"},
    ),
)  # fmt: skip
"""In the order of the tables."""


class Server:
    """One process of a kind. environment: all that it gets."""

    def __init__(self, kind: Kind, environment: dict[str, str], logs: Path) -> None:
        self.kind = kind
        self.port = free_port()
        self.log = logs / f"{kind.name}.log"
        self._environment = environment | AUTHORITIES | kind.environment
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"  # noqa: S101
        return self._process.pid

    async def start(self) -> float:
        """Starts it and waits until it answers. Seconds from the start of its process to that answer."""
        argv = [*self.kind.argv, str(self.port), *self.kind.after]
        argv[0] = argv[0] if "/" in argv[0] else _on_path(argv[0])
        command = Command(argv=argv, environment=self._environment, log=self.log, directory=CHECKOUT)
        began = time.perf_counter()
        self._process = await start_child(command)
        while not (answers(HOST, self.port) and await asyncio.to_thread(self._healthy)):
            if self._process.returncode is not None or time.perf_counter() - began > 60:
                await self.stop()
                raise LocalCloudError(f"{self.kind.label} did not start: {last_words(self.log)}")
            await asyncio.sleep(0.005)
        return time.perf_counter() - began

    async def stop(self) -> None:
        """At once: what they might still keep is nobody's."""
        if self._process is not None:
            await stop_child(self._process, signal.SIGKILL, patience=10)

    def _healthy(self) -> bool:
        try:
            with _direct.open(f"http://{HOST}:{self.port}/health", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _on_path(program: str) -> str:
    for folder in os.environ["PATH"].split(os.pathsep):
        if (found := Path(folder) / program).is_file():
            return str(found)
    raise LocalCloudError(f"{program} is not on the PATH.")


def peer_environment(endpoint: str) -> dict[str, str]:
    """What every server gets that is not ours."""
    return {
        "PATH": os.environ["PATH"],
        "BEDROCK_ENDPOINT": endpoint,
        "BEDROCK_MODEL_ID": MODEL,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def raw_request(path: str, body: Any, **headers: str) -> str:
    """A POST, as a browser sends it."""
    content = msgspec.json.encode(body).decode()
    given = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"POST {path} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(content.encode())}\r\n{given}\r\n{content}"
    )


def peer_request() -> str:
    return raw_request("/ask", {"question": QUESTION})
