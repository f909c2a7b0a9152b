"""Database: Aurora PostgreSQL, which sleeps in dev, and the one function that may change it.

Nobody signs in with a password but the administrator, once: the `operator` function applies `sql/` at every deploy,
which fails when that fails, and from then on every sign-in is IAM's over verified TLS.
"""

from __future__ import annotations

import hashlib
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.image import CHECKOUT, DATABASE_CA, image_code
from infra.log_groups import log_group
from infra.roles import function_role
from infra.stacks.network import NetworkStack
from infra.stages import Stage

ADMINISTRATOR, OWNER, SERVICE = "tableside_admin", "tableside_owner", "tableside_service"
"""Roles of the database. The administrator is Aurora's master user; `sql/roles.sql` makes the others."""
OPERATOR_MINUTES = 15
OPERATOR_CONNECTIONS = 2


class DatabaseStack(cdk.Stack):
    """cluster; database_name and service_user: what the service signs in to and as; operator: the function that
    migrates, creates tenants and imports orders; imports: the bucket that it reads them from."""

    database_name = "tableside"
    service_user = SERVICE

    def __init__(self, scope: Construct, id: str, *, stage: Stage, network: NetworkStack, **options: Any) -> None:
        super().__init__(scope, id, **options)
        self._stage = stage
        self._network = network
        self.cluster = self._cluster()
        self.imports = self._imports()
        self.operator = self._operator()
        self._schema()
        cdk.CfnOutput(self, "OperatorFunction", value=self.operator.function_name)
        cdk.CfnOutput(self, "ImportsBucket", value=self.imports.bucket_name)

    def _cluster(self) -> rds.DatabaseCluster:
        stage, identifier = self._stage, f"tableside-{self._stage.name}"
        # Made first, with a life of its own: Aurora would make it without an end.
        log = log_group(self, "Log", stage, name=f"/aws/rds/cluster/{identifier}/postgresql")
        cluster = rds.DatabaseCluster(
            self,
            "Cluster",
            engine=rds.DatabaseClusterEngine.aurora_postgres(version=rds.AuroraPostgresEngineVersion.VER_17_9),
            cluster_identifier=identifier,
            writer=rds.ClusterInstance.serverless_v2("Writer"),
            readers=[
                rds.ClusterInstance.serverless_v2(f"Reader{number}", scale_with_writer=True)
                for number in range(1, stage.database_readers + 1)
            ],
            serverless_v2_min_capacity=stage.database_min_acu,
            serverless_v2_max_capacity=stage.database_max_acu,
            serverless_v2_auto_pause_duration=(
                cdk.Duration.minutes(stage.database_pause_minutes) if stage.database_pause_minutes else None
            ),
            vpc=self._network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[self._network.database_group],
            credentials=rds.Credentials.from_username(ADMINISTRATOR),
            # RDS keeps the password in Secrets Manager and changes it weekly, without a function of ours.
            manage_master_user_password=True,
            iam_authentication=True,
            storage_encrypted=True,
            parameters={"rds.force_ssl": "1", "max_connections": str(stage.database_connections)},
            backup=rds.BackupProps(
                retention=cdk.Duration.days(stage.database_backup_days), preferred_window="07:00-08:00"
            ),
            preferred_maintenance_window="sun:08:30-sun:09:30",
            copy_tags_to_snapshot=True,
            cloudwatch_logs_exports=["postgresql"],
            deletion_protection=stage.protected,
            removal_policy=cdk.RemovalPolicy.RETAIN if stage.protected else cdk.RemovalPolicy.DESTROY,
        )
        cluster.node.add_dependency(log)
        if not stage.protected:
            acknowledge(cluster, _ABOUT_DEV)
        return cluster

    def _imports(self) -> s3.Bucket:
        """What is uploaded for an import lies here for a day."""
        day = cdk.Duration.days(1)
        bucket = s3.Bucket(
            self,
            "Imports",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=day, abort_incomplete_multipart_upload_after=day)],
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        acknowledge(bucket, _ABOUT_THE_BUCKET)
        return bucket

    def _operator(self) -> lambda_.DockerImageFunction:
        log = log_group(self, "OperatorLog", self._stage)
        return lambda_.DockerImageFunction(
            self,
            "Operator",
            description="Migrates the database, creates tenants, imports orders",
            code=image_code("operator"),
            architecture=lambda_.Architecture.ARM_64,
            role=self._operator_role(log),
            log_group=log,
            memory_size=1769,  # one processor: an import parses a large file
            timeout=cdk.Duration.minutes(OPERATOR_MINUTES),
            reserved_concurrent_executions=OPERATOR_CONNECTIONS,
            vpc=self._network.vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[self._network.operator_group],
            environment=self._operator_environment(),
        )

    def _operator_role(self, log: logs.LogGroup) -> iam.Role:
        role = function_role(self, "OperatorRole", log)
        for user in (ADMINISTRATOR, OWNER):
            self.cluster.grant_connect(role, user)
        role.add_to_principal_policy(
            iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[self._password().secret_arn])
        )
        imports = self.imports.arn_for_objects("*")
        role.add_to_principal_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[imports]))
        acknowledge(role, _ABOUT_IMPORTS)
        return role

    def _operator_environment(self) -> dict[str, str]:
        """The fields of service.config.OperatorConfig."""
        return {
            "DATABASE_HOST": self.cluster.cluster_endpoint.hostname,
            "DATABASE_NAME": self.database_name,
            "DATABASE_TLS_CA": DATABASE_CA,
            "DATABASE_ADMIN_USER": ADMINISTRATOR,
            "DATABASE_ADMIN_SECRET": self._password().secret_arn,
        }

    def _password(self) -> secretsmanager.ISecret:
        assert self.cluster.secret is not None
        return self.cluster.secret

    def _schema(self) -> None:
        """Runs the operator at the deploys that change `sql/`, and fails the deploy when it fails."""
        schema = cdk.CustomResource(
            self,
            "Schema",
            resource_type="Custom::Schema",
            service_token=self.operator.function_arn,
            properties={"Sql": sql_hash()},
            # An operator that dies says nothing; CloudFormation need not wait for its usual hour.
            service_timeout=cdk.Duration.minutes(OPERATOR_MINUTES + 1),
        )
        schema.node.add_dependency(self.cluster)  # and its writer


def sql_hash() -> str:
    """Of every file that the operator applies, names included."""
    files = [CHECKOUT / "sql" / "roles.sql", *sorted((CHECKOUT / "sql" / "migrations").glob("*.sql"))]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


_ABOUT_DEV = {"AwsSolutions-RDS10": "`make destroy` of a stage that holds nothing of worth is meant to work at once."}
_ABOUT_IMPORTS = {
    "AwsSolutions-IAM5[Resource::<ImportsC5EA4F6F.Arn>/*]": "Any object, for each import is one; of this bucket only.",
}
_ABOUT_THE_BUCKET = {
    "AwsSolutions-S1": "An operator's upload lies here for a day. Who put and who read it is CloudTrail's to say, and"
    " a log of this bucket would need a bucket that is kept longer than what it is about.",
}
