"""small_function: one of `infra/functions/`, a zip of plain Python on what Lambda brings along."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.log_groups import log_group
from infra.stages import Stage

FUNCTIONS = Path(__file__).parent / "functions"


def small_function(
    scope: Construct, name: Literal["claims", "release"], *, stage: Stage, **options: Any
) -> lambda_.Function:
    """Its role may write to its own log; what else it may do is added where the things are that it does it to."""
    log = log_group(scope, f"{name.capitalize()}Log", stage)
    role = iam.Role(scope, f"{name.capitalize()}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log.grant_write(role)
    function = lambda_.Function(
        scope,
        name.capitalize(),
        runtime=lambda_.Runtime.PYTHON_3_12,
        architecture=lambda_.Architecture.ARM_64,
        # The package itself is what its modules are imported from, here and there.
        code=lambda_.Code.from_asset(
            str(FUNCTIONS), exclude=["/*", f"!/{name}", "__pycache__"], ignore_mode=cdk.IgnoreMode.GIT
        ),
        handler=f"{name}.handler.handler",
        role=role,
        log_group=log,
        logging_format=lambda_.LoggingFormat.JSON,
        **options,
    )
    acknowledge(function, {"AwsSolutions-L1": _PYTHON})
    return function


_PYTHON = (
    "Every function runs on Python 3.12, the image's too, so that one version is tested and patched; Lambda supports it"
    " until late in 2028."
)
