"""The environment of `ask` and `api`: every field of the service's Config that has a place in AWS, in capitals.

Not among them: AWS_REGION, which Lambda sets; DATABASE_PASSWORD, for sign-in is IAM's; DYNAMODB_ENDPOINT and
BEDROCK_ENDPOINT, for AWS's own are meant; NOW, for the real time is meant; PROMPT_VERSION, for the
image says which is the current one.
"""

from __future__ import annotations

from infra import time_limits
from infra.image import DATABASE_CA
from infra.stacks.conversations import ConversationsStack
from infra.stacks.database import DatabaseStack
from infra.stacks.identity import TOKEN_KEYS_ITEM, IdentityStack
from infra.stages import Stage


def service_environment(
    stage: Stage, database: DatabaseStack, conversations: ConversationsStack, identity: IdentityStack
) -> dict[str, str]:
    return {
        **_database(stage, database),
        **_identity(identity),
        **_turn(),
        "CONVERSATIONS_TABLE": conversations.table.table_name,
        "CONVERSATION_TTL_DAYS": str(stage.conversation_days),
        "BEDROCK_MODEL_ID": stage.model_profile,
        "FRONT_DOORS": "cloudfront,waf,api_gateway",
        "LOG_LEVEL": "INFO",
    }


def _database(stage: Stage, database: DatabaseStack) -> dict[str, str]:
    return {
        "DATABASE_HOST": database.cluster.cluster_endpoint.hostname,
        "DATABASE_PORT": "5432",
        "DATABASE_NAME": database.database_name,
        "DATABASE_USER": database.service_user,
        "DATABASE_AUTH": "iam",
        "DATABASE_TLS_CA": DATABASE_CA,
        "DATABASE_POOL_SIZE": str(stage.pool_size),
        "DATABASE_WAKE_SECONDS": str(time_limits.DATABASE_WAKE),
        "DATABASE_PATIENCE_SECONDS": str(time_limits.DATABASE_PATIENCE),
    }


def _identity(identity: IdentityStack) -> dict[str, str]:
    return {
        "TOKEN_ISSUER": identity.issuer,
        "TOKEN_AUDIENCE": identity.app_client.user_pool_client_id,
        "TOKEN_KEYS": f"dynamodb://{identity.key_table.table_name}/{TOKEN_KEYS_ITEM}",
    }


def _turn() -> dict[str, str]:
    """The caps of a turn. All but its time are the service's own defaults, written down where they are paid for."""
    return {
        "TURN_MAX_OUTPUT_TOKENS": "4096",
        "TURN_MAX_TOOL_ROUNDS": "4",
        "TURN_MAX_SECONDS": str(time_limits.TURN),
        "TOOL_MAX_SECONDS": "8",
        "HISTORY_MAX_TOKENS": "4000",
        "MODEL_PATIENCE_SECONDS": "20",
        "MODEL_IDLE_SECONDS": "30",
        "HEARTBEAT_SECONDS": str(time_limits.HEARTBEAT),
        "STOP_POLL_SECONDS": "1",
    }
