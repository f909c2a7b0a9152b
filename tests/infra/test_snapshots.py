"""Each template as it was when somebody last looked: a change of it is seen in review. `make snapshots` renews them.

What changes with every build is masked: hashes of the image, of the pages and of the small functions' code.
"""

from __future__ import annotations

import difflib
import json
import os
import re
from pathlib import Path

import pytest

from infra.stacks.database import sql_hash
from tests.infra.synthesized import STACKS, Synthesized

SNAPSHOTS = Path(__file__).parent / "snapshots"


def masked(template: object) -> str:
    text = json.dumps(template, indent=1, sort_keys=True)
    text = text.replace(sql_hash(), "<hash of sql/>")
    text = re.sub(r"\b[0-9a-f]{64}\b", "<hash>", text)
    # A deployment is named after all that it deploys.
    return re.sub(r"(RestDeployment[0-9A-F]{8})[0-9a-f]{32}", r"\1<hash>", text) + "\n"


@pytest.mark.parametrize("stack", STACKS)
def test_a_template_is_what_it_was(dev: Synthesized, stack: str) -> None:
    file = SNAPSHOTS / f"{stack.lower()}.json"
    now = masked(dev.templates[stack])
    if os.environ.get("SNAPSHOTS") == "write":
        file.write_text(now)
    before = file.read_text()
    changed = difflib.unified_diff(before.splitlines(), now.splitlines(), "before", "now", lineterm="", n=2)
    assert now == before, "\n".join(changed)


def test_every_snapshot_is_of_a_stack() -> None:
    assert {file.stem for file in SNAPSHOTS.glob("*")} == {name.lower() for name in STACKS}
