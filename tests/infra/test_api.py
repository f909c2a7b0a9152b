"""API Gateway: the routes of routes.json and no other, each behind the authorizer, `ask` streaming, refusals in the
service's own shape, and a firewall that asks for what CloudFront alone knows."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import msgspec
import pytest
from aws_cdk import aws_apigateway as apigateway
from litestar import Litestar

from infra import time_limits
from infra.origin import Origin
from infra.problems import GATEWAY_PROBLEMS, MEDIA_TYPE
from infra.routes import read_routes
from infra.stacks.api import ORIGIN_HEADER, ApiStack
from infra.stacks.identity import IdentityStack
from infra.stages import Stage
from service import errors
from service.app import create_app
from service.config import Config
from service.routes.problems import PROBLEM, Problem, phrase
from tests.infra.synthesized import Resource, Synthesized, flat

LONGEST_STREAM_MS = 900_000
LONGEST_BUFFERED_MS = 29_000


def methods(synthesized: Synthesized) -> dict[tuple[str, str], Resource]:
    """By method and path."""
    template = synthesized.templates["Api"]["Resources"]

    def path(id: str) -> str:
        properties = template[id]["Properties"]
        parent = properties["ParentId"].get("Ref")
        return f"{path(parent) if parent else ''}/{properties['PathPart']}"

    found = synthesized.resources("AWS::ApiGateway::Method", "Api").values()
    return {
        (each["Properties"]["HttpMethod"], path(each["Properties"]["ResourceId"]["Ref"])): each["Properties"]
        for each in found
    }


@pytest.fixture(scope="module")
def service() -> Litestar:
    return create_app(
        Config(
            database_host="-", database_name="-", database_user="-", database_auth="password", database_password="-",
            conversations_table="-", bedrock_model_id="-", token_issuer="-", token_audience="-", token_keys="http://-",
        )
    )  # fmt: skip


def test_the_routes_are_those_of_the_file_and_of_the_service(dev: Synthesized, service: Litestar) -> None:
    here = set(methods(dev))
    assert here == {(method, route.path) for route in read_routes().routes for method in route.methods}
    document = service.openapi_schema.to_schema()
    told = {
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if method in ("get", "put", "post", "delete", "head", "patch")
    }
    assert here == {each for each in told if each[1] not in read_routes().not_public}
    assert len(here) == 11


def test_every_method_but_options_has_the_authorizer(dev: Synthesized) -> None:
    ((id, authorizer),) = dev.resources("AWS::ApiGateway::Authorizer", "Api").items()
    assert authorizer["Properties"]["Type"] == "COGNITO_USER_POOLS"
    assert len(authorizer["Properties"]["ProviderARNs"]) == 1
    assert "Identity" in flat(authorizer["Properties"]["ProviderARNs"][0])
    assert authorizer["Properties"]["IdentitySource"] == "method.request.header.Authorization"
    for (method, path), properties in methods(dev).items():
        if method == "OPTIONS":
            continue
        assert properties["AuthorizationType"] == "COGNITO_USER_POOLS", path
        assert properties["AuthorizerId"] == {"Ref": id}, path
        # With scopes it would take access tokens, which say nothing of a tenant.
        assert "AuthorizationScopes" not in properties, path


def test_the_streaming_trio_agrees(dev: Synthesized) -> None:
    """Integration, function and adapter: where one of them buffers, the answer comes in one lump."""
    assert dev.one("AWS::ApiGateway::RestApi", "Api")["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    for (method, path), properties in methods(dev).items():
        integration, streams = properties["Integration"], (method, path) == ("POST", "/ai/ask")
        name = "ask" if streams else "api"
        uri = flat(integration["Uri"])
        assert f"OutputFnGetAtt{name.capitalize()}" in uri
        assert uri.endswith("/response-streaming-invocations") == streams, path
        assert integration.get("ResponseTransferMode") == ("STREAM" if streams else None), path
        assert integration["Type"] == "AWS_PROXY"
        mode = dev.function(name)["Environment"]["Variables"]["AWS_LWA_INVOKE_MODE"]
        assert mode == ("response_stream" if streams else "buffered")
    assert [route.path for route in read_routes().routes if route.streams] == ["/ai/ask"]


def test_time_limits_end_from_the_inside_out(dev: Synthesized) -> None:
    variables = {name: dev.function(name)["Environment"]["Variables"] for name in ("ask", "api")}
    limits = {path: each["Integration"]["TimeoutInMillis"] for (_, path), each in methods(dev).items()}
    turn = float(variables["ask"]["TURN_MAX_SECONDS"])
    assert float(variables["ask"]["DATABASE_WAKE_SECONDS"]) < turn
    assert turn < dev.function("ask")["Timeout"] < limits["/ai/ask"] / 1000
    assert limits.pop("/ai/ask") <= LONGEST_STREAM_MS
    # A sleeping database is a 503 with Retry-After before the gateway gives up on it.
    assert float(variables["api"]["DATABASE_PATIENCE_SECONDS"]) + 5 < dev.function("api")["Timeout"]
    for path, limit in limits.items():
        assert dev.function("api")["Timeout"] < limit / 1000 <= LONGEST_BUFFERED_MS / 1000, path
    # CloudFront waits 30 s from byte to byte, and an idle stream of the gateway's ends after five minutes.
    assert time_limits.HEARTBEAT * 2 < 30


def test_only_the_gateway_may_call_and_only_for_its_route(dev: Synthesized) -> None:
    permissions = dev.resources("AWS::Lambda::Permission", "Api").values()
    assert len(permissions) == len(methods(dev))
    for each in permissions:
        properties = each["Properties"]
        assert (properties["Action"], properties["Principal"]) == ("lambda:InvokeFunction", "apigateway.amazonaws.com")
        assert re.search(r"/<RestDeploymentStagev1\w+>/[A-Z]+/\w", flat(properties["SourceArn"]))


@pytest.mark.parametrize("kind", GATEWAY_PROBLEMS)
def test_a_refusal_of_the_gateway_s_looks_like_the_service_s(dev: Synthesized, kind: str) -> None:
    response = response_of(dev, kind)
    assert response["ResponseParameters"]["gatewayresponse.header.Content-Type"] == f"'{PROBLEM}'"
    (template,) = response["ResponseTemplates"].values()
    problem = msgspec.json.decode(template, type=Problem)  # and would take no other shape
    assert set(json.loads(template)) <= set(Problem.__struct_fields__)
    assert problem.type == f"urn:tableside:problem:{problem.code}"
    assert str(problem.status) == response["StatusCode"]
    assert problem.title == phrase(problem.status)
    assert (problem.incident == "$context.requestId") == (problem.status >= 500)
    assert not re.search(r"\$(?!context\.requestId)", template)  # nothing of a request is repeated


def response_of(synthesized: Synthesized, kind: str) -> Resource:
    wanted = getattr(apigateway.ResponseType, kind).response_type
    responses = [
        each["Properties"] for each in synthesized.resources("AWS::ApiGateway::GatewayResponse", "Api").values()
    ]
    (found,) = [each for each in responses if each["ResponseType"] == wanted]
    return dict(found)


def test_no_kind_of_refusal_is_left_as_it_comes() -> None:
    kinds = {name for name in dir(apigateway.ResponseType) if name.isupper()}
    assert set(GATEWAY_PROBLEMS) == kinds
    assert MEDIA_TYPE == PROBLEM


def test_the_same_words_for_the_same_thing() -> None:
    """Where the service refuses for the same reason, code, sentence and patience are its own."""
    known = {each.code: each for each in _all_errors(errors.ServiceError)}
    for kind, problem in GATEWAY_PROBLEMS.items():
        if problem.code in known and problem.code != "internal":
            theirs = known[problem.code]
            assert (problem.status, problem.detail, problem.retry_after) == (
                theirs.status, theirs.sentence, theirs.retry_after,
            ), kind  # fmt: skip
    assert {problem.code for problem in GATEWAY_PROBLEMS.values()} & set(known) == {
        "bad_request", "unauthenticated", "not_found", "internal", "dependency_unavailable",
    }  # fmt: skip


def _all_errors(error: type[errors.ServiceError]) -> set[type[errors.ServiceError]]:
    return {error}.union(*(_all_errors(each) for each in error.__subclasses__() if each.__module__ == errors.__name__))


def test_what_asks_for_patience_says_how_long(dev: Synthesized) -> None:
    for kind in ("THROTTLED", "QUOTA_EXCEEDED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "AUTHORIZER_FAILURE"):
        assert response_of(dev, kind)["ResponseParameters"]["gatewayresponse.header.Retry-After"] == "'5'"
    for kind in ("UNAUTHORIZED", "EXPIRED_TOKEN", "INVALID_SIGNATURE"):
        assert response_of(dev, kind)["ResponseParameters"]["gatewayresponse.header.WWW-Authenticate"] == "'Bearer'"


def test_a_deployment_comes_after_all_it_deploys(dev: Synthesized) -> None:
    ((_, deployment),) = dev.resources("AWS::ApiGateway::Deployment", "Api").items()
    for kind in ("Method", "GatewayResponse", "Authorizer", "RequestValidator"):
        assert set(dev.resources(f"AWS::ApiGateway::{kind}", "Api")) <= set(deployment["DependsOn"])


def test_calls_are_logged_and_throttled(dev: Synthesized, dev_stage: Stage) -> None:
    stage = dev.one("AWS::ApiGateway::Stage", "Api")
    (settings,) = stage["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert settings["ThrottlingRateLimit"] == dev_stage.requests_per_second
    assert settings["ThrottlingBurstLimit"] == dev_stage.requests_at_once
    # At INFO, or with its data, the gateway's log would hold tokens and questions.
    assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("ERROR", False)
    log = json.loads(stage["AccessLogSetting"]["Format"])
    assert not {"$context.path", "$context.identity.userAgent"} & set(log.values())
    assert not any("authoriz" in value.lower() and "claims.sub" not in value for value in log.values())
    assert not flat(stage["AccessLogSetting"]["DestinationArn"]).endswith("*")


def firewall(synthesized: Synthesized) -> Resource:
    return synthesized.one("AWS::WAFv2::WebACL", "Api")


def test_who_did_not_come_through_cloudfront_is_blocked(dev: Synthesized) -> None:
    """The layer against ways around the front door: declared here, and of nothing else."""
    acl = firewall(dev)
    assert (acl["Scope"], acl["DefaultAction"]) == ("REGIONAL", {"Block": {}})
    (rule,) = acl["Rules"]
    assert (rule["Name"], rule["Priority"], rule["Action"]) == ("sent-by-cloudfront", 0, {"Allow": {}})
    assert acl["VisibilityConfig"]["CloudWatchMetricsEnabled"] is True
    # Samples would show the value to whoever may look at them.
    assert not any(each["VisibilityConfig"]["SampledRequestsEnabled"] for each in (acl, rule))
    (value,) = accepted(dev)
    assert re.fullmatch(r"\{\{resolve:secretsmanager:.+:SecretString:blue_verify\}\}", value)
    association = dev.one("AWS::WAFv2::WebACLAssociation", "Api")
    assert "/stages/<RestDeploymentStage" in flat(association["ResourceArn"])


def accepted(synthesized: Synthesized) -> list[str]:
    """The values that the firewall takes, each in the whole of the one header."""
    (rule,) = firewall(synthesized)["Rules"]
    statement = rule["Statement"]
    statements = statement["OrStatement"]["Statements"] if "OrStatement" in statement else [statement]
    for each in statements:
        match = each["ByteMatchStatement"]
        assert match["FieldToMatch"] == {"SingleHeader": {"Name": ORIGIN_HEADER}}
        assert match["PositionalConstraint"] == "EXACTLY"
        assert match["TextTransformations"] == [{"Priority": 0, "Type": "NONE"}]
    return [flat(each["ByteMatchStatement"]["SearchString"]) for each in statements]


@pytest.mark.parametrize(("origin", "slots"), [("blue+green", ["blue", "green"]), ("green", ["green"])])
def test_a_rotation_has_two_values_that_are_good(
    dev_stage: Stage, tmp_path: Path, origin: str, slots: list[str]
) -> None:
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False)
    stage = replace(dev_stage, origin=Origin.parse(origin))
    identity = IdentityStack(app, "Dev-Identity", stage=stage)
    service = _Functions(app, "Dev-Service")
    ApiStack(app, "Dev-Api", stage=stage, identity=identity, service=service)  # type: ignore[arg-type]
    app.synth()
    values = accepted(
        Synthesized(tmp_path, "Dev", {"Api": json.loads((tmp_path / "Dev-Api.template.json").read_text())})
    )
    assert [value.rsplit(":", 1)[1] for value in values] == [f"{slot}_verify}}}}" for slot in slots]


class _Functions(cdk.Stack):
    """In the place of the Service stack, for nothing of it is looked at here."""

    def __init__(self, scope: Any, id: str) -> None:
        super().__init__(scope, id)
        code = cdk.aws_lambda.Code.from_inline("-")
        self.ask, self.api = (
            cdk.aws_lambda.Function(
                self, name, code=code, handler="index.handler", runtime=cdk.aws_lambda.Runtime.PYTHON_3_12
            )
            for name in ("Ask", "Api")
        )
