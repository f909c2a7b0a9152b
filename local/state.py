"""State: the folder in which this checkout's cloud keeps everything between runs."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.errors import LocalCloudError
from local.ports import free_port, is_free
from local.postgres import let_pass
from local.preflight import running_problem
from local.private_files import read_record, write_record

CHECKOUT = Path(__file__).resolve().parent.parent


class State:
    """directory: `.local` in the checkout, unless TABLESIDE_STATE or an option names another."""

    def __init__(self, directory: Path | str | None = None) -> None:
        named = directory or os.environ.get("TABLESIDE_STATE") or CHECKOUT / ".local"
        self.directory = Path(named).absolute()

    def path(self, name: str) -> Path:
        return self.directory / name

    @contextmanager
    def held(self) -> Iterator[None]:
        """For as long as it runs, no other run may have this folder. Raises LocalCloudError when one has."""
        self.directory.mkdir(parents=True, exist_ok=True)
        let_pass(self.directory)  # what is in here protects itself
        with self.path("lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalCloudError(running_problem(self.directory) or "Another run is just ending.") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def kept_ports(self, names: tuple[str, ...]) -> dict[str, int]:
        """A port for each name: the one it had before, or when another program has taken that, a free one."""
        before = read_record(self.path("ports.json"), dict[str, int]) or {}
        ports: dict[str, int] = {}
        for name in names:
            port = before.get(name, 0)
            while not port or port in ports.values() or not is_free("127.0.0.1", port):
                port = free_port()
            ports[name] = port
        write_record(self.path("ports.json"), ports)
        return ports
