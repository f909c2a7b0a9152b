"""The constraints of Bedrock's service model: patterns, lengths, ranges, enumerations.

They are checked all at once, before the sense of the request, and reported in one sentence. Positions count
from 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from local.bedrock.errors import BedrockException, invalid
from local.bedrock.shapes import Body, Message, ToolConfig

_NAME = re.compile(r"[a-zA-Z0-9_-]+")


def check_constraints(body: Body) -> None:
    """Raises ValidationException that names every violation."""
    violations = list(_violations(body))
    if violations:
        raise detected(violations)


def detected(violations: list[str]) -> BedrockException:
    noun = "error" if len(violations) == 1 else "errors"
    return invalid(f"{len(violations)} validation {noun} detected: {'; '.join(violations)}")


def _violations(body: Body) -> Iterator[str]:
    for at, message in enumerate(body.messages, 1):
        yield from _in_message(message, f"messages.{at}.member")
    for at, block in enumerate(body.system, 1):
        if block.text is not None:
            yield from _length(block.text, f"system.{at}.member.text", 1)
    if body.tool_config is not None:
        yield from _in_tools(body.tool_config)
    config = body.inference_config
    yield from _value(config.max_tokens, "inferenceConfig.maxTokens", least=1)
    yield from _value(config.temperature, "inferenceConfig.temperature", least=0, most=1)
    yield from _value(config.top_p, "inferenceConfig.topP", least=0, most=1)
    for at, sequence in enumerate(config.stop_sequences or [], 1):
        yield from _length(sequence, f"inferenceConfig.stopSequences.{at}.member", 1)


def _in_message(message: Message, path: str) -> Iterator[str]:
    if message.role not in ("user", "assistant"):
        yield failed(message.role, f"{path}.role", "satisfy enum value set: [user, assistant]")
    for at, block in enumerate(message.content, 1):
        here = f"{path}.content.{at}.member"
        if block.tool_use is not None:
            yield from _name(block.tool_use.tool_use_id, f"{here}.toolUse.toolUseId")
            yield from _name(block.tool_use.name, f"{here}.toolUse.name")
        if block.tool_result is not None:
            yield from _name(block.tool_result.tool_use_id, f"{here}.toolResult.toolUseId")
            if block.tool_result.status not in (None, "success", "error"):
                limit = "satisfy enum value set: [success, error]"
                yield failed(block.tool_result.status, f"{here}.toolResult.status", limit)


def _in_tools(config: ToolConfig) -> Iterator[str]:
    if not config.tools:
        yield failed("[]", "toolConfig.tools", "have length greater than or equal to 1")
    for at, spec in config.specs:
        path = f"toolConfig.tools.{at + 1}.member.toolSpec"
        yield from _name(spec.name, f"{path}.name")
        if spec.description is not None:
            yield from _length(spec.description, f"{path}.description", 1)
    if config.tool_choice is not None and config.tool_choice.tool is not None:
        yield from _name(config.tool_choice.tool.name, "toolConfig.toolChoice.tool.name")


def _name(value: str, path: str) -> Iterator[str]:
    if not _NAME.fullmatch(value):
        yield failed(value, path, f"satisfy regular expression pattern: {_NAME.pattern}")
    yield from _length(value, path, 1, 64)


def _length(value: str, path: str, least: int, most: int | None = None) -> Iterator[str]:
    if len(value) < least:
        yield failed(value, path, f"have length greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield failed(value, path, f"have length less than or equal to {most}")


def _value(value: float | None, path: str, *, least: float, most: float | None = None) -> Iterator[str]:
    if value is not None and value < least:
        yield failed(value, path, f"have value greater than or equal to {least}")
    if value is not None and most is not None and value > most:
        yield failed(value, path, f"have value less than or equal to {most}")


def failed(value: object, path: str, limit: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: Member must {limit}"
