"""What a browser may do with what comes through the front door: `infra/security_headers.json` in CloudFront's words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

_FILE = Path(__file__).parent / "security_headers.json"
_CLOSED = "default-src 'none'; frame-ancestors 'none'"
"""What is no page may do nothing in a browser."""


@dataclass(frozen=True)
class SecurityHeaders:
    """policy: with {cognito} where the origin of the sign-in belongs; headers: by their names in small letters."""

    policy: str
    headers: dict[str, str]


def read_security_headers(file: Path = _FILE) -> SecurityHeaders:
    content = json.loads(file.read_text(encoding="utf-8"))
    directives = (f"{name} {' '.join(sources)}" for name, sources in content["content_security_policy"].items())
    return SecurityHeaders("; ".join(directives), content["headers"])


def page_headers(scope: Construct, id: str, cognito: str) -> cloudfront.ResponseHeadersPolicy:
    """cognito: the origin where the browser signs in, the only foreign one there is."""
    security = read_security_headers()
    return _policy(scope, id, security.policy.replace("{cognito}", cognito), security.headers)


def api_headers(scope: Construct, id: str) -> cloudfront.ResponseHeadersPolicy:
    return _policy(scope, id, _CLOSED, read_security_headers().headers)


def _policy(scope: Construct, id: str, policy: str, headers: dict[str, str]) -> cloudfront.ResponseHeadersPolicy:
    """CloudFront wants its own words for the headers that it knows; the others it sets as they are."""
    others = dict(headers)
    age, subdomains = _transport(others.pop("strict-transport-security"))
    assert others.pop("x-content-type-options") == "nosniff"
    referrer = others.pop("referrer-policy")
    return cloudfront.ResponseHeadersPolicy(
        scope,
        id,
        comment="infra/security_headers.json",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=policy, override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy[referrer.upper().replace("-", "_")], override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=age, include_subdomains=subdomains, override=True
            ),
        ),
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
                for name, value in others.items()
            ]
        ),
    )


def _transport(value: str) -> tuple[cdk.Duration, bool]:
    found = re.fullmatch(r"max-age=(\d+)(; includeSubDomains)?", value)
    assert found is not None, f"strict-transport-security says {value}"
    return cdk.Duration.seconds(int(found[1])), found[2] is not None
