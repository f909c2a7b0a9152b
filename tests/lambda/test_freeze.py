"""Frozen between two invocations, as Lambda does it: no process runs, clocks go on, connections die unheard.

SIGSTOP stands for the freeze. The hour is libfaketime's, preloaded from this machine: it moves the clocks that the
processes read, of which no other means can move the monotonic one of a process that runs. The relays let the
connections of before fall silent, as a network does that has forgotten them, or the servers close theirs.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from local.aws import Identity, create_user, sign_in
from local.database import Database
from local.ministack import Ministack
from tests.http.scripted import Director, text

from .conftest import Functions
from .function import Function

HOUR = 3600
_LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


class Clock:
    """The function's own. file: what libfaketime reads at each look at the clock."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._write(0)

    def _write(self, seconds: int) -> None:
        self._file.write_text(f"+{seconds}s\n")

    def moves_on(self, seconds: int) -> None:
        self._write(seconds)


@pytest.fixture
def clock(servers_directory: Path) -> Clock:
    return Clock(servers_directory / "faketime")


def with_clock(functions: Functions, servers_directory: Path, changes: dict[str, str]) -> Function:
    if not _LIBRARIES:
        pytest.skip("a frozen function's clock is not tested: there is no libfaketime (apt install libfaketime)")
    preload = {
        "LD_PRELOAD": f"/tmp/{_LIBRARIES[0].name}",
        "FAKETIME_TIMESTAMP_FILE": "/tmp/faketime",
        "FAKETIME_NO_CACHE": "1",
        **changes,
    }
    return functions(preload, also=(_LIBRARIES[0], servers_directory / "faketime"))


@pytest.mark.parametrize("monotonic", [True, False], ids=["all-clocks", "wall-clock-only"])
@pytest.mark.parametrize("ending", ["silent", "closed"])
async def test_the_next_invocation_after_an_hour_works(
    functions: Functions,
    clock: Clock,
    servers_directory: Path,
    director: Director,
    database: Database,
    ministack: Ministack,
    identity: Identity,
    ending: str,
    monotonic: bool,
) -> None:
    """The token of before has expired, which proves the hour; a new one is answered over new connections."""
    changes = {} if monotonic else {"DONT_FAKE_MONOTONIC": "1"}
    async with with_clock(functions, servers_directory, changes) as function:
        director.play(text("Before."), text("After."))
        before = await function.ask("Before?").answer()
        assert b"Before." in before.body
        assert (await function.get("/me").answer()).status == 200
        await function.api.waiting.wait()

        function.container.freeze()
        for relay in function.reach.relays.values():
            if ending == "silent":
                relay.freeze()
                relay.drop_frozen()
            else:
                relay.hang_up()
        clock.moves_on(HOUR + 120)
        function.container.thaw()

        stale = await function.get("/me").answer()
        assert (stale.status, stale.json()["code"]) == (401, "unauthenticated")
        assert function.log_lines("request")[-1]["reason"] == "expired"

        clock.moves_on(HOUR)
        of = function.cloud.restaurant
        password = await create_user(ministack, identity, of.email, of.tenant_id)
        fresh = (await sign_in(ministack, identity, of.email, password)).id_token
        after = await function.ask("After?", token=fresh).answer()
        assert b"After." in after.body, after.body
        assert after.body.endswith(b"data: [DONE]\n\n")
        assert b"data-failure" not in after.body
