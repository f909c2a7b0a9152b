"""KeySource: the public keys that id tokens are signed with, read from a JWKS and kept.

Two places to read it from, chosen by Config.token_keys:

- an http(s) address, as Cognito publishes it. No redirect is followed and no proxy is asked;
- `dynamodb://TABLE/KEY`, for a function that reaches no address outside its VPC: the item
  `{pk: KEY, jwks: "<the JWKS as JSON text>"}` of TABLE, whose partition key is `pk`, a string, without a
  sort key.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
)

import jwt
import msgspec
import structlog
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm
from msgspec import Struct

from service.config import ConfigError
from service.errors import TokenKeysUnavailableError

if TYPE_CHECKING:
    from types_aiobotocore_dynamodb import DynamoDBClient

_log = structlog.get_logger(__name__)

_MAX_BYTES = 64 * 1024
_MIN_KEY_BITS = 2048
_SOCKET_SECONDS = 3.0
_READ_SECONDS = 5.0

Read = Callable[[], Awaitable[bytes]]
"""Reads the JWKS document. Raises KeySetUnreadableError."""


class KeySetUnreadableError(Exception):
    """The JWKS could not be read, or holds no key of use. Its text is for the log."""


class KeySource:
    """Keys by `kid`. Reads when first asked, again on a `kid` that it does not know, and hourly, so that a
    withdrawn key is dropped; one reading at a time, however many wait for it. While the source is away the
    keys it has serve on.

    clock: monotonic seconds.
    """

    fresh_seconds = 3600.0
    reread_seconds = 10.0
    """Strangers choose the `kid`: this is how often they can make us ask."""
    retry_seconds = 1.0

    def __init__(self, read: Read, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._keys: dict[str, RSAPublicKey] = {}
        self._reading: asyncio.Task[None] | None = None
        self._asked_at = float("-inf")
        self._read_at = float("-inf")
        self._failed = False

    async def key(self, kid: str) -> RSAPublicKey | None:
        """The key named so, or None when there is none. Raises TokenKeysUnavailableError when that cannot
        be said because the source is away."""
        known = self._keys.get(kid)
        if known is not None:
            if self._clock() - self._read_at > self.fresh_seconds:
                self._begin_reading()  # in the background: this caller has what it needs
            return known
        reading = self._begin_reading()
        if reading is not None:
            await asyncio.shield(reading)  # one waiter that goes away must not end it for the others
        if kid not in self._keys and self._failed:
            raise TokenKeysUnavailableError
        return self._keys.get(kid)

    def _begin_reading(self) -> asyncio.Task[None] | None:
        """The reading under way, a new one, or None when it is too early to ask again."""
        if self._reading is not None and not self._reading.done():
            return self._reading
        pause = self.retry_seconds if self._failed else self.reread_seconds
        if self._clock() - self._asked_at < pause:
            return None
        self._asked_at = self._clock()
        self._reading = asyncio.create_task(self._refresh(), name="token-keys")
        return self._reading

    async def _refresh(self) -> None:
        try:
            self._keys = parse_key_set(await self._read())
        except KeySetUnreadableError as error:
            self._failed = True
            _log.warning("token_keys_unreadable", why=str(error), keys_kept=len(self._keys))
        else:
            self._failed = False
            self._read_at = self._clock()


def open_key_source(token_keys: str, dynamodb: DynamoDBClient | None = None) -> KeySource:
    """The source that Config.token_keys names; nothing is read yet.

    Raises ConfigError when it names none, or a DynamoDB item and there is no client to read it with.
    """
    place = split_token_keys(token_keys)
    if place.scheme != "dynamodb":
        return KeySource(lambda: _read_address(token_keys))
    if dynamodb is None:
        raise ConfigError("TOKEN_KEYS names a DynamoDB item, but there is no DynamoDB client to read it with")
    return KeySource(lambda: _read_item(dynamodb, place.netloc, place.path.removeprefix("/")))


def split_token_keys(token_keys: str) -> SplitResult:
    """The place that Config.token_keys names. Raises ConfigError when it names none."""
    place = urlsplit(token_keys)
    address = place.scheme in ("http", "https") and place.netloc
    item = place.scheme == "dynamodb" and place.netloc and place.path.removeprefix("/")
    if not address and not item:
        raise ConfigError("TOKEN_KEYS must be an http(s) address or dynamodb://TABLE/KEY")
    return place


# -- what is in a JWKS ---------------------------------------------------------------------------------------


class _KeySet(Struct):
    keys: list[msgspec.Raw]


class _Jwk(Struct):
    kty: str
    kid: str
    n: str
    e: str
    use: str = "sig"
    alg: str = "RS256"


def parse_key_set(document: bytes) -> dict[str, RSAPublicKey]:
    """The keys of a JWKS that can check RS256, by `kid`; others are passed over, the first of a `kid` wins.
    Raises KeySetUnreadableError when none is left, so that a broken document never empties a good cache."""
    try:
        raw_keys = msgspec.json.decode(document, type=_KeySet).keys
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise KeySetUnreadableError("the document is no JWKS") from None
    keys: dict[str, RSAPublicKey] = {}
    for raw in raw_keys:
        named = _parse_key(raw)
        if named is not None:
            keys.setdefault(*named)
    if not keys:
        raise KeySetUnreadableError("the JWKS holds no RS256 key")
    return keys


def _parse_key(raw: msgspec.Raw) -> tuple[str, RSAPublicKey] | None:
    try:
        jwk = msgspec.json.decode(raw, type=_Jwk)
        if (jwk.kty, jwk.use, jwk.alg) != ("RSA", "sig", "RS256"):
            return None
        key = RSAAlgorithm.from_jwk({"kty": jwk.kty, "n": jwk.n, "e": jwk.e})
    except (msgspec.MsgspecError, jwt.InvalidKeyError, ValueError):
        return None
    return (jwk.kid, key) if isinstance(key, RSAPublicKey) and key.key_size >= _MIN_KEY_BITS else None


# -- where a JWKS is read from -------------------------------------------------------------------------------


async def _read_address(address: str) -> bytes:
    try:
        return await asyncio.wait_for(asyncio.to_thread(_download, address), _READ_SECONDS + _SOCKET_SECONDS)
    except HTTPError as error:
        error.close()
        raise KeySetUnreadableError(f"HTTP status {error.code}") from None
    except URLError as error:
        raise KeySetUnreadableError(f"no answer: {type(error.reason).__name__}") from error
    except (OSError, HTTPException) as error:  # TimeoutError is an OSError
        raise KeySetUnreadableError(f"no answer: {type(error).__name__}") from error


def _download(address: str) -> bytes:
    """Only the two schemes, and nobody to follow a redirect: it ends as an HTTPError."""
    opener = OpenerDirector()
    for handler in (HTTPHandler(), HTTPSHandler(), HTTPDefaultErrorHandler(), HTTPErrorProcessor()):
        opener.add_handler(handler)
    deadline = time.monotonic() + _READ_SECONDS
    request = Request(address, headers={"Accept": "application/json"})  # noqa: S310 (open_key_source chose the scheme)
    body = b""
    with opener.open(request, timeout=_SOCKET_SECONDS) as response:
        # A socket's time-out counts from byte to byte: a drip of them needs an end of its own.
        while chunk := response.read1(_MAX_BYTES + 1):
            body += chunk
            if len(body) > _MAX_BYTES:
                raise KeySetUnreadableError("the document is too large")
            if time.monotonic() > deadline:
                raise TimeoutError
    return body


async def _read_item(client: DynamoDBClient, table: str, key: str) -> bytes:
    try:
        reading = client.get_item(TableName=table, Key={"pk": {"S": key}}, ProjectionExpression="jwks")
        answer = await asyncio.wait_for(reading, _READ_SECONDS)
    except (BotoCoreError, ClientError, OSError) as error:
        raise KeySetUnreadableError(f"no answer from DynamoDB: {type(error).__name__}") from error
    document = answer.get("Item", {}).get("jwks", {}).get("S")
    if document is None:
        raise KeySetUnreadableError("the item with the JWKS is not there")
    return document.encode()
