"""The target `operator` under the Runtime API: Lambda's own client and our handler in it, no adapter, no server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from local.image.built import Image
from local.image.places import CHECKOUT
from local.ministack import ACCESS_KEY_ID, SECRET_ACCESS_KEY, Ministack
from local.postgres import Postgres
from tests.database.rds_doorman import ADMINISTRATOR, PASSWORD, Rds
from tests.database.rds_front import make_certificates

from .container import LAMBDA_USER, Container
from .invocation import InvocationFailedError
from .network import Network, RelayInto
from .runtime_api import RuntimeApi

SETTINGS = {
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_LAMBDA_FUNCTION_NAME": "tableside-operator",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/tableside-operator",
    "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
}


async def test_the_handler_is_found_and_answers(operator_image: Image, bundle: Path) -> None:
    """With no database named, it says so: as a function error with the handler's own words."""
    with Network() as network:
        async with RuntimeApi(network.listener()) as api:
            settings = {**SETTINGS, "AWS_LAMBDA_RUNTIME_API": api.address}
            async with Container(operator_image, network, bundle, settings, user=LAMBDA_USER) as container:
                try:
                    answer = await api.invoke({"action": "migrate"}, seconds=10).returned()
                except InvocationFailedError as error:
                    answer = error.args[0]
                except TimeoutError:
                    pytest.fail(container.log())
                assert api.failures == [], container.log()
    assert "DATABASE_HOST" in str(answer), answer


@pytest_asyncio.fixture
async def rds(servers_directory: Path) -> AsyncIterator[tuple[Rds, Path]]:
    """As the deploy finds it: empty. And the authority that vouches for it."""
    folder = servers_directory / "authority"
    folder.mkdir()
    ca, certificate = make_certificates(folder)
    async with Postgres(servers_directory / "aurora") as server, Rds(server, certificate) as rds:
        yield rds, ca


@pytest_asyncio.fixture
async def secrets(servers_directory: Path) -> AsyncIterator[Ministack]:
    async with Ministack(servers_directory / "ministack-of-the-operator", services="secretsmanager") as server:
        async with server.client("secretsmanager") as client:
            secret = json.dumps({"username": ADMINISTRATOR, "password": PASSWORD})
            await client.create_secret(Name="administrator", SecretString=secret)
        yield server


async def test_it_makes_an_empty_database_into_ours(
    operator_image: Image, bundle: Path, rds: tuple[Rds, Path], secrets: Ministack
) -> None:
    """Over verified TLS: as the administrator with the password from the secret, as the owner with a token of IAM's."""
    server, ca = rds
    with Network() as network:
        database = RelayInto(network, "127.0.0.1", server.port)
        aws = RelayInto(network, "127.0.0.1", int(secrets.endpoint.rpartition(":")[2]))
        await database.open()
        await aws.open()
        async with RuntimeApi(network.listener()) as api:
            settings = {
                **SETTINGS,
                "AWS_LAMBDA_RUNTIME_API": api.address,
                "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
                "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{aws.port}",
                "DATABASE_HOST": "localhost",
                "DATABASE_PORT": str(database.port),
                "DATABASE_NAME": "tableside",
                "DATABASE_TLS_CA": f"/tmp/{ca.name}",
                "DATABASE_ADMIN_USER": ADMINISTRATOR,
                "DATABASE_ADMIN_SECRET": "administrator",
            }
            async with Container(operator_image, network, bundle, settings, user=LAMBDA_USER, also=(ca,)) as container:
                first = await api.invoke({"action": "migrate"}, seconds=30).returned()
                again = await api.invoke({"action": "migrate"}, seconds=30).returned()
                assert api.failures == [], container.log()
        await database.close()
        await aws.close()
    assert first == {"applied": sorted(path.name for path in (CHECKOUT / "sql/migrations").glob("*.sql"))}
    assert again == {"applied": []}
    tokens = [("tableside_owner", "token"), (ADMINISTRATOR, "token"), ("tableside_owner", "token")]
    assert server.admitted == [(ADMINISTRATOR, "password"), *tokens]


async def test_both_of_its_services_have_their_models(operator_image: Image, bundle: Path) -> None:
    probe = (
        "import asyncio, aioboto3\n"
        "async def opened():\n"
        "    session = aioboto3.Session(region_name='us-east-1')\n"
        "    for name in ('s3', 'secretsmanager'):\n"
        "        async with session.client(name):\n            pass\n"
        "asyncio.run(opened())\n"
    )
    with Network() as network:
        async with RuntimeApi(network.listener()) as api:
            settings = {**SETTINGS, "AWS_LAMBDA_RUNTIME_API": api.address}
            async with Container(operator_image, network, bundle, settings) as container:
                probing = await container.execute("/usr/local/bin/python", "-c", probe)
                assert await probing.wait() == 0, container.executed_log()
