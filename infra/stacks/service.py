"""Service: the image as two functions of one code. `ask` streams and may call the model; `api` buffers and may not."""

from __future__ import annotations

from typing import Any, Literal

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra import time_limits
from infra.image import image_code
from infra.log_groups import log_group
from infra.model_arns import model_arns
from infra.roles import function_role
from infra.service_environment import service_environment
from infra.stacks.conversations import BY_RECENCY, ConversationsStack
from infra.stacks.database import DatabaseStack
from infra.stacks.identity import TOKEN_KEYS_ITEM, IdentityStack
from infra.stacks.network import NetworkStack
from infra.stages import Stage

MEMORY_MB = 1769
"""At this size Lambda gives one whole processor, which is what a cold start is made of."""

InvokeMode = Literal["response_stream", "buffered"]
"""Of the web adapter, and of API Gateway's integration: the two have to agree."""

READ_AND_WRITE = ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem")


class ServiceStack(cdk.Stack):
    """ask: POST /ai/ask, streaming; api: every other route."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: Stage,
        network: NetworkStack,
        database: DatabaseStack,
        conversations: ConversationsStack,
        identity: IdentityStack,
        **options: Any,
    ) -> None:
        super().__init__(scope, id, **options)
        self._stage, self._network = stage, network
        self._database, self._conversations, self._identity = database, conversations, identity
        self._environment = service_environment(stage, database, conversations, identity)
        self.ask = self._ask()
        self.api = self._api()

    def _ask(self) -> lambda_.DockerImageFunction:
        role, log = self._role("Ask")
        # A question and its answer are put in one transaction with the conversation's header.
        self._allow(role, (*READ_AND_WRITE, "dynamodb:PutItem"), self._conversations.table.table_arn)
        self._allow_model(role)
        return self._function(
            "Ask",
            role,
            log,
            description="POST /ai/ask: one question to one streamed answer",
            invoke_mode="response_stream",
            timeout=cdk.Duration.seconds(time_limits.ASK_FUNCTION),
            reserved_concurrent_executions=self._stage.ask_concurrency,
        )

    def _api(self) -> lambda_.DockerImageFunction:
        role, log = self._role("Api")
        table = self._conversations.table.table_arn
        self._allow(role, (*READ_AND_WRITE, "dynamodb:BatchWriteItem"), table)
        self._allow(role, ("dynamodb:Query",), f"{table}/index/{BY_RECENCY}")
        return self._function(
            "Api",
            role,
            log,
            description="Every buffered route: conversations, revenue, menu, orders, account",
            invoke_mode="buffered",
            timeout=cdk.Duration.seconds(time_limits.API_FUNCTION),
            reserved_concurrent_executions=self._stage.api_concurrency,
        )

    def _function(
        self,
        name: str,
        role: iam.Role,
        log: Any,
        *,
        invoke_mode: Literal["response_stream", "buffered"],
        **options: Any,
    ) -> lambda_.DockerImageFunction:
        return lambda_.DockerImageFunction(
            self,
            name,
            code=image_code("service"),
            architecture=lambda_.Architecture.ARM_64,
            role=role,
            log_group=log,
            memory_size=MEMORY_MB,
            vpc=self._network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[self._network.service_group],
            environment={**self._environment, "AWS_LWA_INVOKE_MODE": invoke_mode},
            **options,
        )

    def _role(self, name: str) -> tuple[iam.Role, logs.LogGroup]:
        """What both may do: sign in to the database as the role that only reads, and read the token keys."""
        log = log_group(self, f"{name}Log", self._stage)
        role = function_role(self, f"{name}Role", log)
        self._database.cluster.grant_connect(role, self._database.service_user)
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["dynamodb:GetItem"],
                resources=[self._identity.key_table.table_arn],
                conditions={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [TOKEN_KEYS_ITEM]}},
            )
        )
        return role, log

    @staticmethod
    def _allow(role: iam.Role, actions: tuple[str, ...], resource: str) -> None:
        role.add_to_principal_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))

    def _allow_model(self, role: iam.Role) -> None:
        """The profile, and the model in every region that the profile may send a request to, but through it only."""
        action = "bedrock:InvokeModelWithResponseStream"
        profile, *models = model_arns(self._stage)
        self._allow(role, (action,), profile)
        role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=[action],
                resources=models,
                conditions={"StringEquals": {"bedrock:InferenceProfileArn": profile}},
            )
        )
