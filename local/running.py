"""What runs in this checkout, for the commands that work with it while it runs."""

from __future__ import annotations

import os

from msgspec import Struct

from local.aws import Identity
from local.database import Database
from local.errors import LocalCloudError
from local.ministack import Ministack
from local.orphans import birth_of
from local.private_files import read_record, write_record
from local.state import State


class Running(Struct, frozen=True, kw_only=True):
    """address: of the service, as http://localhost:8000; pid and birth: of the process that runs it all."""

    pid: int
    birth: str
    address: str
    database: Database
    identity: Identity
    conversations_table: str
    ministack_port: int

    @property
    def service_url(self) -> str:
        """The same by number: a name may lead to ::1 first."""
        return self.address.replace("localhost", "127.0.0.1")

    def ministack(self, state: State) -> Ministack:
        """To be talked to, not to be started."""
        return Ministack(state.path("ministack"), self.ministack_port)


def write_running(state: State, running: Running) -> None:
    write_record(state.path("running.json"), running)


def read_running(state: State) -> Running:
    """Raises LocalCloudError when nothing runs."""
    running = read_record(state.path("running.json"), Running)
    if running is None or birth_of(running.pid) != running.birth:
        raise LocalCloudError("Nothing is running here; start it first with: make run")
    port = os.environ.get("PORT")
    if port and not running.address.endswith(f":{port}"):
        raise LocalCloudError(f"It runs at {running.address} and not on port {port}.")
    return running
