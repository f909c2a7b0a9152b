"""The title of a conversation."""

from __future__ import annotations

from service.errors import InvalidRequestError

FROM_QUESTION = 80
GIVEN = 120


def title_of(question: str) -> str:
    """A question as a title: one line of at most 80 characters, cut at a word where there is one."""
    line = _one_line(question)
    if len(line) <= FROM_QUESTION:
        return line or "Untitled"
    cut = line[:FROM_QUESTION]
    words = cut.rpartition(" ")[0]
    # A last word that would take away half of the title is cut itself.
    return (words if len(words) > FROM_QUESTION // 2 else cut[:-1]).rstrip(" ,;:.-") + "…"


def given_title(title: str) -> str:
    """A title that somebody typed, on one line. Raises InvalidRequestError when it is empty or over 120
    characters."""
    line = _one_line(title)
    if not 1 <= len(line) <= GIVEN:
        raise InvalidRequestError(f"A title has 1 to {GIVEN} characters.")
    return line


def _one_line(text: str) -> str:
    """Blanks, line breaks and characters that do not print (direction marks among them) become single
    blanks."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
