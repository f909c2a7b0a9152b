"""Who belongs to no restaurant gets no token."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from botocore.exceptions import ClientError

from infra.functions.claims.handler import NoTenantError, handler

TENANT = "3f0c1d5e-9a1b-4c7d-8e2f-0123456789ab"
CODE = Path(__file__).parents[3] / "infra" / "functions" / "claims"


def event(**attributes: str) -> dict[str, Any]:
    """As Cognito sends it (version 1)."""
    return {
        "version": "1",
        "triggerSource": "TokenGeneration_Authentication",
        "region": "us-east-1",
        "userPoolId": "us-east-1_abc",
        "userName": "someone",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown", "clientId": "client"},
        "request": {"userAttributes": {"sub": "someone", **attributes}, "groupConfiguration": {}},
        "response": {"claimsOverrideDetails": None},
    }


def test_an_owner_passes_and_the_token_is_left_as_it_is() -> None:
    sent = event(**{"custom:tenant_id": TENANT})
    assert handler(json.loads(json.dumps(sent)), None) == sent


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"custom:tenant_id": ""},
        {"custom:tenant_id": "null"},
        {"custom:tenant_id": "x" * 36},
        {"custom:tenant_id": TENANT.upper()},
        {"custom:tenant_id": f"{{{TENANT}}}"},
        {"tenant_id": TENANT},
        {"custom:tenant": TENANT},
    ],
)
def test_without_a_tenant_in_its_one_spelling_there_is_no_token(attributes: dict[str, str]) -> None:
    with pytest.raises(NoTenantError):
        handler(event(**attributes), None)


# -- as Cognito calls it ---------------------------------------------------------------------------------------


@pytest.fixture
def pool(clients: Any) -> dict[str, str]:
    """A pool whose trigger is the function, deployed as a zip, and its client."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(CODE.glob("*.py")):
            archive.write(file, f"claims/{file.name}")
    role = clients("iam").create_role(RoleName=f"claims-{uuid4()}", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    function = clients("lambda").create_function(
        FunctionName=f"claims-{uuid4()}",
        Runtime="python3.12",
        Role=role,
        Handler="claims.handler.handler",
        Code={"ZipFile": packed.getvalue()},
    )["FunctionArn"]
    cognito = clients("cognito-idp")
    tenant = {"Name": "tenant_id", "AttributeDataType": "String", "Mutable": False}
    made = cognito.create_user_pool(PoolName="claims", Schema=[tenant], LambdaConfig={"PreTokenGeneration": function})[
        "UserPool"
    ]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=made, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )["UserPoolClient"]["ClientId"]
    return {"pool": made, "client": client}


def sign_in(clients: Any, pool: dict[str, str], **attributes: str) -> dict[str, Any]:
    cognito, name, password = clients("cognito-idp"), f"user-{uuid4()}", "Long-enough-1"
    given = [{"Name": each, "Value": value} for each, value in attributes.items()]
    cognito.admin_create_user(UserPoolId=pool["pool"], Username=name, UserAttributes=given, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool["pool"], Username=name, Password=password, Permanent=True)
    answer: dict[str, Any] = cognito.initiate_auth(
        ClientId=pool["client"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )["AuthenticationResult"]
    return answer


def test_cognito_gives_an_owner_a_token_with_the_tenant(clients: Any, pool: dict[str, str]) -> None:
    token = sign_in(clients, pool, **{"custom:tenant_id": TENANT})["IdToken"]
    assert jwt.decode(token, options={"verify_signature": False})["custom:tenant_id"] == TENANT


def test_cognito_gives_none_to_somebody_of_no_restaurant(clients: Any, pool: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="not linked to a restaurant"):
        sign_in(clients, pool)
