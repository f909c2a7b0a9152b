"""Cognito, DynamoDB, S3, Secrets Manager and Lambda of ministack; for Amplify, which it lacks, and for CloudFormation's
answer address, a server that speaks what botocore and CloudFormation speak."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
import pytest_asyncio
from botocore.config import Config

from infra.functions.release import cloudformation, pages
from infra.functions.release.handler import handler
from local.ministack import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, Ministack
from tests.infra.functions.amplify import Amplify


class WiderMinistack(Ministack):
    """With what the deploy's function uses beside what the service does."""

    def _environment(self) -> dict[str, str]:
        return {
            **super()._environment(),
            "SERVICES": "cognito-idp,dynamodb,secretsmanager,s3,lambda,iam,sts,cloudformation",
            "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",  # a trigger that fails refuses the token, as Cognito does
        }


@pytest_asyncio.fixture(scope="session")
async def cloud(servers_directory: Path) -> AsyncIterator[WiderMinistack]:
    async with WiderMinistack(servers_directory / "wider-ministack") as server:
        yield server


@pytest.fixture(scope="session")
def amplify_server() -> Iterator[Amplify]:
    with Amplify() as server:
        yield server


@pytest.fixture
def amplify(amplify_server: Amplify) -> Amplify:
    """With nothing in it yet."""
    amplify_server.reset()
    return amplify_server


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One for the run: what takes time is to read what the services can do."""
    return boto3.Session(ACCESS_KEY_ID, SECRET_ACCESS_KEY, region_name=REGION)


@pytest.fixture(scope="session")
def clients(session: boto3.Session, cloud: WiderMinistack) -> Callable[[str], Any]:
    """clients("dynamodb"): a boto3 client."""
    once = Config(retries={"total_max_attempts": 1})
    return functools.cache(functools.partial(session.client, endpoint_url=cloud.endpoint, config=once))


@pytest.fixture
def in_lambda(session: boto3.Session, cloud: WiderMinistack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that Lambda gives a function, with every service at ministack."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)


@dataclass(frozen=True)
class LambdaContext:
    seconds_left: float = 300.0
    log_stream_name: str = "2026/11/23/[$LATEST]abc"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds_left * 1000)


class Release:
    """The function as CloudFormation calls it."""

    def __init__(self, amplify: Amplify) -> None:
        self._amplify = amplify

    def request(
        self, kind: str, resource: str, properties: dict[str, Any], *, seconds_left: float = 300.0, **more: Any
    ) -> dict[str, Any]:
        """Its answer. kind: Create, Update or Delete; resource: without Custom::."""
        event = {
            "RequestType": kind,
            "ResponseURL": f"{self._amplify.endpoint}/answer?signature=abc",
            "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/Dev-Identity/1",
            "RequestId": str(uuid4()),
            "LogicalResourceId": resource,
            "ResourceType": f"Custom::{resource}",
            "ResourceProperties": {"ServiceToken": "arn:release", **properties},
            **more,
        }
        handler(event, LambdaContext(seconds_left))
        answer = self._amplify.answers.pop()
        assert (answer["RequestId"], answer["StackId"]) == (event["RequestId"], event["StackId"])
        return answer


@pytest.fixture
def release(in_lambda: None, amplify: Amplify, monkeypatch: pytest.MonkeyPatch) -> Release:
    monkeypatch.setenv("AWS_ENDPOINT_URL_AMPLIFY", amplify.endpoint)
    monkeypatch.setattr(pages, "_POLL_SECONDS", 0.0)
    monkeypatch.setattr(cloudformation.once_allowed, "__defaults__", (90.0, 0.0))
    return Release(amplify)
