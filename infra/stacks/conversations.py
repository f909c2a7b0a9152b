"""Conversations: one DynamoDB table, paid by the request. Its keys are those of service/conversations; a test compares
the two."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.stages import Stage

BY_RECENCY = "by_recency"
LISTED = ("title", "created_at", "turns", "flight_until")
"""What the index repeats of a conversation, keys apart."""


class ConversationsStack(cdk.Stack):
    """table: keyed by tenant and user (`pk`), with its conversations by recency beside."""

    def __init__(self, scope: Construct, id: str, *, stage: Stage, **options: Any) -> None:
        super().__init__(scope, id, **options)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expires_at",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            deletion_protection=stage.protected,
            removal_policy=cdk.RemovalPolicy.RETAIN if stage.protected else cdk.RemovalPolicy.DESTROY,
        )
        self.table.add_local_secondary_index(
            index_name=BY_RECENCY,
            sort_key=_text("recency"),
            projection_type=dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=list(LISTED),
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
