"""infra/architecture.json, read: what `make cost` counts with, without synthesizing anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.quantities import Quantities

FILE = Path(__file__).parent / "architecture.json"


def read_architecture(file: Path = FILE) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def read_quantities(file: Path = FILE) -> dict[str, Quantities]:
    """By stage."""
    return {stage: Quantities(**each) for stage, each in read_architecture(file)["quantities"].items()}
