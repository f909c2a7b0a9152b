"""A Converse request, refused for what Bedrock refuses it for.

In this order: the model id, the JSON, the constraints of the service model (constraints.py), the sense
of the conversation and its tools, and what Nova in particular will not take. The sentences are Bedrock's
wherever they could be found in its users' reports; those that could not are marked `ours`.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from local.bedrock.constraints import check_constraints, detected, failed
from local.bedrock.errors import INVALID_MODEL, INVALID_TOOL_USE, BedrockException, invalid
from local.bedrock.shapes import Body, Message, ToolConfig, ToolResult
from local.bedrock.voice import ConverseRequest

NOVA_MAX_TOKENS: Final = 10_000
_NOVA_SCHEMA_KEYS: Final = ("type", "properties", "required")

_MISSING = re.compile(r"Object missing required field `(?P<field>\w+)`(?: - at `(?P<path>[^`]+)`)?")
_POSITION = re.compile(r"\[(\d+)\]")
_IDENTIFIER = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[a-z0-9-]+)*")
_ARN = re.compile(r"arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:([0-9]{12})?:[a-z-]+/(?P<resource>[a-zA-Z0-9-:./]+)")


def read_request(model_id: str, raw: bytes, known: frozenset[str] | None) -> ConverseRequest:
    """known: the model ids that are answered here, None for any that is well formed. Raises
    BedrockException."""
    _check_model(model_id, known)
    document = _parse(raw)
    body = _shape(document)
    check_constraints(body)
    _check_conversation(body)
    if body.tool_config is not None:
        _check_tools(body.tool_config)
    if "amazon.nova" in model_id or "stand-in." in model_id:
        _check_nova(body)
    return ConverseRequest(model_id=model_id, body=document)


def _check_model(model_id: str, known: frozenset[str] | None) -> None:
    """An ARN stands for the id that it ends in. (Application profiles' ARNs end in letters and digits
    only.)"""
    arn = _ARN.fullmatch(model_id)
    name = arn["resource"] if arn else model_id
    well_formed = arn is not None or _IDENTIFIER.fullmatch(name) is not None
    if not well_formed or (known is not None and name not in known):
        raise invalid(INVALID_MODEL)


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(raw or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BedrockException("SerializationException", f"{error}.") from None  # ours
    if not isinstance(document, dict):
        raise BedrockException("SerializationException", "The request body is not a JSON object.")  # ours
    return document


def _shape(document: dict[str, Any]) -> Body:
    try:
        return msgspec.convert(document, Body)
    except msgspec.ValidationError as error:
        missing = _MISSING.fullmatch(str(error))
        if missing is None:
            raise BedrockException("SerializationException", f"{error}.") from None  # ours
        raise detected([failed(None, _member_path(**missing.groupdict()), "not be null")]) from None


def _member_path(field: str, path: str | None) -> str:
    """`$.messages[0].content[1]` and `text` are messages.1.member.content.2.member.text in the service
    model."""
    parts = _POSITION.sub(lambda found: f".{int(found[1]) + 1}.member", (path or "$") + f".{field}")
    return parts.removeprefix("$.")


# -- the conversation ----------------------------------------------------------------------------------------


def _check_conversation(body: Body) -> None:
    messages = body.messages
    if not messages or messages[0].role != "user":
        raise invalid(
            "A conversation must start with a user message. "
            "Try again with a conversation that starts with a user message."
        )
    for at, message in enumerate(messages):
        if at and messages[at - 1].role == message.role:
            raise invalid(
                "A conversation must alternate between user and assistant roles. "
                "Make sure the conversation alternates between user and assistant roles and try again."
            )
        _check_content(message, at)
    if body.tool_config is None and any(message.tool_uses or message.tool_results for message in messages):
        raise invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks.")
    for at in range(len(messages)):
        _check_results(messages, at)


def _check_content(message: Message, at: int) -> None:
    if not message.content:
        raise invalid(
            f"The content field in the Message object at messages.{at} is empty. "
            "Add a ContentBlock object to the content field and try again."
        )
    for number, block in enumerate(message.content):
        path = f"messages.{at}.content.{number}"
        members = [name for name in block.__struct_fields__ if getattr(block, name) is not None]
        if len(members) != 1:
            raise invalid(f"The ContentBlock object at {path} must set one of its members.")  # ours
        _check_text(block.text, path)
        if block.tool_use is not None and message.role != "assistant":
            raise invalid(f"The toolUse block at {path} can only be used in an assistant message.")  # ours
        if block.tool_result is not None:
            if message.role != "user":
                raise invalid(f"The toolResult block at {path} can only be used in a user message.")  # ours
            _check_result(block.tool_result, path)


def _check_text(text: str | None, path: str) -> None:
    if text is not None and not text.strip():
        raise invalid(
            f"The text field in the ContentBlock object at {path} is blank. Add text to the text field, and try again."
        )


def _check_result(result: ToolResult, path: str) -> None:
    if result.status == "error" and not result.content:
        raise invalid(f"The content field at {path}.toolResult cannot be empty when status value is error.")


def _check_results(messages: list[Message], at: int) -> None:
    """Each toolUse is answered in the very next message, and nothing else is."""
    asked = [use.tool_use_id for use in messages[at - 1].tool_uses] if at else []
    given = [result.tool_use_id for result in messages[at].tool_results]
    if len(given) > len(asked):
        raise invalid(
            f"The number of toolResult blocks at messages.{at}.content exceeds "
            "the number of toolUse blocks of previous turn."
        )
    _expect(asked, given, at)
    if at == len(messages) - 1:
        _expect([use.tool_use_id for use in messages[at].tool_uses], [], at + 1)


def _expect(asked: list[str], given: list[str], at: int) -> None:
    missing = [id for id in asked if id not in given]
    if missing:
        raise invalid(
            f"Expected toolResult blocks at messages.{at}.content for the following Ids: {', '.join(missing)}"
        )


# -- tools ---------------------------------------------------------------------------------------------------


def _check_tools(config: ToolConfig) -> None:
    names = [spec.name for _, spec in config.specs]
    for number, (at, spec) in enumerate(config.specs):
        if spec.input_schema.json.get("type") != "object":
            path = f"toolConfig.tools.{at}.toolSpec.inputSchema.json.type"
            raise invalid(f"The value at {path} must be one of the following: object.")
        if spec.name in names[:number]:
            raise invalid(f"The tool names in toolConfig.tools must be unique: {spec.name} is there twice.")  # ours
    choice = config.tool_choice
    if choice is None:
        return
    if sum(member is not None for member in (choice.auto, choice.any, choice.tool)) != 1:
        raise invalid("The ToolChoice object at toolConfig.toolChoice must set one of its members.")  # ours
    if choice.tool is not None and choice.tool.name not in names:
        allowed = ", ".join(names)  # ours, in the form that Bedrock gives to the schema's type above
        raise invalid(f"The value at toolConfig.toolChoice.tool.name must be one of the following: {allowed}.")


def _check_nova(body: Body) -> None:
    limit = body.inference_config.max_tokens
    if limit is not None and limit > NOVA_MAX_TOKENS:
        raise invalid(
            f"The maximum tokens you requested exceeds the model limit of {NOVA_MAX_TOKENS}. "
            f"Try again with a maximum tokens value that is lower than {NOVA_MAX_TOKENS}."
        )
    for at, spec in body.tool_config.specs if body.tool_config else []:
        for key in spec.input_schema.json:
            if key not in _NOVA_SCHEMA_KEYS:
                raise invalid(
                    "The model returned the following errors: Malformed input request: "
                    f"#/toolConfig/tools/{at}/toolSpec/inputSchema/json: extraneous key [{key}] "
                    "is not permitted, please reformat your input and try again."
                )
        if "-" in spec.name:
            # Nova takes the request, and fails whenever it calls the tool. Here it fails at once, to be seen.
            raise BedrockException("ModelErrorException", INVALID_TOOL_USE)
