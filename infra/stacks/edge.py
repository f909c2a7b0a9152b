"""Edge: CloudFront, the one public front door, and the web ACL before it.

Two origins behind it: the pages by default, the API where `infra/routes.json` says so. Both know CloudFront by a value
that only it sends. No custom error responses: they would swallow the API's own 403 and 404.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra import time_limits
from infra.acknowledge import acknowledge
from infra.edge_headers import api_headers, page_headers
from infra.edge_log import allow_delivery, deliver_access_log
from infra.firewall import edge_web_acl, log_blocked
from infra.log_groups import log_group
from infra.routes import read_routes
from infra.stacks.api import ORIGIN_HEADER, ApiStack
from infra.stacks.identity import COGNITO, IdentityStack
from infra.stacks.web import WebStack
from infra.stages import Stage

STATIC = "/_next/static/*"
"""What the build names by its content."""


class EdgeStack(cdk.Stack):
    """distribution; web_acl: the four rule groups; address: what people type; access_log, blocked_log."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: Stage,
        identity: IdentityStack,
        api: ApiStack,
        web: WebStack,
        **options: Any,
    ) -> None:
        super().__init__(scope, id, **options)
        self._stage, self._identity, self._api, self._web = stage, identity, api, web
        self.web_acl = edge_web_acl(self, "Firewall", read_routes().api)
        self.blocked_log = log_group(self, "BlockedLog", stage, name=f"aws-waf-logs-tableside-{stage.name}")
        log_blocked(self, self.web_acl, self.blocked_log)
        self.distribution = self._distribution()
        self.access_log = self._access_log()
        self.address = f"https://{stage.domain or self.distribution.distribution_domain_name}"
        self._outputs()

    def _distribution(self) -> cloudfront.Distribution:
        stage = self._stage
        pages, headers = self._pages_origin(), page_headers(self, "PageHeaders", COGNITO)
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"Tableside {stage.name}",
            default_behavior=_pages(pages, self._page_cache(), headers),
            additional_behaviors={
                STATIC: _pages(pages, cloudfront.CachePolicy.CACHING_OPTIMIZED, headers),
                **self._api_behaviours(),
            },
            domain_names=[stage.domain] if stage.domain else None,
            certificate=self._certificate(),
            # Only where there is a certificate of our own: CloudFront's fixes this at TLS 1.0.
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if stage.domain else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            web_acl_id=self.web_acl.attr_arn,
        )
        acknowledge(distribution, _ABOUT_THE_LOG | ({} if stage.domain else _ABOUT_THE_CERTIFICATE))
        return distribution

    def _certificate(self) -> acm.ICertificate | None:
        """Raises ValueError when only one of name and certificate is given."""
        domain, arn = self._stage.domain, self._stage.certificate_arn
        if (domain is None) != (arn is None):
            raise ValueError("A domain needs its certificate, and a certificate its domain.")
        return None if arn is None else acm.Certificate.from_certificate_arn(self, "DomainCertificate", arn)

    def _pages_origin(self) -> origins.HttpOrigin:
        authorization = self._identity.origin_value(self._stage.origin.sent, "authorization")
        return _https_origin(self._web.app_host, {"Authorization": authorization})

    def _api_behaviours(self) -> dict[str, cloudfront.BehaviorOptions]:
        """Nothing is kept, compressed or left out on the way, and a stream passes as it is made: CloudFront compresses
        only what a cache policy lets it."""
        origin = _https_origin(
            self._api.domain,
            {ORIGIN_HEADER: self._identity.origin_value(self._stage.origin.sent, "verify")},
            origin_path=f"/{self._api.api_stage.stage_name}",
            read_timeout=cdk.Duration.seconds(time_limits.EDGE_READ),
        )
        behaviour = cloudfront.BehaviorOptions(
            origin=origin,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            compress=False,
            # Authorization among them; not Host, by which API Gateway would look for another API.
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=api_headers(self, "ApiHeaders"),
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        )
        return dict.fromkeys(read_routes().api, behaviour)

    def _page_cache(self) -> cloudfront.CachePolicy:
        """For a second at most, whatever Amplify says: it would have pages kept for a year, and a deploy shows at once.
        It is there for what it compresses."""
        return cloudfront.CachePolicy(
            self,
            "PageCache",
            comment=f"Tableside {self._stage.name}: pages, compressed and not kept",
            min_ttl=cdk.Duration.seconds(0),
            default_ttl=cdk.Duration.seconds(0),
            max_ttl=cdk.Duration.seconds(1),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )

    def _access_log(self) -> logs.LogGroup:
        log = log_group(self, "AccessLog", self._stage, name=f"/aws/vendedlogs/tableside-{self._stage.name}/cloudfront")
        deliver_access_log(self, self.distribution, log, name=f"tableside-{self._stage.name}")
        allow_delivery(self, self.blocked_log, log)
        return log

    def _outputs(self) -> None:
        cdk.CfnOutput(self, "Address", value=self.address)
        cdk.CfnOutput(self, "DistributionDomain", value=self.distribution.distribution_domain_name)
        if self._stage.domain and self._stage.certificate_arn:  # for the next deploy to remember
            cdk.CfnOutput(self, "Domain", value=self._stage.domain)
            cdk.CfnOutput(self, "Certificate", value=self._stage.certificate_arn)
        cdk.CfnOutput(self, "Origin", value=str(self._stage.origin), description="Sent first, then also accepted")


def _pages(
    origin: origins.HttpOrigin, cache: cloudfront.ICachePolicy, headers: cloudfront.IResponseHeadersPolicy
) -> cloudfront.BehaviorOptions:
    """The origin gets no header, cookie or query of the reader's."""
    return cloudfront.BehaviorOptions(
        origin=origin,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_GET_HEAD,
        cache_policy=cache,
        response_headers_policy=headers,
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
    )


def _https_origin(host: str, headers: dict[str, str], **options: Any) -> origins.HttpOrigin:
    return origins.HttpOrigin(
        host,
        custom_headers=headers,
        protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
        **options,
    )


_ABOUT_THE_LOG = {
    "AwsSolutions-CFR1": "Owners travel; who may read what is decided by their token and not by where they are.",
    "AwsSolutions-CFR3": "It is logged, to a log group of this stack's by CloudFront's newer delivery, which lets the"
    " fields be chosen; the rule knows the older one to a bucket only.",
}
_ABOUT_THE_CERTIFICATE = {
    "AwsSolutions-CFR4": "CloudFront's own certificate settles for TLS 1.0, and no setting changes that. A stage with a"
    " domain of its own asks for TLS 1.2; one without is for trying things out, and the decision record says so.",
}
