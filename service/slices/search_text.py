"""Text that somebody wants to find in names."""

from __future__ import annotations

import unicodedata

from service.errors import ToolRejected


def searchable(argument: str, text: str | None) -> str | None:
    """The text without spaces around it, or None when nothing is left to look for.

    Raises ToolRejected when it holds what no name can: control characters, or what is not Unicode text.
    """
    wanted = (text or "").strip()
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in wanted):
        raise ToolRejected(f"{argument} must be plain text on one line.")
    return wanted or None
