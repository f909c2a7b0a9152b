"""Items and categories that the request's own data names, and finding them in a question."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .query import Name
from .request import Slice
from .vocabulary import FOOD, KNOWN
from .words import distance, likeness, stem, tokens

MARK = re.compile(r"\bn_(\d+)\b")


@dataclass
class Names:
    """`by_stems`: a name's words, made singular, to the name; `category_of`: an item's."""

    by_stems: dict[tuple[str, ...], Name] = field(default_factory=dict)
    category_of: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> frozenset[str]:
        """Those that must not be taken for typing errors."""
        return frozenset(word for text in self._texts() for word in tokens(text))

    def _texts(self) -> Iterable[str]:
        yield from (name.text for name in self.by_stems.values())


def known_names(slices: Iterable[Slice]) -> Names:
    names = Names()
    for one in slices:
        if one.name not in ("top_menu_items", "order_details"):
            continue
        for row in one.rows:
            _add(names, row.get("item", ""), row.get("category", ""))
    return names


def _add(names: Names, item: str, category: str) -> None:
    for text, kind in ((category, "category"), (item, "item")):
        if stems := stems_of(text):
            names.by_stems[stems] = Name(text, kind)  # type: ignore[arg-type]
    names.category_of[item] = category


def stems_of(text: str) -> tuple[str, ...]:
    words = tokens(text)
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    return tuple(stem(word) for word in words)


def mark_names(text: str, names: Names) -> tuple[str, list[Name]]:
    """Replaces the names in a regular text by marks `n_0`, `n_1`, …; a category that only says what kind of thing
    the item beside it is ("margherita pizzas") goes with the item."""
    words = text.split()
    marked: list[str] = []
    found: list[Name] = []
    longest = max((len(stems) for stems in names.by_stems), default=0)
    place = 0
    while place < len(words):
        size, name = _name_at(words, place, longest, names)
        if name is None:
            marked.append(words[place])
        elif not (found and marked and MARK.fullmatch(marked[-1]) and _kind_of(found[-1], name, names)):
            marked.append(f"n_{len(found)}")
            found.append(name)
        place += size
    return " ".join(marked), found


def _name_at(words: list[str], place: int, longest: int, names: Names) -> tuple[int, Name | None]:
    for size in range(min(longest, len(words) - place), 0, -1):
        stems = tuple(stem(word) for word in words[place : place + size])
        name = names.by_stems.get(stems)
        if name and not (size == 1 and _is_plain_word(words[place])):
            return size, name
    return 1, None


def _is_plain_word(word: str) -> bool:
    """A category called "Today" must not swallow every question about today."""
    return word in KNOWN and word not in FOOD and stem(word) not in FOOD


def _kind_of(item: Name, category: Name, names: Names) -> bool:
    return category.kind == "category" and names.category_of.get(item.text) == category.text


def nearest(typed: str, names: Names) -> Name | None:
    """The one name that the typed words can stand for: each of them is, give or take a slip, a word of the name."""
    wanted = stems_of(typed)
    found = [
        (not all(word in wanted for word in stems), name.kind != "category", name.text, name)
        for stems, name in names.by_stems.items()
        if wanted and all(any(_alike(word, one) for one in stems) for word in wanted)
    ]
    return min(found, key=lambda one: one[:3])[3] if found else None


def _alike(typed: str, word: str) -> bool:
    most = likeness(typed)
    return typed == word or (most > 0 and typed[0] == word[:1] and distance(typed, word, most) <= most)
