"""ConverseStream's events put together into the one document that Converse answers with."""

from __future__ import annotations

from typing import Any

import msgspec

from local.bedrock.errors import INVALID_TOOL_USE, BedrockException
from local.bedrock.voice import Block, Event


class Answer:
    """Takes events one by one. Unknown events are passed over, as a client passes over them."""

    def __init__(self) -> None:
        self._role = "assistant"
        self._blocks: dict[int, Block] = {}
        self._inputs: dict[int, str] = {}
        self._rest: dict[str, Any] = {}

    def take(self, event: Event) -> None:
        ((kind, members),) = event.items()
        if kind == "messageStart":
            self._role = members["role"]
        elif kind == "contentBlockStart":
            self._blocks[members["contentBlockIndex"]] = dict(members["start"])
        elif kind == "contentBlockDelta":
            self._add(members["contentBlockIndex"], members["delta"])
        elif kind in ("messageStop", "metadata"):
            self._rest |= members

    def _add(self, index: int, delta: dict[str, Any]) -> None:
        if "text" in delta:
            block = self._blocks.setdefault(index, {"text": ""})
            block["text"] += delta["text"]
        elif "toolUse" in delta:
            self._inputs[index] = self._inputs.get(index, "") + delta["toolUse"]["input"]
        elif "reasoningContent" in delta:
            block = self._blocks.setdefault(index, {"reasoningContent": {"reasoningText": {"text": ""}}})
            reasoning = block["reasoningContent"]["reasoningText"]
            reasoning["text"] += delta["reasoningContent"].get("text", "")

    def document(self) -> dict[str, Any]:
        """{output: {message: {role, content}}, stopReason, usage, metrics, …}. Raises ModelErrorException
        for a tool use whose input is no JSON."""
        for index, fragments in self._inputs.items():
            try:
                document = msgspec.json.decode(fragments or "{}")
            except msgspec.DecodeError:
                raise BedrockException("ModelErrorException", INVALID_TOOL_USE) from None
            use = self._blocks[index]["toolUse"]
            self._blocks[index] = {"toolUse": {**use, "input": document}}
        content = [block for _, block in sorted(self._blocks.items())]
        return {"output": {"message": {"role": self._role, "content": content}}, **self._rest}
