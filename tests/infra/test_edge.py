"""The front door: what goes where, what a browser may do with it, and what the firewall stops."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from infra import time_limits
from infra.app import build_app
from infra.firewall import GROUPS, TOO_MANY
from infra.routes import read_routes
from infra.stacks.identity import COGNITO
from infra.stages import Stage
from local.pages import read_security_headers
from tests.infra.synthesized import Resource, Synthesized

CACHING_DISABLED, CACHING_OPTIMIZED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""CloudFront's own policies."""
PAGES = Path(__file__).parents[2] / "web" / "pages"


@pytest.fixture(scope="module")
def distribution(dev: Synthesized) -> Resource:
    found: Resource = dev.one("AWS::CloudFront::Distribution", "Edge")["DistributionConfig"]
    return found


# -- what goes where -------------------------------------------------------------------------------------------


def api_behaviours(distribution: Resource) -> dict[str, Resource]:
    api = next(o["Id"] for o in distribution["Origins"] if "execute-api" in str(o["DomainName"]))
    return {each["PathPattern"]: each for each in distribution["CacheBehaviors"] if each["TargetOriginId"] == api}


def test_the_behaviours_are_those_of_the_routes(distribution: Resource) -> None:
    assert tuple(api_behaviours(distribution)) == read_routes().api
    others = {each["PathPattern"] for each in distribution["CacheBehaviors"]} - set(read_routes().api)
    assert others == {"/_next/static/*"}


def test_a_stream_passes_unbuffered_uncompressed_and_uncached(distribution: Resource) -> None:
    for behaviour in api_behaviours(distribution).values():
        assert behaviour["Compress"] is False
        assert behaviour["CachePolicyId"] == CACHING_DISABLED
        assert behaviour["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST
        assert behaviour["ViewerProtocolPolicy"] == "https-only"
        assert "FunctionAssociations" not in behaviour
        assert "LambdaFunctionAssociations" not in behaviour


def test_the_api_waits_longer_for_a_byte_than_a_heartbeat_or_a_buffered_answer_takes(
    distribution: Resource,
) -> None:
    (api,) = (o for o in distribution["Origins"] if "execute-api" in str(o["DomainName"]))
    waits = api["CustomOriginConfig"]["OriginReadTimeout"]
    assert waits <= 60  # what CloudFront gives without being asked
    assert waits > max(2 * time_limits.HEARTBEAT, time_limits.API_INTEGRATION)


def test_errors_of_the_api_come_through_as_they_are(distribution: Resource) -> None:
    assert "CustomErrorResponses" not in distribution


def test_pages_are_not_kept_and_what_never_changes_is(dev: Synthesized, distribution: Resource) -> None:
    policy = dev.one("AWS::CloudFront::CachePolicy", "Edge")["CachePolicyConfig"]
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
    assert policy["MaxTTL"] <= 1
    assert "Ref" in distribution["DefaultCacheBehavior"]["CachePolicyId"]
    static = next(b for b in distribution["CacheBehaviors"] if b["PathPattern"] == "/_next/static/*")
    assert static["CachePolicyId"] == CACHING_OPTIMIZED


def test_the_pages_origin_learns_nothing_of_the_reader(distribution: Resource) -> None:
    assert "OriginRequestPolicyId" not in distribution["DefaultCacheBehavior"]
    assert set(distribution["DefaultCacheBehavior"]["AllowedMethods"]) == {"GET", "HEAD"}


def test_both_origins_are_reached_by_tls_1_2_alone(distribution: Resource) -> None:
    for origin in distribution["Origins"]:
        assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
        assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]


# -- origin verify: the layer against ways around the front door -----------------------------------------------


def test_each_origin_is_sent_its_value_and_no_template_holds_it(dev: Synthesized, distribution: Resource) -> None:
    sent = {h["HeaderName"]: str(h["HeaderValue"]) for o in distribution["Origins"] for h in o["OriginCustomHeaders"]}
    assert set(sent) == {"x-origin-verify", "Authorization"}
    assert all("{{resolve:secretsmanager:" in value for value in sent.values())
    firewall = dev.one("AWS::WAFv2::WebACL", "Api")
    (rule,) = firewall["Rules"]
    match = rule["Statement"]["ByteMatchStatement"]
    assert firewall["DefaultAction"] == {"Block": {}}
    assert match["FieldToMatch"]["SingleHeader"] == {"Name": "x-origin-verify"}
    name = ":SecretString:blue_verify}}"
    assert name in str(match["SearchString"])
    assert name in sent["x-origin-verify"]


# -- TLS -------------------------------------------------------------------------------------------------------


def test_a_stage_with_a_domain_takes_tls_1_2_and_newer(prod: Synthesized, prod_stage: Stage) -> None:
    config = prod.one("AWS::CloudFront::Distribution", "Edge")["DistributionConfig"]
    assert config["Aliases"] == [prod_stage.domain]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert config["ViewerCertificate"]["AcmCertificateArn"] == prod_stage.certificate_arn


def test_the_next_deploy_finds_what_this_one_was_told(prod: Synthesized, prod_stage: Stage) -> None:
    edge, watched = prod.templates["Edge"]["Outputs"], prod.templates["Observability"]["Outputs"]
    assert edge["Domain"]["Value"] == prod_stage.domain
    assert edge["Certificate"]["Value"] == prod_stage.certificate_arn
    assert watched["AlarmEmail"]["Value"] == prod_stage.alarm_email


@pytest.mark.parametrize("half", [{"domain": "app.mill.example"}, {"certificate_arn": "arn:aws:acm:us-east-1:1:c/1"}])
def test_a_name_and_its_certificate_come_together(dev_stage: Stage, tmp_path: Path, half: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="needs its certificate"):
        build_app(replace(dev_stage, **half), tmp_path, checked=False)


# -- headers ---------------------------------------------------------------------------------------------------


def test_the_pages_policy_is_the_one_that_this_machine_sends(dev: Synthesized) -> None:
    """Read by another reader than infra's own."""
    security = read_security_headers()
    policy = header_policy(dev, "PageHeaders")
    behaviour = policy["SecurityHeadersConfig"]
    assert behaviour["ContentSecurityPolicy"]["ContentSecurityPolicy"] == security.policy(COGNITO)
    assert f"connect-src 'self' {COGNITO};" in security.policy(COGNITO)
    assert behaviour["ContentTypeOptions"] == {"Override": True}
    assert behaviour["ReferrerPolicy"]["ReferrerPolicy"] == security.headers["referrer-policy"]
    transport = behaviour["StrictTransportSecurity"]
    said = f"max-age={transport['AccessControlMaxAgeSec']}" + "; includeSubDomains" * transport["IncludeSubdomains"]
    assert said == security.headers["strict-transport-security"]
    others = {each["Header"]: each["Value"] for each in policy["CustomHeadersConfig"]["Items"]}
    known = {"x-content-type-options", "referrer-policy", "strict-transport-security"}
    assert others == {name: value for name, value in security.headers.items() if name not in known}


def test_an_answer_of_the_api_may_do_nothing_in_a_browser(dev: Synthesized, distribution: Resource) -> None:
    config = header_policy(dev, "ApiHeaders")["SecurityHeadersConfig"]
    said = config["ContentSecurityPolicy"]
    assert said["ContentSecurityPolicy"] == "default-src 'none'; frame-ancestors 'none'"
    for behaviour in api_behaviours(distribution).values():
        assert behaviour["ResponseHeadersPolicyId"]["Ref"].startswith("ApiHeaders")


def header_policy(dev: Synthesized, name: str) -> Resource:
    (found,) = (r for key, r in dev.templates["Edge"]["Resources"].items() if key.startswith(name))
    config: Resource = found["Properties"]["ResponseHeadersPolicyConfig"]
    return config


# -- the firewall: the layer against floods and known attacks --------------------------------------------------


@pytest.fixture(scope="module")
def firewall(dev: Synthesized) -> Resource:
    return dev.one("AWS::WAFv2::WebACL", "Edge")


def test_the_firewall_stands_before_the_front_door(
    dev: Synthesized, firewall: Resource, distribution: Resource
) -> None:
    assert firewall["Scope"] == "CLOUDFRONT"
    (name,) = dev.resources("AWS::WAFv2::WebACL", "Edge")
    assert distribution["WebACLId"] == {"Fn::GetAtt": [name, "Arn"]}


def test_each_rule_by_name_priority_and_what_it_does(firewall: Resource) -> None:
    rules = {rule["Name"]: rule for rule in firewall["Rules"]}
    assert [(rule["Priority"], rule["Name"]) for rule in firewall["Rules"]] == [
        (0, "rate"),
        (1, "ip-reputation"),
        (2, "common"),
        (3, "known-bad-inputs"),
    ]
    assert {
        name: rule["Statement"]["ManagedRuleGroupStatement"]["Name"] for name, rule in rules.items() if name != "rate"
    } == {
        "ip-reputation": "AWSManagedRulesAmazonIpReputationList",
        "common": "AWSManagedRulesCommonRuleSet",
        "known-bad-inputs": "AWSManagedRulesKnownBadInputsRuleSet",
    }
    assert all(rules[group.name]["OverrideAction"] == {"None": {}} for group in GROUPS)
    assert "Block" in rules["rate"]["Action"]


def test_only_the_size_of_a_body_is_left_to_the_service(firewall: Resource) -> None:
    counted = {
        rule["Name"]: rule["Statement"]["ManagedRuleGroupStatement"].get("RuleActionOverrides")
        for rule in firewall["Rules"]
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    size = {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}
    assert counted == {"ip-reputation": None, "common": [size], "known-bad-inputs": None}


def rate(firewall: Resource) -> Resource:
    found: Resource = firewall["Rules"][0]["Statement"]["RateBasedStatement"]
    return found


def test_the_rate_is_a_hundred_in_five_minutes_an_address(firewall: Resource) -> None:
    statement = rate(firewall)
    assert (statement["Limit"], statement["EvaluationWindowSec"], statement["AggregateKeyType"]) == (100, 300, "IP")


def normalized(path: str) -> str:
    return posixpath.normpath(re.sub("/+", "/", path))


def counts(firewall: Resource, path: str) -> bool:
    """Whether the rate rule counts a request for this path, by the semantics of its statements."""
    for statement in rate(firewall)["ScopeDownStatement"]["OrStatement"]["Statements"]:
        match = statement["ByteMatchStatement"]
        assert match["FieldToMatch"] == {"UriPath": {}}
        text = path
        for transformation in sorted(match["TextTransformations"], key=lambda each: int(each["Priority"])):
            text = {"URL_DECODE": unquote, "NORMALIZE_PATH": normalized}[transformation["Type"]](text)
        searched = match["SearchString"]
        if {"EXACTLY": text == searched, "STARTS_WITH": text.startswith(searched)}[match["PositionalConstraint"]]:
            return True
    return False


@pytest.mark.parametrize("path", [route.path.replace("{", "").replace("}", "") for route in read_routes().routes])
def test_every_route_counts(firewall: Resource, path: str) -> None:
    assert counts(firewall, path)


@pytest.mark.parametrize("path", ["/%61i/ask", "/ai/../ai/ask", "/x/../ai/ask", "//ai/ask", "/m%65"])
def test_no_spelling_of_a_path_gets_around_the_count(firewall: Resource, path: str) -> None:
    assert counts(firewall, path)


def test_looking_at_pages_does_not_count(firewall: Resource) -> None:
    names = ["", *(page.stem for page in PAGES.glob("*.tsx") if not page.stem.startswith("_"))]
    assert len(names) > 3
    for path in [
        *(f"/{name}" for name in names),
        "/_next/static/chunks/main.js",
        "/config.json",
        "/icon.svg",
        "/menus",
    ]:
        assert not counts(firewall, path), path


def test_who_is_too_fast_reads_why_in_the_services_own_shape(firewall: Resource) -> None:
    response = firewall["Rules"][0]["Action"]["Block"]["CustomResponse"]
    assert response["ResponseCode"] == 429
    body = json.loads(firewall["CustomResponseBodies"][response["CustomResponseBodyKey"]]["Content"])
    assert (body["status"], body["code"], body["detail"]) == (429, "too_many_requests", TOO_MANY.detail)
    assert {"Name": "retry-after", "Value": "300"} in response["ResponseHeaders"]


def test_nothing_that_signs_somebody_in_is_kept_by_the_firewall(dev: Synthesized, firewall: Resource) -> None:
    logging = dev.one("AWS::WAFv2::LoggingConfiguration", "Edge")
    redacted = [field.get("SingleHeader", {}).get("Name") for field in logging["RedactedFields"]]
    assert {"authorization", "cookie"} <= set(redacted)
    for visible in [firewall["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in firewall["Rules"])]:
        assert visible["SampledRequestsEnabled"] is False  # samples hold every header
        assert visible["CloudWatchMetricsEnabled"] is True


# -- the log ---------------------------------------------------------------------------------------------------


def test_the_access_log_is_delivered_to_a_log_group_with_an_end_and_without_queries(dev: Synthesized) -> None:
    source, delivery = dev.one("AWS::Logs::DeliverySource", "Edge"), dev.one("AWS::Logs::Delivery", "Edge")
    assert source["LogType"] == "ACCESS_LOGS"
    assert delivery["DeliverySourceName"] == source["Name"]
    assert not {"cs-uri-query", "cs(Cookie)", "cs(Referer)"} & set(delivery["RecordFields"])
    assert {"sc-status", "cs-uri-stem", "c-ip", "ssl-protocol"} <= set(delivery["RecordFields"])
