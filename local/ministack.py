"""Ministack: Cognito and DynamoDB on this machine, as our child in a virtual environment of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import urllib.request
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any, Self

from aiobotocore.session import AioSession

from local.children import Command, start_child, stop_child, wait_until_ready
from local.errors import LocalCloudError
from local.ports import free_port, is_free

_CHECKOUT = Path(__file__).parent.parent
PYTHON = _CHECKOUT / ".venv-ministack" / "bin" / "python"
REGION = "us-east-1"
ACCESS_KEY_ID = SECRET_ACCESS_KEY = "test"  # noqa: S105
"""ministack's administrator, whose signature it does not check: no secret. Only this machine can reach it."""

_OWN_SETTINGS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
"""Whatever profiles and settings for AWS the user has, they are not for this machine's."""


class Ministack:
    """A server whose state lies in `directory`. services: by their names at ministack, comma-separated; saving: all
    its state within a second of each change, which takes longer the more there is; else when asked and at its end.

    Raises LocalCloudError when it does not start.
    """

    name = "ministack"
    host = "127.0.0.1"

    def __init__(
        self,
        directory: Path,
        port: int | None = None,
        services: str = "cognito-idp,dynamodb",
        *,
        saving: bool = True,
    ) -> None:
        self.directory = directory.absolute()
        self.port = port or free_port()
        self.log = self.directory / "ministack.log"
        self._services = services
        self._saving = saving
        self._process: Process | None = None
        self._session: Any = None

    @property
    def endpoint(self) -> str:
        return f"http://{self.host}:{self.port}"

    def client(self, service: str) -> Any:
        """An aiobotocore client context, `async with ministack.client("dynamodb") as dynamodb`."""
        if self._session is None:
            self._session = AioSession(session_vars=_OWN_SETTINGS)
        return self._session.create_client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
            verify=False,  # it is plain HTTP, and each client would read all certificates there are, for 30 ms
        )

    async def start(self) -> None:
        if not PYTHON.exists():
            raise LocalCloudError("ministack is not installed; start through make.")
        if not is_free(self.host, self.port):
            raise LocalCloudError(f"Port {self.port}, kept for ministack, is taken by another program.")
        self._process = await start_child(await asyncio.to_thread(self._command))
        await wait_until_ready(self._process, self._is_ready, self.name, self.log)

    async def stop(self) -> None:
        """Saves its state and ends."""
        if self._process is not None:
            await stop_child(self._process, signal.SIGTERM, patience=15)

    async def wait(self) -> int:
        """Until it ends, whyever; its exit status."""
        assert self._process is not None, "not started"  # noqa: S101
        return await self._process.wait()

    async def save(self) -> None:
        """Returns when everything done so far is on disk."""
        await asyncio.to_thread(self._post_save)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _command(self) -> Command:
        (self.directory / "state").mkdir(mode=0o700, parents=True, exist_ok=True)
        return Command(
            argv=[str(PYTHON), "-I", str(Path(__file__).with_name("ministack_child.py"))],
            environment=self._environment(),
            log=self.log,
            directory=self.directory,
        )

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "BIND_HOST": self.host,
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "SERVICES": self._services,
            "AUTH": "true",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "MINISTACK_REGION": REGION,
            # A trigger that fails refuses the sign-in, as Cognito's does.
            "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
            "PERSIST_STATE": "1",
            "TABLESIDE_SAVING": "1" if self._saving else "",
            "STATE_DIR": str(self.directory / "state"),
            "TMPDIR": str(self.directory),
            "LOG_LEVEL": "WARNING",
        }

    def _is_ready(self) -> bool:
        try:
            with _local.open(f"{self.endpoint}/_ministack/ready", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def _post_save(self) -> None:
        try:
            with _local.open(f"{self.endpoint}/_tableside/save", data=b"", timeout=30):
                return
        except OSError as error:
            raise LocalCloudError("ministack did not save its state.") from error


_local = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Opens addresses on this machine, whatever proxy the environment names."""
