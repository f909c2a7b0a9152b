"""The stacks of `infra/`, deployed into a ministack on this machine: `make deploy-local`.

    python -m local.deploy_stacks [--state DIR]

Prints where the API is, a sign-in, and all that ministack refused with its own words; Ctrl-C takes it down again. A
rehearsal: what it shows of AWS is what ministack knows of it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec import Struct

from infra.errors import DeployError
from infra.local_deploy import STREAMING, LocalDeployment
from infra.stages import DEV, Stage
from local.errors import LocalCloudError
from local.ministack import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, Ministack
from local.ports import free_port
from local.programs import HOST, service

ALL_SERVICES = ""
"""CloudFormation calls whatever a template names."""


class Owner(Struct, frozen=True):
    email: str
    password: str
    tenant_id: str


class DeployedStacks:
    """A ministack with the stacks in it, and the service beside it that the functions hand their requests to."""

    def __init__(self, ministack: Ministack, deployment: LocalDeployment, stage: Stage, port: int) -> None:
        self.ministack, self.deployment, self.stage = ministack, deployment, stage
        self._service_port = port

    @property
    def api(self) -> str:
        """Where requests go that API Gateway is to answer, without a last /."""
        rest = self.deployment.outputs(f"{self.stage.prefix}-Api")["ApiAddress"]
        id, _, path = rest.removeprefix("https://").partition(".")
        return f"{self.ministack.endpoint}/restapis/{id}/{path.rpartition('/')[2]}/_user_request_"

    def environment(self, function: str) -> dict[str, str]:
        """That the deployed function has. function: ask or api."""
        lambda_ = self.deployment.client("lambda")
        found = next(
            each
            for page in lambda_.get_paginator("list_functions").paginate()
            for each in page["Functions"]
            if each["FunctionName"].startswith(f"{self.stage.prefix}-Service-{function.capitalize()}")
        )
        variables: dict[str, str] = found["Environment"]["Variables"]
        return variables

    def service_environment(self) -> dict[str, str]:
        """The deployed function's own, but for the addresses of what stands beside it here, and no database."""
        here = {
            "DYNAMODB_ENDPOINT": self.ministack.endpoint,
            "BEDROCK_ENDPOINT": self.ministack.endpoint,
            "DATABASE_HOST": HOST,
            "DATABASE_PORT": str(free_port()),
            "DATABASE_AUTH": "password",
            "DATABASE_PASSWORD": "none",
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "PATH": os.environ.get("PATH", os.defpath),
        }
        deployed = {name: value for name, value in self.environment("api").items() if name != "DATABASE_TLS_CA"}
        return deployed | here

    def create_owner(self, email: str, tenant_id: str | None) -> Owner:
        """A sign-in, of no restaurant when there is no tenant."""
        pool = self.deployment.outputs(f"{self.stage.prefix}-Identity")["UserPoolId"]
        cognito: Any = self.deployment.client("cognito-idp")
        attributes = [{"Name": "email", "Value": email}]
        if tenant_id is not None:
            attributes.append({"Name": "custom:tenant_id", "Value": tenant_id})
        cognito.admin_create_user(UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS")
        password = f"{uuid4()}-Aa1"
        cognito.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
        return Owner(email, password, tenant_id or "")


@asynccontextmanager
async def deployed_stacks(directory: Path, stage: Stage) -> AsyncIterator[DeployedStacks]:
    """Deployed and served. Raises LocalCloudError, DeployError."""
    port = free_port()
    async with Ministack(directory / "ministack", services=ALL_SERVICES) as ministack:
        deployment = LocalDeployment(ministack.endpoint, directory, f"http://{HOST}:{port}")
        await asyncio.to_thread(deployment.bootstrap)
        await asyncio.to_thread(deployment.deploy, stage)
        stacks = DeployedStacks(ministack, deployment, stage, port)
        program = service(port, directory / "service.log", await asyncio.to_thread(stacks.service_environment))
        await program.start()
        try:
            yield stacks
        finally:
            await program.stop()


def describe(stacks: DeployedStacks) -> str:
    owner = stacks.create_owner("owner@tableside.example", str(uuid4()))
    refused = [f"  {each.stack:<14}{each.kind:<42}{each.resource}\n{'':16}{each.why}" for each in _once(stacks)]
    return "\n".join(
        [
            f"deployed: {', '.join(stacks.deployment.stacks)}",
            "",
            f"  API       {stacks.api}",
            f"  sign-in   {owner.email}  {owner.password}",
            "",
            "What ministack does not take, in its own words:",
            *refused,
            f"  {STREAMING}",
            "",
            "Ctrl-C takes it down.",
        ]
    )


def _once(stacks: DeployedStacks) -> list[Any]:
    return sorted(stacks.deployment.refusals, key=lambda each: (each.stack, each.kind, each.resource))


async def run(say: Callable[[str], None] = print) -> None:
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    with tempfile.TemporaryDirectory(prefix="tableside-deploy-") as folder:
        say("deploying into a ministack on this machine …")
        async with deployed_stacks(Path(folder), DEV) as stacks:
            say(await asyncio.to_thread(describe, stacks))
            await stop.wait()
            say("taking it down …")
            await asyncio.to_thread(stacks.deployment.destroy)


def main() -> int:
    argparse.ArgumentParser(prog="python -m local.deploy_stacks", description=__doc__).parse_args()
    try:
        asyncio.run(run())
    except (LocalCloudError, DeployError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
