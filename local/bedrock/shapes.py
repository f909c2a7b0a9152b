"""The parts of a Converse request that can be wrong, as types: what the service model of Bedrock Runtime
says of them.

Members that we never look into (images, documents, guardrails, cache points) are accepted and carried as
they are.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class ToolUse(Struct, rename="camel"):
    tool_use_id: str
    name: str
    input: Any


class ToolResultContent(Struct):
    text: str | None = None
    json: Any = None
    image: dict[str, Any] | None = None
    document: dict[str, Any] | None = None
    video: dict[str, Any] | None = None


class ToolResult(Struct, rename="camel"):
    tool_use_id: str
    content: list[ToolResultContent]
    status: str | None = None


class Block(Struct, rename="camel"):
    """One of these is set."""

    text: str | None = None
    tool_use: ToolUse | None = None
    tool_result: ToolResult | None = None
    image: dict[str, Any] | None = None
    document: dict[str, Any] | None = None
    video: dict[str, Any] | None = None
    guard_content: dict[str, Any] | None = None
    cache_point: dict[str, Any] | None = None
    reasoning_content: dict[str, Any] | None = None
    citations_content: dict[str, Any] | None = None


class Message(Struct):
    role: str
    content: list[Block]

    @property
    def tool_uses(self) -> list[ToolUse]:
        return [block.tool_use for block in self.content if block.tool_use is not None]

    @property
    def tool_results(self) -> list[ToolResult]:
        return [block.tool_result for block in self.content if block.tool_result is not None]


class SystemBlock(Struct, rename="camel"):
    text: str | None = None
    guard_content: dict[str, Any] | None = None
    cache_point: dict[str, Any] | None = None


class InputSchema(Struct):
    json: dict[str, Any]


class ToolSpec(Struct, rename="camel"):
    name: str
    input_schema: InputSchema
    description: str | None = None


class Tool(Struct, rename="camel"):
    tool_spec: ToolSpec | None = None
    cache_point: dict[str, Any] | None = None


class NamedTool(Struct):
    name: str


class ToolChoice(Struct):
    auto: dict[str, Any] | None = None
    any: dict[str, Any] | None = None
    tool: NamedTool | None = None


class ToolConfig(Struct, rename="camel"):
    tools: list[Tool]
    tool_choice: ToolChoice | None = None

    @property
    def specs(self) -> list[tuple[int, ToolSpec]]:
        """Position (from 0) and specification of each tool."""
        return [(at, tool.tool_spec) for at, tool in enumerate(self.tools) if tool.tool_spec is not None]


class InferenceConfig(Struct, frozen=True, rename="camel"):
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop_sequences: list[str] | None = None


class Body(Struct, rename="camel"):
    messages: list[Message] = []
    system: list[SystemBlock] = []
    tool_config: ToolConfig | None = None
    inference_config: InferenceConfig = InferenceConfig()
