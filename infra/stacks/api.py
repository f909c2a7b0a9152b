"""Api: API Gateway in front of the service. Nobody comes in but through CloudFront, and nobody without an id token.

Resources and methods are those of `infra/routes.json`. What the gateway refuses itself looks like what the service
refuses.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra import time_limits
from infra.acknowledge import acknowledge
from infra.log_groups import log_group
from infra.problems import add_problems
from infra.routes import Route, read_routes
from infra.stacks.identity import IdentityStack
from infra.stacks.service import ServiceStack
from infra.stages import REGION, Stage

STAGE_NAME = "v1"
ORIGIN_HEADER = "x-origin-verify"
"""CloudFront adds it to each request, with a value that nobody else knows."""


class ApiStack(cdk.Stack):
    """rest_api; api_stage; domain: its host, reached by CloudFront under the path of the stage; web_acl: the regional
    one, which asks for the origin-verify value."""

    def __init__(
        self, scope: Construct, id: str, *, stage: Stage, identity: IdentityStack, service: ServiceStack, **options: Any
    ) -> None:
        super().__init__(scope, id, **options)
        self._stage, self._identity, self._service = stage, identity, service
        self.rest_api = self._rest_api()
        self.api_stage = self.rest_api.deployment_stage
        self.domain = f"{self.rest_api.rest_api_id}.execute-api.{REGION}.{self.url_suffix}"
        self._error_log()
        add_problems(self.rest_api)
        self._methods()
        self.web_acl = self._web_acl()
        self._association()
        cdk.CfnOutput(self, "ApiAddress", value=f"https://{self.domain}/{STAGE_NAME}")

    def _rest_api(self) -> apigateway.RestApi:
        access_log = log_group(self, "AccessLog", self._stage)
        rest_api = apigateway.RestApi(
            self,
            "Rest",
            rest_api_name=f"tableside-{self._stage.name}",
            description="The service's routes, for CloudFront",
            # An edge-optimized endpoint ends a stream that is silent for 30 s, and no regional ACL is its own.
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # One role for all of an account's gateways: what this stage takes away, the other one would miss.
            cloud_watch_role=True,
            cloud_watch_role_removal_policy=cdk.RemovalPolicy.RETAIN,
            deploy_options=apigateway.StageOptions(
                stage_name=STAGE_NAME,
                throttling_rate_limit=self._stage.requests_per_second,
                throttling_burst_limit=self._stage.requests_at_once,
                metrics_enabled=True,
                # Errors only and no data: at INFO bodies and tokens would be in the log.
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                data_trace_enabled=False,
                access_log_destination=apigateway.LogGroupLogDestination(access_log),
                access_log_format=_ACCESS_LOG,
            ),
        )
        acknowledge(rest_api, _ABOUT_THE_ROLE)
        return rest_api

    def _error_log(self) -> None:
        """Where the stage writes its errors, under a name of API Gateway's own. Made first: the gateway's would have
        no end."""
        name = f"API-Gateway-Execution-Logs_{self.rest_api.rest_api_id}/{STAGE_NAME}"
        self.api_stage.node.add_dependency(log_group(self, "ErrorLog", self._stage, name=name))

    def _methods(self) -> None:
        options: dict[str, Any] = {
            "authorizer": apigateway.CognitoUserPoolsAuthorizer(
                self,
                "IdToken",
                cognito_user_pools=[self._identity.user_pool],
                # A withdrawn token is not let in for longer than it would be anyway; the signature is cheap to check.
                results_cache_ttl=cdk.Duration.seconds(0),
            ),
            "authorization_type": apigateway.AuthorizationType.COGNITO,
            "request_validator": self.rest_api.add_request_validator(
                "Shape", validate_request_body=True, validate_request_parameters=True
            ),
        }
        integrations = {"ask": self._streaming(), "api": self._buffered()}
        for route in read_routes().routes:
            resource = self.rest_api.root.resource_for_path(route.path)
            for method in route.methods:
                resource.add_method(method, integrations[route.function], **options, **_parameters(route))

    def _streaming(self) -> apigateway.LambdaIntegration:
        return apigateway.LambdaIntegration(
            self._service.ask,
            response_transfer_mode=apigateway.ResponseTransferMode.STREAM,
            timeout=cdk.Duration.seconds(time_limits.ASK_INTEGRATION),
            allow_test_invoke=False,
        )

    def _buffered(self) -> apigateway.LambdaIntegration:
        return apigateway.LambdaIntegration(
            self._service.api,
            timeout=cdk.Duration.seconds(time_limits.API_INTEGRATION),
            allow_test_invoke=False,
        )

    def _web_acl(self) -> wafv2.CfnWebACL:
        """Blocks by default. It runs before the authorizer, so who goes around CloudFront reaches nothing at all."""
        return wafv2.CfnWebACL(
            self,
            "OriginVerify",
            scope="REGIONAL",
            description="Lets in what CloudFront sent",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(block=wafv2.CfnWebACL.BlockActionProperty()),
            visibility_config=_visible("around-the-front-door"),
            rules=[
                wafv2.CfnWebACL.RuleProperty(
                    name="sent-by-cloudfront",
                    priority=0,
                    action=wafv2.CfnWebACL.RuleActionProperty(allow=wafv2.CfnWebACL.AllowActionProperty()),
                    statement=_any_of([_sends(value) for value in self._identity.accepted_origin_values]),
                    visibility_config=_visible("sent-by-cloudfront"),
                )
            ],
        )

    def _association(self) -> None:
        wafv2.CfnWebACLAssociation(
            self,
            "OriginVerifyOnStage",
            resource_arn=self.api_stage.stage_arn,
            web_acl_arn=self.web_acl.attr_arn,
        )


def _parameters(route: Route) -> dict[str, Any]:
    names = [segment[1:-1] for segment in route.path.split("/") if segment.startswith("{")]
    return {"request_parameters": {f"method.request.path.{name}": True for name in names}} if names else {}


def _sends(value: str) -> wafv2.CfnWebACL.StatementProperty:
    return wafv2.CfnWebACL.StatementProperty(
        byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(single_header={"Name": ORIGIN_HEADER}),
            positional_constraint="EXACTLY",
            search_string=value,
            text_transformations=[wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
        )
    )


def _any_of(statements: list[wafv2.CfnWebACL.StatementProperty]) -> wafv2.CfnWebACL.StatementProperty:
    """WAF takes an `or` of two and more only."""
    if len(statements) == 1:
        return statements[0]
    return wafv2.CfnWebACL.StatementProperty(
        or_statement=wafv2.CfnWebACL.OrStatementProperty(statements=list(statements))
    )


def _visible(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    """Counted, and no samples: they would show the origin's value to whoever may look at them."""
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )


_ACCESS_LOG = apigateway.AccessLogFormat.custom(
    '{"requestId":"$context.requestId","time":"$context.requestTimeEpoch","ip":"$context.identity.sourceIp"'
    ',"method":"$context.httpMethod","route":"$context.resourcePath","status":"$context.status"'
    ',"length":"$context.responseLength","ms":"$context.responseLatency","integrationMs":"$context.integrationLatency"'
    ',"integrationStatus":"$context.integration.status","error":"$context.error.responseType"'
    ',"waf":"$context.wafResponseCode","subject":"$context.authorizer.claims.sub"}'
)
"""The route's template and never the path, which may hold an id; no header, no token."""

_LOGGING = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
_ABOUT_THE_ROLE = {
    f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_LOGGING}]": (
        "API Gateway takes a role for its logs only when it may do all that this policy of AWS's own says."
    ),
}
