from __future__ import annotations

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from service.auth.key_set import KeySetUnreadableError, KeySource, open_key_source, parse_key_set
from service.config import ConfigError
from service.errors import TokenKeysUnavailableError
from tests.unit.auth.pool import JwksServer, SigningKey


class HandMovedClock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(keys: KeySource) -> HandMovedClock:
    clock = HandMovedClock()
    keys._clock = clock
    return clock


async def test_the_key_set_is_read_once_and_kept(
    keys: KeySource, key: SigningKey, jwks: JwksServer, clock: HandMovedClock
) -> None:
    for _ in range(3):
        assert await keys.key(key.kid) is not None
        clock.seconds += KeySource.fresh_seconds / 3
    assert len(jwks.paths) == 1


async def test_a_key_set_of_an_hour_is_read_again_behind_the_answer(
    keys: KeySource, key: SigningKey, next_key: SigningKey, jwks: JwksServer, clock: HandMovedClock
) -> None:
    await keys.key(key.kid)
    jwks.publish(next_key)
    jwks.gate.clear()
    clock.seconds += KeySource.fresh_seconds + 1
    assert await keys.key(key.kid) is not None, "answered while the reading hangs"
    jwks.gate.set()
    assert keys._reading is not None
    await keys._reading
    assert await keys.key(key.kid) is None, "withdrawn"
    assert len(jwks.paths) == 2


async def test_an_unknown_kid_is_looked_up_at_once_and_then_rarely(
    keys: KeySource, key: SigningKey, next_key: SigningKey, jwks: JwksServer, clock: HandMovedClock
) -> None:
    await keys.key(key.kid)
    jwks.publish(key, next_key)
    clock.seconds += KeySource.reread_seconds
    assert await keys.key(next_key.kid) is not None, "a rotated key is found without a restart"
    for number in range(100):
        assert await keys.key(f"made-up-{number}") is None
    assert len(jwks.paths) == 2
    clock.seconds += KeySource.reread_seconds
    assert await keys.key("made-up") is None
    assert len(jwks.paths) == 3


async def test_many_callers_share_one_reading(keys: KeySource, key: SigningKey, jwks: JwksServer) -> None:
    jwks.gate.clear()
    callers = [asyncio.create_task(keys.key(key.kid)) for _ in range(50)]
    await asyncio.to_thread(jwks.asked.wait, 10)
    callers[0].cancel()  # the first, whose call began the reading, goes away
    await asyncio.wait({callers[0]})
    jwks.gate.set()
    assert all(await asyncio.gather(*callers[1:]))
    assert len(jwks.paths) == 1


async def test_while_the_source_is_away_known_keys_serve_on(
    keys: KeySource, key: SigningKey, jwks: JwksServer, clock: HandMovedClock
) -> None:
    await keys.key(key.kid)
    jwks.stop()
    clock.seconds += KeySource.fresh_seconds * 24
    for _ in range(3):
        assert await keys.key(key.kid) is not None
        assert keys._reading is not None
        await keys._reading
        clock.seconds += KeySource.retry_seconds
    with pytest.raises(TokenKeysUnavailableError):  # it may be a new one: that cannot be said now
        await keys.key("another")


async def test_without_keys_and_source_nothing_can_be_said_until_it_is_back(
    keys: KeySource, key: SigningKey, jwks: JwksServer, clock: HandMovedClock
) -> None:
    jwks.stop()
    with capture_logs() as logged:
        with pytest.raises(TokenKeysUnavailableError):
            await keys.key(key.kid)
        with pytest.raises(TokenKeysUnavailableError):
            await keys.key(key.kid)
    assert [entry["event"] for entry in logged] == ["token_keys_unreadable"], "the second did not try"
    jwks.start()
    clock.seconds += KeySource.retry_seconds
    assert await keys.key(key.kid) is not None


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"{}"),
        (500, b"{}"),
        (200, b""),
        (200, b"<html>"),
        (200, b"\xff"),
        (200, b"[]"),
        (200, b'{"keys": {}}'),
        (200, b'{"keys": []}'),
        (200, b'{"keys": [' + b" " * 70_000 + b"]}"),
    ],
)
async def test_a_broken_document_never_empties_the_cache(
    keys: KeySource,
    key: SigningKey,
    jwks: JwksServer,
    clock: HandMovedClock,
    status: int,
    body: bytes,
) -> None:
    await keys.key(key.kid)
    jwks.status, jwks.body = status, body
    clock.seconds += KeySource.fresh_seconds + 1
    with capture_logs() as logged, pytest.raises(TokenKeysUnavailableError):
        await keys.key("another")
    assert len(logged) == 1
    assert await keys.key(key.kid) is not None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(jwks: JwksServer, key: SigningKey, status: int) -> None:
    elsewhere = JwksServer()
    elsewhere.publish(key)
    elsewhere.start()
    try:
        for target in (elsewhere.address, jwks.address, "file:///etc/passwd", "ftp://127.0.0.1/jwks"):
            jwks.status, jwks.headers = status, {"Location": target}
            with capture_logs() as logged, pytest.raises(TokenKeysUnavailableError):
                await open_key_source(jwks.address).key(key.kid)
            assert logged[0]["why"] == f"HTTP status {status}"
        assert elsewhere.paths == []
    finally:
        elsewhere.stop()


async def test_a_source_that_drips_is_given_up(key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time for the socket; the whole document would never end."""
    monkeypatch.setattr("service.auth.key_set._READ_SECONDS", 0.05)
    gone = threading.Event()

    class Drip(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            while not gone.wait(0.001):
                try:
                    self.wfile.write(b" ")
                except OSError:
                    gone.set()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Drip)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        with capture_logs() as logged, pytest.raises(TokenKeysUnavailableError):
            await open_key_source(f"http://127.0.0.1:{server.server_port}/").key(key.kid)
        assert logged[0]["why"] == "no answer: TimeoutError"
    finally:
        gone.set()
        server.shutdown()
        server.server_close()


def test_only_keys_for_rs256_signatures_are_taken(key: SigningKey) -> None:
    weak = SigningKey("weak", bits=1024)
    document = {
        "keys": [
            key.jwk(kid="encryption", use="enc"),
            key.jwk(kid="other-algorithm", alg="RS512"),
            key.jwk(kid="elliptic", kty="EC"),
            {"kty": "oct", "kid": "secret", "k": "c2VjcmV0", "alg": "HS256"},
            key.jwk(kid=None),
            key.jwk(kid=7),
            key.jwk(kid="half", n=None),
            key.jwk(kid="empty", n=""),
            key.jwk(kid="no-number", n="%%%"),
            key.jwk(kid="even", e="Ag"),
            weak.jwk(),
            "no key at all",
            key.jwk(kid="bare", use=None, alg=None),
            key.jwk(),
        ]
    }
    assert sorted(parse_key_set(msgspec.json.encode(document))) == sorted(["bare", key.kid])


def test_the_first_of_two_keys_with_one_name_counts(key: SigningKey, next_key: SigningKey) -> None:
    document = msgspec.json.encode({"keys": [key.jwk(), next_key.jwk(kid=key.kid)]})
    assert parse_key_set(document)[key.kid].public_numbers() == key.private.public_key().public_numbers()


def test_a_document_without_a_key_of_use_is_unreadable(key: SigningKey) -> None:
    with pytest.raises(KeySetUnreadableError):
        parse_key_set(msgspec.json.encode({"keys": [key.jwk(use="enc")]}))


@pytest.mark.parametrize(
    "place",
    ["", "jwks.json", "file:///etc/jwks.json", "ftp://host/jwks", "http://", "dynamodb://table", "dynamodb:///key"],
)
def test_a_place_that_is_none_is_a_config_error(place: str) -> None:
    with pytest.raises(ConfigError, match="TOKEN_KEYS"):
        open_key_source(place)


def test_a_dynamodb_place_needs_a_client() -> None:
    with pytest.raises(ConfigError, match="TOKEN_KEYS"):
        open_key_source("dynamodb://table/key")
