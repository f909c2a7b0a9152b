"""What gives a tenant away, wherever it turns up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal
from uuid import UUID

from msgspec import Struct

from evals.leaks.readings import numbers_in, plain

Kind = Literal["canary", "id", "amount", "number"]

SMALLEST_NUMBER = 10_000
"""A smaller number says nothing about whose it is: hours, counts and parts of ids look like it."""
SHORTEST_TEXT = 4


class TenantMarks(Struct, frozen=True, kw_only=True):
    """canaries: words that stand in this tenant's rows and in nobody else's; ids: the tenant's id, its users' ids and
    addresses; numbers: of its orders; amounts: cents that no other tenant's data give, as a row, a total or a
    difference.

    Raises ValueError for a mark too short to mean anything.
    """

    tenant: str
    canaries: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    amounts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        small = [number for number in (*self.numbers, *self.amounts) if number < SMALLEST_NUMBER]
        short = [text for text in (*self.canaries, *self.ids) if len(plain(text)) < SHORTEST_TEXT]
        if small or short:
            raise ValueError(f"{self.tenant}: too short to tell anything: {[*small, *short]}")

    def marks(self) -> Iterable[Mark]:
        for text in self.canaries:
            yield Mark(self.tenant, "canary", plain(text))
        for text in self.ids:
            yield from (Mark(self.tenant, "id", form) for form in _forms_of_id(text))
        for number in self.numbers:
            yield Mark(self.tenant, "number", str(number))
        for amount in self.amounts:
            yield Mark(self.tenant, "amount", str(amount))


class Mark(Struct, frozen=True):
    """of: the tenant that it gives away; text: in plain form (`readings.plain`), of an amount its cents."""

    of: str
    kind: Kind
    text: str

    @property
    def number(self) -> int | None:
        """None for words and ids."""
        return int(self.text) if self.kind in ("amount", "number") else None


class Forbidden:
    """The marks that must not be found, ready to be looked for.

    beginnings: {first characters: marks}, so that a text is walked once however many marks there are; numbers: by
    value; uuids: by their sixteen bytes.
    """

    def __init__(self, marks: Iterable[Mark]) -> None:
        self.marks = tuple(marks)
        self.numbers = {number: mark for mark in self.marks if (number := mark.number) is not None}
        self.uuids = {found.bytes: mark for mark in self.marks if mark.kind == "id" and (found := _uuid(mark.text))}
        self.beginnings: dict[str, list[Mark]] = {}
        for mark in self.marks:
            if mark.kind in ("canary", "id"):
                self.beginnings.setdefault(mark.text[:SHORTEST_TEXT], []).append(mark)

    def texts_in(self, words: str) -> Iterator[Mark]:
        """Those whose text stands in `words`, which is in plain form."""
        there = {words[at : at + SHORTEST_TEXT] for at in range(len(words) - SHORTEST_TEXT + 1)}
        for beginning in there & self.beginnings.keys():
            yield from (mark for mark in self.beginnings[beginning] if mark.text in words)

    def without(self, typed: Iterable[str]) -> Forbidden:
        """What the asker typed taken away: whoever says a name may hear it again."""
        said = "\n".join(typed)
        return self.less(plain(said), numbers_in(said))

    def less(self, words: str, numbers: Iterable[int]) -> Forbidden:
        known = {*self.texts_in(words), *(self.numbers[each] for each in numbers if each in self.numbers)}
        return Forbidden(mark for mark in self.marks if mark not in known) if known else self


@lru_cache(maxsize=64)
def foreign_to(asker: str, everybody: tuple[TenantMarks, ...]) -> Forbidden:
    """The marks of all others. What stands among the asker's own as well is no mark of another's there.

    Raises KeyError when nobody is called `asker`.
    """
    own = list({each.tenant: each for each in everybody}[asker].marks())
    others = Forbidden(mark for each in everybody if each.tenant != asker for mark in each.marks())
    return others.less(
        "\n".join(mark.text for mark in own if mark.number is None),
        [mark.number for mark in own if mark.number is not None],
    )


@lru_cache(maxsize=4)
def of_anybody(everybody: tuple[TenantMarks, ...]) -> Forbidden:
    """For what belongs to nobody, and must tell of nobody."""
    return Forbidden(mark for each in everybody for mark in each.marks())


def _forms_of_id(text: str) -> Iterable[str]:
    """A uuid is written with dashes or without."""
    found = _uuid(text)
    return (plain(text),) if found is None else (found.hex, str(found))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
