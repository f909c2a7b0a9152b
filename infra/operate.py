"""Restaurants of a deployed stage: made, given sign-ins, and their orders imported, by the `operator` function.

The database is behind it. The sign-in is made here, with the credentials of whoever runs this: the operator function
reaches no Cognito.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from infra.deployed import Deployed, client
from infra.errors import DeployError

TENANT = "custom:tenant_id"


@dataclass(frozen=True)
class Restaurant:
    """time_zone: IANA's name; currency: ISO 4217."""

    name: str
    time_zone: str
    currency: str


@dataclass(frozen=True)
class SignIn:
    """password: for the first sign-in only, which asks for one of the owner's own; None when it was there already."""

    email: str
    tenant_id: UUID
    password: str | None


def any_sign_in(deployed: Deployed) -> bool:
    pool = deployed.require("Identity", "UserPoolId")
    return bool(client("cognito-idp").list_users(UserPoolId=pool, Limit=1)["Users"])


def tenant_of(deployed: Deployed, email: str) -> UUID | None:
    """None when nobody signs in by that name. Raises DeployError when somebody does who belongs to no restaurant."""
    cognito = client("cognito-idp")
    try:
        user = cognito.admin_get_user(UserPoolId=deployed.require("Identity", "UserPoolId"), Username=email)
    except cognito.exceptions.UserNotFoundException:
        return None
    tenant = next((each["Value"] for each in user["UserAttributes"] if each["Name"] == TENANT), None)
    if tenant is None:
        raise DeployError(f"{email} signs in, but to no restaurant, and that cannot be changed: remove the user first.")
    return UUID(tenant)


def create_restaurant(deployed: Deployed, restaurant: Restaurant, email: str, tenant_id: UUID | None = None) -> SignIn:
    """The restaurant and its owner's sign-in. tenant_id: of one that is there already, to give it another sign-in.

    Raises DeployError when the operator function refuses, or somebody signs in by that name already.
    """
    there = tenant_of(deployed, email)
    if there is not None:
        raise DeployError(f"{email} signs in to the restaurant {there} already.")
    tenant_id = tenant_id or uuid4()
    invoke(
        deployed,
        {
            "action": "create_tenant",
            "tenant_id": str(tenant_id),
            "name": restaurant.name,
            "time_zone": restaurant.time_zone,
            "currency": restaurant.currency,
        },
    )
    return SignIn(email, tenant_id, _create_user(deployed, email, tenant_id))


def import_file(deployed: Deployed, file: Path, tenant_id: UUID) -> dict[str, Any]:
    """What the operator function says of it: orders, order lines and so on. Raises DeployError."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DeployError(f"{file} cannot be read: {error.strerror}.") from None
    bucket, key = deployed.require("Database", "ImportsBucket"), f"{tenant_id}/{uuid4()}"
    s3 = client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=content)
    try:
        return invoke(deployed, {"action": "import_orders", "tenant_id": str(tenant_id), "bucket": bucket, "key": key})
    finally:
        s3.delete_object(Bucket=bucket, Key=key)


def invoke(deployed: Deployed, event: dict[str, str]) -> dict[str, Any]:
    """What the operator function did. Raises DeployError with its own sentence when it did not."""
    answer = client("lambda").invoke(
        FunctionName=deployed.require("Database", "OperatorFunction"), Payload=json.dumps(event).encode()
    )
    content: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise DeployError(str(content.get("errorMessage") or "The operator function failed; its log says why."))
    return content


def _create_user(deployed: Deployed, email: str, tenant_id: UUID) -> str:
    """Nothing is mailed: the password is handed over by whoever runs this."""
    password = f"{secrets.token_urlsafe(12)}-Aa1"
    attributes = {"email": email, "email_verified": "true", TENANT: str(tenant_id)}
    client("cognito-idp").admin_create_user(
        UserPoolId=deployed.require("Identity", "UserPoolId"),
        Username=email,
        TemporaryPassword=password,
        UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        MessageAction="SUPPRESS",
    )
    return password
