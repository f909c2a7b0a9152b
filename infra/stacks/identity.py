"""Identity: who may sign in, and the values by which the origins know CloudFront.

Needs nothing of the edge: sign-in is SRP from the page's own script, which no callback address takes part in.
"""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.origin import Slot
from infra.small_functions import small_function
from infra.stages import REGION, Stage

TENANT = "tenant_id"
TOKEN_KEYS_ITEM = "token-keys"  # noqa: S105 (the name of an item)
"""Under this key `release` writes the token key set."""
RELEASE_MINUTES = 10
COGNITO = f"https://cognito-idp.{REGION}.amazonaws.com"
"""Where a browser signs in."""


class IdentityStack(cdk.Stack):
    """user_pool and app_client; issuer: as id tokens name it; key_table: where the service reads the token keys;
    origin_secret: what CloudFront shows the origins; claims, release: the two small functions."""

    def __init__(self, scope: Construct, id: str, *, stage: Stage, **options: Any) -> None:
        super().__init__(scope, id, **options)
        self._stage = stage
        self.claims = small_function(
            self,
            "claims",
            stage=stage,
            description="Refuses a token to whoever belongs to no restaurant",
            memory_size=256,
            timeout=cdk.Duration.seconds(5),  # Cognito waits no longer
        )
        self.release = small_function(
            self,
            "release",
            stage=stage,
            description="At deploy: origin values, token keys, the pages; daily: token keys",
            memory_size=512,
            timeout=cdk.Duration.minutes(RELEASE_MINUTES),
        )
        self.user_pool = self._user_pool()
        self.app_client = self._app_client()
        self.issuer = f"{COGNITO}/{self.user_pool.user_pool_id}"
        self.key_table = self._key_table()
        self._token_keys()
        self.origin_secret = self._origin_secret()
        cdk.CfnOutput(self, "UserPoolId", value=self.user_pool.user_pool_id)
        cdk.CfnOutput(self, "OriginSecret", value=self.origin_secret.ref)

    @property
    def accepted_origin_values(self) -> list[str]:
        """The origin-verify values that the regional WAF lets in, one or, while rotating, two."""
        return [self.origin_value(slot, "verify") for slot in self._stage.origin.accepted]

    def origin_value(self, slot: Slot, name: str) -> str:
        """A reference that CloudFormation resolves when it deploys; no template holds the value.

        name: verify, user, password or authorization, the ready-made header.
        """
        return f"{{{{resolve:secretsmanager:{self.origin_secret.ref}:SecretString:{slot}_{name}}}}}"

    def _user_pool(self) -> cognito.UserPool:
        stage = self._stage
        pool = cognito.UserPool(
            self,
            "Users",
            user_pool_name=f"tableside-{stage.name}",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            keep_original=cognito.KeepOriginalAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            # Given once, when the user is made: whoever could change it could read another restaurant.
            custom_attributes={TENANT: cognito.StringAttribute(min_len=36, max_len=36, mutable=False)},
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=cdk.Duration.days(7),
            ),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            lambda_triggers=cognito.UserPoolTriggers(pre_token_generation=self.claims),
            deletion_protection=stage.protected,
            removal_policy=cdk.RemovalPolicy.RETAIN if stage.protected else cdk.RemovalPolicy.DESTROY,
        )
        acknowledge(pool, _ABOUT_THE_POOL)
        return pool

    def _app_client(self) -> cognito.UserPoolClient:
        """A public client, as a browser needs it: no secret that it could not keep."""
        callback = f"https://{self._stage.domain}/sign-in" if self._stage.domain else "http://localhost:3000/sign-in"
        return self.user_pool.add_client(
            "App",
            user_pool_client_name="web",
            generate_secret=False,
            auth_flows=cognito.AuthFlow(user_srp=True),
            # Code with PKCE, never implicit. It sleeps until the pool is given a domain of its own.
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True, implicit_code_grant=False),
                scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
                callback_urls=[callback],
                logout_urls=[callback],
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            id_token_validity=cdk.Duration.hours(1),
            access_token_validity=cdk.Duration.hours(1),
            # A sign-in lives in a page's memory: nothing outlasts a working day there.
            refresh_token_validity=cdk.Duration.hours(12),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
            read_attributes=cognito.ClientAttributes()
            .with_standard_attributes(email=True, email_verified=True, fullname=True)
            .with_custom_attributes(TENANT),
            write_attributes=cognito.ClientAttributes().with_standard_attributes(fullname=True),
        )

    def _key_table(self) -> dynamodb.Table:
        """Written anew each day, so it goes with its stack."""
        return dynamodb.Table(
            self,
            "TokenKeyTable",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )

    def _token_keys(self) -> None:
        """At deploy, before there is a service to ask for them, and daily."""
        self._allow_release(["dynamodb:PutItem"], self.key_table.table_arn)
        wanted = {
            "JwksUrl": f"{self.issuer}/.well-known/jwks.json",
            "Table": self.key_table.table_name,
            "Key": TOKEN_KEYS_ITEM,
        }
        self._custom_resource("TokenKeys", wanted)
        events.Rule(
            self,
            "Daily",
            description="Renews the token keys that the service reads",
            schedule=events.Schedule.rate(cdk.Duration.days(1)),
            targets=[
                targets.LambdaFunction(
                    self.release,
                    event=events.RuleTargetInput.from_object({"task": "token-keys", **wanted}),
                    retry_attempts=2,
                )
            ],
        )

    def _origin_secret(self) -> secretsmanager.CfnSecret:
        """Empty here: `release` makes what it holds, for the ready-made header cannot be written in a template."""
        secret = secretsmanager.CfnSecret(
            self, "Origin", description="What CloudFront shows the API and the app to be let in, by slot"
        )
        acknowledge(secret, _ABOUT_THE_SECRET)
        self._allow_release(["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"], secret.ref)
        self._custom_resource("OriginValues", {"Secret": secret.ref, "Slots": sorted(self._stage.origin.accepted)})
        return secret

    def _allow_release(self, actions: list[str], resource: str) -> None:
        self.release.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[resource]))

    def _custom_resource(self, name: str, wanted: dict[str, Any]) -> None:
        made = cdk.CustomResource(
            self,
            name,
            resource_type=f"Custom::{name}",
            service_token=self.release.function_arn,
            properties=wanted,
            service_timeout=cdk.Duration.minutes(RELEASE_MINUTES + 1),
        )
        made.node.add_dependency(self.release)


_ABOUT_THE_POOL = {
    "AwsSolutions-COG2": "The page's sign-in has one step. A second one is worth having and is the page's work first:"
    " a pool that demands what the page cannot ask for lets nobody in.",
    "AwsSolutions-COG8": "The Plus plan is paid for threat protection. Its check for leaked passwords needs to see the"
    " password, which SRP never sends, and its answer to a risky sign-in is a second step, of which see COG2. Guessing"
    " is stopped by Cognito's own lock-out.",
}
_ABOUT_THE_SECRET = {
    "AwsSolutions-SMG4": "CloudFront cannot look a value up, so a new one is a deploy and not a schedule of Secrets"
    " Manager's: `make rotate-origin`, in three steps in which no good request is refused.",
}
