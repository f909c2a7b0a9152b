"""The dashboard: what the owners wait for at the top, what it costs, who is kept out, and the parts below."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from infra import firewall, measures
from infra.alarms import Watched

_WIDTH, _HALF, _THIRD = 24, 12, 8

BY_TENANT = """\
filter event = "request" and route = "/ai/ask" and ispresent(tenant)
| stats count(*) as questions, sum(input_tokens) as tokens_in, sum(output_tokens) as tokens_out, sum(cost_usd) as dollars, pct(first_token_ms, 95) as first_token_p95_ms, sum(failures) as failed by tenant
| sort dollars desc
| limit 50"""  # noqa: E501
"""A tenant is a property of a log line and never a metric's dimension, which would be a bill a tenant."""

LAST_FAILURES = """\
filter event = "request" and failures = 1
| fields @timestamp, route, status, error_code, incident_id, tenant
| sort @timestamp desc
| limit 20"""


def widgets(watched: Watched, alarms: list[cloudwatch.Alarm]) -> list[list[cloudwatch.IWidget]]:
    """By row."""
    return [
        [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=_WIDTH, height=3)],
        _answers(),
        _tenants(watched),
        _doors(watched),
        _parts(watched),
    ]


def _answers() -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Time to the first token, ms",
            _THIRD,
            [measures.service("first_token_ms", each, label=each) for each in ("p50", "p95", "p99")],
        ),
        _graph(
            "Time to the whole answer, ms",
            _THIRD,
            [measures.service("total_ms", each, label=each) for each in ("p50", "p95")],
        ),
        _graph("Failures by route", _THIRD, [measures.service_by_route("failures", "Sum")]),
    ]


def _tenants(watched: Watched) -> list[cloudwatch.IWidget]:
    ask, api = watched.service.ask.log_group.log_group_name, watched.service.api.log_group.log_group_name
    return [
        cloudwatch.LogQueryWidget(
            title="Tokens and cost by tenant", log_group_names=[ask], query_string=BY_TENANT, width=_HALF, height=8
        ),
        cloudwatch.GraphWidget(
            title="Tokens, and dollars at the right",
            left=[
                measures.service("input_tokens", "Sum", label="in"),
                measures.service("output_tokens", "Sum", label="out"),
            ],
            right=[measures.service("cost_usd", "Sum", label="dollars")],
            width=6,
            height=8,
        ),
        cloudwatch.LogQueryWidget(
            title="Last failures", log_group_names=[ask, api], query_string=LAST_FAILURES, width=6, height=8
        ),
    ]


def _doors(watched: Watched) -> list[cloudwatch.IWidget]:
    rules = ("rate", *(group.name for group in firewall.GROUPS))
    groups = [measures.firewall(firewall.WEB_ACL, each).with_(label=each) for each in rules]
    around = measures.firewall("around-the-front-door", "ALL", regional=True).with_(label="around the front door")
    api, stage = watched.api.rest_api.rest_api_name, watched.api.api_stage.stage_name
    return [
        _graph("Blocked requests, by rule", _THIRD, [*groups, around]),
        _graph(
            "Requests and errors at the front door, %",
            _THIRD,
            [measures.front_door(watched.distribution, "Requests", "Sum")],
            [measures.front_door(watched.distribution, each, "Average") for each in ("4xxErrorRate", "5xxErrorRate")],
        ),
        _graph(
            "API Gateway", _THIRD, [measures.gateway(api, stage, each) for each in ("Count", "4XXError", "5XXError")]
        ),
    ]


def _parts(watched: Watched) -> list[cloudwatch.IWidget]:
    functions = {"ask": watched.service.ask, "api": watched.service.api}
    cluster, table = watched.database.cluster.cluster_identifier, watched.conversations.table.table_name
    return [
        _graph(
            "Functions at once, and throttled",
            _THIRD,
            [
                measures.function(each, "ConcurrentExecutions", "Maximum", label=name)
                for name, each in functions.items()
            ],
            [measures.function(each, "Throttles", label=f"{name} throttled") for name, each in functions.items()],
        ),
        _graph(
            "Database: capacity units, and connections at the right",
            _THIRD,
            [measures.database(cluster, "ServerlessDatabaseCapacity", "Maximum")],
            [measures.database(cluster, "DatabaseConnections", "Maximum")],
        ),
        _graph(
            "Conversations: capacity used, and refused",
            _THIRD,
            [measures.table(table, each) for each in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")],
            [measures.table(table, each) for each in ("ReadThrottleEvents", "WriteThrottleEvents")],
        ),
    ]


def _graph(
    title: str, width: int, left: list[cloudwatch.IMetric], right: list[cloudwatch.IMetric] | None = None
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title, left=left, right=right, width=width, height=6, period=cdk.Duration.minutes(5)
    )
