"""Tokens as Cognito signs them, and the key set where the service reads it in AWS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.request import urlopen
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from local.aws import Identity, Tokens, create_user, sign_in
from local.ministack import Ministack
from service.auth.key_set import open_key_source
from service.auth.tokens import TokenVerifier
from service.errors import AuthenticationError, TokenKeysUnavailableError

TENANT = UUID("0a9d9a6c-7d6e-4f0c-8a53-2f9c1f6b9e01")
TABLE = "token-keys"


@pytest_asyncio.fixture(scope="session")
async def tokens(ministack: Ministack, identity: Identity) -> Tokens:
    email = f"owner-{uuid4().hex}@tokens.example"
    password = await create_user(ministack, identity, email, TENANT)
    return await sign_in(ministack, identity, email, password)


@pytest.fixture
def verifier(identity: Identity) -> TokenVerifier:
    return TokenVerifier(identity.issuer, identity.client_id, open_key_source(identity.jwks_url))


async def test_an_id_token_of_a_real_sign_in_is_good(verifier: TokenVerifier, tokens: Tokens) -> None:
    claims = await verifier.verify(tokens.id_token)
    assert claims.tenant_id == TENANT
    assert claims.email is not None
    assert claims.email.endswith("@tokens.example")
    assert UUID(claims.user_id)


async def test_its_access_and_refresh_tokens_are_refused(verifier: TokenVerifier, tokens: Tokens) -> None:
    for token in (tokens.access_token, tokens.refresh_token):
        with pytest.raises(AuthenticationError):
            await verifier.verify(token)


async def test_another_clients_and_another_pools_settings_refuse_it(identity: Identity, tokens: Tokens) -> None:
    keys = open_key_source(identity.jwks_url)
    for issuer, audience, reason in (
        (identity.issuer, "another-client", "audience"),
        (identity.issuer + "x", identity.client_id, "issuer"),
    ):
        with pytest.raises(AuthenticationError) as refusal:
            await TokenVerifier(issuer, audience, keys).verify(tokens.id_token)
        assert refusal.value.reason == reason


@pytest_asyncio.fixture(scope="session")
async def dynamodb(ministack: Ministack) -> AsyncIterator[Any]:
    async with ministack.client("dynamodb") as client:
        await client.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


async def test_the_key_set_can_be_an_item_in_dynamodb(dynamodb: Any, identity: Identity, tokens: Tokens) -> None:
    jwks = await asyncio.to_thread(read, identity.jwks_url)
    await dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": "the-pool"}, "jwks": {"S": jwks}})
    keys = open_key_source(f"dynamodb://{TABLE}/the-pool", dynamodb)
    claims = await TokenVerifier(identity.issuer, identity.client_id, keys).verify(tokens.id_token)
    assert claims.tenant_id == TENANT


def read(address: str) -> str:
    with urlopen(address) as response:
        text: str = response.read().decode()
        return text


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (f"dynamodb://{TABLE}/nobody-wrote-it", "the item with the JWKS is not there"),
        ("dynamodb://no-such-table/the-pool", "no answer from DynamoDB: ResourceNotFoundException"),
    ],
)
async def test_an_item_that_is_not_there_is_no_refusal(
    dynamodb: Any, identity: Identity, tokens: Tokens, place: str, why: str
) -> None:
    verifier = TokenVerifier(identity.issuer, identity.client_id, open_key_source(place, dynamodb))
    with capture_logs() as logged, pytest.raises(TokenKeysUnavailableError):
        await verifier.verify(tokens.id_token)
    assert [entry["why"] for entry in logged] == [why]
