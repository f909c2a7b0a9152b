"""The pool's public keys, put where the service reads them: in its VPC it reaches no address of Cognito's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.request import Request, urlopen

import boto3

from .cloudformation import once_allowed

_SECONDS = 10
_MOST_BYTES = 64 * 1024


class NoKeysError(Exception):
    """What the pool's address answered holds no keys; those that were written before stay."""


def write_token_keys(jwks_url: str, table: str, key: str) -> None:
    """The item `{pk: key, jwks: "<the JWKS as JSON text>"}`, which the service's TOKEN_KEYS names.

    Raises NoKeysError, or OSError when there is no answer.
    """
    document = _read(jwks_url)
    item = {"pk": {"S": key}, "jwks": {"S": document}, "written_at": {"S": datetime.now(UTC).isoformat()}}
    once_allowed(lambda: boto3.client("dynamodb").put_item(TableName=table, Item=item))


def _read(jwks_url: str) -> str:
    request = Request(jwks_url, headers={"Accept": "application/json"})  # noqa: S310
    with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310 (the address of our own pool)
        document: bytes = response.read(_MOST_BYTES + 1)
    if len(document) > _MOST_BYTES:
        raise NoKeysError("The key set is too large.")
    try:
        keys = json.loads(document)["keys"]
        usable = [key for key in keys if key["kty"] == "RSA" and key["kid"]]
    except (ValueError, LookupError, TypeError):
        raise NoKeysError("The pool's address answered with no key set.") from None
    if not usable:
        raise NoKeysError("The key set holds no RSA key.")
    return document.decode()
