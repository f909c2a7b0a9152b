"""Deploys the stacks into a ministack on this machine, with the CDK's own command line: each that it can take.

A rehearsal of deploying, changing and destroying, and of what the templates say to each other; not of AWS. What
ministack refuses is left out by `infra/local_fit.py`, which says what and why.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.config import Config

from infra.app import build_app
from infra.cdk_cli import cdk_command, cdk_environment
from infra.errors import DeployError
from infra.local_fit import Fitting, Refusal
from infra.stages import REGION, Stage

ACCOUNT = "000000000000"
"""Every ministack's."""
_ONCE = Config(proxies={}, connect_timeout=5, retries={"total_max_attempts": 1})
STREAMING = (
    "Its gateway calls the function of a streaming integration by a name that there is not: POST /ai/ask is checked for"
    " its token and then answered 500."
)
"""Deployed all the same."""


@dataclass
class LocalDeployment:
    """endpoint: the ministack's. directory: where assemblies are put. service_address: where `ask` and `api` hand
    requests to."""

    endpoint: str
    directory: Path
    service_address: str
    stacks: list[str] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    _deploys: int = 0

    def bootstrap(self) -> None:
        """What the CDK needs in an account. The bucket's policy lets nobody in who comes without TLS, which ministack
        does not speak: without that."""
        template = yaml.safe_load(self._cdk("bootstrap", "--show-template"))
        del template["Resources"]["StagingBucketPolicy"]
        file = self.directory / "bootstrap.yaml"
        file.write_text(yaml.safe_dump(template), encoding="utf-8")
        self._cdk("bootstrap", f"aws://{ACCOUNT}/{REGION}", "--template", str(file))

    def deploy(self, stage: Stage) -> None:
        """For the first time, or again with what has changed. Raises DeployError with what the CLI said."""
        self._deploys += 1
        assembly = self.directory / f"assembly-{self._deploys}"
        build_app(stage, assembly, checked=False).synth()
        fitting = Fitting(assembly, stage.prefix, self.client, self.endpoint, self.service_address)
        fitting.fit()
        self.stacks, self.refusals = fitting.stacks, fitting.refusals
        self._cdk(
            *("deploy", *self.stacks, "--exclusively", "--app", str(assembly), "--concurrency", "4"),
            *("--require-approval", "never", "--progress", "events"),
        )

    def destroy(self) -> None:
        assembly = str(self.directory / f"assembly-{self._deploys}")
        self._cdk("destroy", *self.stacks, "--exclusively", "--force", "--app", assembly)

    def client(self, service: str) -> Any:
        """A boto3 client of the ministack's, whatever profile and proxy the user has."""
        return self._session.client(service, region_name=REGION, endpoint_url=self.endpoint, config=_ONCE)

    def outputs(self, stack: str) -> dict[str, str]:
        """stack: its whole name."""
        found = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")  # noqa: S106 (no secret)

    def _cdk(self, *arguments: str) -> str:
        done = subprocess.run(
            cdk_command(*arguments),
            cwd=self.directory,  # away from cdk.json, which would have the app run once more
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DeployError(f"cdk {arguments[0]} failed: {(done.stderr or done.stdout).strip()[-3000:]}")
        return done.stdout

    def _environment(self) -> Mapping[str, str]:
        ours = {name: value for name, value in cdk_environment().items() if not name.startswith("AWS_")}
        return ours | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }
