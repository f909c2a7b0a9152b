"""/chat/*: the caller's own conversations. Anybody else's id is 404, like one that never was."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, delete, get, patch, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from service.messages import ConversationSummary
from service.principal import Principal
from service.routes.dependencies import Resources, Store
from service.routes.problems import refusals
from service.routes.ui_message import ui_messages


class ConversationView(Struct, rename="camel"):
    """answering: a question is being answered right now."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    turns: int
    answering: bool


class ConversationPage(Struct, rename="camel"):
    """next_cursor: pass it as `cursor` for the next page; None at the end."""

    conversations: list[ConversationView]
    next_cursor: str | None


class WholeConversation(Struct, rename="camel"):
    """messages: AI SDK UI messages, oldest first; earlier: pass it as `before` to get those that lie before these; None
    when there are none."""

    conversation: ConversationView
    messages: list[dict[str, Any]]
    earlier: int | None


class NewTitle(Struct, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=1, max_length=120)]


def _view(summary: ConversationSummary) -> ConversationView:
    return ConversationView(
        summary.id, summary.title, summary.created_at, summary.updated_at, summary.turns, summary.answering
    )


@get(
    "/chat/conversations",
    operation_id="list_conversations",
    summary="List conversations, newest first",
    responses=refusals(),
)
async def list_conversations(
    store: Store,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=500)] = None,
) -> ConversationPage:
    found, next_cursor = await store.list(limit=limit, cursor=cursor)
    return ConversationPage([_view(summary) for summary in found], next_cursor)


@get(
    "/chat/conversations/{conversation_id:str}",
    operation_id="open_conversation",
    summary="Open a conversation",
    responses=refusals(404),
)
async def open_conversation(
    store: Store,
    conversation_id: FromPath[str],
    last: Annotated[int | None, QueryParameter(ge=1, le=1000)] = None,
    before: Annotated[int | None, QueryParameter(ge=1, le=1_000_000)] = None,
) -> WholeConversation:
    """All of it, or only the `last` so many turns: of all, or of those `before` a position."""
    found = await store.open(conversation_id, last=last, before=before)
    return WholeConversation(_view(found.summary), ui_messages(found.turns), found.earlier)


@patch(
    "/chat/conversations/{conversation_id:str}",
    operation_id="rename_conversation",
    summary="Rename a conversation",
    responses=refusals(404),
)
async def rename_conversation(
    store: Store, conversation_id: FromPath[str], data: JSONBody[NewTitle]
) -> ConversationView:
    return _view(await store.rename(conversation_id, data.title.strip()))


@delete(
    "/chat/conversations/{conversation_id:str}",
    operation_id="delete_conversation",
    summary="Delete a conversation",
    responses=refusals(404),
)
async def delete_conversation(
    request: Request[Principal, Any, State], store: Store, resources: Resources, conversation_id: FromPath[str]
) -> None:
    await store.delete(conversation_id)
    resources.stops.nudge(request.user, conversation_id)


@post(
    "/chat/conversations/{conversation_id:str}/stop",
    status_code=202,
    operation_id="stop_answer",
    summary="Stop the answer that is being made",
    responses=refusals(404),
)
async def stop_answer(
    request: Request[Principal, Any, State], store: Store, resources: Resources, conversation_id: FromPath[str]
) -> None:
    """Taken note of; the turn keeps what it has and ends, at once in this process, in another when it looks next."""
    await store.request_stop(conversation_id)
    resources.stops.nudge(request.user, conversation_id)
