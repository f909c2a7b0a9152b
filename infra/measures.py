"""What is measured: the service's own figures, from its log lines, and those of the parts it stands on.

The service's are in the namespace `Tableside`, by route; a test holds the names against service/telemetry.py.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_

from infra.stages import REGION

NAMESPACE = "Tableside"
ASK = "/ai/ask"
FIVE_MINUTES = cdk.Duration.minutes(5)
HOUR = cdk.Duration.hours(1)


def service(name: str, statistic: str, *, route: str = ASK, label: str | None = None) -> cloudwatch.Metric:
    """name: total_ms, first_token_ms, input_tokens, output_tokens, cost_usd or failures."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"route": route},
        statistic=statistic,
        period=FIVE_MINUTES,
        label=label,
    )


def service_by_route(name: str, statistic: str) -> cloudwatch.MathExpression:
    """Of every route that there is, each its own line."""
    search = f"SEARCH('{{{NAMESPACE},route}} MetricName=\"{name}\"', '{statistic}')"
    return cloudwatch.MathExpression(expression=search, using_metrics={}, label="", period=FIVE_MINUTES)


def firewall(web_acl: str, rule: str, *, regional: bool = False) -> cloudwatch.Metric:
    """Requests blocked. web_acl, rule: the names that they are counted under."""
    where = {"Region": REGION} if regional else {}
    return cloudwatch.Metric(
        namespace="AWS/WAFV2",
        metric_name="BlockedRequests",
        dimensions_map={"WebACL": web_acl, "Rule": rule, **where},
        statistic="Sum",
        period=FIVE_MINUTES,
    )


def front_door(distribution: str, name: str, statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/CloudFront",
        metric_name=name,
        dimensions_map={"DistributionId": distribution, "Region": "Global"},
        statistic=statistic,
        period=FIVE_MINUTES,
    )


def gateway(api: str, stage: str, name: str, statistic: str = "Sum") -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway",
        metric_name=name,
        dimensions_map={"ApiName": api, "Stage": stage},
        statistic=statistic,
        period=FIVE_MINUTES,
    )


def function(
    of: lambda_.IFunction, name: str, statistic: str = "Sum", *, label: str | None = None
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/Lambda",
        metric_name=name,
        dimensions_map={"FunctionName": of.function_name},
        statistic=statistic,
        period=FIVE_MINUTES,
        label=label,
    )


def database(cluster: str, name: str, statistic: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/RDS",
        metric_name=name,
        dimensions_map={"DBClusterIdentifier": cluster},
        statistic=statistic,
        period=FIVE_MINUTES,
    )


def table(name: str, measure: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/DynamoDB",
        metric_name=measure,
        dimensions_map={"TableName": name},
        statistic="Sum",
        period=FIVE_MINUTES,
    )
