"""Network: the VPC that the service, the operator and the database share, with no way to the internet in or out.

Every security group and every rule between them is here, so that no other stack has to know a group that is not its
own. What leaves the VPC goes through an endpoint: gateways for DynamoDB and S3, which cost nothing, and interfaces,
which cost by the hour, for the model and for the database administrator's password.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.log_groups import log_group
from infra.model_arns import model_arns
from infra.stages import REGION, Stage

DYNAMODB_ADDRESSES = "pl-02cd2c6b"
S3_ADDRESSES = "pl-63a5400a"
"""AWS's own prefix lists of us-east-1, the same in every account; looking them up would take one."""

POSTGRES = ec2.Port.tcp(5432)
HTTPS = ec2.Port.tcp(443)


class NetworkStack(cdk.Stack):
    """vpc: two zones, isolated subnets only. service_group, operator_group, database_group: who is in them may talk to
    whom is decided here."""

    def __init__(self, scope: Construct, id: str, *, stage: Stage, **options: Any) -> None:
        super().__init__(scope, id, **options)
        self._stage = stage
        self.vpc = self._vpc()
        self.service_group = self._group("Service", "The functions ask and api")
        self.operator_group = self._group("Operator", "The function operator")
        self.database_group = self._group("Database", "Aurora")
        self.model_endpoint_group = self._group("ModelEndpoint", "The way to Bedrock")
        self.secrets_endpoint_group = self._group("SecretsEndpoint", "The way to Secrets Manager")
        self._rules()
        self._flow_log()
        self._gateways()
        self._interfaces()

    def _vpc(self) -> ec2.Vpc:
        return ec2.Vpc(
            self,
            "Vpc",
            availability_zones=list(self._stage.zones),
            ip_addresses=ec2.IpAddresses.cidr("10.20.0.0/20"),
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=24)
            ],
            # Emptying the default group takes a Lambda function of CDK's own. Nothing is ever put into that group.
            restrict_default_security_group=False,
        )

    def _group(self, name: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(self, name, vpc=self.vpc, description=description, allow_all_outbound=False)

    def _rules(self) -> None:
        for group in (self.service_group, self.operator_group):
            group.connections.allow_to(self.database_group, POSTGRES, "Queries")
        self.service_group.connections.allow_to(self.model_endpoint_group, HTTPS, "ConverseStream")
        self.operator_group.connections.allow_to(self.secrets_endpoint_group, HTTPS, "The administrator's password")
        self.service_group.add_egress_rule(ec2.Peer.prefix_list(DYNAMODB_ADDRESSES), HTTPS, "DynamoDB")
        self.operator_group.add_egress_rule(ec2.Peer.prefix_list(S3_ADDRESSES), HTTPS, "Imports, CloudFormation")

    def _flow_log(self) -> None:
        """What was refused: in a network where all that is meant to pass is named, that is what is worth reading."""
        self.vpc.add_flow_log(
            "Refused",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                log_group(self, "FlowLog", self._stage),
                iam.Role(self, "FlowLogRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com")),
            ),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )

    def _gateways(self) -> None:
        dynamodb = self.vpc.add_gateway_endpoint("DynamoDb", service=ec2.GatewayVpcEndpointAwsService.DYNAMODB)
        dynamodb.add_to_policy(self._own_account("dynamodb:*", f"arn:aws:dynamodb:{REGION}:{self.account}:table/*"))
        s3 = self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        s3.add_to_policy(self._own_account("s3:GetObject", "arn:aws:s3:::*/*"))
        # A custom resource says how it went by a signed PUT into a bucket of CloudFormation's.
        s3.add_to_policy(
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=["s3:PutObject"],
                resources=[f"arn:aws:s3:::cloudformation-custom-resource-response-{REGION.replace('-', '')}/*"],
            )
        )

    def _own_account(self, action: str, resource: str) -> iam.PolicyStatement:
        """Whoever has credentials of another account cannot carry data out through this endpoint."""
        return iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=[action],
            resources=[resource],
            conditions={"StringEquals": {"aws:ResourceAccount": self.account}},
        )

    def _interfaces(self) -> None:
        model = self._interface("Model", ec2.InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME, self.model_endpoint_group)
        model.add_to_policy(self._own_principals("bedrock:InvokeModelWithResponseStream", model_arns(self._stage)))
        secrets = self._interface(
            "Secrets", ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER, self.secrets_endpoint_group
        )
        # RDS names its secrets so.
        passwords = f"arn:aws:secretsmanager:{REGION}:{self.account}:secret:rds!cluster-*"
        secrets.add_to_policy(self._own_principals("secretsmanager:GetSecretValue", [passwords]))

    def _interface(
        self, name: str, service: ec2.InterfaceVpcEndpointAwsService, group: ec2.SecurityGroup
    ) -> ec2.InterfaceVpcEndpoint:
        return self.vpc.add_interface_endpoint(
            name,
            service=service,
            security_groups=[group],
            open=False,  # the rules above name who may
            subnets=ec2.SubnetSelection(subnets=self.vpc.isolated_subnets[: self._stage.endpoint_zones]),
        )

    def _own_principals(self, action: str, resources: list[str]) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            principals=[iam.AnyPrincipal()],
            actions=[action],
            resources=resources,
            conditions={"StringEquals": {"aws:PrincipalAccount": self.account}},
        )
