"""What a fault is, and how its edits are made to a copy of the service."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

CHECKOUT = Path(__file__).parents[2]
AT_THE_DATABASE = {"catalogue", "roles"}
"""The checks that need no service."""


class Edit(Struct, frozen=True):
    """old: stands exactly once in the file, so that an edit that the code has outgrown fails and is not passed over."""

    file: str
    old: str
    new: str


class Fault(Struct, frozen=True, kw_only=True):
    """breaks: what is wrong then, in one sentence; sql: run as superuser on the copy; role_sql: on the roles, which
    all copies share, so that nothing else runs meanwhile, and undo_sql takes it back; settings: of the service's
    environment, where {superuser} and {superuser_password} stand for the server's; caught_by: the checks that must
    find it, each by itself."""

    name: str
    breaks: str
    caught_by: tuple[str, ...]
    sql: str = ""
    role_sql: str = ""
    undo_sql: str = ""
    edits: tuple[Edit, ...] = ()
    settings: Mapping[str, str] = {}

    @property
    def in_the_database_alone(self) -> bool:
        """Whether it is for the catalogue and the roles to find: behind the other layers no answer shows it."""
        return bool(self.caught_by) and set(self.caught_by) <= AT_THE_DATABASE


class FaultDoesNotFitError(Exception):
    """An edit's old text is not there exactly once. Names the file."""


def copy_service(to: Path, edits: tuple[Edit, ...]) -> None:
    """The service and its prompts, edited. Raises FaultDoesNotFitError."""
    unwanted = shutil.ignore_patterns("*.tmp")
    for part in ("service", "prompts"):
        shutil.copytree(CHECKOUT / part, to / part, ignore=unwanted)
    for edit in edits:
        path = to / edit.file
        text = path.read_text("utf-8")
        if text.count(edit.old) != 1:
            raise FaultDoesNotFitError(f"{edit.file} holds {text.count(edit.old)} times: {edit.old!r}")
        path.write_text(text.replace(edit.old, edit.new), "utf-8")
