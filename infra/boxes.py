"""The boxes of the architecture: which resource of which stack belongs to which, and what it is to a question.

docs/architecture.md says the same in words, and a test holds it, the templates and this together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Box:
    """title: its heading in docs/architecture.md. stack: without its stage; None for what AWS runs for everybody.
    matches: whose logical ids, or types, are its own. checkpoints: of the nine. bill: its lines in infra/bill.py."""

    id: str
    title: str
    stack: str | None
    matches: str = ".*"
    checkpoints: tuple[int, ...] = ()
    bill: tuple[str, ...] = ()
    stops: str | None = None
    """Of the four security layers, the one that it is."""

    def holds(self, stack: str, logical_id: str, kind: str) -> bool:
        return stack == self.stack and re.match(self.matches, f"{kind} {logical_id}") is not None


BOXES = (
    Box(
        id="cloudfront",
        title="CloudFront",
        stack="Edge",
        matches=r"AWS::CloudFront::|AWS::Logs::\w+ (AccessLog|Deliveries)",
        checkpoints=(2,),
        bill=("edge/requests", "edge/to the readers", "edge/to the origins"),
    ),
    Box(
        id="firewall",
        title="The web firewall",
        stack="Edge",
        matches=r"AWS::WAFv2::|AWS::Logs::LogGroup BlockedLog",
        checkpoints=(3,),
        bill=("firewall/web ACL", "firewall/rules", "firewall/requests"),
        stops="perimeter",
    ),
    Box(
        id="pages",
        title="The pages",
        stack="Web",
        checkpoints=(1,),
        bill=("web/served", "web/stored"),
    ),
    Box(
        id="origin-verify",
        title="Origin verify",
        stack="Api",
        matches=r"AWS::WAFv2::",
        bill=("origin verify/web ACL", "origin verify/rules", "origin verify/requests"),
        stops="bypass",
    ),
    Box(
        id="authorizer",
        title="The authorizer",
        stack="Api",
        matches=r"AWS::ApiGateway::Authorizer ",
        checkpoints=(4,),
        stops="boundary",
    ),
    Box(
        id="api-gateway",
        title="API Gateway",
        stack="Api",
        matches=r"AWS::(ApiGateway::(?!Authorizer)|Lambda::Permission|IAM|Logs)",
        checkpoints=(4,),
        bill=("api/requests",),
    ),
    Box(
        id="ask",
        title="The function ask",
        stack="Service",
        matches=r"\S+ Ask",
        checkpoints=(5, 9),
        bill=("service/invocations", "service/time", "service/images"),
    ),
    Box(id="api", title="The function api", stack="Service", matches=r"\S+ Api", checkpoints=(5,)),
    Box(
        id="database",
        title="The database",
        stack="Database",
        matches=r"AWS::RDS::|AWS::Logs::LogGroup Log",
        checkpoints=(6,),
        bill=("database/capacity", "database/storage", "database/reads and writes", "database/backups"),
        stops="data",
    ),
    Box(id="operator", title="The function operator", stack="Database", matches=r"\S+ Operator|Custom::Schema "),
    Box(id="imports", title="The imports' bucket", stack="Database", matches=r"AWS::S3::"),
    Box(
        id="model",
        title="The model",
        stack=None,
        checkpoints=(7,),
        bill=("model/tokens in", "model/tokens out"),
    ),
    Box(
        id="conversations",
        title="The conversations",
        stack="Conversations",
        checkpoints=(8,),
        bill=("conversations/writes", "conversations/reads", "conversations/storage", "conversations/recovery"),
    ),
    Box(
        id="users",
        title="The user pool",
        stack="Identity",
        matches=r"AWS::Cognito::",
        checkpoints=(1,),
        bill=("identity/users",),
    ),
    Box(
        id="claims",
        title="The function claims",
        stack="Identity",
        matches=r"\S+ (Claims|UsersPreTokenGeneration)",
    ),
    Box(
        id="release",
        title="The function release",
        stack="Identity",
        matches=r"\S+ (Release|Daily)|Custom::(TokenKeys|OriginValues) ",
    ),
    Box(id="token-keys", title="The token keys", stack="Identity", matches=r"AWS::DynamoDB::Table TokenKey"),
    Box(
        id="origin-values",
        title="The origin values",
        stack="Identity",
        matches=r"AWS::SecretsManager::",
        bill=("identity/secrets", "identity/keys"),
    ),
    Box(
        id="endpoints",
        title="The endpoints",
        stack="Network",
        matches=r"AWS::EC2::VPCEndpoint ",
        bill=("network/interface endpoints", "network/through them"),
    ),
    Box(id="network", title="The network", stack="Network", matches=r"AWS::(EC2::(?!VPCEndpoint)|Logs|IAM)"),
    Box(
        id="watch",
        title="Dashboard, alarms and budget",
        stack="Observability",
        bill=(
            "observability/alarms",
            "observability/dashboards",
            "observability/metrics",
            "observability/logs in",
            "observability/logs kept",
        ),
    ),
)

CHECKPOINTS = (
    "keystroke",
    "cloudfront",
    "waf",
    "api_gateway",
    "lambda",
    "postgres",
    "bedrock",
    "dynamodb",
    "stream_back",
)
"""As the service names them in its answers, from the first on."""

AWS_SERVICES = {"bedrock": "model"}
"""Boxes that no template holds, by the service that a permission names."""


class HomelessError(Exception):
    """A resource belongs to no box, or to two: infra/boxes.py does not know it yet."""


def box_of(stack: str, logical_id: str, kind: str) -> Box:
    """stack: without its stage. Raises HomelessError."""
    found = [box for box in BOXES if box.holds(stack, logical_id, kind)]
    if len(found) != 1:
        raise HomelessError(f"{stack}/{logical_id} ({kind}) belongs to {[box.id for box in found] or 'no box'}.")
    return found[0]
