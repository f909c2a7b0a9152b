"""IAM sign-in: a token signed for each connection, sent over TLS that is verified, and over nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import boto3
import pytest
import pytest_asyncio
from botocore.exceptions import NoCredentialsError

from local.database import Database
from service.db.pool import Pool
from service.db.tenant import tenant_transaction
from service.errors import DatabaseUnavailableError
from service.principal import Principal
from tests.database.rds_front import RdsFront, make_certificates
from tests.database.relay import relay_to
from tests.database.restaurants import NOON, Restaurant, add_restaurant, service_pool

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session/token+with=signs")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


@pytest_asyncio.fixture(scope="module")
async def principal(database: Database) -> Principal:
    return await add_restaurant(database, Restaurant("Cloud Kitchen"))


@pytest_asyncio.fixture
async def front(database: Database, tmp_path: Path) -> AsyncIterator[tuple[RdsFront, dict[str, Any]]]:
    """With the configuration that reaches it."""
    ca, certificate = make_certificates(tmp_path)
    async with RdsFront(database, certificate) as front:
        yield (
            front,
            {
                "database_auth": "iam",
                "database_password": None,
                "database_host": "localhost",
                "database_port": front.port,
                "database_tls_ca": str(ca),
                "aws_region": "eu-west-1",
            },
        )


async def name_read(pool: Pool, principal: Principal, patience: float = 10) -> str:
    async with tenant_transaction(pool, principal, NOON, patience=patience) as connection:
        return connection.tenant.name


def signature(token: str, host: str, region: str) -> str:
    """AWS Signature Version 4 of a presigned GET, worked out by hand."""
    query = [
        (name, value) for name, value in parse_qsl(urlsplit(f"https://{token}").query) if name != "X-Amz-Signature"
    ]
    moment = dict(query)["X-Amz-Date"]
    canonical = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query))
    request = f"GET\n/\n{canonical}\nhost:{host}\n\nhost\n{hashlib.sha256(b'').hexdigest()}"
    scope = f"{moment[:8]}/{region}/rds-db/aws4_request"
    key = f"AWS4{SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signed = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    return hmac.digest(key, signed.encode(), "sha256").hex()


async def test_a_signed_token_opens_each_connection(
    database: Database, front: tuple[RdsFront, dict[str, Any]], principal: Principal
) -> None:
    server, config = front
    barrier = asyncio.Barrier(2)

    async def both_at_once() -> str:
        async with tenant_transaction(pool, principal, NOON, patience=10) as connection:
            await barrier.wait()
            return connection.tenant.name

    async with service_pool(database, **config) as pool:
        assert await asyncio.gather(both_at_once(), both_at_once()) == ["Cloud Kitchen"] * 2
    assert len(server.tokens) == 2
    for token in server.tokens:
        url = urlsplit(f"https://{token}")
        assert url.netloc == f"localhost:{server.port}"
        asked = {name: value for name, (value,) in parse_qs(url.query).items()}
        assert asked["X-Amz-Signature"] == signature(token, url.netloc, "eu-west-1")
        assert (asked["Action"], asked["DBUser"]) == ("connect", database.service_user)
        assert asked["X-Amz-Expires"] == "900"
        assert asked["X-Amz-Security-Token"] == "session/token+with=signs"


async def test_a_token_is_what_the_aws_sdk_makes(
    database: Database, front: tuple[RdsFront, dict[str, Any]], principal: Principal
) -> None:
    server, config = front
    async with service_pool(database, **config) as pool:
        await name_read(pool, principal)
    theirs = boto3.client("rds", region_name="eu-west-1").generate_db_auth_token(
        DBHostname="localhost", Port=server.port, DBUsername=database.service_user
    )
    changing = ("X-Amz-Date", "X-Amz-Signature")
    ours, reference = (
        {name: value for name, value in parse_qs(urlsplit(f"https://{token}").query).items() if name not in changing}
        for token in (server.tokens[0], theirs)
    )
    assert ours == reference
    assert urlsplit(f"https://{theirs}")[:3] == ("https", f"localhost:{server.port}", "/")


async def test_a_server_of_another_authority_gets_no_token(
    database: Database, front: tuple[RdsFront, dict[str, Any]], principal: Principal, tmp_path: Path
) -> None:
    server, config = front
    (tmp_path / "other").mkdir()
    other, _ = make_certificates(tmp_path / "other")
    async with service_pool(database, **config | {"database_tls_ca": str(other)}) as pool:
        with pytest.raises(DatabaseUnavailableError) as refused:
            await name_read(pool, principal)
    assert isinstance(refused.value.__cause__, ssl.SSLCertVerificationError)
    assert type(refused.value) is DatabaseUnavailableError
    assert server.tokens == []


async def test_a_server_of_another_name_gets_no_token(
    database: Database, front: tuple[RdsFront, dict[str, Any]], principal: Principal
) -> None:
    server, config = front
    async with service_pool(database, **config | {"database_host": "127.0.0.1"}) as pool:
        with pytest.raises(DatabaseUnavailableError) as refused:
            await name_read(pool, principal)
    assert isinstance(refused.value.__cause__, ssl.SSLCertVerificationError)
    assert server.tokens == []


async def test_a_server_without_tls_gets_no_token(
    database: Database, front: tuple[RdsFront, dict[str, Any]], principal: Principal
) -> None:
    """The real server, which has no TLS here, would answer a client that fell back to plain text."""
    _, config = front
    async with relay_to(database.host, database.port) as relay:
        async with service_pool(database, **config | {"database_port": relay.port}) as pool:
            with pytest.raises(DatabaseUnavailableError):
                await name_read(pool, principal, patience=0.4)
        assert relay.accepted >= 1


async def test_without_credentials_it_is_no_sleep(
    database: Database,
    front: tuple[RdsFront, dict[str, Any]],
    principal: Principal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    server, config = front
    async with service_pool(database, **config) as pool:
        with pytest.raises(DatabaseUnavailableError) as refused:
            await name_read(pool, principal)
    assert isinstance(refused.value.__cause__, NoCredentialsError)
    assert server.tokens == []


async def test_a_password_goes_over_tls_when_a_ca_is_named(
    database: Database, front: tuple[RdsFront, dict[str, Any]], principal: Principal
) -> None:
    server, config = front
    config |= {"database_auth": "password", "database_password": "secret"}
    async with service_pool(database, **config) as pool:
        assert await name_read(pool, principal) == "Cloud Kitchen"
    assert server.tokens == ["secret"]
