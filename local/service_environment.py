"""The environment that the service is given on this machine: the fields of its Config, and what botocore needs."""

from __future__ import annotations

import os

from local.aws import Identity
from local.database import Database
from local.ministack import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, Ministack
from service.config import read_config

STAND_IN = "stand-in.analyst-v1:0"
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")

_BOTOCORE = {
    "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
    "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
    # Whatever profiles and settings for AWS the user has, they are not for this machine's.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def service_environment(
    database: Database, ministack: Ministack, identity: Identity, table: str, model: dict[str, str]
) -> dict[str, str]:
    """model: BEDROCK_MODEL_ID, BEDROCK_ENDPOINT and, when the clock is pinned, NOW.

    Raises ConfigError for what the service would refuse.
    """
    settings = {
        "AWS_REGION": REGION,
        "DATABASE_HOST": database.host,
        "DATABASE_PORT": str(database.port),
        "DATABASE_NAME": database.name,
        "DATABASE_USER": database.service_user,
        "DATABASE_AUTH": "password",
        "DATABASE_PASSWORD": database.service_password,
        "DYNAMODB_ENDPOINT": ministack.endpoint,
        "CONVERSATIONS_TABLE": table,
        "TOKEN_ISSUER": identity.issuer,
        "TOKEN_AUDIENCE": identity.client_id,
        "TOKEN_KEYS": identity.jwks_url,
        **model,
    }
    read_config(settings)
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, **_BOTOCORE, **settings}
