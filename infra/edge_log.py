"""CloudFront's access log, by the delivery that lets its fields be chosen, to a log group of ours."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

FIELDS = (
    "date",
    "time",
    "x-edge-request-id",
    "x-edge-location",
    "x-edge-result-type",
    "x-edge-detailed-result-type",
    "c-ip",
    "cs-protocol-version",
    "ssl-protocol",
    "cs-method",
    "cs-uri-stem",
    "sc-status",
    "sc-bytes",
    "time-taken",
    "time-to-first-byte",
    "cs(User-Agent)",
)
"""No query, cookie or referrer: an address bar's search may say what somebody asked."""


def deliver_access_log(
    scope: Construct, distribution: cloudfront.Distribution, log: logs.LogGroup, *, name: str
) -> None:
    """name: of the delivery's ends, which the account knows them by."""
    source = logs.CfnDeliverySource(
        scope, "AccessLogSource", name=name, log_type="ACCESS_LOGS", resource_arn=distribution.distribution_arn
    )
    destination = logs.CfnDeliveryDestination(
        scope,
        "AccessLogDestination",
        name=name,
        output_format="json",
        destination_resource_arn=log.log_group_arn,
    )
    delivery = logs.CfnDelivery(
        scope,
        "AccessLogDelivery",
        delivery_source_name=source.name,
        delivery_destination_arn=destination.attr_arn,
        record_fields=list(FIELDS),
    )
    delivery.node.add_dependency(source)


def allow_delivery(scope: Construct, *log_groups: logs.LogGroup) -> None:
    """AWS's deliveries, the firewall's among them, may write to these, for this account alone."""
    account = cdk.Stack.of(scope).account
    policy = logs.ResourcePolicy(scope, "Deliveries")
    policy.document.add_statements(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[group.log_group_arn for group in log_groups],
            conditions={"StringEquals": {"aws:SourceAccount": account}},
        )
    )
