"""Tokens that must not be taken: real ones of another kind or program, and real ones rewritten."""

from __future__ import annotations

import base64
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from evals.cloud import EvalCloud
from evals.restaurants import restaurant
from local.aws import read_passwords


async def forged_tokens(cloud: EvalCloud, asker: str, rival: str) -> dict[str, str]:
    """By what is wrong with each. The rewritten ones name the rival's tenant."""
    genuine = cloud.owners[asker].token
    claims = {**_part(genuine, 1), "custom:tenant_id": str(restaurant(rival).tenant_id)}
    header, signature = _part(genuine, 0), genuine.rpartition(".")[2]
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    other = await _of_another_program(cloud, asker)
    return {
        "an unsigned token": f"{_write({**header, 'alg': 'none'})}.{_write(claims)}.",
        "a rewritten token": f"{_write(header)}.{_write(claims)}.{signature}",
        "a token that a stranger signed": jwt.encode(claims, stranger, "RS256", headers={"kid": header["kid"]}),
        "a token signed with the public key as a secret": jwt.encode(
            claims, "k" * 64, "HS256", headers={"kid": header["kid"]}
        ),
        "another program's token": other["IdToken"],
        "an access token": other["AccessToken"],
    }


async def _of_another_program(cloud: EvalCloud, asker: str) -> dict[str, str]:
    """The asker's own sign-in, to another app client of the same pool."""
    email = restaurant(asker).owner_email
    password = read_passwords(cloud.ministack.directory)[email]
    async with cloud.ministack.client("cognito-idp") as cognito:
        client = await cognito.create_user_pool_client(
            UserPoolId=cloud.identity.pool_id,
            ClientName="another program",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            ReadAttributes=["email", "custom:tenant_id"],
        )
        answer = await cognito.initiate_auth(
            ClientId=client["UserPoolClient"]["ClientId"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
    tokens: dict[str, str] = answer["AuthenticationResult"]
    return tokens


def _part(token: str, place: int) -> dict[str, Any]:
    text = token.split(".")[place]
    return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=dict[str, Any])


def _write(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=").decode()
