"""Nova writes its reasoning as `<thinking>…</thinking>` in plain text, and deltas may split a tag anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from service.model.stream import ReasoningChunk, TextChunk

OPEN, CLOSE = "<thinking>", "</thinking>"


class ThinkingSplitter:
    """Feed it the deltas of one text block in order: it gives the same characters back as reasoning or text, without
    the tags, holding back only what may yet become a tag. However the text is split, the result is the same.

    White space at the beginning of the block and behind a tag goes; all other stays, that before a tag too, which
    may have been shown by the time that the tag comes. Thoughts do not nest: within one, only its end is a tag.
    """

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._at_start = True

    def feed(self, delta: str) -> Iterator[TextChunk | ReasoningChunk]:
        self._held += delta
        while (at := self._held.find(self._awaited)) >= 0:
            yield from self._give(self._held[:at])
            self._held = self._held[at + len(self._awaited) :]
            self._thinking = not self._thinking
            self._at_start = True
        ready = len(self._held) - _possible_tag(self._held, self._awaited)
        given, self._held = self._held[:ready], self._held[ready:]
        yield from self._give(given)

    def finish(self) -> Iterator[TextChunk | ReasoningChunk]:
        """The block ended: what was held back is no tag after all. An unclosed thought stays a thought."""
        held, self._held = self._held, ""
        yield from self._give(held)

    @property
    def _awaited(self) -> str:
        return CLOSE if self._thinking else OPEN

    def _give(self, text: str) -> Iterator[TextChunk | ReasoningChunk]:
        if self._at_start:
            text = text.lstrip()
        if text:
            self._at_start = False
            yield ReasoningChunk(text) if self._thinking else TextChunk(text)


def _possible_tag(text: str, tag: str) -> int:
    """How many characters at the end of `text` could be the beginning of `tag`, which has no `<` but its first."""
    begin = text.rfind("<")
    return len(text) - begin if begin >= 0 and tag.startswith(text[begin:]) else 0
