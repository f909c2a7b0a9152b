"""The same image on any container host: no Lambda, no adapter, and a SIGTERM when it is to go."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from msgspec.structs import fields

from local.database import Database
from local.image.built import Image
from service.config import Config
from tests.http.scripted import Director, text

from .container import Container
from .events import proxy_event
from .function import Cloud, Function, Reach, asked
from .network import Network, RelayOutOf


class Host:
    """A container that serves, and a client signed in to it. client: an httpx client."""

    def __init__(self, container: Container, reach: Reach, client: httpx.AsyncClient) -> None:
        self.container, self.reach, self.client = container, reach, client


@asynccontextmanager
async def hosting(image: Image, cloud: Cloud, bundle: Path) -> AsyncIterator[Host]:
    with Network() as network:
        async with Reach(network, cloud) as reach, Container(image, network, bundle, reach.environment) as container:
            port = RelayOutOf(network, 8000)
            await port.open()
            url, headers = f"http://127.0.0.1:{port.port}", {"authorization": f"Bearer {cloud.token}"}
            async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
                await until_healthy(container)
                yield Host(container, reach, client)
            await port.close()


async def until_healthy(container: Container) -> None:
    """As a container host finds out: with the image's own health check, inside the container."""
    async with asyncio.timeout(30):
        while True:
            kind, *command = container.image.health_check
            assert kind == "CMD"
            checking = await container.execute(*command)
            if await checking.wait() == 0:
                return


async def test_the_same_requests_have_the_same_answers_as_in_lambda(
    image: Image, cloud: Cloud, bundle: Path, buffered: Function
) -> None:
    """Paths, escapes, repeated parameters and headers come through the gateway's event as over a socket."""
    day = cloud.restaurant.today() - timedelta(days=1)
    targets = [
        f"/revenue/daily?start={day}&end={day}",
        "/orders/recent?limit=2&status=completed",
        "/orders/recent?limit=2&limit=3",
        "/orders/recent?status=com%70leted&limit=%32&other=a%26b%3Dc+d",
        "/orders/recent?cursor=%C3%A9",
        "/orders/7",
        "/me",
        "/chat/conversations/a%20b",
        "/chat/conversations/none",
        "/health",
        "/schema/openapi.json",
    ]
    async with hosting(image, cloud, bundle) as host:
        for target in targets:
            here = await host.client.get(target)
            there = await buffered.invoke(proxy_event("GET", target, headers=buffered.signed_in())).answer()
            assert (there.status, there.json()) == (here.status_code, here.json()), target
            for name in ("content-type", "retry-after", "www-authenticate"):
                assert there.headers.get(name) == here.headers.get_list(name) or name not in here.headers, target


async def test_sigterm_finishes_the_turn_in_flight_and_closes_the_pool(
    image: Image, cloud: Cloud, bundle: Path, director: Director, database: Database
) -> None:
    told = asyncio.Event()

    async def hold(number: int) -> None:
        if number == 1:
            await told.wait()

    director.play(text("Before, ", "and after.", before=hold))
    async with hosting(image, cloud, bundle) as host:
        seen = b""
        async with host.client.stream("POST", "/ai/ask", json=asked("Will you finish?")) as response:
            async for chunk in response.aiter_raw():
                seen += chunk
                if b"Before, " in seen and not told.is_set():
                    assert await connections(database) > 0
                    host.container.send(signal.SIGTERM)
                    await no_longer_listens(host)
                    told.set()
        assert b"and after." in seen
        assert seen.endswith(b"data: [DONE]\n\n")
        assert await host.container.wait() == 0
        assert host.reach.relays["DATABASE_HOST"].farewells == host.reach.relays["DATABASE_HOST"].accepted
        assert {line["level"] for line in host.container.log_lines()} == {"info"}


async def connections(database: Database) -> int:
    connection = await database.connect(database.superuser)
    try:
        count = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND application_name = 'tableside'"
        return int(await connection.fetchval(count, database.service_user))
    finally:
        await connection.close()


async def no_longer_listens(host: Host) -> None:
    """It has heard the signal: what it was doing goes on, what is new is turned away."""
    async with asyncio.timeout(20):
        while True:
            try:
                async with httpx.AsyncClient(base_url=host.client.base_url) as another:
                    await another.get("/health")
            except httpx.TransportError:
                return


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"DATABASE_AUTH": "iam"}, "DATABASE_TLS_CA"),
        ({"DATABASE_AUTH": "iam", "DATABASE_TLS_CA": "/nowhere.pem"}, "DATABASE_TLS_CA"),
        ({"DATABASE_PORT": "many"}, "DATABASE_PORT"),
        ({"BEDROCK_MODEL_ID": ""}, "BEDROCK_MODEL_ID"),
        ({"TOKEN_KEYS": "ftp://nowhere"}, "TOKEN_KEYS"),
        ({"NOW": "2026-11-23T12:00:00"}, "NOW"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
async def test_bad_configuration_is_one_line_and_an_honest_exit(
    image: Image, cloud: Cloud, bundle: Path, changes: dict[str, str], names: str
) -> None:
    with Network() as network:
        async with Container(image, network, bundle, {**cloud.environment, **changes}) as container:
            assert await container.wait() == 1, container.log()
            [line] = container.log_lines()
    assert (line["event"], line["level"]) == ("cannot_start", "error")
    assert names in line["reason"]
    assert cloud.environment["DATABASE_PASSWORD"] not in json.dumps(line)


async def test_nothing_can_be_written_but_tmp(image: Image, cloud: Cloud, bundle: Path) -> None:
    """Nor can it become somebody else: no capability, no way to one."""
    probe = (
        "import os, pathlib\n"
        "assert os.getuid() == 65534 and 0 not in os.getgroups(), (os.getuid(), os.getgroups())\n"
        "pathlib.Path('/tmp/x').write_text('x')\n"
        "for name in ('/app/x', '/packages/x', '/x', '/opt/extensions/x', '/usr/local/lib/x'):\n"
        "    try:\n        pathlib.Path(name).write_text('x')\n"
        "    except OSError:\n        continue\n"
        "    raise SystemExit(name)\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "assert 'CapEff:\\t0000000000000000' in status and 'NoNewPrivs:\\t1' in status, status\n"
    )
    async with hosting(image, cloud, bundle) as host:
        probing = await host.container.execute("/usr/local/bin/python", "-c", probe)
        assert await probing.wait() == 0, host.container.executed_log()


def test_every_field_that_a_host_must_set_is_in_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "lambda.md").read_text()
    required = [field.name for field in fields(Config) if field.required]
    assert [name for name in required if name.upper() not in guide] == []
