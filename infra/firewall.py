"""The web ACL before CloudFront: four groups of rules, each against another kind of request.

Whatever they pass still has to bring a token; they keep floods and the known attacks from costing anything at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.problems import Problem

WEB_ACL = "edge"
"""Under this name it is counted."""
RATE_LIMIT = 100
RATE_SECONDS = 300
TOO_MANY = Problem(
    429, "Too Many Requests", "too_many_requests", "Too many requests at once. Please try again in a few minutes.", 300
)


@dataclass(frozen=True)
class Group:
    """One of AWS's own. counted: its rules that only count here."""

    name: str
    managed: str
    counted: tuple[str, ...] = ()


GROUPS = (
    Group("ip-reputation", "AWSManagedRulesAmazonIpReputationList"),
    # A question of 4,096 characters may have more than the 8 KB that it blocks; the service has its own limit.
    Group("common", "AWSManagedRulesCommonRuleSet", counted=("SizeRestrictions_BODY",)),
    Group("known-bad-inputs", "AWSManagedRulesKnownBadInputsRuleSet"),
)


def edge_web_acl(scope: Construct, id: str, api_paths: Sequence[str]) -> wafv2.CfnWebACL:
    """api_paths: CloudFront's patterns of what leads to the API, whole or ending in `*`."""
    return wafv2.CfnWebACL(
        scope,
        id,
        scope="CLOUDFRONT",
        description="Before everything: floods and known attacks",
        default_action=wafv2.CfnWebACL.DefaultActionProperty(allow=wafv2.CfnWebACL.AllowActionProperty()),
        custom_response_bodies={
            TOO_MANY.code: wafv2.CfnWebACL.CustomResponseBodyProperty(
                content_type="APPLICATION_JSON", content=TOO_MANY.template()
            )
        },
        rules=[_rate_rule(0, api_paths), *(_managed(number, group) for number, group in enumerate(GROUPS, 1))],
        visibility_config=_visible(WEB_ACL),
    )


def log_blocked(scope: Construct, web_acl: wafv2.CfnWebACL, log: logs.LogGroup) -> None:
    """What was blocked or counted, and by which rule; without the header that signs somebody in."""
    wafv2.CfnLoggingConfiguration(
        scope,
        "BlockedLogging",
        resource_arn=web_acl.attr_arn,
        log_destination_configs=[_without_star(scope, log)],
        redacted_fields=[
            wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": name})
            for name in ("authorization", "cookie")
        ]
        + [wafv2.CfnLoggingConfiguration.FieldToMatchProperty(query_string={})],
        logging_filter={
            "DefaultBehavior": "DROP",
            "Filters": [
                {
                    "Behavior": "KEEP",
                    "Requirement": "MEETS_ANY",
                    "Conditions": [{"ActionCondition": {"Action": action}} for action in ("BLOCK", "COUNT")],
                }
            ],
        },
    )


def _without_star(scope: Construct, log: logs.LogGroup) -> str:
    """WAF wants the log group's ARN without the `:*` that CloudFormation gives it."""
    return cdk.Stack.of(scope).format_arn(
        service="logs",
        resource="log-group",
        resource_name=log.log_group_name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def _rate_rule(priority: int, api_paths: Sequence[str]) -> wafv2.CfnWebACL.RuleProperty:
    """By IP, and of the API's paths alone: a page is some twenty files, and looking at it must not use the limit up."""
    response = wafv2.CfnWebACL.CustomResponseProperty(
        response_code=TOO_MANY.status,
        custom_response_body_key=TOO_MANY.code,
        response_headers=[
            wafv2.CfnWebACL.CustomHTTPHeaderProperty(name="retry-after", value=str(TOO_MANY.retry_after)),
            wafv2.CfnWebACL.CustomHTTPHeaderProperty(name="cache-control", value="no-store"),
        ],
    )
    return wafv2.CfnWebACL.RuleProperty(
        name="rate",
        priority=priority,
        action=wafv2.CfnWebACL.RuleActionProperty(block=wafv2.CfnWebACL.BlockActionProperty(custom_response=response)),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                limit=RATE_LIMIT,
                evaluation_window_sec=RATE_SECONDS,
                aggregate_key_type="IP",
                scope_down_statement=wafv2.CfnWebACL.StatementProperty(
                    or_statement=wafv2.CfnWebACL.OrStatementProperty(statements=[_path(each) for each in api_paths])
                ),
            )
        ),
        visibility_config=_visible("rate"),
    )


def _path(pattern: str) -> wafv2.CfnWebACL.StatementProperty:
    """As CloudFront would match it, which reads `/%61i/ask` and `/x/../ai/ask` as what they mean."""
    return wafv2.CfnWebACL.StatementProperty(
        byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(uri_path={}),
            positional_constraint="STARTS_WITH" if pattern.endswith("*") else "EXACTLY",
            search_string=pattern.removesuffix("*"),
            text_transformations=[
                wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="URL_DECODE"),
                wafv2.CfnWebACL.TextTransformationProperty(priority=1, type="NORMALIZE_PATH"),
            ],
        )
    )


def _managed(priority: int, group: Group) -> wafv2.CfnWebACL.RuleProperty:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    return wafv2.CfnWebACL.RuleProperty(
        name=group.name,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=group.managed,
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(name=name, action_to_use=count) for name in group.counted
                ]
                or None,
            )
        ),
        visibility_config=_visible(group.name),
    )


def _visible(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    """Counted, and no samples: they would show tokens to whoever may look at them."""
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
