"""The image as a container host or Lambda runs it: under crun, its root read-only but /tmp, as a user who owns
nothing, with no capabilities and a network of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from local.image.built import Image

from .network import Network

LAMBDA_USER = 993
"""Lambda runs every image as a user of its own, whatever the image says."""

# It makes no cgroups here, and yet refuses to start where both kinds of them are mounted: so it sees one kind.
_SEES_ONE_KIND = 'umount -l /sys/fs/cgroup/unified 2>/dev/null; exec "$0" "$@"'
_CRUN = ["unshare", "--mount", "sh", "-c", _SEES_ONE_KIND, "crun", "--cgroup-manager=disabled"]


class Container:
    """`async with Container(...) as container:`, running inside the block and killed after it.

    bundle: a folder of its own; user: in place of the image's; also: more paths of this machine that it can read.
    """

    def __init__(
        self,
        image: Image,
        network: Network,
        bundle: Path,
        environment: dict[str, str],
        *,
        user: int | None = None,
        also: tuple[Path, ...] = (),
    ) -> None:
        self.image = image
        self.name = f"tableside-test-{uuid4().hex[:12]}"
        self._bundle = bundle
        self._log = bundle / "log"
        self._environment = {**image.environment, **environment}
        self._user = image.user if user is None else user
        self._crun = [*_CRUN, "--root", str(bundle / "state")]
        self._spec = self._specification(network, also)
        self._processes: list[Process] = []

    async def __aenter__(self) -> Self:
        self._bundle.mkdir(parents=True, exist_ok=True)
        (self._bundle / "hosts").write_text("127.0.0.1 localhost\n")  # every host of containers gives them one
        (self._bundle / "config.json").write_text(json.dumps(self._spec))
        run = ["run", "--bundle", str(self._bundle), "--pid-file", str(self._bundle / "pid"), self.name]
        self.main = await self._start(*run)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.main.returncode is None:
            with suppress(ProcessLookupError):  # it has just ended
                self.send(signal.SIGKILL)
        for process in self._processes:
            await process.wait()

    async def execute(self, *command: str) -> Process:
        """Another process of the same container, with the same user and environment; what it prints goes to a log of
        its own."""
        await self._started()
        user = f"--user={self._user}:{self._user}"
        return await self._start("exec", user, "--no-new-privs", self.name, *command, log=self._bundle / "executed.log")

    def send(self, what: signal.Signals) -> None:
        """To the container's first process: what a host sends when it wants it to end."""
        os.kill(self._pid(), what)

    def freeze(self) -> None:
        """No process of it runs from here on."""
        for pid in self._pids():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self._pids():
            os.kill(pid, signal.SIGCONT)

    async def wait(self) -> int:
        async with asyncio.timeout(40):
            return await self.main.wait()

    def log_lines(self) -> list[dict[str, Any]]:
        """What it printed so far: JSON, line by line."""
        return [json.loads(line) for line in self._log.read_text().splitlines() if line]

    def log(self) -> str:
        return self._log.read_text()

    def executed_log(self) -> str:
        return (self._bundle / "executed.log").read_text()

    def memory(self) -> dict[str, int]:
        """By program, in bytes: what its process holds that no other process shares (`now`), and the most that it
        ever held (`peak`)."""
        found = {}
        for pid in self._pids():
            name = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode().rpartition("/")[2]
            status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            found[f"{name} now"] = int(status["VmRSS"].split()[0]) * 1024
            found[f"{name} peak"] = int(status["VmHWM"].split()[0]) * 1024
        return found

    def cpu_seconds(self) -> float:
        """What its Python process has computed so far: in its own code and, for it, in the kernel's."""
        for pid in self._pids():
            if Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].endswith(b"/python"):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        raise ProcessLookupError("no Python runs in it")

    async def _start(self, *arguments: str, log: Path | None = None) -> Process:
        with (log or self._log).open("ab") as out:
            process = await asyncio.create_subprocess_exec(
                *self._crun, *arguments, stdin=DEVNULL, stdout=out, stderr=out
            )
        self._processes.append(process)
        return process

    async def _started(self) -> None:
        """A moment after `crun run`, there is something to execute in."""
        while not await self._is_running():
            assert self.main.returncode is None, f"the container has ended: {self.log()}"

    async def _is_running(self) -> bool:
        asked = await asyncio.create_subprocess_exec(*self._crun, "state", self.name, stdout=PIPE, stderr=DEVNULL)
        said, _ = await asked.communicate()
        return asked.returncode == 0 and json.loads(said)["status"] == "running"

    def _pid(self) -> int:
        return int((self._bundle / "pid").read_text())

    def _pids(self) -> list[int]:
        """All processes of the container's process namespace."""
        own = os.readlink(f"/proc/{self._pid()}/ns/pid")
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _namespace(pid) == own]

    def _specification(self, network: Network, also: tuple[Path, ...]) -> dict[str, Any]:
        return {
            "ociVersion": "1.0.2",
            "root": {"path": str(self.image.root), "readonly": True},
            "process": {
                "terminal": False,
                "user": {"uid": self._user, "gid": self._user, "additionalGids": []},
                "args": [*self.image.entrypoint, *self.image.command],
                "env": [f"{name}={value}" for name, value in self._environment.items()],
                "cwd": self.image.directory,
                "noNewPrivileges": True,
            },
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
                {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=1777"]},
                *(_readable(each) for each in also),
                _readable(self._bundle / "hosts", "/etc/hosts"),
            ],
            "linux": {
                "namespaces": [
                    {"type": "network", "path": network.path},
                    *({"type": kind} for kind in ("pid", "mount", "ipc", "uts")),
                ],
            },
        }


def _readable(path: Path, where: str | None = None) -> dict[str, Any]:
    """In /tmp under its own name, unless it says where."""
    return {
        "destination": where or f"/tmp/{path.name}",
        "type": "bind",
        "source": str(path),
        "options": ["rbind", "ro"],
    }


def _namespace(pid: int) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except (FileNotFoundError, PermissionError):
        return None  # it has ended in between, or is none of ours
