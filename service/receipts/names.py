"""The names of items and categories that an answer speaks of, in whatever way they are written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from html import escape

from service.receipts.mentions import Mention
from service.receipts.table import Table, key

_MARKDOWN = str.maketrans({**{c: f"\\{c}" for c in "\\*_`[|"}, "<": "&lt;"})


def find_names(text: str, tables: Sequence[Table], items: Collection[str]) -> Iterator[Mention]:
    """Items and categories that lower-case `text` names, the longest name first where several fit. A mention without
    names is an order's note: figures inside it are quoted, not stated."""
    categories = _categories(tables) - set(items)
    taken: list[tuple[int, int]] = []
    for alias, names in sorted(_aliases(tables, [*items, *categories]).items(), key=lambda pair: -len(pair[0])):
        start = text.find(alias)
        while start >= 0:
            end = _word_end(text, start, start + len(alias))
            if end is not None and not any(start < last and first < end for first, last in taken):
                taken.append((start, end))
                yield Mention(start, end, "category" if categories.intersection(names) else "name", names=tuple(names))
            start = text.find(alias, start + len(alias))


def _aliases(tables: Sequence[Table], names: Sequence[str]) -> dict[str, dict[str, None]]:
    """Each way to write a name -> the names it may mean. `Deluxe` may mean `Deluxe (S)` and `Deluxe (M)`."""
    aliases: dict[str, dict[str, None]] = defaultdict(dict)
    for name in dict.fromkeys([*names, *_asked_for(tables, "item"), *_asked_for(tables, "category")]):
        for alias in {name, escape(name, quote=False), name.translate(_MARKDOWN), name.split(" (")[0]}:
            if len(alias) > 1 and any(c.isalpha() for c in alias):
                aliases[alias][name] = None
    for note in _notes(tables):
        aliases.setdefault(note, {})
    return aliases


def _categories(tables: Sequence[Table]) -> set[str]:
    rows = (getattr(row, "category", "") for table in tables if table.item for row in table.result.rows)
    return {key(category) for category in rows if category} | set(_asked_for(tables, "category"))


def _asked_for(tables: Sequence[Table], what: str) -> Iterator[str]:
    """What slices were asked for alone. Of `korma` and `kormas`, the one that found nothing says nothing."""
    found = {only for table in tables if table.result.rows for only in table.only}
    for table in tables:
        for fact in table.result.facts:
            if fact.name == what and fact.value:
                name = key(fact.value)
                if table.result.rows or name.removesuffix("s") not in found:
                    yield name


def _notes(tables: Sequence[Table]) -> Iterator[str]:
    for table in tables:
        yield from (key(f.value) for f in table.result.facts if f.name == "note" and f.value)


def _word_end(text: str, start: int, end: int) -> int | None:
    """Where the word that ends a name ends (`Calzones`); None when the name only is a part of other words."""
    if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        return None
    if text[end : end + 1] == "s" and text[end - 1].isalpha():
        end += 1
    return None if text[end : end + 1].isalnum() else end
