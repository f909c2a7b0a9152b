"""Deployed: what a stage looks like in the account, from its stacks' outputs. Nothing is kept on this machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.errors import DeployError
from infra.stages import REGION, Stage

_LONGEST_CALL_SECONDS = 920
"""An operator's import may take the quarter of an hour that a function has."""


def client(service: str) -> Any:
    """A client that asks once: a request that makes something is not repeated behind our back."""
    settings = Config(read_timeout=_LONGEST_CALL_SECONDS, retries={"total_max_attempts": 1}, tcp_keepalive=True)
    return boto3.client(service, region_name=REGION, config=settings)


def account_id() -> str:
    """Raises DeployError when there are no credentials, or none that work."""
    try:
        identity: str = client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise DeployError(
            f"There are no credentials for AWS that work ({type(error).__name__}): sign in as for the AWS command line."
        ) from error
    return identity


class Deployed:
    """The outputs of a stage's stacks, read when first asked for."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._outputs: Callable[[str], dict[str, str] | None] = cache(self._read)

    def output(self, stack: str, name: str) -> str | None:
        """stack: as in Edge. None when it, or its output, is not there."""
        return (self._outputs(stack) or {}).get(name)

    def require(self, stack: str, name: str) -> str:
        """Raises DeployError when it is not there."""
        found = self.output(stack, name)
        if found is None:
            raise DeployError(
                f"{self._stage.prefix}-{stack} is not deployed: make deploy STAGE={self._stage.name} first."
            )
        return found

    def forget(self) -> None:
        """What was read, for a deploy has changed it."""
        self._outputs = cache(self._read)

    def _read(self, stack: str) -> dict[str, str] | None:
        try:
            found = client("cloudformation").describe_stacks(StackName=f"{self._stage.prefix}-{stack}")["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}
