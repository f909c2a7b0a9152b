"""function_role: what every function of the image may do, and nothing of what only one of them does."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.acknowledge import acknowledge

_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


def function_role(scope: Construct, id: str, log: logs.LogGroup) -> iam.Role:
    """Writes to its own log and lives in the VPC. AWS's managed policies would let it write to every log there is."""
    role = iam.Role(scope, id, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    log.grant_write(role)
    role.add_to_principal_policy(iam.PolicyStatement(actions=list(_INTERFACES), resources=["*"]))
    acknowledge(
        role,
        {
            "AwsSolutions-IAM5[Resource::*]": "Lambda makes and removes the function's network interfaces with these"
            " rights before there is an interface to name, and EC2's Describe actions take no resource.",
        },
    )
    return role
