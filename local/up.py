"""What `make run` runs: the whole cloud on this machine and the service in it, until Ctrl-C or SIGTERM.

    python -m local.up [--port 8000] [--now 2015-12-31T23:00:00-05:00] [--state DIR] [--model-mode analyst …]

Says one line a step. Exit code 0 after a signal, 1 with one plain sentence on stderr when something is in the way.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import signal
import sys
import time
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path

from local.aws import Identity, create_user, prepare_conversations, prepare_identity
from local.database import Database, prepare_database
from local.demo_restaurants import DEMO_TENANTS
from local.errors import LocalCloudError
from local.ministack import Ministack
from local.orphans import birth_of
from local.postgres import Postgres
from local.preflight import BYTES_TO_RUN, disk_problem, node_problem, port_problem
from local.private_files import write_record
from local.programs import bedrock_endpoint, load_restaurants, service
from local.running import Running, write_running
from local.service_environment import STAND_IN, service_environment
from local.state import State
from local.supervisor import Supervisor
from service.config import ConfigError

_SHUTDOWN = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Cloud:
    """Everything that runs, and the order in which it comes up."""

    def __init__(self, state: State, options: argparse.Namespace) -> None:
        self.state = state
        self.options = options
        self.supervisor = Supervisor(state.path("children.json"), say)
        self.passwords: dict[str, str] = {}

    @property
    def address(self) -> str:
        return f"http://localhost:{self.options.port}"

    async def come_up(self) -> None:
        await self.supervisor.end_leftovers()
        ports = self.state.kept_ports(("postgres", "ministack", "bedrock"))
        self.postgres = Postgres(self.state.path("postgres"), ports["postgres"])
        self.ministack = Ministack(self.state.path("ministack"), ports["ministack"])
        self.bedrock = bedrock_endpoint(ports["bedrock"], self._log("bedrock"), self._model_options())
        async with asyncio.TaskGroup() as together:
            database = together.create_task(self._database())
            identity = together.create_task(self._identity())
            together.create_task(self.supervisor.start(self.bedrock))
            together.create_task(self._restaurants(database))
            together.create_task(self._service(database, identity))
        self._write_running(database.result(), *identity.result())

    async def _database(self) -> Database:
        await self.supervisor.start(self.postgres)
        async with self.supervisor.step("the schema"):
            return await prepare_database(self.postgres)

    async def _identity(self) -> tuple[Identity, str]:
        await self.supervisor.start(self.ministack)
        async with self.supervisor.step("sign-ins"):
            identity = await prepare_identity(self.ministack)
            for each in DEMO_TENANTS:
                password = await create_user(self.ministack, identity, each.owner_email, each.tenant_id)
                self.passwords[each.owner_email] = password
        async with self.supervisor.step("the conversations' table"):
            return identity, await prepare_conversations(self.ministack)

    async def _restaurants(self, database: asyncio.Task[Database]) -> None:
        prepared = await database
        async with self.supervisor.step("the demo restaurants"):
            where = self.state.path("database.json")
            write_record(where, prepared)
            await load_restaurants(where, self._log("seed"))

    async def _service(self, database: asyncio.Task[Database], identity: asyncio.Task[tuple[Identity, str]]) -> None:
        (pool, table), prepared = await identity, await database
        environment = service_environment(prepared, self.ministack, pool, table, self._model())
        await self.supervisor.start(service(self.options.port, self._log("service"), environment))

    def _model(self) -> dict[str, str]:
        chosen = {
            "BEDROCK_MODEL_ID": self.options.model_id,
            "BEDROCK_ENDPOINT": f"http://127.0.0.1:{self.bedrock.port}",
        }
        return {**chosen, "NOW": self.options.now.isoformat()} if self.options.now else chosen

    def _model_options(self) -> list[str]:
        """MODEL_MODE is the mode and whatever else the endpoint takes: "fault --of analyst --fault stall"."""
        return ["--mode", *shlex.split(self.options.model_mode)]

    def _log(self, name: str) -> Path:
        return self.state.path(name) / f"{name}.log"

    def _write_running(self, database: Database, identity: Identity, table: str) -> None:
        pid = os.getpid()
        running = Running(
            pid=pid,
            birth=birth_of(pid) or "",
            address=self.address,
            database=database,
            identity=identity,
            conversations_table=table,
            ministack_port=self.ministack.port,
        )
        write_running(self.state, running)


async def run(state: State, options: argparse.Namespace) -> None:
    """Until a signal. Raises LocalCloudError, after stopping whatever had started, when it does not come up."""
    stop, started = asyncio.Event(), time.monotonic()
    for each in _SHUTDOWN:
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    cloud = Cloud(state, options)
    try:
        if await _unless(stop, cloud.come_up()):
            greet(cloud, time.monotonic() - started)
            cloud.supervisor.keep()
            await stop.wait()
        say("Stopping …")
    finally:
        await cloud.supervisor.stop()
    say("Stopped. The data are kept.")


async def _unless(stop: asyncio.Event, coming_up: Coroutine[None, None, None]) -> bool:
    """Whether it came up before somebody asked to stop."""
    work, asked = asyncio.ensure_future(coming_up), asyncio.ensure_future(stop.wait())
    await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
    for each in (work, asked):
        each.cancel()
    await asyncio.gather(work, asked, return_exceptions=True)
    if not work.cancelled():
        work.result()
    return not work.cancelled() and not stop.is_set()


def greet(cloud: Cloud, seconds: float) -> None:
    say(f"\nReady after {seconds:.1f} s at {cloud.address}\n")
    for each in DEMO_TENANTS:
        say(f"  {each.name:<26}{each.owner_email:<32}{cloud.passwords[each.owner_email]}")
    if cloud.options.now:
        say(f"\nThe clock stands at {cloud.options.now.isoformat()}.")
    say(f'\nAsk:   make ask Q="How did we do yesterday?" AS={DEMO_TENANTS[0].owner_email}')
    say(f"Logs:  {cloud.state.directory}/*/*.log     Stop: Ctrl-C")


def say(line: str) -> None:
    print(line, flush=True)


def read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.up", description=__doc__)
    environ = os.environ
    parser.add_argument("--port", default=environ.get("PORT") or "8000")
    parser.add_argument("--now", default=environ.get("NOW") or None)
    parser.add_argument("--state", default=None)
    parser.add_argument("--model-mode", default=environ.get("MODEL_MODE") or "analyst")
    parser.add_argument("--model-id", default=environ.get("MODEL_ID") or STAND_IN)
    return parser.parse_args(arguments)


def check(options: argparse.Namespace, state: State) -> None:
    """Raises LocalCloudError with the first thing that is in the way; turns port and now into what they mean."""
    database = Postgres(state.path("postgres")).home
    full = disk_problem(state.directory, BYTES_TO_RUN) or disk_problem(database, BYTES_TO_RUN)
    problem = node_problem() or full or port_problem(options.port)
    if problem:
        raise LocalCloudError(problem)
    if options.model_mode.startswith("record") and options.model_id == STAND_IN:
        raise LocalCloudError("MODEL_ID must name the model to record, for example us.amazon.nova-lite-v1:0.")
    options.port = int(options.port)
    if options.now:
        options.now = _moment(options.now)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise LocalCloudError(f"NOW must be a moment like 2015-12-31T23:00:00-05:00, not {text}.") from None
    if moment.tzinfo is None:
        raise LocalCloudError(f"NOW needs an offset from UTC, as in 2015-12-31T23:00:00-05:00, not {text}.")
    return moment


def main() -> int:
    options = read_options(sys.argv[1:])
    state = State(options.state)
    try:
        with state.held():
            check(options, state)
            asyncio.run(run(state, options))
    except (LocalCloudError, ConfigError, OSError, ExceptionGroup) as problem:
        print(_sentence(problem), file=sys.stderr)
        return 1
    return 0


def _sentence(problem: Exception) -> str:
    """Tasks that fail together come as groups in groups; one sentence is enough. A bug keeps its traceback."""
    if isinstance(problem, ExceptionGroup):
        return _sentence(problem.exceptions[0])
    if isinstance(problem, LocalCloudError | ConfigError | OSError):
        return str(problem)
    raise problem


if __name__ == "__main__":
    sys.exit(main())
