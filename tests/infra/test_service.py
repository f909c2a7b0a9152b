"""The two functions: told every field of the service's Config, allowed what they do and nothing beside it."""

from __future__ import annotations

import pytest

from infra.image import CHECKOUT
from service.config import Config, read_config
from service.conversations.dynamodb import TABLE_DEFINITION, TTL_ATTRIBUTE
from tests.infra.synthesized import Synthesized, aslist, flat

NOT_IN_AWS = {
    "AWS_REGION": "Lambda sets it",
    "DATABASE_PASSWORD": "sign-in is IAM's",
    "DYNAMODB_ENDPOINT": "AWS's own",
    "BEDROCK_ENDPOINT": "AWS's own",
    "NOW": "the real time",
    "PROMPT_VERSION": "what `current` in the image says",
}


@pytest.mark.parametrize("name", ["ask", "api"])
@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_the_environment_is_the_fields_of_the_config(name: str, stage: str, request: pytest.FixtureRequest) -> None:
    synthesized: Synthesized = request.getfixturevalue(stage)
    given = {key: flat(value) for key, value in synthesized.function(name)["Environment"]["Variables"].items()}
    of_the_adapter = {key for key in given if key.startswith("AWS_LWA_")}
    fields = {field.upper() for field in Config.__struct_fields__}
    assert set(given) - of_the_adapter == fields - set(NOT_IN_AWS)
    assert set(NOT_IN_AWS) <= fields
    config = read_config({key: value for key, value in given.items() if key not in of_the_adapter})
    assert config.database_auth == "iam"
    assert config.front_doors.split(",") == ["cloudfront", "waf", "api_gateway"]
    assert config.token_keys.endswith("/token-keys")
    assert config.token_issuer.startswith("https://cognito-idp.us-east-1.amazonaws.com/<")


def test_both_are_told_the_same(dev: Synthesized) -> None:
    ask, api = (dict(dev.function(name)["Environment"]["Variables"]) for name in ("ask", "api"))
    assert (ask.pop("AWS_LWA_INVOKE_MODE"), api.pop("AWS_LWA_INVOKE_MODE")) == ("response_stream", "buffered")
    assert ask == api


def test_nothing_secret_is_in_an_environment(dev: Synthesized) -> None:
    for function in dev.resources("AWS::Lambda::Function").values():
        for value in function["Properties"].get("Environment", {}).get("Variables", {}).values():
            assert "resolve:" not in flat(value)


def allowed(synthesized: Synthesized, role: str) -> set[tuple[str, str]]:
    """Action and resource of all that a role may do, the ways of every function of a VPC apart."""
    return {
        (action, flat(resource))
        for statement in synthesized.statements("Service", role)
        for action in aslist(statement["Action"])
        for resource in aslist(statement["Resource"])
        if not action.startswith(("ec2:", "logs:"))
    }


def test_ask_may_use_its_model_its_table_and_one_database_user(dev: Synthesized) -> None:
    found = allowed(dev, "AskRole")
    model = "bedrock:InvokeModelWithResponseStream"
    assert {resource for action, resource in found if action == model} == {
        "arn:aws:bedrock:us-east-1:<AWS::AccountId>:inference-profile/us.amazon.nova-lite-v1:0",
        *(f"arn:aws:bedrock:{region}::foundation-model/amazon.nova-lite-v1:0"
          for region in ("us-east-1", "us-east-2", "us-west-2")),
    }  # fmt: skip
    assert {action for action, _ in found} == {
        model, "rds-db:connect", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
    }  # fmt: skip


def test_a_model_is_reached_through_the_profile_alone(dev: Synthesized) -> None:
    (statement,) = [
        each for each in dev.statements("Service", "AskRole") if "foundation-model" in flat(aslist(each["Resource"])[0])
    ]
    assert set(statement["Condition"]["StringEquals"]) == {"bedrock:InferenceProfileArn"}


def test_api_may_not_use_a_model(dev: Synthesized) -> None:
    found = allowed(dev, "ApiRole")
    assert {action for action, _ in found} == {
        "rds-db:connect", "dynamodb:GetItem", "dynamodb:BatchWriteItem", "dynamodb:Query", "dynamodb:UpdateItem",
    }  # fmt: skip
    assert {resource.rpartition("/")[2] for _, resource in found if "/index/" in resource} == {"by_recency"}


@pytest.mark.parametrize("role", ["AskRole", "ApiRole"])
def test_both_sign_in_as_the_role_that_only_reads(dev: Synthesized, role: str) -> None:
    """The layer at the data: this user is under every policy of row-level security, and owns nothing."""
    (user,) = [resource for action, resource in allowed(dev, role) if action == "rds-db:connect"]
    assert user.endswith("/tableside_service")
    assert "NOBYPASSRLS" in (CHECKOUT / "sql" / "roles.sql").read_text()


@pytest.mark.parametrize("role", ["AskRole", "ApiRole"])
def test_both_read_the_token_keys_and_write_none(dev: Synthesized, role: str) -> None:
    on_keys = [each for each in dev.statements("Service", role) if "TokenKeyTable" in flat(aslist(each["Resource"])[0])]
    (statement,) = on_keys
    assert statement["Action"] == "dynamodb:GetItem"
    assert statement["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["token-keys"]}}


def test_the_table_is_the_one_that_the_service_knows(dev: Synthesized) -> None:
    table = dev.one("AWS::DynamoDB::Table", "Conversations")

    def in_order(attributes: list[dict[str, str]]) -> list[dict[str, str]]:
        return sorted(attributes, key=lambda each: each["AttributeName"])

    assert table["BillingMode"] == TABLE_DEFINITION["BillingMode"]
    assert table["KeySchema"] == TABLE_DEFINITION["KeySchema"]
    assert table["LocalSecondaryIndexes"] == TABLE_DEFINITION["LocalSecondaryIndexes"]
    assert in_order(table["AttributeDefinitions"]) == in_order(TABLE_DEFINITION["AttributeDefinitions"])
    assert table["TimeToLiveSpecification"] == {"AttributeName": TTL_ATTRIBUTE, "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
