"""Quantities: what of a stage is paid for by its being there, counted in its synthesized templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Templates = Mapping[str, Mapping[str, Any]]
"""By the stack's name without its stage, as in Edge."""


@dataclass(frozen=True, kw_only=True)
class Quantities:
    """endpoint_zones: interface endpoints times the zones that each is in. database_instances: writer and readers.
    database_min_acu: of each of them; pause_minutes: None when the database never sleeps. web_acl_rules: of each
    ACL, by its scope. memory_mb: by function."""

    endpoint_zones: int
    database_instances: int
    database_min_acu: float
    pause_minutes: float | None
    secrets: int
    kms_keys: int
    web_acl_rules: dict[str, int]
    alarm_metrics: int
    dashboards: int
    memory_mb: dict[str, int]


def count(templates: Templates) -> Quantities:
    cluster = next(_properties(templates, "AWS::RDS::DBCluster"))
    scaling = cluster["ServerlessV2ScalingConfiguration"]
    pause = scaling.get("SecondsUntilAutoPause")
    acls = sorted(_properties(templates, "AWS::WAFv2::WebACL"), key=lambda each: str(each["Scope"]))
    return Quantities(
        endpoint_zones=sum(
            len(each["SubnetIds"])
            for each in _properties(templates, "AWS::EC2::VPCEndpoint")
            if each["VpcEndpointType"] == "Interface"
        ),
        database_instances=len(list(_properties(templates, "AWS::RDS::DBInstance"))),
        database_min_acu=scaling["MinCapacity"],
        pause_minutes=None if pause is None else pause / 60,
        secrets=len(list(_properties(templates, "AWS::SecretsManager::Secret")))
        + int(cluster.get("ManageMasterUserPassword", False)),
        kms_keys=len(list(_properties(templates, "AWS::KMS::Key"))),
        web_acl_rules={each["Scope"]: len(each["Rules"]) for each in acls},
        alarm_metrics=sum(_metrics(each) for each in _properties(templates, "AWS::CloudWatch::Alarm")),
        dashboards=len(list(_properties(templates, "AWS::CloudWatch::Dashboard"))),
        memory_mb=dict(sorted(_memory(templates))),
    )


def _properties(templates: Templates, of_type: str) -> Iterator[Mapping[str, Any]]:
    for template in templates.values():
        for resource in template["Resources"].values():
            if resource["Type"] == of_type:
                yield resource.get("Properties", {})


def _metrics(alarm: Mapping[str, Any]) -> int:
    """An alarm is paid for by the metrics that it watches: one, or those of its formula."""
    return 1 if "MetricName" in alarm else sum("MetricStat" in each for each in alarm["Metrics"])


def _memory(templates: Templates) -> Iterator[tuple[str, int]]:
    for template in templates.values():
        for name, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Lambda::Function":
                yield function_name(name), resource["Properties"]["MemorySize"]


def function_name(logical_id: str) -> str:
    """`ask` of Ask4BC1D6F7: the CDK adds eight digits of a hash."""
    return logical_id[:-8].lower()
