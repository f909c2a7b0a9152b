"""log_group: one with a life of its own stage, made before what writes to it.

Not the `log_retention` of CDK's constructs, which brings a Lambda function along.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.stages import Stage


def log_group(scope: Construct, id: str, stage: Stage, *, name: str | None = None) -> logs.LogGroup:
    """name: only where AWS asks for one. Kept by a protected stage when its stack goes."""
    group = logs.LogGroup(
        scope,
        id,
        log_group_name=name,
        removal_policy=cdk.RemovalPolicy.RETAIN if stage.protected else cdk.RemovalPolicy.DESTROY,
    )
    resource = group.node.default_child
    assert isinstance(resource, logs.CfnLogGroup)
    resource.retention_in_days = stage.log_days
    return group
