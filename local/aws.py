"""What the service needs in AWS, set up on ministack: user pool, app client, users, the conversations table."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from botocore.exceptions import ClientError
from msgspec import Struct

from local.errors import LocalCloudError
from local.ministack import REGION, Ministack
from local.private_files import read_record, write_record
from service.conversations.dynamodb import TABLE_DEFINITION, TTL_ATTRIBUTE

__all__ = [
    "Identity",
    "Ministack",
    "Tokens",
    "create_user",
    "prepare_conversations",
    "prepare_identity",
    "sign_in",
]

POOL_NAME = "tableside"
CONVERSATIONS_TABLE = "tableside-conversations"


class Identity(Struct, frozen=True):
    """issuer: as the tokens name it; jwks_url: where their keys are read on this machine."""

    pool_id: str
    client_id: str
    issuer: str
    jwks_url: str


class Tokens(Struct, frozen=True):
    id_token: str
    access_token: str
    refresh_token: str
    expires_in: int
    """Seconds."""


async def prepare_identity(ministack: Ministack) -> Identity:
    """The user pool and its app client, made when they are not there yet and then saved."""
    async with ministack.client("cognito-idp") as cognito:
        pool_id = await _find_pool(cognito) or await _create_pool(cognito)
        client_id = await _find_client(cognito, pool_id) or await _create_client(cognito, pool_id)
    await ministack.save()
    return Identity(
        pool_id=pool_id,
        client_id=client_id,
        issuer=f"https://cognito-idp.{REGION}.amazonaws.com/{pool_id}",
        jwks_url=f"{ministack.endpoint}/{pool_id}/.well-known/jwks.json",
    )


async def create_user(
    ministack: Ministack, identity: Identity, email: str, tenant_id: UUID | str, password: str | None = None
) -> str:
    """A sign-in of a tenant; returns its password. One that is there already keeps its password.

    Raises LocalCloudError when it is there but belongs to another tenant.
    """
    async with ministack.client("cognito-idp") as cognito:
        owner = await _tenant_of(cognito, identity, email)
        if owner not in (None, str(tenant_id)):
            raise LocalCloudError(f"{email} signs in to another restaurant already.")
        kept = await asyncio.to_thread(read_passwords, ministack.directory)
        password = password or kept.get(email) or _new_password()
        if owner is None or kept.get(email) != password:
            await asyncio.to_thread(_keep_password, ministack.directory, email, password)
            if owner is None:
                await _add_user(cognito, identity, email, str(tenant_id))
            await cognito.admin_set_user_password(
                UserPoolId=identity.pool_id, Username=email, Password=password, Permanent=True
            )
            await ministack.save()
    return password


def read_passwords(directory: Path) -> dict[str, str]:
    """The passwords of the sign-ins that were made on this machine, by email."""
    return read_record(directory / "sign-ins.json", dict[str, str]) or {}


async def sign_in(ministack: Ministack, identity: Identity, email: str, password: str) -> Tokens:
    """Raises LocalCloudError when Cognito refuses."""
    async with ministack.client("cognito-idp") as cognito:
        try:
            answer = await cognito.initiate_auth(
                ClientId=identity.client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": email, "PASSWORD": password},
            )
        except ClientError as error:
            raise LocalCloudError(f"Cognito refused the sign-in of {email}: {_code(error)}.") from error
    result = answer["AuthenticationResult"]
    return Tokens(result["IdToken"], result["AccessToken"], result["RefreshToken"], result["ExpiresIn"])


async def prepare_conversations(ministack: Ministack) -> str:
    """Creates the conversations' table when it is not there; returns its name."""
    definition: dict[str, Any] = dict(TABLE_DEFINITION)
    async with ministack.client("dynamodb") as dynamodb:
        try:
            await dynamodb.create_table(TableName=CONVERSATIONS_TABLE, **definition)
            await dynamodb.update_time_to_live(
                TableName=CONVERSATIONS_TABLE,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": TTL_ATTRIBUTE},
            )
        except ClientError as error:
            if _code(error) != "ResourceInUseException":
                raise
        else:
            await ministack.save()
    return CONVERSATIONS_TABLE


# -- Cognito -------------------------------------------------------------------------------------------------


async def _find_pool(cognito: Any) -> str | None:
    pools: Sequence[Any] = (await cognito.list_user_pools(MaxResults=60))["UserPools"]
    return next((pool["Id"] for pool in pools if pool["Name"] == POOL_NAME), None)


async def _create_pool(cognito: Any) -> str:
    pool = await cognito.create_user_pool(
        PoolName=POOL_NAME,
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
        Policies={"PasswordPolicy": {"MinimumLength": 12}},
        Schema=[
            {
                "Name": "tenant_id",
                "AttributeDataType": "String",
                "Mutable": False,
                "StringAttributeConstraints": {"MinLength": "36", "MaxLength": "36"},
            }
        ],
    )
    return str(pool["UserPool"]["Id"])


async def _find_client(cognito: Any, pool_id: str) -> str | None:
    clients: Sequence[Any] = (await cognito.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60))[
        "UserPoolClients"
    ]
    return next((client["ClientId"] for client in clients if client["ClientName"] == POOL_NAME), None)


async def _create_client(cognito: Any, pool_id: str) -> str:
    """A public client, as a browser needs it. What it may write leaves the tenant out."""
    client = await cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName=POOL_NAME,
        GenerateSecret=False,
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        ReadAttributes=["email", "email_verified", "name", "custom:tenant_id"],
        WriteAttributes=["name"],
        PreventUserExistenceErrors="ENABLED",
    )
    return str(client["UserPoolClient"]["ClientId"])


async def _tenant_of(cognito: Any, identity: Identity, email: str) -> str | None:
    try:
        user = await cognito.admin_get_user(UserPoolId=identity.pool_id, Username=email)
    except ClientError as error:
        if _code(error) == "UserNotFoundException":
            return None
        raise
    return next((each["Value"] for each in user["UserAttributes"] if each["Name"] == "custom:tenant_id"), "")


async def _add_user(cognito: Any, identity: Identity, email: str, tenant_id: str) -> None:
    attributes = {"email": email, "email_verified": "true", "custom:tenant_id": tenant_id}
    await cognito.admin_create_user(
        UserPoolId=identity.pool_id,
        Username=email,
        UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        MessageAction="SUPPRESS",
    )


def _new_password() -> str:
    """Random, and with a letter of each case and a digit, as Cognito's default policy asks for."""
    return f"T{secrets.token_urlsafe(12)}-a1"


def _keep_password(directory: Path, email: str, password: str) -> None:
    write_record(directory / "sign-ins.json", {**read_passwords(directory), email: password})


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
