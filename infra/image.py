"""The one image of the Dockerfile, as functions use it: which target, for which processor, and what lies where."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_lambda as lambda_

CHECKOUT = Path(__file__).parent.parent
DATABASE_CA = "/app/service/db/rds-us-east-1.pem"
"""The authorities that sign for databases in us-east-1."""


def image_code(target: Literal["service", "operator"]) -> lambda_.DockerImageCode:
    """Its hash is that of what `.dockerignore` lets into the build, so that it changes when the code does and not
    otherwise. arm64 has to be said twice, here and of the function."""
    return lambda_.DockerImageCode.from_image_asset(
        str(CHECKOUT), target=target, platform=ecr_assets.Platform.LINUX_ARM64
    )
