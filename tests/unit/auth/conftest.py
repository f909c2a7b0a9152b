from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.auth.key_set import KeySource, open_key_source
from service.auth.tokens import TokenVerifier
from tests.unit.auth.pool import AUDIENCE, ISSUER, JwksServer, SigningKey


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey("Ou+r/first-key_1=")


@pytest.fixture(scope="session")
def next_key() -> SigningKey:
    return SigningKey("our-second-key")


@pytest.fixture(scope="session")
def strangers_key() -> SigningKey:
    """Another pool's."""
    return SigningKey("strangers-key")


@pytest.fixture
def jwks(key: SigningKey) -> Iterator[JwksServer]:
    server = JwksServer()
    server.publish(key)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def keys(jwks: JwksServer) -> KeySource:
    return open_key_source(jwks.address)


@pytest.fixture
def verifier(keys: KeySource) -> TokenVerifier:
    return TokenVerifier(ISSUER, AUDIENCE, keys)
