"""Synthesizes dev with no finding of cdk-nag acknowledged, and writes beside the templates what would have been.

python -m tests.infra.unacknowledged OUTDIR EXPORT
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from infra.app import build_app
from infra.stages import DEV

EMAIL = "alarms@tableside.example"


def main(outdir: Path, export: Path) -> None:
    acknowledged: list[tuple[str, str, str]] = []
    of = cdk.Validations.of

    class Remembered:
        def __init__(self, scope: Any) -> None:
            self._path = scope.node.path
            self.add_plugins = of(scope).add_plugins

        def acknowledge(self, *notes: Any) -> None:
            acknowledged.extend((self._path, note.id, note.reason) for note in notes)

    cdk.Validations.of = Remembered  # type: ignore[assignment, method-assign]
    app = build_app(replace(DEV, export_directory=export, alarm_email=EMAIL), outdir)
    with suppress(RuntimeError):  # for it finds all that: the report is what is wanted
        app.synth()
    (outdir / "acknowledged.json").write_text(json.dumps(acknowledged))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
