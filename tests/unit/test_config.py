"""Configuration: what is missing or wrong is named by its variable, and its value is never repeated."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest

from service.config import Config, ConfigError, read_config

GIVEN = {
    "DATABASE_HOST": "db.example",
    "DATABASE_NAME": "tableside",
    "DATABASE_USER": "tableside_service",
    "DATABASE_AUTH": "password",
    "DATABASE_PASSWORD": "hunter2",
    "CONVERSATIONS_TABLE": "conversations",
    "BEDROCK_MODEL_ID": "us.amazon.nova-lite-v1:0",
    "TOKEN_ISSUER": "https://issuer.example/pool",
    "TOKEN_AUDIENCE": "client",
    "TOKEN_KEYS": "https://issuer.example/pool/.well-known/jwks.json",
}
REQUIRED = [field.name.upper() for field in msgspec.structs.fields(Config) if field.required]


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as error:
        read_config(environ)
    assert error.value.__cause__ is None
    return str(error.value)


def test_the_least_that_is_needed() -> None:
    config = read_config(GIVEN)
    assert (config.database_host, config.database_port) == ("db.example", 5432)
    assert {*REQUIRED, "DATABASE_PASSWORD"} == set(GIVEN)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_variable_is_named(name: str) -> None:
    assert name in refusal({key: value for key, value in GIVEN.items() if key != name})


@pytest.mark.parametrize("name", REQUIRED)
def test_an_empty_variable_is_a_missing_one(name: str) -> None:
    assert name in refusal(GIVEN | {name: ""})


NUMBERS = [
    each.name.upper() for each in msgspec.structs.fields(Config) if re.search(r"\b(int|float)\b", str(each.type))
]
MALFORMED = [
    ("DATABASE_AUTH", "kerberos"),
    ("DATABASE_AUTH", "PASSWORD "),
    ("DATABASE_AUTH", "s3cret - at `$.now`"),
    ("DATABASE_AUTH", "s3cret\n - at it"),
    ("LOG_LEVEL", "debug"),
    ("NOW", "yesterday"),
    ("NOW", "2015-12-31"),
    ("NOW", "2015-13-31T23:00:00Z"),
    *((name, value) for name in NUMBERS for value in ("many", "-7531")),
    ("DATABASE_PORT", "5432.5"),
    ("DATABASE_POOL_SIZE", "0x1f4"),
]


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_malformed_variable_is_named_and_its_value_is_not_repeated(name: str, value: str) -> None:
    said = refusal(GIVEN | {name: value})
    assert name in said
    assert value not in said
    assert value.split(maxsplit=1)[0] not in said


@pytest.mark.parametrize("name", NUMBERS)
def test_no_number_is_nothing(name: str) -> None:
    assert name in refusal(GIVEN | {name: "0"})


def test_every_number_is_covered() -> None:
    assert {"DATABASE_PORT", "TURN_MAX_SECONDS", "HEARTBEAT_SECONDS", "CONVERSATION_TTL_DAYS"} <= set(NUMBERS)


def test_no_refusal_repeats_a_secret() -> None:
    for environ in (GIVEN | {"DATABASE_AUTH": "hunter2"}, GIVEN | {"DATABASE_PORT": "hunter2"}):
        assert "hunter2" not in refusal(environ)


def test_password_authentication_needs_a_password() -> None:
    said = refusal({name: value for name, value in GIVEN.items() if name != "DATABASE_PASSWORD"})
    assert said == "DATABASE_PASSWORD is needed because DATABASE_AUTH is password"


def test_iam_authentication_needs_a_certificate_authority_and_no_password() -> None:
    iam = {name: value for name, value in GIVEN.items() if name != "DATABASE_PASSWORD"} | {"DATABASE_AUTH": "iam"}
    assert refusal(iam) == "DATABASE_TLS_CA is needed because DATABASE_AUTH is iam"
    assert read_config(iam | {"DATABASE_TLS_CA": "/etc/ssl/rds.pem"}).database_password is None


def test_now_needs_an_offset() -> None:
    assert refusal(GIVEN | {"NOW": "2015-12-31T23:00:00"}).startswith("NOW needs an offset from UTC")


def test_a_pinned_clock_stands_still() -> None:
    clock = read_config(GIVEN | {"NOW": "2015-12-31T23:00:00-05:00"}).clock()
    pinned = datetime(2015, 12, 31, 23, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert clock() == pinned
    assert clock() is clock()


def test_a_clock_that_is_not_pinned_is_the_real_one() -> None:
    clock = read_config(GIVEN).clock()
    before, now, after = datetime.now(UTC), clock(), datetime.now(UTC)
    assert before <= now <= after
    assert now.utcoffset() == timedelta(0)


def test_numbers_are_read_from_text() -> None:
    config = read_config(GIVEN | {"DATABASE_PORT": "6543", "TURN_MAX_SECONDS": "2.5", "TURN_MAX_TOOL_ROUNDS": "2"})
    assert (config.database_port, config.turn_max_seconds, config.turn_max_tool_rounds) == (6543, 2.5, 2)


def test_the_rest_of_the_environment_is_none_of_its_business() -> None:
    assert read_config(GIVEN | {"PATH": "/bin", "DATABASE_PORTS": "x", "database_port": "x"}) == read_config(GIVEN)


def test_nothing_can_be_changed_after_start() -> None:
    with pytest.raises(AttributeError):
        read_config(GIVEN).database_host = "elsewhere"  # type: ignore[misc]
