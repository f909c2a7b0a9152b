"""Prompts: versioned files under prompts/, loaded and checked once at start, rendered strictly.

A prompt is a Markdown file with TOML front matter between two `+++` lines:

    variables   the names that the body uses, all of them and no other
    note        what is new in this version
    [model]     max_tokens, temperature, top_k

Released versions never change; `current` names the one in use.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from service.model.stream import ModelSettings

PROMPTS = Path(__file__).parent.parent / "prompts"

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class PromptError(Exception):
    """A prompt file is missing, malformed, or its variables do not agree with its body. Raised at start only, or by
    a caller that renders with the wrong names: never because of what a tenant's data holds."""


class FrontMatter(Struct, frozen=True, forbid_unknown_fields=True):
    note: str
    variables: list[str]
    model: ModelSettings


class Prompt(Struct, frozen=True):
    """hash: the first 12 hex digits of the file's SHA-256: two deployments with one version and one hash say the
    same words."""

    name: str
    version: str
    hash: str
    settings: ModelSettings
    variables: frozenset[str]
    body: str

    def render(self, **values: str) -> str:
        """One pass over the body: a `{{name}}` inside a value is text, not a variable."""
        if values.keys() != self.variables:
            raise PromptError(f"{self.name} {self.version} takes {sorted(self.variables)}, got {sorted(values)}")
        return _VARIABLE.sub(lambda match: values[match.group(1)], self.body)


def load_prompt(name: str, version: str | None = None, directory: Path = PROMPTS) -> Prompt:
    """The named version of a prompt, or the one that its `current` file names."""
    try:
        version = version or (directory / name / "current").read_text("utf-8").strip()
        content = (directory / name / f"{version}.md").read_bytes()
    except OSError as error:
        raise PromptError(f"{name}: {error.strerror}: {error.filename}") from error
    front, body = _split(_text(content, f"{name} {version}"), f"{name} {version}")
    used = set(_VARIABLE.findall(body))
    if "{{" in _VARIABLE.sub("", body):
        raise PromptError(f"{name} {version} has a {{{{ that begins no variable")
    if used != set(front.variables):
        raise PromptError(f"{name} {version} declares {sorted(front.variables)} and uses {sorted(used)}")
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Prompt(name, version, digest, front.model, frozenset(used), body.strip())


def _text(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PromptError(f"{where} is not UTF-8 text") from error


def _split(text: str, where: str) -> tuple[FrontMatter, str]:
    parts = re.split(r"^\+\+\+\n", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0]:
        raise PromptError(f"{where} does not begin with front matter between two +++ lines")
    try:
        return msgspec.convert(tomllib.loads(parts[1]), FrontMatter), parts[2]
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise PromptError(f"{where}: front matter: {error}") from error
