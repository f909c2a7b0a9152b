"""Events as API Gateway's REST APIs send them to a function."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4


def proxy_event(
    method: str,
    target: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes | str | dict[str, Any] | None = None,
    claims: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A request for the stage `prod`. target: path and query; a body in bytes travels as base64; claims: what the
    authorizer found in the token."""
    url = urlsplit(target)
    query = parse_qs(url.query, keep_blank_values=True)
    given = {"Host": "api.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443", **(headers or {})}
    text = json.dumps(body) if isinstance(body, dict) else body
    binary = isinstance(text, bytes)
    return {
        "resource": "/{proxy+}",
        "path": url.path,
        "httpMethod": method,
        "headers": given,
        "multiValueHeaders": {name: [value] for name, value in given.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"proxy": url.path.lstrip("/")},
        "stageVariables": None,
        "requestContext": _context(method, url.path, claims),
        "body": base64.b64encode(text).decode() if isinstance(text, bytes) else text,
        "isBase64Encoded": binary,
    }


def _context(method: str, path: str, claims: dict[str, str] | None) -> dict[str, Any]:
    return {
        "accountId": "123456789012",
        "apiId": "abcdef1234",
        **({"authorizer": {"claims": claims}} if claims is not None else {}),
        "domainName": "abcdef1234.execute-api.us-east-1.amazonaws.com",
        "domainPrefix": "abcdef1234",
        "extendedRequestId": "JKJaXmPLvHcESHA=",
        "httpMethod": method,
        "identity": {"sourceIp": "192.0.2.17", "userAgent": "curl/8.5.0", "accountId": None, "caller": None},
        "path": f"/prod{path}",
        "protocol": "HTTP/1.1",
        "requestId": str(uuid4()),
        "requestTime": "01/Nov/2026:12:00:00 +0000",
        "requestTimeEpoch": 1793534400000,
        "resourceId": "abc123",
        "resourcePath": "/{proxy+}",
        "stage": "prod",
    }
