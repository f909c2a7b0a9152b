"""The analyst as a voice: our stand-in, which is never called by a model's name."""

from __future__ import annotations

from local.bedrock.analyst import respond
from local.bedrock.voice import Voice, speaking

MODEL_ID = "stand-in.analyst-v1:0"
_NOTE = "Answered by Tableside's stand-in analyst from the figures in the request, not Nova."


def analyst(pace_ms: float = 0) -> Voice:
    """pace_ms: silence between two deltas."""
    return speaking(respond, "analyst", _NOTE, pace_ms=pace_ms)
