"""The alarms: what is watched, from where on it is worth waking somebody, and what it means.

Each is in docs/operations.md under its name, with what to do.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch

from infra import firewall, measures
from infra.stacks.api import ApiStack
from infra.stacks.conversations import ConversationsStack
from infra.stacks.database import DatabaseStack
from infra.stacks.identity import IdentityStack
from infra.stacks.service import ServiceStack
from infra.stages import Stage

FIRST_TOKEN_MS = 8000
FRONT_DOOR_ERRORS_PERCENT = 5
HOURS_A_MONTH = 730


@dataclass(frozen=True)
class AlarmRule:
    """Goes off when `metric` is at or above `threshold` in `periods` periods of five minutes running."""

    name: str
    meaning: str
    metric: cloudwatch.IMetric
    threshold: float
    periods: int = 1


@dataclass(frozen=True)
class Watched:
    """distribution: its id."""

    stage: Stage
    identity: IdentityStack
    database: DatabaseStack
    conversations: ConversationsStack
    service: ServiceStack
    api: ApiStack
    distribution: str


def alarm_rules(watched: Watched) -> list[AlarmRule]:
    return [*_answers(watched), *_doors(watched), *_functions(watched), *_data(watched)]


def _answers(watched: Watched) -> list[AlarmRule]:
    hourly = watched.stage.monthly_budget_dollars / HOURS_A_MONTH
    return [
        AlarmRule("answers-failing", "Questions end in an error", measures.service("failures", "Sum"), 5, 2),
        AlarmRule(
            "first-token-slow",
            "One question in twenty waits eight seconds and more for its first word",
            measures.service("first_token_ms", "p95"),
            FIRST_TOKEN_MS,
            3,
        ),
        AlarmRule(
            "model-cost",
            "The model alone costs ten times what the month's budget allows for an hour",
            measures.service("cost_usd", "Sum").with_(period=measures.HOUR),
            round(10 * hourly, 2),
        ),
    ]


def _doors(watched: Watched) -> list[AlarmRule]:
    api = watched.api
    return [
        AlarmRule(
            "front-door-errors",
            "CloudFront answers with server errors",
            measures.front_door(watched.distribution, "5xxErrorRate", "Average"),
            FRONT_DOOR_ERRORS_PERCENT,
            2,
        ),
        AlarmRule(
            "api-errors",
            "API Gateway answers with server errors",
            measures.gateway(api.rest_api.rest_api_name, api.api_stage.stage_name, "5XXError"),
            5,
            2,
        ),
        AlarmRule(
            "around-the-front-door",
            "Requests reach the API without CloudFront's value: somebody goes around it, or a rotation went wrong",
            measures.firewall("around-the-front-door", "ALL", regional=True),
            50,
        ),
        AlarmRule(
            "flood", "One address or more runs into the rate limit", measures.firewall(firewall.WEB_ACL, "rate"), 500
        ),
    ]


def _functions(watched: Watched) -> list[AlarmRule]:
    service, identity = watched.service, watched.identity
    return [
        AlarmRule(
            "ask-throttled",
            "More questions at once than `ask` may answer",
            measures.function(service.ask, "Throttles"),
            1,
            2,
        ),
        AlarmRule(
            "api-throttled",
            "More requests at once than `api` may answer",
            measures.function(service.api, "Throttles"),
            1,
            2,
        ),
        AlarmRule(
            "ask-crashing",
            "`ask` ends without an answer: out of time or memory, or it does not start",
            measures.function(service.ask, "Errors"),
            1,
        ),
        AlarmRule(
            "api-crashing",
            "`api` ends without an answer: out of time or memory, or it does not start",
            measures.function(service.api, "Errors"),
            1,
        ),
        AlarmRule(
            "sign-in-refused",
            "Users who belong to no restaurant try to sign in, or `claims` fails",
            measures.function(identity.claims, "Errors"),
            10,
        ),
        AlarmRule(
            "token-keys-stale",
            "The daily renewal of the token keys failed; those there serve on",
            measures.function(identity.release, "Errors"),
            1,
        ),
    ]


def _data(watched: Watched) -> list[AlarmRule]:
    cluster, table = watched.database.cluster.cluster_identifier, watched.conversations.table.table_name
    return [
        AlarmRule(
            "database-at-its-limit",
            "The database has had all the capacity that it may take for a quarter of an hour",
            measures.database(cluster, "ACUUtilization", "Average"),
            90,
            3,
        ),
        AlarmRule(
            "database-connections",
            "Most of the database's connections are taken",
            measures.database(cluster, "DatabaseConnections", "Maximum"),
            round(0.8 * watched.stage.database_connections),
        ),
        AlarmRule(
            "conversations-throttled",
            "DynamoDB refuses writes of conversations",
            measures.table(table, "WriteThrottleEvents"),
            1,
        ),
    ]
