"""The target `operator` under the Runtime API: Lambda's own client and our handler in it, no adapter, no server."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.image.built import Image

from .container import LAMBDA_USER, Container
from .invocation import InvocationFailedError
from .network import Network
from .runtime_api import RuntimeApi

SETTINGS = {
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_LAMBDA_FUNCTION_NAME": "tableside-operator",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/tableside-operator",
    "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
}


async def test_the_handler_is_found_and_answers(operator_image: Image, bundle: Path) -> None:
    """With no database named, it says so: as a function error with the handler's own words."""
    with Network() as network:
        async with RuntimeApi(network.listener()) as api:
            settings = {**SETTINGS, "AWS_LAMBDA_RUNTIME_API": api.address}
            async with Container(operator_image, network, bundle, settings, user=LAMBDA_USER) as container:
                try:
                    answer = await api.invoke({"action": "migrate"}, seconds=10).returned()
                except InvocationFailedError as error:
                    answer = error.args[0]
                except TimeoutError:
                    pytest.fail(container.log())
                assert api.failures == [], container.log()
    assert "DATABASE_HOST" in str(answer), answer


async def test_both_of_its_services_have_their_models(operator_image: Image, bundle: Path) -> None:
    probe = (
        "import asyncio, aioboto3\n"
        "async def opened():\n"
        "    session = aioboto3.Session(region_name='us-east-1')\n"
        "    for name in ('s3', 'secretsmanager'):\n"
        "        async with session.client(name):\n            pass\n"
        "asyncio.run(opened())\n"
    )
    with Network() as network:
        async with RuntimeApi(network.listener()) as api:
            settings = {**SETTINGS, "AWS_LAMBDA_RUNTIME_API": api.address}
            async with Container(operator_image, network, bundle, settings) as container:
                probing = await container.execute("/usr/local/bin/python", "-c", probe)
                assert await probing.wait() == 0, container.executed_log()
