"""What the Makefile hands on of what was said on the command line."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def handed_on(name: str, *said: str) -> str:
    environment = {each: value for each, value in os.environ.items() if each not in (name, "MAKEFLAGS", "MFLAGS")}
    command = ["make", "--silent", f"--eval=handed-on: ; @printenv {name} || true", "handed-on", *said]
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return made.stdout.removesuffix("\n")


def test_who_says_nothing_of_as_asks_as_nobody() -> None:
    """Make has a variable of that name, whose value is `as`."""
    assert not handed_on("AS")
    assert handed_on("AS", "AS=maria@marlows.example") == "maria@marlows.example"


def test_a_dollar_sign_in_a_question_is_one() -> None:
    assert handed_on("Q", "Q=Did we make $100 on $MONDAY?") == "Did we make $100 on $MONDAY?"
