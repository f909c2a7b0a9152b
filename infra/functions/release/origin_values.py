"""The values by which the origins know CloudFront: the origin-verify header and Amplify's basic auth, by slot.

Made here and kept in Secrets Manager alone: templates hold references to them. `Fn::Base64` would encode the
reference and not what it stands for, so the ready-made `Authorization` header is kept too.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from typing import Any

import boto3

from .cloudformation import once_allowed

_USER = "edge"


def keep_origin_values(secret: str, slots: Sequence[str], before: Sequence[str]) -> None:
    """secret: its ARN; slots: those in use now; before: those in use until now.

    A slot that comes into use gets new values, one that stays keeps its own. One that goes keeps its own too, though
    nothing accepts them any more: a stack that fails to update must find what it rolls back to.
    """
    client = boto3.client("secretsmanager")
    kept = once_allowed(lambda: _read(client, secret))
    held = {slot for slot in slots if f"{slot}_verify" in kept and (slot in before or not before)}
    made = {name: value for slot in slots if slot not in held for name, value in _values(slot).items()}
    if made:
        once_allowed(lambda: client.put_secret_value(SecretId=secret, SecretString=json.dumps({**kept, **made})))


def _read(client: Any, secret: str) -> dict[str, str]:
    """Empty before the first time."""
    try:
        content: dict[str, str] = json.loads(client.get_secret_value(SecretId=secret).get("SecretString") or "{}")
    except client.exceptions.ResourceNotFoundException:
        return {}
    return content


def _values(slot: str) -> dict[str, str]:
    """Letters and digits only, which every place that takes them takes."""
    password = secrets.token_hex(24)
    credentials = base64.b64encode(f"{_USER}:{password}".encode()).decode()
    return {
        f"{slot}_verify": secrets.token_hex(32),
        f"{slot}_user": _USER,
        f"{slot}_password": password,
        f"{slot}_authorization": f"Basic {credentials}",
    }
