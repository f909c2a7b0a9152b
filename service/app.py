"""create_app: the only place that builds anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import aioboto3
from aiobotocore.config import AioConfig
from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from service.agent_loop import TurnResources
from service.auth.key_set import open_key_source, split_token_keys
from service.auth.middleware import AuthenticationMiddleware
from service.auth.tokens import TokenVerifier
from service.config import Config, read_config
from service.conversations.dynamodb import DynamoConversations
from service.conversations.store import ConversationStore
from service.conversations.table import CLIENT_CONFIG
from service.db.pool import create_pool, database_tls
from service.model.bedrock import BedrockModel
from service.principal import Principal
from service.prompts import load_prompt
from service.routes import ROUTES
from service.routes.error_responses import EXCEPTION_HANDLERS
from service.routes.request_log import request_log
from service.stops import Stops
from service.telemetry import configure_logging

LONGEST_BODY = 64 * 1024
DRAIN_SECONDS = 25.0
"""How long a container host gives a process to end; a Lambda is ended only when idle."""


def create_app(config: Config | None = None) -> Litestar:
    """The application. Nothing is connected until it starts, and no database even then.

    Raises ConfigError or PromptError: what is wrong at start is said at start.
    """
    config = config or read_config()
    configure_logging(config.log_level)
    app = Litestar(
        route_handlers=ROUTES,
        middleware=[AuthenticationMiddleware],
        dependencies={"resources": Provide(_resources, sync_to_thread=False), "store": Provide(_store)},
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=[_lifespan(config)],
        openapi_config=_openapi(),
        request_max_body_size=LONGEST_BODY,
        logging_config=None,
    )
    # Around everything: Litestar's own middleware sees no request for a path that is not there, and no refusal.
    app.asgi_handler = request_log(app.asgi_handler)
    return app


def _lifespan(config: Config) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    # What can be wrong with a configuration is found here, where it is one sentence, and not under a server.
    prompt, tls = load_prompt("ask", config.prompt_version), database_tls(config)
    split_token_keys(config.token_keys)

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            session = aioboto3.Session(region_name=config.aws_region)
            dynamodb, bedrock = await asyncio.gather(
                stack.enter_async_context(
                    session.client("dynamodb", endpoint_url=config.dynamodb_endpoint, config=CLIENT_CONFIG)
                ),
                stack.enter_async_context(_bedrock(session, config)),
            )
            pool = await create_pool(config, tls)
            stack.push_async_callback(pool.close)
            model = BedrockModel(
                bedrock,
                config.bedrock_model_id,
                patience=config.model_patience_seconds,
            )
            app.state.resources = TurnResources(
                config, pool, model, prompt, Stops(config.stop_poll_seconds), config.clock()
            )
            app.state.dynamodb = dynamodb
            keys = open_key_source(config.token_keys, dynamodb)
            app.state.token_verifier = TokenVerifier(config.token_issuer, config.token_audience, keys)
            app.state.running_turns = set()
            stack.push_async_callback(_drain, app.state.running_turns)
            yield

    return lifespan


def _bedrock(session: aioboto3.Session, config: Config) -> Any:
    """Tried again by BedrockModel, which knows what has been shown already, and by nobody else. A connection is used
    once: a Lambda that was frozen would ask over one that has died meanwhile, and wait for the model in vain."""
    client_config = AioConfig(
        connect_timeout=3,
        read_timeout=config.model_idle_seconds,
        retries={"total_max_attempts": 1},
        parameter_validation=False,  # a seventh of a call's cost, and Bedrock says the same in an error that we know
        user_agent="tableside",  # its own botocore puts together anew, twice a call
        max_pool_connections=200,
        connector_args={"keepalive_timeout": 0},
    )
    return session.client("bedrock-runtime", endpoint_url=config.bedrock_endpoint, config=client_config)


async def _drain(running_turns: set[asyncio.Task[Any]]) -> None:
    """Turns in flight are given time to finish; what is not finished then is stored as far as it came."""
    if running_turns:
        _, late = await asyncio.wait(running_turns, timeout=DRAIN_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


def _resources(state: State) -> TurnResources:
    resources: TurnResources = state.resources
    return resources


async def _store(request: Request[Principal, Any, State], state: State) -> ConversationStore:
    """A store opened for the caller, and for nobody else."""
    config: Config = state.resources.config
    ttl = timedelta(days=config.conversation_ttl_days)
    return DynamoConversations(state.dynamodb, config.conversations_table, request.user, ttl)


def _openapi() -> OpenAPIConfig:
    scheme = SecurityScheme(type="http", scheme="bearer", bearer_format="JWT", description="A Cognito id token")
    return OpenAPIConfig(
        title="Tableside",
        version="1",
        description="A restaurant's own numbers, asked for in plain words.",
        path="/schema",
        render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"]), YamlRenderPlugin()],
        components=Components(security_schemes={"idToken": scheme}),
        security=[{"idToken": []}],
    )
