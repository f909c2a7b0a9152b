"""iam_token: the password of a role that signs in with IAM, made for each connection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiobotocore.session import get_session
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, NoCredentialsError

from service.errors import DatabaseUnavailableError


def iam_token(host: str, port: int, user: str, region: str) -> Callable[[], Awaitable[str]]:
    """What asyncpg asks for a password: a signed token, good for 15 minutes, as RDS's generate_db_auth_token makes it,
    without loading the service model of RDS for one signature.

    The token's maker raises DatabaseUnavailableError when there are no credentials to sign with.
    """
    session = get_session()
    address = f"https://{host}:{port}/"

    async def token() -> str:
        try:
            credentials = await session.get_credentials()
            if credentials is None:
                raise NoCredentialsError
            frozen = await credentials.get_frozen_credentials()
        except BotoCoreError as error:
            raise DatabaseUnavailableError from error
        request = AWSRequest("GET", address, params={"Action": "connect", "DBUser": user})
        SigV4QueryAuth(frozen, "rds-db", region, expires=900).add_auth(request)
        return str(request.url).removeprefix("https://")

    return token
