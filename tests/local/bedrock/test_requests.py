"""What Bedrock refuses, refused in its words, by Converse and ConverseStream alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from local.bedrock.server import BedrockEndpoint
from tests.local.bedrock import clients
from tests.local.bedrock.clients import MODEL, QUESTION, TEXT, TOOL, saying

Body = dict[str, Any]

ALTERNATE = (
    "A conversation must alternate between user and assistant roles. "
    "Make sure the conversation alternates between user and assistant roles and try again."
)
START = "A conversation must start with a user message. Try again with a conversation that starts with a user message."
TOOL_SEQUENCE = (
    "Model produced invalid sequence as part of ToolUse. Please refer to the model tool use troubleshooting guide."
)


def user(*blocks: Body | str) -> Body:
    return {"role": "user", "content": [{"text": block} if isinstance(block, str) else block for block in blocks]}


def assistant(*blocks: Body | str) -> Body:
    return {**user(*blocks), "role": "assistant"}


def use(id: str, name: str = "revenue_by_day") -> Body:
    return {"toolUse": {"toolUseId": id, "name": name, "input": {}}}


def result(id: str, status: str = "success", *texts: str) -> Body:
    content = [{"text": text} for text in texts or ("<slice/>",)]
    return {"toolResult": {"toolUseId": id, "content": content, "status": status}}


def tools(*names: str, schema: Body | None = None, **rest: Any) -> Body:
    offered = [{"toolSpec": {"name": name, "inputSchema": {"json": schema or {"type": "object"}}}} for name in names]
    return {"toolConfig": {"tools": offered, **rest}}


ASKED = [user("How did we do?"), assistant(use("t1"), use("t2"))]

CONVERSATIONS: list[tuple[Body, str]] = [
    ({"messages": []}, START),
    ({"messages": [assistant("Hello.")]}, START),
    ({"messages": [user("One."), user("Two.")]}, ALTERNATE),
    ({"messages": [user("One."), assistant("Two."), assistant("Three.")]}, ALTERNATE),
    (
        {"messages": [user("One."), assistant()]},
        "The content field in the Message object at messages.1 is empty. "
        "Add a ContentBlock object to the content field and try again.",
    ),
    (
        {"messages": [user("One.", " \n")]},
        "The text field in the ContentBlock object at messages.0.content.1 is blank. "
        "Add text to the text field, and try again.",
    ),
    (
        {"messages": [*ASKED, user(result("t1"), result("t2"))]},
        "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
    ),
    (
        {"messages": [*ASKED, user(result("t1"))], **tools("revenue_by_day")},
        "Expected toolResult blocks at messages.2.content for the following Ids: t2",
    ),
    (
        {"messages": [*ASKED, user("And?")], **tools("revenue_by_day")},
        "Expected toolResult blocks at messages.2.content for the following Ids: t1, t2",
    ),
    (
        {"messages": ASKED, **tools("revenue_by_day")},
        "Expected toolResult blocks at messages.2.content for the following Ids: t1, t2",
    ),
    (
        {"messages": [user(result("t1"))], **tools("revenue_by_day")},
        "The number of toolResult blocks at messages.0.content exceeds the number of toolUse blocks of previous turn.",
    ),
    (
        {"messages": [*ASKED, user(result("t1"), result("t2"), result("t3"))], **tools("revenue_by_day")},
        "The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn.",
    ),
    (
        {"messages": [*ASKED, user(result("t1"), result("t9"))], **tools("revenue_by_day")},
        "Expected toolResult blocks at messages.2.content for the following Ids: t2",
    ),
    (
        {
            "messages": [
                user("How did we do?"),
                assistant(use("t1")),
                user({"toolResult": {"toolUseId": "t1", "content": [], "status": "error"}}),
            ],
            **tools("revenue_by_day"),
        },
        "The content field at messages.2.content.0.toolResult cannot be empty when status value is error.",
    ),
    (
        {"messages": [user(use("t1"))], **tools("revenue_by_day")},
        "The toolUse block at messages.0.content.0 can only be used in an assistant message.",
    ),
    (
        {"messages": [user("One."), assistant(result("t1"))], **tools("revenue_by_day")},
        "The toolResult block at messages.1.content.0 can only be used in a user message.",
    ),
]

TOOLS: list[tuple[Body, str]] = [
    (
        tools("revenue_by_day", toolChoice={"tool": {"name": "tomorrow"}}),
        "The value at toolConfig.toolChoice.tool.name must be one of the following: revenue_by_day.",
    ),
    (
        tools("revenue_by_day", schema={"properties": {}}),
        "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.",
    ),
    (
        tools("one", "two", schema={"type": "object", "$defs": {}}),
        "The model returned the following errors: Malformed input request: "
        "#/toolConfig/tools/0/toolSpec/inputSchema/json: extraneous key [$defs] is not permitted, "
        "please reformat your input and try again.",
    ),
    (
        tools("one", "two", "one"),
        "The tool names in toolConfig.tools must be unique: one is there twice.",
    ),
    (
        {"inferenceConfig": {"maxTokens": 10_001}},
        "The maximum tokens you requested exceeds the model limit of 10000. "
        "Try again with a maximum tokens value that is lower than 10000.",
    ),
]

PATTERN = "satisfy regular expression pattern: [a-zA-Z0-9_-]+"
CONSTRAINTS: list[tuple[Body, list[tuple[str, str, str]]]] = [
    (
        {"inferenceConfig": {"temperature": 1.5, "topP": -0.5, "maxTokens": 0}},
        [
            ("'0'", "inferenceConfig.maxTokens", "have value greater than or equal to 1"),
            ("'1.5'", "inferenceConfig.temperature", "have value less than or equal to 1"),
            ("'-0.5'", "inferenceConfig.topP", "have value greater than or equal to 0"),
        ],
    ),
    (
        {"inferenceConfig": {"stopSequences": ["x", ""]}},
        [("''", "inferenceConfig.stopSequences.2.member", "have length greater than or equal to 1")],
    ),
    (tools("fine", "not fine"), [("'not fine'", "toolConfig.tools.2.member.toolSpec.name", PATTERN)]),
    (
        tools("x" * 65),
        [(f"'{'x' * 65}'", "toolConfig.tools.1.member.toolSpec.name", "have length less than or equal to 64")],
    ),
    (
        tools(""),
        [
            ("''", "toolConfig.tools.1.member.toolSpec.name", PATTERN),
            ("''", "toolConfig.tools.1.member.toolSpec.name", "have length greater than or equal to 1"),
        ],
    ),
    (tools(), [("'[]'", "toolConfig.tools", "have length greater than or equal to 1")]),
    (
        {"messages": [{"role": "system", "content": [{"text": "x"}]}]},
        [("'system'", "messages.1.member.role", "satisfy enum value set: [user, assistant]")],
    ),
    (
        {"messages": [user("One."), assistant(use("t 1", "na.me"))], **tools("one")},
        [
            ("'t 1'", "messages.2.member.content.1.member.toolUse.toolUseId", PATTERN),
            ("'na.me'", "messages.2.member.content.1.member.toolUse.name", PATTERN),
        ],
    ),
    (
        {"messages": [*ASKED, user(result("t1", "perhaps"), result("t2"))], **tools("one")},
        [
            (
                "'perhaps'",
                "messages.3.member.content.1.member.toolResult.status",
                "satisfy enum value set: [success, error]",
            )
        ],
    ),
    ({"system": [{"text": ""}]}, [("''", "system.1.member.text", "have length greater than or equal to 1")]),
    (
        {"toolConfig": {"tools": [{"toolSpec": {"inputSchema": {"json": {}}}}]}},
        [("null", "toolConfig.tools.1.member.toolSpec.name", "not be null")],
    ),
]


@pytest.fixture(scope="module")
async def url() -> AsyncIterator[str]:
    async with BedrockEndpoint(saying(TEXT)) as endpoint:
        yield endpoint.url


@pytest.mark.parametrize(("body", "message"), [*CONVERSATIONS, *TOOLS])
async def test_a_conversation_that_makes_no_sense(url: str, body: Body, message: str) -> None:
    assert await clients.refusal(url, **body) == ("ValidationException", 400, message)


@pytest.mark.parametrize(("body", "violations"), CONSTRAINTS)
async def test_a_constraint_of_the_service_model(url: str, body: Body, violations: list[tuple[str, str, str]]) -> None:
    found = "; ".join(
        f"Value {value} at '{path}' failed to satisfy constraint: Member must {limit}"
        for value, path, limit in violations
    )
    count = f"{len(violations)} validation error{'s' if len(violations) > 1 else ''} detected"
    assert await clients.refusal(url, **body) == ("ValidationException", 400, f"{count}: {found}")


async def test_nova_takes_no_hyphen_in_the_name_of_a_tool(url: str) -> None:
    refusal = await clients.refusal(url, **tools("revenue-by-day"))
    assert refusal == ("ModelErrorException", 424, TOOL_SEQUENCE)
    other = await clients.converse(url, "anthropic.claude-3-haiku-20240307-v1:0", **tools("revenue-by-day"))
    assert other["stopReason"] == "end_turn"


async def test_what_is_in_order_is_answered(url: str) -> None:
    answer = await clients.converse(
        url,
        system=[{"text": "Be brief."}, {"cachePoint": {"type": "default"}}],
        messages=[*ASKED, user(result("t1"), result("t2", "error", "No such day.")), assistant("Ah."), user("So?")],
        inferenceConfig={"temperature": 0, "topP": 1, "maxTokens": 10_000, "stopSequences": ["END"]},
        additionalModelRequestFields={"inferenceConfig": {"topK": 1}},
        requestMetadata={"prompt_version": "v001"},
        toolConfig={"tools": [{"toolSpec": TOOL}], "toolChoice": {"tool": {"name": TOOL["name"]}}},
    )
    assert answer["output"]["message"]["content"] == [TEXT]


@pytest.mark.parametrize("model", ["nonsense", "us.amazon nova", "arn:aws:s3:::bucket/x.y", "Nova.Lite"])
async def test_a_wrong_model_id(url: str, model: str) -> None:
    refusal = await clients.refusal(url, model)
    assert refusal == ("ValidationException", 400, "The provided model identifier is invalid.")


async def test_an_endpoint_may_answer_for_certain_models_only() -> None:
    async with BedrockEndpoint(saying(TEXT), model_ids=frozenset({MODEL})) as endpoint:
        refusal = await clients.refusal(endpoint.url, "us.amazon.nova-lite-v1:0")
        assert refusal == ("ValidationException", 400, "The provided model identifier is invalid.")
        for model in (MODEL, f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{MODEL}"):
            assert (await clients.converse(endpoint.url, model))["stopReason"] == "end_turn"


@pytest.mark.parametrize(
    "content",
    [
        b'{"messages": [',
        b"\xff\xfe",
        b"[]",
        b'{"messages": "hello"}',
        b'{"inferenceConfig": {"maxTokens": "9"}}',
    ],
)
async def test_a_body_that_cannot_be_read(url: str, content: bytes) -> None:
    response = await _post(url, content)
    assert response.status_code == 400
    assert response.headers["x-amzn-errortype"].startswith("SerializationException:")
    assert response.json()["message"]


@pytest.mark.parametrize("block", [{}, {"sound": {}}, {"text": "x", "toolUse": use("t")["toolUse"]}])
async def test_a_block_is_one_thing(url: str, block: Body) -> None:
    response = await _post(url, msgspec.json.encode({"messages": [{"role": "user", "content": [block]}]}))
    assert response.status_code == 400
    expected = "The ContentBlock object at messages.0.content.0 must set one of its members."
    assert response.json() == {"message": expected}


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ({}, "Authorization header is missing"),
        ({"Authorization": "Bearer x"}, "Invalid API Key format: Must start with pre-defined prefix"),
    ],
)
async def test_without_a_signature(url: str, authorization: dict[str, str], message: str) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.post(f"{url}/model/{MODEL}/converse", json=QUESTION, headers=authorization)
    assert response.status_code == 403
    assert response.headers["x-amzn-errortype"].startswith("AccessDeniedException:")
    assert response.json() == {"message": message}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/model/a.b/converse"), ("POST", "/model/a.b/invoke"), ("POST", "/"), ("GET", "/_recordings/unplayed")],
)
async def test_an_operation_that_there_is_not(url: str, method: str, path: str) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.request(method, f"{url}{path}")
    assert response.status_code == 404
    assert response.headers["x-amzn-errortype"].startswith("UnknownOperationException:")


async def _post(url: str, content: bytes) -> httpx.Response:
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=test"}
    async with httpx.AsyncClient() as client:
        return await client.post(f"{url}/model/{MODEL}/converse-stream", content=content, headers=headers)
