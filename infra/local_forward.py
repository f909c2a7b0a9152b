"""In the place of the image, which takes Docker to run: hands a request of API Gateway's on to the service beside it.

Deployed as it stands, in the template. What the web adapter does in the image, for an answer that is buffered.
"""

import base64
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    query = event.get("multiValueQueryStringParameters") or {}
    address = os.environ["SERVICE_ADDRESS"] + event["path"] + "?" + urllib.parse.urlencode(query, doseq=True)
    body = event.get("body")
    if body is not None:
        body = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    headers = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() in _PASSED_ON}
    request = urllib.request.Request(address, body, headers, method=event["httpMethod"])  # noqa: S310 (of this machine)
    try:
        answer = _direct.open(request, timeout=25)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        said = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_THE_CONNECTION}
        return {"statusCode": answer.status, "headers": said, "body": answer.read().decode()}


_PASSED_ON = {"accept", "authorization", "content-type"}
_OF_THE_CONNECTION = {"connection", "content-length", "date", "server", "transfer-encoding"}
