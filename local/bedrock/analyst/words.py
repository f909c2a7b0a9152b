"""What was typed, made regular: lower case, whole words, short forms written out, typing errors mended.

The regular form holds letters, digits and single spaces only (and `/ . -` between digits), so that patterns on it
can rely on word boundaries. Words that name something in the data are never mended.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from .vocabulary import FILLER, KNOWN, NUMBERS, SHORT_FORMS, TOPIC

SMART = str.maketrans({"’": "'", "‘": "'", "`": "'", "–": "-", "—": " - ", "−": "-", "“": '"', "”": '"'})
NOT_A_NAME = "day|night|week|month|quarter|year|hour|min|to|st|nd|rd|th|star|mon|tue|wed|thu|fri|sat|sun"
NOT_A_NAME += "|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
TOKEN = re.compile(
    rf"\d+-(?!{NOT_A_NAME})[a-z]{{2,}}|" r"\d+(?:[./-]\d+)+|\d+(?:st|nd|rd|th|k|pm|am)?(?![^\W_])|\d+|[^\W\d_]+"
)
REWRITES = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"(?<=\d),(?=\d{3}\b)", ""),
        (r"'(\d\d)\b", r"20\1"),
        (r"n't\b", " not"),
        (r"'ll\b", " will"),
        (r"'d\b", " did"),
        (r"'(?:s|re|ve|m)\b|s'(?!\w)", lambda found: "s" if found[0] == "s'" else ""),
        (r"#\s*(?=\d)", " number "),
        (r"(?<=\d)\s*-\s*(?=\d{1,2}[/.]\d)", " to "),
        (r"\b4 (?=(?:last|lst|this|the|yest\w*|today|oct|nov|dec|jan|feb|mar)\b)", "for "),
        (r"%", " percent "),
        (r"&|\+", " and "),
        (r"[$£€]\s*([\d.]+)(k?)\b", r" \1\2 dollars "),
        (r"\b2day\b", "today"),
        (r"\b2mor+ow?\b", "tomorrow"),
        (r"\bb4\b", "before"),
        (r"\bw/[ce]\b", " week commencing "),
        (r"(?<=\d)\s+-\s*(?=\w)|(?<=\w)\s+-\s+(?=\d)", " to "),
        (r"(?<=[a-z])/(?=[a-z])", " "),
    )
)
LONGEST_WORD = 20
AMOUNT = re.compile(r"\b(\d+(?:\.\d+)?)(?: ?k| thousand)\b")
UNITS = (
    r"(?:day|night|week|weekend|month|quarter|year|order|item|dish|product|seller|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?:e?s)?"
)
NUMBER_WORD = re.compile(
    rf"\b(?:a )?({'|'.join(NUMBERS)})"
    rf"(?: of)?(?= (?:{UNITS}|best|top|worst|biggest|most|least|busiest|recent|latest)\b)"
    rf"|(?<=\blast )({'|'.join(NUMBERS)})\b(?! one)|(?<=\btop )({'|'.join(NUMBERS)})\b|(?<=\bbottom )"
    rf"({'|'.join(NUMBERS)})\b"
)


def tokens(text: str) -> list[str]:
    """The words of a text in their regular form, unmended."""
    return TOKEN.findall(_flat(text))


def regular(text: str, names: Iterable[str] = ()) -> str:
    """`names`: words of the data that are right as they stand."""
    names = frozenset(names)
    words = []
    for token in tokens(text):
        words.append(token if token in names else SHORT_FORMS.get(token) or mended(token))
    joined = " ".join(words)
    joined = NUMBER_WORD.sub(lambda found: NUMBERS[found[found.lastindex or 1]], joined)
    return AMOUNT.sub(lambda found: f"{float(found[1]) * 1000:.0f}", joined)


def stem(word: str) -> str:
    """Singular, near enough to compare names by: dishes -> dish, fries -> fry, knots -> knot."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "oes")):
        return word[:-2]
    return word[:-1]


def distance(one: str, other: str, most: int) -> int:
    """Edits between two words, a swap of neighbours counting as one; `most + 1` when there are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, opposite in enumerate(other, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != opposite))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == opposite:
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        before_last, last = last, current
    return min(last[-1], most + 1)


def likeness(word: str) -> int:
    """How many edits a word of this length may be away from what was meant."""
    return 0 if not 4 <= len(word) <= LONGEST_WORD else 1 if len(word) < 8 else 2


def mended(word: str) -> str:
    """The known word that a mistyped one stands for, or the word itself."""
    if word in KNOWN or not word.isalpha() or likeness(word) == 0 or stem(word) in KNOWN:
        return word
    found = [(edits, meant) for meant in _candidates(word) if (edits := _edits(word, meant)) <= likeness(word)]
    return min(found)[1] if found else _WITHOUT_VOWELS.get(_consonants(word), word)


def _edits(word: str, meant: str) -> int:
    # Four letters are too few to allow another letter in the middle: "cold" is not a mistyped "sold".
    if len(word) == 4 and len(meant) == 4 and sorted(word) != sorted(meant):
        return 9
    return distance(word, meant, likeness(word))


def _candidates(word: str) -> set[str]:
    keys = _deletions(word, likeness(word))
    return {meant for key in keys for meant in _INDEX.get(key, ()) if meant[0] == word[0]}


def _deletions(word: str, most: int) -> set[str]:
    """The word with up to `most` letters left out: two words at that distance share one of these."""
    found = shortened = {word}
    for _ in range(most):
        shortened = {one[:place] + one[place + 1 :] for one in shortened for place in range(len(one))}
        found = found | shortened
    return found


def _index() -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for word in sorted(TOPIC | {one for one in FILLER if len(one) > 5}):
        for key in _deletions(word, 2 if len(word) > 6 else 1) if len(word) > 3 else ():
            index.setdefault(key, []).append(word)
    return index


def _consonants(word: str) -> str:
    return word[0] + re.sub(r"[aeiou]", "", word[1:])


def _without_vowels() -> dict[str, str]:
    """ "ystrday" and "mnday" leave the vowels out; only where one word alone can be meant."""
    words = sorted(word for word in TOPIC if len(word) > 4 and len(_consonants(word)) > 3)
    counts = Counter(_consonants(word) for word in words)
    return {_consonants(word): word for word in words if counts[_consonants(word)] == 1}


_INDEX = _index()
_WITHOUT_VOWELS = _without_vowels()


def _flat(text: str) -> str:
    flat = unicodedata.normalize("NFKC", text).translate(SMART).casefold()
    for pattern, by in REWRITES:
        flat = pattern.sub(by, flat)
    return flat
