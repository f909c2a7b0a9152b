"""Who signs in, what `release` is asked for, and what both small functions may do."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from infra.functions.claims.handler import TENANT as TENANT_CLAIM
from infra.stacks.identity import COGNITO, TOKEN_KEYS_ITEM
from service.auth.key_set import open_key_source
from tests.infra.synthesized import Resource, Synthesized, aslist, flat

FUNCTIONS = Path(__file__).parents[2] / "infra" / "functions"


@pytest.fixture(scope="module")
def pool(dev: Synthesized) -> Resource:
    return dev.one("AWS::Cognito::UserPool", "Identity")


@pytest.fixture(scope="module")
def app_client(dev: Synthesized) -> Resource:
    return dev.one("AWS::Cognito::UserPoolClient", "Identity")


# -- the pool: the layer against callers who are nobody --------------------------------------------------------


def test_the_tenant_is_given_once_and_the_client_cannot_write_it(pool: Resource, app_client: Resource) -> None:
    (tenant,) = (each for each in pool["Schema"] if f"custom:{each['Name']}" == TENANT_CLAIM)
    assert tenant["Mutable"] is False
    assert tenant["StringAttributeConstraints"] == {"MinLength": "36", "MaxLength": "36"}
    assert TENANT_CLAIM in app_client["ReadAttributes"]
    # Said outright: a client without a list may write every attribute that there is.
    assert app_client["WriteAttributes"] == ["name"]


def test_nobody_signs_up_by_themselves(pool: Resource) -> None:
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


def test_sign_in_is_srp_and_code_with_pkce_from_a_client_without_a_secret(app_client: Resource) -> None:
    assert set(app_client["ExplicitAuthFlows"]) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert app_client["GenerateSecret"] is False
    assert app_client["AllowedOAuthFlows"] == ["code"]
    assert app_client["PreventUserExistenceErrors"] == "ENABLED"


def test_tokens_have_an_end(app_client: Resource) -> None:
    assert app_client["TokenValidityUnits"] == {
        "AccessToken": "minutes",
        "IdToken": "minutes",
        "RefreshToken": "minutes",
    }
    assert (app_client["IdTokenValidity"], app_client["AccessTokenValidity"]) == (60, 60)
    assert app_client["RefreshTokenValidity"] == 12 * 60
    assert app_client["EnableTokenRevocation"] is True


def test_the_callback_is_the_stages_own_and_needs_no_edge(dev: Synthesized, prod: Synthesized) -> None:
    def callbacks(stage: Synthesized) -> list[str]:
        found: list[str] = stage.one("AWS::Cognito::UserPoolClient", "Identity")["CallbackURLs"]
        return found

    assert callbacks(dev) == ["http://localhost:3000/sign-in"]
    assert callbacks(prod) == ["https://tableside.example/sign-in"]
    assert dev.depends_on()["Identity"] == set()


def test_a_protected_stage_keeps_its_users(dev: Synthesized, prod: Synthesized) -> None:
    (kept,) = prod.resources("AWS::Cognito::UserPool", "Identity").values()
    (gone,) = dev.resources("AWS::Cognito::UserPool", "Identity").values()
    assert (kept["DeletionPolicy"], kept["Properties"]["DeletionProtection"]) == ("Retain", "ACTIVE")
    assert (gone["DeletionPolicy"], gone["Properties"]["DeletionProtection"]) == ("Delete", "INACTIVE")


def test_every_token_passes_the_function_that_looks_for_a_tenant(dev: Synthesized, pool: Resource) -> None:
    trigger = pool["LambdaConfig"]["PreTokenGeneration"]["Fn::GetAtt"][0]
    function = dev.templates["Identity"]["Resources"][trigger]["Properties"]
    assert function == dev.function("claims")
    assert function["Timeout"] <= 5  # Cognito waits no longer
    permission = next(
        each["Properties"]
        for each in dev.resources("AWS::Lambda::Permission", "Identity").values()
        if each["Properties"]["Principal"] == "cognito-idp.amazonaws.com"
    )
    assert "Users" in str(permission["SourceArn"])


# -- the small functions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["claims", "release"])
def test_a_zip_holds_its_own_function_and_nothing_else(dev: Synthesized, name: str) -> None:
    function = dev.function(name)
    assert (function["Runtime"], function["Architectures"]) == ("python3.12", ["arm64"])
    package, module, handler = function["Handler"].split(".")
    asset = dev.directory / f"asset.{function['Code']['S3Key'].removesuffix('.zip')}"
    packed = {str(file.relative_to(asset)) for file in asset.rglob("*") if file.is_file()}
    assert packed == {f"{name}/{file.name}" for file in (FUNCTIONS / name).glob("*.py")}
    assert (package, handler) == (name, "handler")
    assert f"{package}/{module}.py" in packed
    assert not zipfile.is_zipfile(asset)


def test_neither_stands_in_the_vpc(dev: Synthesized) -> None:
    """Cognito's keys and Amplify are reached by public addresses."""
    assert "VpcConfig" not in dev.function("release")
    assert "VpcConfig" not in dev.function("claims")


def test_claims_may_write_its_log_and_nothing_more(dev: Synthesized) -> None:
    (statement,) = dev.statements("Identity", "ClaimsRole")
    assert set(statement["Action"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert "ClaimsLog" in flat(statement["Resource"])


def test_release_may_write_the_keys_and_the_secret_that_it_makes(dev: Synthesized) -> None:
    allowed = {
        (action, flat(resource))
        for statement in dev.statements("Identity", "ReleaseRole")
        for action in aslist(statement["Action"])
        for resource in aslist(statement["Resource"])
    }
    assert {action for action, _ in allowed} == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "dynamodb:PutItem",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
    }
    assert all(resource.startswith("<") for _, resource in allowed)  # each names a thing of this stack


# -- what release is asked for -----------------------------------------------------------------------------------


def test_the_origin_secret_is_made_empty_and_filled_by_release(dev: Synthesized) -> None:
    secret = dev.one("AWS::SecretsManager::Secret", "Identity")
    assert not {"SecretString", "GenerateSecretString"} & set(secret)
    asked = dev.one("Custom::OriginValues", "Identity")
    assert asked["Slots"] == ["blue"]
    assert asked["Secret"] == {"Ref": next(iter(dev.resources("AWS::SecretsManager::Secret", "Identity")))}


def test_the_token_keys_are_written_where_the_service_reads_them(dev: Synthesized) -> None:
    asked = dev.one("Custom::TokenKeys", "Identity")
    assert flat(asked["JwksUrl"]).startswith(f"{COGNITO}/<Users")
    assert flat(asked["JwksUrl"]).endswith(">/.well-known/jwks.json")
    assert asked["Key"] == TOKEN_KEYS_ITEM
    table = dev.one("AWS::DynamoDB::Table", "Identity")
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    place = dev.function("ask")["Environment"]["Variables"]["TOKEN_KEYS"]
    assert "TokenKeyTable" in flat(place)
    assert flat(place).endswith(f"/{TOKEN_KEYS_ITEM}")
    open_key_source(f"dynamodb://table/{TOKEN_KEYS_ITEM}", dynamodb=object())  # type: ignore[arg-type]


def test_they_are_written_again_each_day(dev: Synthesized) -> None:
    rule = dev.one("AWS::Events::Rule", "Identity")
    assert rule["ScheduleExpression"] == "rate(1 day)"
    (target,) = rule["Targets"]
    sent = json.loads(flat(target["Input"]))
    asked = dev.one("Custom::TokenKeys", "Identity")
    assert sent == {"task": "token-keys", **{name: flat(asked[name]) for name in ("JwksUrl", "Table", "Key")}}


def test_a_function_that_dies_ends_the_deploy_in_minutes(dev: Synthesized) -> None:
    kinds = ("Custom::OriginValues", "Custom::TokenKeys", "Custom::Pages")
    asked = [each["Properties"] for kind in kinds for each in dev.resources(kind).values()]
    assert len(asked) == 3
    for each in asked:
        assert dev.function("release")["Timeout"] < int(each["ServiceTimeout"]) < 3600
