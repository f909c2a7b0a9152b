"""The AI SDK's parts, as the Python peers write them: the least that `useChat` shows an answer with."""

from __future__ import annotations

import json

HEADERS = {"cache-control": "no-cache", "x-vercel-ai-ui-message-stream": "v1"}
BEGINNING = 'data: {"type":"start"}\n\ndata: {"type":"text-start","id":"0"}\n\n'
ENDING = 'data: {"type":"text-end","id":"0"}\n\ndata: {"type":"finish"}\n\ndata: [DONE]\n\n'


def delta(text: str) -> str:
    part = {"type": "text-delta", "id": "0", "delta": text}
    return f"data: {json.dumps(part)}\n\n"
