"""Asking: what only the operator knows, from the command line's environment, or asked for on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from infra.errors import DeployError


@dataclass(frozen=True)
class Asking:
    """environment: as make hands it on, NAME=… and so on; ask: reads a line from the terminal, None without one."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    ask: Callable[[str], str] | None = field(default_factory=lambda: input if sys.stdin.isatty() else None)

    def optional(self, name: str) -> str | None:
        return self.environment.get(name) or None

    def required(self, name: str, question: str) -> str:
        """Raises DeployError when it is not given and there is nobody to ask."""
        answer = self.optional(name) or (self.ask(f"{question}: ").strip() if self.ask else "")
        if not answer:
            raise DeployError(f"{name}=… is needed: {question[0].lower()}{question[1:]}.")
        return answer

    def confirm(self, question: str, word: str) -> None:
        """Goes on when the word is typed, or given as CONFIRM=. Raises DeployError otherwise."""
        answer = self.optional("CONFIRM") or (
            self.ask(f"{question} Type {word} to go on: ").strip() if self.ask else ""
        )
        if answer != word:
            raise DeployError(f"Nothing was changed: {word} was not typed (CONFIRM={word} says it without a terminal).")
