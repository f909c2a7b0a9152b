"""The image, run as Lambda runs it, against PostgreSQL, ministack and the Bedrock endpoint of these tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from local.aws import Identity, create_user, sign_in
from local.bedrock.server import BedrockEndpoint
from local.database import Database
from local.image.build import MISSING, build
from local.image.built import Image
from local.ministack import Ministack
from local.service_environment import service_environment
from tests.http import endpoint
from tests.http.endpoint import MODEL
from tests.http.restaurants import NOW, Restaurant, load, restaurant
from tests.http.scripted import Director

from .function import Cloud, Function

endpoint_and_director, director, judge = endpoint.endpoint_and_director, endpoint.director, endpoint.judge
OF_THIS_MACHINE = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")

Functions = Callable[..., Function]


@pytest.fixture(scope="session")
def image() -> Image:
    """The target `service`, built from this checkout."""
    return built_or_skipped("service")


@pytest.fixture(scope="session")
def operator_image() -> Image:
    return built_or_skipped("operator")


def built_or_skipped(target: str) -> Image:
    """What this machine lacks to build it or run it is said; a build that fails is a failure."""
    if shutil.which("crun") is None or os.geteuid() != 0:
        pytest.skip(f"the image {target} is not tested: its containers are run by root, with crun (apt install crun)")
    try:
        return build(target)
    except MISSING as error:
        pytest.skip(f"the image {target} is not tested: {error}")


@pytest_asyncio.fixture(scope="session")
async def pizza(database: Database) -> Restaurant:
    items = ("Zucca Rossa", "Fungo Nero", "Salsa Piccante")
    of = restaurant("Marlow's Test Pizza", "America/New_York", "USD", items, 210_000)
    await load(database, of)
    return of


@pytest_asyncio.fixture(scope="session")
async def token_keys(ministack: Ministack, identity: Identity) -> str:
    """Where a function in a VPC reads the token keys: an item that another function wrote."""
    async with httpx.AsyncClient() as client:
        document = (await client.get(identity.jwks_url)).text
    async with ministack.client("dynamodb") as dynamodb:
        await dynamodb.create_table(
            TableName="tableside-keys",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        await dynamodb.put_item(TableName="tableside-keys", Item={"pk": {"S": "jwks"}, "jwks": {"S": document}})
    return "dynamodb://tableside-keys/jwks"


@pytest_asyncio.fixture(scope="session")
async def cloud(
    database: Database,
    ministack: Ministack,
    identity: Identity,
    conversations_table: str,
    token_keys: str,
    endpoint_and_director: tuple[BedrockEndpoint, Director],
    pizza: Restaurant,
) -> Cloud:
    model = {"BEDROCK_MODEL_ID": MODEL, "BEDROCK_ENDPOINT": endpoint_and_director[0].url, "NOW": NOW.isoformat()}
    environment = service_environment(database, ministack, identity, conversations_table, model)
    for name in OF_THIS_MACHINE:
        environment.pop(name, None)
    environment |= {"TOKEN_KEYS": token_keys, "FRONT_DOORS": "cloudfront,waf,api_gateway"}
    environment |= {"STOP_POLL_SECONDS": "0.05", "MODEL_PATIENCE_SECONDS": "3"}
    password = await create_user(ministack, identity, pizza.email, pizza.tenant_id)
    token = (await sign_in(ministack, identity, pizza.email, password)).id_token
    return Cloud(environment, pizza, token)


@pytest.fixture(scope="session")
def functions(image: Image, cloud: Cloud, servers_directory: Path) -> Functions:
    """Functions of their own: `async with functions({"TURN_MAX_SECONDS": "2"}) as function:`"""

    def make(changes: dict[str, str] | None = None, **more: Any) -> Function:
        return Function(image, cloud, servers_directory / f"bundle-{uuid4().hex[:8]}", changes, **more)

    return make


@pytest_asyncio.fixture(scope="session")
async def function(functions: Functions) -> AsyncIterator[Function]:
    """`ask`: it streams whatever it answers."""
    async with functions() as function:
        yield function


@pytest_asyncio.fixture(scope="session")
async def buffered(functions: Functions) -> AsyncIterator[Function]:
    """`api`: the same image, answering in one piece."""
    async with functions({"AWS_LWA_INVOKE_MODE": "buffered"}) as function:
        yield function


@pytest.fixture
def bundle(servers_directory: Path) -> Path:
    return servers_directory / f"bundle-{uuid4().hex[:8]}"
