"""What the operator function reads from AWS: the administrator's password, and files to import."""

from __future__ import annotations

import aioboto3
import msgspec
from botocore.exceptions import BotoCoreError, ClientError
from msgspec import Struct

from service.provisioning.errors import ProvisioningError


class _Login(Struct):
    password: str


async def read_password(region: str, secret_id: str) -> str:
    """Of a secret as RDS keeps it. Raises ProvisioningError."""
    async with aioboto3.Session(region_name=region).client("secretsmanager") as secrets:
        try:
            answer = await secrets.get_secret_value(SecretId=secret_id)
            return msgspec.json.decode(answer["SecretString"], type=_Login).password
        except (BotoCoreError, ClientError) as error:
            raise ProvisioningError(f"The administrator's password cannot be read: {error}") from error
        except (KeyError, msgspec.MsgspecError):
            raise ProvisioningError("The administrator's secret holds no password.") from None


async def read_file(region: str, bucket: str, key: str) -> bytes:
    """Raises ProvisioningError."""
    async with aioboto3.Session(region_name=region).client("s3") as s3:
        try:
            answer = await s3.get_object(Bucket=bucket, Key=key)
            content: bytes = await answer["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise ProvisioningError(f"s3://{bucket}/{key} cannot be read: {error}") from error
    return content
