"""Config: everything that differs between this machine, another host and AWS. The only reader of os.environ."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

Positive = Annotated[int, Meta(gt=0)]
Seconds = Annotated[float, Meta(gt=0)]
C = TypeVar("C", bound=Struct)


class ConfigError(Exception):
    """Names the environment variable that is missing or wrong, and never its value."""


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each field is the environment variable of the same name in capitals."""

    aws_region: str = "us-east-1"

    database_host: str
    database_port: Positive = 5432
    database_name: str
    database_user: str
    database_auth: Literal["password", "iam"]
    """`password` reads database_password; `iam` signs a token and insists on TLS verified against database_tls_ca."""
    database_password: str | None = None
    database_tls_ca: str | None = None
    database_pool_size: Positive = 8
    database_wake_seconds: Seconds = 45.0
    """How long a turn waits for a sleeping database before it gives up."""
    database_patience_seconds: Seconds = 20.0
    """How long a buffered route waits: well under API Gateway's 29 s."""

    dynamodb_endpoint: str | None = None
    conversations_table: str
    conversation_ttl_days: Positive = 90

    bedrock_endpoint: str | None = None
    bedrock_model_id: str
    """An inference profile or model id. One that begins with `stand-in.` is said to be a stand-in in every answer."""

    prompt_version: str | None = None
    """The version of the prompt that questions are asked with; the one that its `current` file names when absent."""

    token_issuer: str
    token_audience: str
    token_keys: str
    """Where the token keys are read from: an http(s) address of a JWKS, or dynamodb://TABLE/KEY."""

    now: datetime | None = None
    """The moment that questions about the business take for now; the real time when absent. Never used for tokens,
    TTL, signing or logs."""

    turn_max_output_tokens: Positive = 4096
    turn_max_tool_rounds: Positive = 4
    turn_max_seconds: Seconds = 90.0
    tool_max_seconds: Seconds = 8.0
    history_max_tokens: Positive = 4000
    model_patience_seconds: Seconds = 20.0
    """How long the model may take to its first token, retries included."""
    model_idle_seconds: Seconds = 30.0
    """How long the model may fall silent in mid-answer."""
    heartbeat_seconds: Seconds = 10.0
    stop_poll_seconds: Seconds = 1.0

    front_doors: str = ""
    """The checkpoints before the service that exist in this deployment, comma-separated: cloudfront, waf,
    api_gateway. Those not named are reported as not being there."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    def clock(self) -> Callable[[], datetime]:
        """Now for questions about the business: an aware datetime."""
        pinned = self.now
        return (lambda: pinned) if pinned is not None else (lambda: datetime.now(UTC))


class OperatorConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the operator function is told, by the same rule. It signs in with IAM, and as the administrator with the
    password in database_admin_secret for as long as IAM is not taken from it yet."""

    aws_region: str = "us-east-1"
    database_host: str
    database_port: Positive = 5432
    database_name: str
    database_tls_ca: str
    database_admin_user: str
    database_admin_secret: str
    """The id of the secret: its text is JSON with a `password`, as RDS keeps it."""


def read_config(environ: Mapping[str, str] = os.environ) -> Config:
    """Raises ConfigError, naming the variable, when one is missing, malformed or contradicts another."""
    config = _read(environ, Config)
    if config.database_auth == "password" and config.database_password is None:
        raise ConfigError("DATABASE_PASSWORD is needed because DATABASE_AUTH is password")
    if config.database_auth == "iam" and config.database_tls_ca is None:
        raise ConfigError("DATABASE_TLS_CA is needed because DATABASE_AUTH is iam")
    if config.now is not None and config.now.tzinfo is None:
        raise ConfigError("NOW needs an offset from UTC, as in 2015-12-31T23:00:00-05:00")
    return config


def read_operator_config(environ: Mapping[str, str] = os.environ) -> OperatorConfig:
    """Raises ConfigError, as read_config does."""
    return _read(environ, OperatorConfig)


def _read(environ: Mapping[str, str], kind: type[C]) -> C:
    names = {field.upper(): field for field in kind.__struct_fields__}
    given: dict[str, Any] = {names[name]: value for name, value in environ.items() if name in names and value}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(_without_value(_in_capitals(str(error), kind))) from None


def _in_capitals(message: str, kind: type[Struct]) -> str:
    """msgspec names the field (`$.database_port`, `field `x``); an operator looks for the variable."""
    for field in kind.__struct_fields__:
        message = message.replace(f"`$.{field}`", field.upper()).replace(f"`{field}`", field.upper())
    return message


def _without_value(message: str) -> str:
    """Of all that msgspec says, only this repeats what was given."""
    return re.sub(r"^Invalid enum value .* - at", "Not one of the values it can have - at", message, flags=re.DOTALL)
